package cli

import (
	"context"

	"github.com/orgkeep/orgkeep/internal/capture"
	"github.com/orgkeep/orgkeep/internal/diff"
)

// authored gives differences with who made them: from a snapshot to a later one of
// the same org, as the commits between them say, and to a live org, as that says.
func (s sides) authored(ctx context.Context, from, to side, result diff.Result) ([]change, error) {
	if to.Live {
		since, err := s.since(ctx, from, to.Alias)
		if err != nil {
			return nil, err
		}
		authors, err := capture.Authors(ctx, to.Opened.Deps.Org, to.Opened.State, result, since)
		if err != nil {
			return nil, ForOrg(to.Alias, err)
		}
		return authored(result.Changes, authors), nil
	}
	history := authorship{store: s.store, settings: s.settings, now: to}
	run := snapshotRun{since: from.Revision, changes: changesOf(result)}
	if !from.Revision.IsZero() && !to.Revision.IsZero() {
		var found bool
		var err error
		if run.commits, found, err = history.commitsSince(ctx, from.Revision); err != nil {
			return nil, err
		}
		if found {
			return run.changes, history.attribute(ctx, &run, from.Tree)
		}
	}
	return nil, usagef("--author: nobody is known to have led from %s to %s, as it is no later snapshot of the same org", from.Name, to.Name)
}
