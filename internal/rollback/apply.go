package rollback

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/orgkeep/orgkeep/internal/capture"
	"github.com/orgkeep/orgkeep/internal/deploy"
	"github.com/orgkeep/orgkeep/internal/deployplan"
	"github.com/orgkeep/orgkeep/internal/drift"
	"github.com/orgkeep/orgkeep/internal/readback"
	"github.com/orgkeep/orgkeep/internal/snapshot"
	"github.com/orgkeep/orgkeep/internal/tree"
	"github.com/orgkeep/orgkeep/pkg/mdapi"
	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// Apply deploys a plan. The components that it touches are read again first; a
// plan of which one moved is refused with a *deployplan.StaleError, and one of
// another org with ErrOtherOrg. The way back is kept before anything is deployed,
// and so is a note of the run: one that ends early is finished by [Resume]. The
// caller holds the store's lock. With an error comes what was done until then.
func Apply(ctx context.Context, deps Deps, plan *deployplan.Plan, opts Options) (*Result, error) {
	a := applier{deps: deps, plan: plan, opts: opts, began: opts.Now(), result: &Result{Plan: plan, Username: opts.Username}}
	err := a.run(ctx)
	if a.live != nil {
		a.live.Close()
	}
	return a.result, err
}

type applier struct {
	deps   Deps
	plan   *deployplan.Plan
	opts   Options
	plans  Plans
	target target
	carry  capture.Base
	// live is the org as it was before the deploy, as far as it matters.
	live *drift.Live
	// blobs are the store's, with its packs kept open.
	blobs tree.Blobs
	// back is of the way back, as it was worked out before the deploy, to where it
	// leads.
	back *deployplan.Plan
	// note is the run's; a run that goes on has one from before.
	note    Note
	resumed bool
	// registry is the one with which the org was read last.
	registry *metadata.Registry
	deploys  deploy.Options
	began    time.Time
	result   *Result
}

func (a *applier) run(ctx context.Context) error {
	blobs, done := a.deps.Store.Bulk()
	defer done()
	a.blobs = blobs
	return a.apply(ctx)
}

func (a *applier) apply(ctx context.Context) error {
	if err := a.prepare(ctx); err != nil {
		return err
	}
	if a.plan.Empty() {
		return a.already(ctx)
	}
	done, err := a.stagesDone()
	if err != nil {
		return err
	}
	for _, stage := range a.plan.Stages {
		if had, ok := done[stage.Name]; ok {
			a.result.Deploys = append(a.result.Deploys, deploy.Outcome{ID: had.AsyncID, Stage: stage.Name, Earlier: true})
		}
	}
	if err := a.fresh(ctx, done); err != nil {
		return a.closeIf(a.afterFailure(err), errors.Is(err, deployplan.ErrStalePlan), NoteStale)
	}
	if err := a.before(ctx, done); err != nil {
		return err
	}
	if err := a.wayBack(ctx); err != nil {
		return err
	}
	if err := a.deploy(ctx, done); err != nil {
		if errors.Is(err, deployplan.ErrStalePlan) {
			return a.closeIf(a.afterFailure(err), true, NoteStale)
		}
		return a.closeIf(a.afterFailure(err), errors.Is(err, deploy.ErrRejected), NoteRejected)
	}
	if a.opts.CheckOnly {
		a.result.Duration = a.opts.Now().Sub(a.began)
		return nil
	}
	if err := a.finish(ctx); err != nil {
		return a.afterFailure(err)
	}
	return nil
}

// finish proves and records what was deployed.
func (a *applier) finish(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := a.verify(ctx); err != nil {
		return err
	}
	if err := a.snapshot(ctx); err != nil {
		return err
	}
	if err := a.renewWayBack(ctx); err != nil {
		return err
	}
	return a.end(NoteDone)
}

// afterFailure says what the org has kept already.
func (a *applier) afterFailure(err error) error {
	if len(a.result.Deploys) == 0 || a.opts.CheckOnly {
		return err
	}
	return &KeptError{Kept: a.result.Deploys, Target: a.opts.Target, Err: err}
}

func (a *applier) prepare(ctx context.Context) error {
	if a.plan.OrgID != a.opts.OrgID {
		return fmt.Errorf("the plan: %w: %s, not %s", ErrOtherOrg, a.plan.OrgID, a.opts.OrgID)
	}
	digest, err := a.plan.Digest()
	if err != nil {
		return err
	}
	a.result.Digest = digest
	if a.plans, err = OpenPlans(a.deps.Store, a.deps.FS); err != nil {
		return err
	}
	if a.deploys, err = deployOptions(a.deps, a.opts, digest); err != nil {
		return err
	}
	if _, err := deploy.Settle(ctx, a.deps.Org, a.deploys); err != nil {
		return err
	}
	if a.opts.Target, err = snapshot.ParseID(a.plan.Target); err != nil {
		return fmt.Errorf("the plan's target: %w", err)
	}
	a.opts.promotes = a.plan.Promotion
	if a.target, err = loadTarget(ctx, a.deps.Store, a.blobs, a.opts, a.plan.Overlay); err != nil {
		return err
	}
	if a.carry, err = newest(ctx, a.deps.Store, a.blobs, a.opts); err != nil {
		return err
	}
	return a.plan.Fill(ctx, a.blobs)
}

// stage deploys one stage. A plan of one stage that was validated is deployed by
// that.
func (a *applier) stage(ctx context.Context, stage deployplan.Stage) (deploy.Outcome, error) {
	opts := a.deploys
	if v := a.plan.Validation; v.Valid(a.opts.Now()) && len(a.plan.Stages) == 1 && opts.TestLevel == "" {
		opts.Validation, opts.TestLevel, opts.RunTests = mdapi.AsyncID(v.ID), mdapi.TestLevel(v.TestLevel), v.Tests
	}
	return deploy.Run(ctx, a.deps.Org, stage, opts)
}

// about tells what the plan is about: nil for everything.
func (a *applier) about() func(metadata.Component) bool {
	if !a.plan.Narrowed {
		return nil
	}
	named := map[metadata.Component]bool{}
	for _, action := range a.plan.Actions {
		named[action.Component] = true
	}
	return func(c metadata.Component) bool { return named[c] }
}

// verify reads back what was touched, again while the org makes rules active.
func (a *applier) verify(ctx context.Context) error {
	read := a.opts.Read
	read.Version = a.plan.APIVersion
	for try := 1; ; try++ {
		var err error
		a.result.Verify, err = readback.Verify(ctx, a.deps.reading(), readback.Options{
			Plan: a.plan, Target: a.target.Base, Carry: a.carry, Registry: a.registry, Read: read, Keep: a.about(),
		})
		if err != nil || try == settleTries || !onItsWay(a.result.Verify.Surprises) {
			return err
		}
		if err := a.settle(ctx); err != nil {
			return err
		}
	}
}
