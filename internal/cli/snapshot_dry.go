package cli

import (
	"context"
	"fmt"
	"time"

	"github.com/orgkeep/orgkeep/internal/capture"
	"github.com/orgkeep/orgkeep/internal/cli/iostreams"
	"github.com/orgkeep/orgkeep/internal/config"
	"github.com/orgkeep/orgkeep/internal/drift"
	"github.com/orgkeep/orgkeep/internal/snapshot"
)

// rehearse tells what a snapshot would record. It reads the org and compares, and
// has nothing at hand to record with.
func (o snapshotOptions) rehearse(ctx context.Context, store *snapshot.Store, settings *config.Config, alias string, _ *iostreams.Board) (snapshotResult, error) {
	f := o.Factory
	begun := f.Now()
	org, err := f.readLive(ctx, store, settings, alias, o.Selection)
	if err != nil {
		return snapshotResult{}, err
	}
	defer org.Close()
	base, head, err := newestState(ctx, store, org.Info.Settings)
	if err != nil {
		return snapshotResult{}, err
	}
	result := &capture.Result{State: org.State, Old: head, New: head, First: head.IsZero()}
	var before, listed time.Time
	if !head.IsZero() {
		c, err := store.Load(ctx, head)
		if err != nil {
			return snapshotResult{}, fmt.Errorf("read the newest snapshot: %w", err)
		}
		before, listed = c.When, listedAt(c)
		found, err := drift.Compare(ctx, org.Deps, org.Live, drift.Options{Expected: base, Since: listed})
		if err != nil {
			return snapshotResult{}, err
		}
		result.Diff, result.Authors = found.Diff, found.Authors
	}
	result.Duration = f.Now().Sub(begun)
	shown := f.snapshotResultOf(org.Info, result)
	shown.Outcome, shown.since = outcomeDryRun, before
	return shown, nil
}
