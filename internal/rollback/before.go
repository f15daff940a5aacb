package rollback

import (
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/orgkeep/orgkeep/internal/capture"
	"github.com/orgkeep/orgkeep/internal/deploy"
	"github.com/orgkeep/orgkeep/internal/diff"
)

// before records the org as it is right before the deploy: what is taken back stays
// in the history, each change by its author, also where no snapshot had seen it. A
// run that goes on after a deploy has done so already.
func (a *applier) before(ctx context.Context, done map[string]deploy.Operation) error {
	if a.opts.CheckOnly || len(done) > 0 {
		return nil
	}
	opts := a.recording()
	// A release that deleted a lot is just what there is to take back.
	opts.AllowDeletions = math.MaxInt
	taken, err := capture.Run(ctx, a.deps.Org, a.deps.Normalizer, a.deps.Store, opts)
	if err != nil {
		return fmt.Errorf("take a snapshot of the org as it is before the deploy: %w", err)
	}
	taken.State, taken.Diff = nil, diff.Result{} // as large as the org, and nobody asks for it
	a.result.Before = taken
	a.carry, err = newest(ctx, a.deps.Store, a.blobs, a.opts)
	return err
}

// already ends a run that has nothing to deploy. Where one before it has deployed all
// of its plan for the same target, and not come to prove and record that, this one
// does.
func (a *applier) already(ctx context.Context) error {
	if a.opts.CheckOnly || a.resumed {
		return a.end(NoteDone)
	}
	pending, err := a.plans.Pending()
	if err != nil {
		return err
	}
	for _, note := range slices.Backward(pending) {
		if note.OrgID != a.opts.OrgID {
			continue
		}
		plan, err := a.plans.Load(note.Plan, nil)
		if err != nil {
			return err
		}
		kept, err := a.kept(note)
		if err != nil {
			return err
		}
		if plan.Target == a.plan.Target && len(kept) == len(plan.Stages) {
			finished, err := Resume(ctx, a.deps, note, a.opts)
			if finished != nil {
				*a.result = *finished
			}
			return err
		}
	}
	return nil
}

// recording gives the options of a snapshot of the org.
func (a *applier) recording() capture.Options {
	read := a.opts.Read
	read.Version = a.plan.APIVersion
	return capture.Options{
		Read: read, Alias: a.opts.Alias, OrgID: a.opts.OrgID, Branch: a.opts.Branch, Root: a.opts.Root,
		Tool: a.opts.Tool, Mail: a.opts.Mail, Now: a.opts.Now,
	}
}
