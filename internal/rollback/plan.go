package rollback

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/orgkeep/orgkeep/internal/capture"
	"github.com/orgkeep/orgkeep/internal/deploy"
	"github.com/orgkeep/orgkeep/internal/deployplan"
	"github.com/orgkeep/orgkeep/internal/drift"
	"github.com/orgkeep/orgkeep/internal/snapshot"
	"github.com/orgkeep/orgkeep/internal/tree"
	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// Plan reads the org and works out what it takes to reach the target. It changes
// nothing in the org; a deploy that an earlier run left open is settled first,
// because the org moves until it ends.
func Plan(ctx context.Context, deps Deps, opts Options) (*deployplan.Plan, error) {
	if err := settle(ctx, deps, opts); err != nil {
		return nil, err
	}
	// A state of another org is no target for all of this one.
	opts.promotes = opts.Keep != nil || len(opts.Picks) > 0
	blobs, done := deps.Store.Bulk()
	defer done()
	target, err := loadTarget(ctx, deps.Store, blobs, opts, nil)
	if err != nil {
		return nil, err
	}
	carry, err := newest(ctx, deps.Store, blobs, opts)
	if err != nil {
		return nil, err
	}
	read := opts.Read
	read.Version = target.version
	live, err := drift.Read(ctx, deps.reading(), carry, read)
	if err != nil {
		return nil, fmt.Errorf("read the org: %w", err)
	}
	defer live.Close()
	flows, err := askFlows(ctx, deps.Org, live.Tree, target.Tree, opts.Read.Version, target.version)
	if err != nil {
		return nil, err
	}
	in := deployplan.Input{
		Live: deployplan.State{Tree: live.Tree, Blobs: live.Blobs}, Target: deployplan.State{Tree: target.Tree, Blobs: target.Blobs},
		Registry: live.Registry, Version: target.version, Production: opts.Production, Keep: opts.Keep,
		WithDependencies: opts.WithDependencies, Users: opts.Users, Limits: opts.Limits,
		Flows: flows.versions, ReadFlow: flows.read, Unread: unread(live.Coverage),
	}
	if in.NoUsers, err = noUsers(ctx, deps.Org, in); err != nil {
		return nil, err
	}
	if in.NoPermissions, err = noPermissions(ctx, deps.Org, in); err != nil {
		return nil, err
	}
	plan, err := build(ctx, in, opts.Picks)
	if err != nil {
		return nil, err
	}
	plan.Promotion, plan.ListedAt = target.other, live.ListedAt.UTC()
	if !plan.Empty() {
		if err := plan.SetListed(live.Listing.Rows()); err != nil {
			return nil, err
		}
	}
	plan.Alias, plan.OrgID, plan.OrgName, plan.Production = opts.Alias, opts.OrgID, opts.OrgName, opts.Production
	plan.Target, plan.TargetName, plan.Made = opts.Target.String(), opts.TargetName, opts.Now().UTC()
	return plan, CountRecords(ctx, deps.Org, plan)
}

// build makes the plan; where elements are picked, its target is the org with them
// as the snapshot has them.
func build(ctx context.Context, in deployplan.Input, picks []deployplan.Pick) (*deployplan.Plan, error) {
	if len(picks) == 0 {
		return deployplan.Build(ctx, in)
	}
	over, err := deployplan.Picked(ctx, in.Live, in.Target, in.Registry, picks)
	if err != nil {
		return nil, err
	}
	in.Target = over.Over(in.Target)
	also := in.Keep
	in.Keep = func(c metadata.Component) bool {
		return slices.ContainsFunc(picks, func(p deployplan.Pick) bool { return p.Component == c }) || also != nil && also(c)
	}
	plan, err := deployplan.Build(ctx, in)
	if err != nil {
		return nil, err
	}
	plan.Overlay = over
	for _, s := range plan.Stages {
		for i, f := range s.Files {
			if slices.ContainsFunc(over.Files, func(o deployplan.File) bool { return o.Path == f.Path }) {
				s.Files[i].Hash = "" // nobody but the plan holds it
			}
		}
	}
	return plan, nil
}

func settle(ctx context.Context, deps Deps, opts Options) error {
	deployed, err := deployOptions(deps, opts, "")
	if err != nil {
		return err
	}
	_, err = deploy.Settle(ctx, deps.Org, deployed)
	return err
}

func deployOptions(deps Deps, opts Options, digest string) (deploy.Options, error) {
	dir, err := deps.Store.PrivateDir()
	if err != nil {
		return deploy.Options{}, err
	}
	return deploy.Options{
		Alias: opts.Alias, OrgID: opts.OrgID, UserID: opts.UserID, PlanDigest: digest, CheckOnly: opts.CheckOnly,
		TestLevel: opts.TestLevel, RunTests: opts.RunTests, Journal: deploy.NewJournal(deps.FS, dir),
		Now: opts.Now, Wait: opts.Wait, Progress: opts.Progress, Cancel: opts.Cancel,
	}, nil
}

// target is the state to go back to.
type target struct {
	capture.Base
	version metadata.Version
	other   bool // it is of another org
}

func loadTarget(ctx context.Context, store *snapshot.Store, blobs tree.Blobs, opts Options, over *deployplan.Overlay) (target, error) {
	commit, err := store.Load(ctx, opts.Target)
	if err != nil {
		return target{}, fmt.Errorf("read the target: %w", err)
	}
	id, ok := commit.Trailer(capture.TrailerOrg)
	other := ok && id != opts.OrgID
	if other && !opts.promotes {
		return target{}, fmt.Errorf("the target %s: %w: %s, not %s", opts.Target.Short(), ErrOtherOrg, id, opts.OrgID)
	}
	out := target{version: opts.Read.Version, other: other}
	if text, ok := commit.Trailer(capture.TrailerVersion); ok {
		// The XML of a snapshot is of the version it was retrieved with.
		if out.version, err = metadata.ParseVersion(text); err != nil {
			return target{}, fmt.Errorf("read the target: %w", err)
		}
	}
	if out.Base, err = stateAt(ctx, store, blobs, opts.Target, opts.Root); err != nil {
		return target{}, err
	}
	laid := over.Over(deployplan.State{Tree: out.Tree, Blobs: out.Blobs})
	out.Base = capture.Base{Tree: laid.Tree, Blobs: laid.Blobs}
	return out, nil
}

// newest is the state that the org's newest snapshot holds.
func newest(ctx context.Context, store *snapshot.Store, blobs tree.Blobs, opts Options) (capture.Base, error) {
	head, err := store.Head(ctx, opts.Branch)
	if errors.Is(err, snapshot.ErrNoSnapshot) {
		return capture.Base{Blobs: blobs}, nil
	}
	if err != nil {
		return capture.Base{}, err
	}
	return stateAt(ctx, store, blobs, head, opts.Root)
}

// manifestPath is made from the rest of a state, and no part of what is compared.
const manifestPath = "package.xml"

func stateAt(ctx context.Context, store *snapshot.Store, blobs tree.Blobs, id snapshot.ID, root string) (capture.Base, error) {
	t, err := store.Tree(ctx, id, root)
	if err != nil {
		return capture.Base{}, fmt.Errorf("read the files of %s: %w", id.Short(), err)
	}
	e := t.Edit()
	e.Delete(manifestPath)
	return capture.Base{Tree: e.Tree(), Blobs: blobs}, nil
}

// unread gives the components of which the org did not give the present state.
func unread(c capture.Coverage) map[metadata.Component]string {
	out := map[metadata.Component]string{}
	for _, m := range c.Missing {
		if !strings.HasSuffix(m.FullName, "*") {
			out[metadata.Component{Type: m.Type, FullName: m.FullName}] = m.Reason
		}
	}
	return out
}
