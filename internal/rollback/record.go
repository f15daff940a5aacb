package rollback

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/orgkeep/orgkeep/internal/capture"
	"github.com/orgkeep/orgkeep/internal/diff"
	"github.com/orgkeep/orgkeep/internal/readback"
	"github.com/orgkeep/orgkeep/internal/snapshot"
	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// The trailers that a rollback adds to its snapshot.
const (
	TrailerRolledBackTo = "Orgkeep-Rolled-Back-To" // id of the target commit
	TrailerUndoes       = "Orgkeep-Undoes"         // digest of the plan that was taken back
	TrailerPlan         = "Orgkeep-Plan"           // digest of the plan
	TrailerDeploy       = "Orgkeep-Deploy"         // one for each deploy
	TrailerTests        = "Orgkeep-Tests"
)

// snapshot records what the org is now, and compares all of it with the target:
// what a deploy takes along is not among what it touched.
func (a *applier) snapshot(ctx context.Context) error {
	a.result.Duration = a.opts.Now().Sub(a.began)
	opts := a.recording()
	opts.Message, opts.Trailers, opts.AllowDeletions = a.message(), a.trailers(), a.deletions()
	taken, err := capture.Run(ctx, a.deps.Org, a.deps.Normalizer, a.deps.Store, opts)
	if err != nil {
		return fmt.Errorf("take a snapshot of the org as it is now: %w", err)
	}
	a.result.Snapshot = taken
	a.result.Diff, err = diff.Trees(ctx, diff.Input{
		Old: a.target.Tree, New: taken.State.Tree, OldBlobs: a.target.Blobs, NewBlobs: a.deps.Store, Registry: taken.State.Registry,
	})
	if err != nil {
		return fmt.Errorf("compare the org with the target: %w", err)
	}
	if !a.plan.Narrowed {
		a.result.Left = readback.Judge(a.plan, a.result.Diff)
	}
	return nil
}

func (a *applier) message() string {
	name := a.opts.Target.Short()
	if a.plan.TargetName != "" && a.plan.TargetName != name {
		name = a.plan.TargetName + " (" + name + ")"
	}
	if a.plan.Undoes != "" {
		return a.opts.Alias + ": " + a.plan.TargetName
	}
	return a.opts.Alias + ": rolled back to " + name
}

func (a *applier) trailers() []snapshot.Trailer {
	out := []snapshot.Trailer{{Key: TrailerRolledBackTo, Value: a.plan.Target}}
	if a.plan.Undoes != "" {
		out = []snapshot.Trailer{{Key: TrailerUndoes, Value: a.plan.Undoes}}
	}
	out = append(out, snapshot.Trailer{Key: TrailerPlan, Value: a.result.Digest})
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
