package rollback

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/orgkeep/orgkeep/internal/deploy"
	"github.com/orgkeep/orgkeep/internal/deployplan"
	"github.com/orgkeep/orgkeep/internal/snapshot"
	"github.com/orgkeep/orgkeep/internal/tree"
	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// wayBack works out and keeps the way back before anything is deployed, and notes
// the run. A run that goes on has done so already.
func (a *applier) wayBack(ctx context.Context) error {
	if a.resumed {
		a.result.Undo = a.note.Undo
		return nil
	}
	if a.opts.CheckOnly && !a.opts.ValidateInverse {
		return nil
	}
	flows, err := askFlows(ctx, a.deps.Org, a.live.Tree, a.target.Tree, a.opts.Read.Version, a.plan.APIVersion)
	if err != nil {
		return err
	}
	back, err := a.plan.Inverse(ctx, deployplan.Input{
		Live: a.state(), Target: deployplan.State{Tree: a.target.Tree, Blobs: a.target.Blobs}, Registry: a.registry,
		Version: a.plan.APIVersion, Production: a.opts.Production, Flows: flows.versions, ReadFlow: flows.read, Unread: unread(a.live.Coverage),
	})
	if err != nil {
		return err
	}
	if a.opts.ValidateInverse {
		if err := a.validateBack(ctx, back); err != nil {
			return err
		}
	}
	if a.opts.CheckOnly {
		return nil
	}
	if err := a.rememberNeighbours(ctx, back); err != nil {
		return err
	}
	if err := a.keepBack(ctx, back); err != nil {
		return err
	}
	return a.begin(ctx)
}

// validateBack lets the org check the way back, without its deletions: what they
// delete is not there yet.
func (a *applier) validateBack(ctx context.Context, back *deployplan.Plan) error {
	i := slices.IndexFunc(back.Stages, func(s deployplan.Stage) bool { return len(s.Files) > 0 })
	if i < 0 {
		return nil
	}
	stage := back.Stages[i]
	stage.Before, stage.After = nil, nil
	opts := a.deploys
	opts.CheckOnly, opts.Validation = true, ""
	out, err := deploy.Run(ctx, a.deps.Org, stage, opts)
	if err != nil {
		return fmt.Errorf("check the way back, before anything is deployed: %w", err)
	}
	a.result.InverseChecked = out.ID
	return nil
}

// rememberNeighbours adds to what the way back holds the files that a deletion of
// the plan may take entries from.
func (a *applier) rememberNeighbours(ctx context.Context, back *deployplan.Plan) error {
	keep, _ := withNeighbours(a.plan, a.plan.APIVersion)
	var near []metadata.Component
	for _, f := range a.live.Tree.Components(a.registry) {
		if isNeighbour(f.Component.Type) && keep(f.Component) {
			near = append(near, f.Component)
		}
	}
	if len(near) == 0 {
		return nil
	}
	state := a.state()
	more, err := deployplan.Extract(ctx, state, state, a.registry, near)
	if err != nil {
		return err
	}
	for _, f := range more.Files {
		if !slices.ContainsFunc(back.Overlay.Files, func(o deployplan.File) bool { return o.Path == f.Path }) {
			back.Overlay.Files = append(back.Overlay.Files, f)
		}
	}
	return nil
}

// keepBack keeps the way back; where there is none to go, nothing.
func (a *applier) keepBack(ctx context.Context, back *deployplan.Plan) error {
	base, err := a.base(ctx)
	if err != nil {
		return err
	}
	back.Target, back.Made = base.String(), a.opts.Now().UTC()
	back.TargetName = "undone: " + a.subject()
	name := UndoPrefix + a.result.Digest[:nameDigits]
	if err := a.plans.Save(ctx, name, back); err != nil {
		return err
	}
	// What it sends is written; what the org was is needed once more.
	a.result.Undo, a.back = name, &deployplan.Plan{Target: back.Target, TargetName: back.TargetName, Overlay: back.Overlay}
	return nil
}

// renewWayBack works the way back out again from what the org has become, which
// differs from what was expected where something stayed, or went along.
func (a *applier) renewWayBack(ctx context.Context) error {
	if a.result.Undo == "" {
		return nil
	}
	kept := a.back
	if kept == nil { // a run that went on
		spool, err := tree.NewSpool(a.opts.Read.ZipDir, nil)
		if err != nil {
			return err
		}
		defer spool.Close()
		if kept, err = a.plans.Load(a.result.Undo, spool); err != nil {
			return err
		}
	}
	was, err := snapshot.ParseID(kept.Target)
	if err != nil {
		return fmt.Errorf("the way back's target: %w", err)
	}
	base, err := stateAt(ctx, a.deps.Store, a.blobs, was, a.opts.Root)
	if err != nil {
		return err
	}
	before := kept.Overlay.Over(deployplan.State{Tree: base.Tree, Blobs: base.Blobs})
	now := a.result.Snapshot.State
	flows, err := askFlows(ctx, a.deps.Org, now.Tree, before.Tree, a.opts.Read.Version, a.plan.APIVersion)
	if err != nil {
		return err
	}
	ours := a.ours()
	back, err := a.plan.WayBack(ctx, deployplan.Input{
		Live: deployplan.State{Tree: now.Tree, Blobs: a.blobs}, Target: before, Registry: now.Registry, Version: a.plan.APIVersion,
		Production: a.opts.Production, Flows: flows.versions, ReadFlow: flows.read, Unread: unread(now.Coverage), Keep: ours,
	})
	if err != nil {
		return err
	}
	if back.Empty() {
		a.result.Undo = ""
	}
	back.Target, back.Made, back.TargetName = kept.Target, a.opts.Now().UTC(), kept.TargetName
	back.ListedAt = now.ListedAt.UTC()
	if err := back.SetListed(now.Listing.Rows()); err != nil {
		return err
	}
	return a.plans.Save(ctx, UndoPrefix+a.result.Digest[:nameDigits], back)
}

// ours tells what the deploy has changed: what it touched, and what lost entries
// with that, unless the org says that somebody else did it.
func (a *applier) ours() func(metadata.Component) bool {
	touched := a.plan.Touched()
	others := map[metadata.Component]bool{}
	for _, c := range a.result.Remainder().Others {
		others[c.Component] = true
	}
	return func(c metadata.Component) bool {
		return slices.Contains(touched, c) || !others[c] && isNeighbour(c.Type)
	}
}

// subject says what the plan does, for the one that takes it back.
func (a *applier) subject() string {
	return a.message() + " on " + a.began.UTC().Format(time.RFC3339)
}
