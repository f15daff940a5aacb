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
	listing, err := retrieve.List(ctx, org, retrieve.ListOptions{Wanted: opts.KeepType, ServerTime: org.ServerTime, Progress: opts.Progress})
	if err != nil {
		return nil, err
	}
	r := newReading(base, sink, norm, opts, listing)
	wanted, managed := retrieve.Wanted(listing, r.known(), opts.Keep)
	requests := retrieve.Plan(listing, wanted, retrieve.PlanOptions{Version: opts.Version, Limits: opts.Limits})
	if err := r.fetch(ctx, org, requests); err != nil {
		return nil, err
	}
	if err := r.listAgain(ctx, org, wanted); err != nil {
		return nil, err
	}
	t, coverage, err := r.assemble(ctx, wanted, managed)
	if err != nil {
		return nil, fmt.Errorf("put the org's state together: %w", err)
	}
	return &State{
		Tree: t, Coverage: coverage, Registry: listing.Registry, Listing: listing, ListedAt: listing.Began,
		Warnings: r.sortedWarnings(), Zips: r.zipPaths,
	}, nil
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
	opts := retrieve.FetchOptions{Version: r.opts.Version, Dir: r.opts.ZipDir, Progress: r.opts.Progress, Wait: r.opts.Wait}
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
	_, ok := r.listing.Row(c)
	return ok
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
