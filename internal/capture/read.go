package capture

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/orgkeep/orgkeep/internal/retrieve"
	"github.com/orgkeep/orgkeep/internal/tree"
	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// Read asks an org for everything it holds, normalizes what comes, puts it into
// sink, and gives the state: what came, and from base what did not come and is
// not proven gone. Contents that base has at the same path are not put into sink.
// With an error comes no state, but for the zips, which are left in ZipDir.
func Read(ctx context.Context, org Org, norm Normalizer, base Base, sink Sink, opts ReadOptions) (*State, error) {
	state, _, err := read(ctx, org, norm, base, sink, opts, nil)
	return state, err
}

// read reads an org. Under the evidence of memory it retrieves what has moved;
// without, all of it.
func read(ctx context.Context, org Org, norm Normalizer, base Base, sink Sink, opts ReadOptions, m *memory) (*State, *reading, error) {
	r, err := list(ctx, org, norm, base, sink, opts, m)
	if err != nil {
		return nil, nil, err
	}
	listing := r.listing
	defer r.spool.close()
	w, quiet := r.workOf(m)
	requests := retrieve.Plan(listing, w.retrieve, m.planOptions(opts))
	if err := r.fetch(ctx, org, requests); err != nil {
		return nil, nil, err
	}
	if err := r.listAgain(ctx, org, w.retrieve); err != nil {
		return nil, nil, err
	}
	t, coverage, err := r.assemble(ctx, w, opts.Keep == nil && !m.incremental())
	if err != nil {
		return nil, nil, fmt.Errorf("put the org's state together: %w", err)
	}
	if coverage.Sealed, err = r.sealedIn(ctx, t); err != nil {
		return nil, nil, fmt.Errorf("list what is sealed: %w", err)
	}
	coverage.sort()
	r.missed = r.changedOf(quiet)
	return &State{
		Tree: t, Coverage: coverage, Registry: listing.Registry, Listing: listing, ListedAt: listing.Began,
		Warnings: r.sortedWarnings(), Zips: r.zipPaths,
	}, r, nil
}

// list begins a reading: it lists the org, and selects what is wanted of it.
func list(ctx context.Context, org Org, norm Normalizer, base Base, sink Sink, opts ReadOptions, m *memory) (*reading, error) {
	listing, err := retrieve.List(ctx, org, retrieve.ListOptions{
		Wanted: opts.KeepType, ServerTime: org.ServerTime, Objects: m.objects(), Progress: opts.Progress,
	})
	if err != nil {
		return nil, err
	}
	r := newReading(base, sink, norm, opts, listing)
	r.selection = retrieve.Wanted(listing, r.known(), opts.Keep, opts.LeaveOut)
	return r, nil
}

// workOf gives what the run retrieves, and what of it an incremental run would
// have left alone.
func (r *reading) workOf(m *memory) (w work, quiet []metadata.Component) {
	if m == nil || m.ledger == nil {
		return work{retrieve: r.selection.Wanted}, nil
	}
	since := workSince(r, m.ledger, m.flows, m.heard.hints)
	if m.incremental() {
		return since, nil
	}
	return work{retrieve: r.selection.Wanted}, since.unchanged
}

// changedOf gives those components that came otherwise than the base has them.
func (r *reading) changedOf(components []metadata.Component) []metadata.Component {
	var out []metadata.Component
	for _, c := range components {
		key := retrieve.Canonical(c)
		now, ok := r.returned[key]
		if !ok || r.carried[key] {
			continue
		}
		before := r.before[key].Entries
		same := len(before) == len(now.files)
		for _, f := range now.files {
			h, had := r.base.Tree.Get(f.path)
			same = same && had && h == f.hash
		}
		if !same {
			out = append(out, c)
		}
	}
	return out
}

// known gives the components of the base.
func (r *reading) known() []metadata.Component {
	out := make([]metadata.Component, 0, len(r.before))
	for _, f := range r.before {
		if f.Component.Type != "" {
			out = append(out, f.Component)
		}
	}
	return out
}

func (r *reading) fetch(ctx context.Context, org retrieve.Retriever, requests []retrieve.Request) error {
	opts := retrieve.FetchOptions{Version: r.opts.Version, Dir: r.opts.ZipDir, Progress: r.opts.Progress, Wait: r.opts.Wait, TooLarge: func(retrieve.Request) { r.tooLarge = true }}
	return retrieve.Fetch(ctx, org, requests, opts, func(p retrieve.Part) error { return r.take(ctx, p) })
}

// Of a type of which more than suspectShare percent and more than suspectCount
// components seem to be gone, the list is asked for a second time.
const (
	suspectCount = 50
	suspectShare = 20
)

// listAgain asks a second time for the lists that the retrieves contradict: what
// was listed and cannot be found was deleted in between, if the list says so too;
// and a type that seems to have lost much of itself had better lose it twice.
func (r *reading) listAgain(ctx context.Context, org retrieve.Lister, wanted []metadata.Component) error {
	var doubtful []metadata.Component
	gone := map[string][]metadata.Component{}
	for _, c := range wanted {
		switch {
		case r.came(c) || !r.notFound[retrieve.Canonical(c)]:
		case r.listed(c):
			doubtful = append(doubtful, c)
		case r.gone(c):
			gone[c.Type] = append(gone[c.Type], c)
		}
	}
	lost, err := r.missingChildren(ctx)
	if err != nil {
		return err
	}
	for _, child := range lost {
		if r.listed(child) {
			doubtful = append(doubtful, child)
		}
	}
	had := map[string]int{}
	for c := range r.before {
		had[c.Type]++
	}
	for typ, all := range gone {
		if len(all) > suspectCount && len(all)*100 > had[typ]*suspectShare {
			doubtful = append(doubtful, all...)
		}
	}
	if len(doubtful) == 0 {
		return nil
	}
	return retrieve.Again(ctx, org, r.listing, doubtful)
}

// came tells whether a component was brought.
func (r *reading) came(c metadata.Component) bool {
	_, ok := r.returned[retrieve.Canonical(c)]
	return ok
}

func (r *reading) listed(c metadata.Component) bool {
	return r.listing.Has(c)
}

// gone tells whether two witnesses say that the org does not have a component:
// the retrieve that asked for it by name, and the listing of its type.
func (r *reading) gone(c metadata.Component) bool {
	return !r.came(c) && r.notFound[retrieve.Canonical(c)] && r.listing.Lacks(c)
}

func (r *reading) sortedWarnings() []Warning {
	slices.SortFunc(r.warnings, func(a, b Warning) int {
		if order := strings.Compare(a.Path, b.Path); order != 0 {
			return order
		}
		return strings.Compare(a.Reason, b.Reason)
	})
	return slices.Compact(r.warnings)
}

// byComponent groups a tree's files by the canonical name of their component.
func byComponent(t tree.Tree, registry *metadata.Registry) map[metadata.Component]tree.Files {
	out := map[metadata.Component]tree.Files{}
	for _, f := range t.Components(registry) {
		key := retrieve.Canonical(f.Component)
		if other, twice := out[key]; twice {
			f.Entries = append(other.Entries, f.Entries...)
		}
		out[key] = f
	}
	return out
}
