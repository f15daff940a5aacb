package rollback

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/orgkeep/orgkeep/internal/capture"
	"github.com/orgkeep/orgkeep/internal/deployplan"
	"github.com/orgkeep/orgkeep/internal/diff"
	"github.com/orgkeep/orgkeep/internal/drift"
	"github.com/orgkeep/orgkeep/internal/retrieve"
	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// unrelated refuses a plan when anything that it does not touch came, changed or
// went since it was made. What changed is told by its date, to the second, so that
// what is of the same second counts; what came and went by the org's list. What no
// org lists, like standard value sets, is not seen.
func (a *applier) unrelated(ctx context.Context, live *drift.Live) error {
	for q := range live.Listing.Failures() {
		return fmt.Errorf("%w: %s %s cannot be listed, and nobody can say whether it changed", ErrUnread, q.Type, q.Folder)
	}
	was, err := a.plan.WasListed()
	if err != nil {
		return err
	}
	stale := &deployplan.StaleError{Who: map[metadata.Component]string{}, Gone: map[metadata.Component]bool{}}
	touched := a.touchedFiles(live.Registry)
	now := map[metadata.Component]bool{}
	for _, c := range live.Listing.Rows() {
		now[c] = true
		row, _ := live.Listing.Row(c)
		came := len(was) > 0 && !was[c]
		if touched[c] || !came && (a.plan.ListedAt.IsZero() || row.LastModifiedDate.Before(a.plan.ListedAt.Truncate(time.Second))) {
			continue
		}
		stale.Moved = append(stale.Moved, c)
		stale.Who[c] = row.LastModifiedByName + ", " + row.LastModifiedDate.UTC().Format(time.RFC3339)
	}
	for c := range was {
		if !now[c] && !touched[c] {
			stale.Moved, stale.Gone[c] = append(stale.Moved, c), true
		}
	}
	if len(stale.Moved) == 0 {
		return nil
	}
	slices.SortFunc(stale.Moved, metadata.Component.Compare)
	stale.Moved = slices.Compact(stale.Moved)
	a.blameDeletions(ctx, live, stale)
	return stale
}

// touchedFiles are what the plan touches, with the files in which it lies.
func (a *applier) touchedFiles(r *metadata.Registry) map[metadata.Component]bool {
	out := map[metadata.Component]bool{}
	for _, c := range a.plan.Touched() {
		out[c] = true
		if top, ok := retrieve.ParentOf(r, c); ok {
			out[top] = true
		}
	}
	return out
}

// blameDeletions adds who deleted what, where the org tells.
func (a *applier) blameDeletions(ctx context.Context, live *drift.Live, stale *deployplan.StaleError) {
	var gone diff.Result
	for _, c := range stale.Moved {
		if stale.Gone[c] {
			gone.Changes = append(gone.Changes, diff.Change{Kind: diff.Deleted, Component: c})
		}
	}
	if len(gone.Changes) == 0 {
		return
	}
	authors, err := capture.Authors(ctx, a.deps.Org, live.State, gone, a.plan.Made)
	if err != nil {
		return // that it cannot tell changes nothing
	}
	for c, author := range authors {
		stale.Who[c] = sayWho(author)
	}
}
