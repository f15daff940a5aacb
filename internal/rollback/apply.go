package rollback

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/orgkeep/orgkeep/internal/capture"
	"github.com/orgkeep/orgkeep/internal/deploy"
	"github.com/orgkeep/orgkeep/internal/deployplan"
	"github.com/orgkeep/orgkeep/internal/diff"
	"github.com/orgkeep/orgkeep/internal/drift"
	"github.com/orgkeep/orgkeep/internal/readback"
	"github.com/orgkeep/orgkeep/internal/snapshot"
	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// The trailers that a rollback adds to its snapshot.
const (
	TrailerRolledBackTo = "Orgkeep-Rolled-Back-To" // id of the target commit
	TrailerPlan         = "Orgkeep-Plan"           // digest of the plan
	TrailerDeploy       = "Orgkeep-Deploy"         // one for each deploy
	TrailerTests        = "Orgkeep-Tests"
)

// Apply deploys a plan. The components that it touches are read again first; a
// plan of which one moved is refused with a *deployplan.StaleError, and one of
// another org with ErrOtherOrg. The caller holds the store's lock. With an error
// comes what was done until then.
func Apply(ctx context.Context, deps Deps, plan *deployplan.Plan, opts Options) (*Result, error) {
	a := applier{deps: deps, plan: plan, opts: opts, began: opts.Now(), result: &Result{Plan: plan}}
	if err := a.prepare(ctx); err != nil {
		return a.result, err
	}
	if plan.Empty() {
		return a.result, nil
	}
	if err := a.deploy(ctx); err != nil {
		return a.result, a.afterFailure(err)
	}
	if opts.CheckOnly {
		a.result.Duration = opts.Now().Sub(a.began)
		return a.result, nil
	}
	if err := a.verify(ctx); err != nil {
		return a.result, a.afterFailure(err)
	}
	if err := a.snapshot(ctx); err != nil {
		return a.result, a.afterFailure(err)
	}
	return a.result, nil
}

type applier struct {
	deps   Deps
	plan   *deployplan.Plan
	opts   Options
	target target
	carry  capture.Base
	// registry is the one with which the org was read last.
	registry *metadata.Registry
	deploys  deploy.Options
	began    time.Time
	result   *Result
}

// afterFailure says what the org has kept already.
func (a *applier) afterFailure(err error) error {
	if len(a.result.Deploys) == 0 || a.opts.CheckOnly {
		return err
	}
	var ids []string
	for _, d := range a.result.Deploys {
		ids = append(ids, d.Stage+" ("+string(d.ID)+")")
	}
	return fmt.Errorf("the org has kept %s; then: %w", strings.Join(ids, ", "), err)
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
	if a.deploys, err = deployOptions(a.deps, a.opts, digest); err != nil {
		return err
	}
	if _, err := deploy.Settle(ctx, a.deps.Org, a.deploys); err != nil {
		return err
	}
	if a.opts.Target, err = snapshot.ParseID(a.plan.Target); err != nil {
		return fmt.Errorf("the plan's target: %w", err)
	}
	if a.target, err = loadTarget(ctx, a.deps.Store, a.opts); err != nil {
		return err
	}
	if a.carry, err = newest(ctx, a.deps.Store, a.opts); err != nil {
		return err
	}
	if err := a.plan.Fill(ctx, a.deps.Store); err != nil {
		return err
	}
	return a.fresh(ctx)
}

// fresh reads the components of the plan again and compares them with what it was
// made from.
func (a *applier) fresh(ctx context.Context) error {
	touched := a.plan.Touched()
	if len(touched) == 0 {
		return nil
	}
	read := a.opts.Read
	read.Version = a.plan.APIVersion
	read.Keep, read.KeepType = readback.Scope(touched, metadata.Default(), read.Version)
	live, err := drift.Read(ctx, a.deps.reading(), a.carry, read)
	if err != nil {
		return fmt.Errorf("read what the plan touches: %w", err)
	}
	defer live.Close()
	a.registry = live.Registry
	missing := unread(live.Coverage)
	for _, c := range touched {
		if why, ok := missing[c]; ok {
			return fmt.Errorf("%w: %s: %s", ErrUnread, c, why)
		}
	}
	err = a.plan.Stale(ctx, deployplan.State{Tree: live.Tree, Blobs: live.Blobs}, live.Registry)
	var stale *deployplan.StaleError
	if !errors.As(err, &stale) {
		return err
	}
	if c, why, ok := unlisted(live, stale.Moved); ok {
		return fmt.Errorf("%w: %s: %s", ErrUnread, c, why)
	}
	a.blame(ctx, live, stale)
	return err
}

// unlisted gives the first component that did not come because its type or folder
// could not be listed: whether it moved is not known.
func unlisted(live *drift.Live, moved []metadata.Component) (metadata.Component, string, bool) {
	came := map[metadata.Component]bool{}
	for _, f := range live.Tree.Components(live.Registry) {
		came[f.Component] = true
	}
	for _, m := range live.Coverage.Missing {
		folder, all := strings.CutSuffix(m.FullName, "*")
		for _, c := range moved {
			if all && c.Type == m.Type && strings.HasPrefix(c.FullName, folder) && !came[c] {
				return c, m.Reason, true
			}
		}
	}
	return metadata.Component{}, "", false
}

// blame adds who moved what, where the org tells; that it cannot tell changes
// nothing.
func (a *applier) blame(ctx context.Context, live *drift.Live, stale *deployplan.StaleError) {
	moved := diff.Result{}
	for _, c := range stale.Moved {
		moved.Changes = append(moved.Changes, diff.Change{Kind: diff.Changed, Component: c})
	}
	authors, err := capture.Authors(ctx, a.deps.Org, live.State, moved, a.plan.Made)
	if err != nil {
		return
	}
	stale.Who = map[metadata.Component]string{}
	for c, author := range authors {
		stale.Who[c] = author.Username + ", " + author.When.UTC().Format(time.RFC3339)
	}
}

// deploy sends stage after stage. A check looks at the first alone: the others
// need what it would change.
func (a *applier) deploy(ctx context.Context) error {
	for i, stage := range a.plan.Stages {
		if a.opts.CheckOnly && i > 0 {
			a.result.NotValidated = append(a.result.NotValidated, stage.Name)
			continue
		}
		outcome, err := deploy.Run(ctx, a.deps.Org, stage, a.deploys)
		if err != nil {
			return fmt.Errorf("stage %s: %w", stage.Name, err)
		}
		a.result.Deploys = append(a.result.Deploys, outcome)
	}
	return nil
}

func (a *applier) verify(ctx context.Context) error {
	read := a.opts.Read
	read.Version = a.plan.APIVersion
	var err error
	a.result.Verify, err = readback.Verify(ctx, a.deps.reading(), readback.Options{
		Plan: a.plan, Target: a.target.Base, Carry: a.carry, Registry: a.registry, Read: read, Keep: a.opts.Keep,
	})
	return err
}

// snapshot records what the org is now, and compares all of it with the target:
// what a deploy takes along is not among what it touched.
func (a *applier) snapshot(ctx context.Context) error {
	read := a.opts.Read
	read.Version = a.plan.APIVersion
	a.result.Duration = a.opts.Now().Sub(a.began)
	taken, err := capture.Run(ctx, a.deps.Org, a.deps.Normalizer, a.deps.Store, capture.Options{
		Read: read, Alias: a.opts.Alias, OrgID: a.opts.OrgID, Branch: a.opts.Branch, Root: a.opts.Root,
		Message: a.message(), Trailers: a.trailers(), AllowDeletions: a.deletions(), Tool: a.opts.Tool, Mail: a.opts.Mail, Now: a.opts.Now,
	})
	if err != nil {
		return fmt.Errorf("take a snapshot of the org as it is now: %w", err)
	}
	a.result.Snapshot = taken
	a.result.Diff, err = diff.Trees(ctx, diff.Input{
		Old: a.target.Tree, New: taken.State.Tree, OldBlobs: a.deps.Store, NewBlobs: a.deps.Store, Registry: taken.State.Registry,
	})
	if err != nil {
		return fmt.Errorf("compare the org with the target: %w", err)
	}
	if a.opts.Keep == nil {
		a.result.Left = readback.Judge(a.plan, a.result.Diff)
	}
	return nil
}

func (a *applier) message() string {
	name := a.opts.Target.Short()
	if a.plan.TargetName != "" && a.plan.TargetName != name {
		name = a.plan.TargetName + " (" + name + ")"
	}
	return a.opts.Alias + ": rolled back to " + name
}

func (a *applier) trailers() []snapshot.Trailer {
	out := []snapshot.Trailer{{Key: TrailerRolledBackTo, Value: a.plan.Target}, {Key: TrailerPlan, Value: a.result.Digest}}
	run, failed := 0, 0
	for _, d := range a.result.Deploys {
		out = append(out, snapshot.Trailer{Key: TrailerDeploy, Value: string(d.ID)})
		run, failed = run+d.Result.TestsRun, failed+len(d.Result.TestFailures)
	}
	return append(out,
		snapshot.Trailer{Key: TrailerTests, Value: strconv.Itoa(run) + " run, " + strconv.Itoa(failed) + " failed"},
		snapshot.Trailer{Key: capture.TrailerDuration, Value: a.result.Duration.Round(time.Millisecond).String()},
	)
}

// deletions is how many components the newest snapshot has that the target has
// not: so many may go without a guard being alarmed.
func (a *applier) deletions() int {
	has := map[metadata.Component]bool{}
	for _, f := range a.target.Tree.Components(a.registry) {
		has[f.Component] = true
	}
	n := 0
	for _, f := range a.carry.Tree.Components(a.registry) {
		if !has[f.Component] {
			n++
		}
	}
	return n
}
