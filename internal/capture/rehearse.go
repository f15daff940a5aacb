package capture

import (
	"context"
	"slices"

	"github.com/orgkeep/orgkeep/internal/retrieve"
	"github.com/orgkeep/orgkeep/internal/snapshot"
	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// Rehearsal is what a run would ask an org for.
type Rehearsal struct {
	// First tells that there is no snapshot yet, Full that everything would be
	// retrieved.
	First, Full bool
	Old         snapshot.ID
	// Requests are the retrieves, with what each is taken to bring.
	Requests []retrieve.Request
	// Unchanged are components that would be left alone, as their rows did not
	// move, Unsure those of which the list failed.
	Unchanged, Unsure []metadata.Component
	Selection         retrieve.Selection
	// Failed are the lists that were not answered, as components named "*".
	Failed []metadata.Component
}

// Rehearse lists an org and plans what [Run] would retrieve. It retrieves and
// writes nothing, and needs no lock.
func Rehearse(ctx context.Context, org Org, norm Normalizer, store *snapshot.Store, opts Options) (*Rehearsal, error) {
	r := runner{org: org, norm: norm, store: store, opts: opts, result: &Result{}}
	if err := r.load(ctx); err != nil {
		return nil, err
	}
	m, err := r.remember(ctx)
	if err != nil {
		return nil, err
	}
	reading, err := list(ctx, org, norm, r.base, nil, opts.Read, m)
	if err != nil {
		return nil, err
	}
	w, _ := reading.workOf(m)
	out := &Rehearsal{
		First: r.result.First, Full: !m.incremental(), Old: r.result.Old, Selection: reading.selection,
		Requests:  retrieve.Plan(reading.listing, w.retrieve, m.planOptions(opts.Read)),
		Unchanged: w.unchanged, Unsure: w.unsure,
	}
	for q := range reading.listing.Failures() {
		out.Failed = append(out.Failed, failedList(q))
	}
	slices.SortFunc(out.Failed, metadata.Component.Compare)
	return out, nil
}
