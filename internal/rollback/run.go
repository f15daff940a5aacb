package rollback

import (
	"context"
	"errors"
	"fmt"

	"github.com/orgkeep/orgkeep/internal/deploy"
	"github.com/orgkeep/orgkeep/internal/snapshot"
	"github.com/orgkeep/orgkeep/internal/tree"
)

// nameDigits are those of a digest that name a plan.
const nameDigits = 8

// NameOf gives the name under which a plan with this digest is kept.
func NameOf(digest string) string { return "plan-" + digest[:nameDigits] }

// UndoPrefix begins the names of ways back.
const UndoPrefix = "undo-"

// Resume goes on with a run that has not ended: it settles the deploys that are
// under way, deploys what is left, verifies and records. The note's plan has to be
// kept still. The caller holds the store's lock.
func Resume(ctx context.Context, deps Deps, note Note, opts Options) (*Result, error) {
	plans, err := OpenPlans(deps.Store, deps.FS)
	if err != nil {
		return nil, err
	}
	spool, err := tree.NewSpool(opts.Read.ZipDir, nil)
	if err != nil {
		return nil, err
	}
	defer spool.Close()
	plan, err := plans.Load(note.Plan, spool)
	if err != nil {
		return nil, err
	}
	opts.CheckOnly, opts.TestLevel, opts.RunTests = false, note.TestLevel, note.RunTests
	a := applier{deps: deps, plan: plan, opts: opts, began: note.Began, note: note, resumed: true, result: &Result{Plan: plan, Username: opts.Username}}
	err = a.run(ctx)
	if a.live != nil {
		a.live.Close()
	}
	return a.result, err
}

// begin notes the run, and ends those of the same org that have not: their deploys
// are settled, and what they left is in this plan or wanted no more.
func (a *applier) begin(ctx context.Context) error {
	if a.opts.CheckOnly || a.resumed {
		return nil
	}
	pending, err := a.plans.Pending()
	if err != nil {
		return err
	}
	for _, n := range pending {
		if n.OrgID != a.opts.OrgID {
			continue
		}
		n.Outcome, n.Ended = NoteSuperseded, a.opts.Now()
		if err := a.plans.saveNote(n); err != nil {
			return err
		}
	}
	name := NameOf(a.result.Digest)
	if err := a.plans.Save(ctx, name, a.plan); err != nil {
		return err
	}
	a.note = Note{
		Version: noteVersion, Alias: a.opts.Alias, OrgID: a.opts.OrgID, Digest: a.result.Digest, Plan: name, Undo: a.result.Undo,
		Command: a.opts.Command, TestLevel: a.opts.TestLevel, RunTests: a.opts.RunTests, Began: a.began,
	}
	return a.plans.saveNote(a.note)
}

// end notes how the run ended. A check has no note.
func (a *applier) end(how Outcome) error {
	if a.note.Version == 0 {
		return nil
	}
	a.note.Outcome, a.note.Ended = how, a.opts.Now()
	if err := a.plans.saveNote(a.note); err != nil {
		return err
	}
	return a.plans.prune()
}

// closeIf ends the run with an error that nothing comes after.
func (a *applier) closeIf(err error, final bool, how Outcome) error {
	if !final {
		return err
	}
	return errors.Join(err, a.end(how))
}

// stagesDone gives the stages that the org has kept already, in a run that goes
// on.
func (a *applier) stagesDone() (map[string]deploy.Operation, error) {
	if !a.resumed {
		return nil, nil
	}
	return a.kept(a.note)
}

// kept gives the stages of a run that the org has kept.
func (a *applier) kept(run Note) (map[string]deploy.Operation, error) {
	all, err := a.deploys.Journal.Operations()
	if err != nil {
		return nil, err
	}
	out := map[string]deploy.Operation{}
	for _, o := range all {
		if o.PlanDigest == run.Digest && o.OrgID == a.opts.OrgID && !o.CheckOnly && !o.Begun.Before(run.Began) && o.Status == "Succeeded" {
			out[o.Stage] = o
		}
	}
	return out, nil
}

// base gives the commit on which the way back stands: the newest snapshot.
func (a *applier) base(ctx context.Context) (snapshot.ID, error) {
	head, err := a.deps.Store.Head(ctx, a.opts.Branch)
	if errors.Is(err, snapshot.ErrNoSnapshot) {
		return a.opts.Target, nil
	}
	if err != nil {
		return head, fmt.Errorf("find the newest snapshot: %w", err)
	}
	return head, nil
}
