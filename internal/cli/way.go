package cli

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/orgkeep/orgkeep/internal/cli/iostreams"
	"github.com/orgkeep/orgkeep/internal/config"
	"github.com/orgkeep/orgkeep/internal/deployplan"
	"github.com/orgkeep/orgkeep/internal/rollback"
	"github.com/orgkeep/orgkeep/internal/seal"
	"github.com/orgkeep/orgkeep/internal/snapshot"
	"github.com/orgkeep/orgkeep/pkg/mdapi"
	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// wayRequest says which org is to be planned for or deployed to.
type wayRequest struct {
	Alias  string
	What   string // for the lock
	Open   func(context.Context) (*snapshot.Store, *config.Config, error)
	Org    func(context.Context, string) (*mdapi.Client, OrgInfo, error)
	Deploy deployFlags
	Strict bool // nothing in the org may have changed since the plan was made
}

// way is the way back of one org: what plan, apply and rollback share.
type way struct {
	f        *Factory
	deploy   deployFlags
	store    *snapshot.Store
	settings *config.Config
	info     OrgInfo
	seal     seal.Sealer
	deps     rollback.Deps
	opts     rollback.Options
}

// beginWay opens repository and org, and locks the repository until unlock is
// called: a deploy that an earlier run left open is settled first.
func (f *Factory) beginWay(ctx context.Context, r wayRequest) (w *way, unlock func(), err error) {
	if err := config.CheckAlias(r.Alias); err != nil {
		return nil, nil, err
	}
	store, settings, err := r.Open(ctx)
	if err != nil {
		return nil, nil, err
	}
	// What is deployed is recorded: who does that has to be known before.
	if r.What != "plan" && !r.Deploy.CheckOnly {
		if _, err := store.Identity(); err != nil {
			return nil, nil, err
		}
	}
	if unlock, err = store.Lock(ctx, r.What); err != nil {
		return nil, nil, err
	}
	if w, err = f.openWay(ctx, r, store, settings); err != nil {
		unlock()
		return nil, nil, ForOrg(r.Alias, err)
	}
	return w, unlock, nil
}

func (f *Factory) openWay(ctx context.Context, r wayRequest, store *snapshot.Store, settings *config.Config) (*way, error) {
	client, info, err := r.Org(ctx, r.Alias)
	if err != nil {
		return nil, err
	}
	level, err := r.Deploy.level()
	if err != nil {
		return nil, err
	}
	if err := checkLevel(level, client.Version()); err != nil {
		return nil, err
	}
	user, err := client.UserInfo(ctx)
	if err != nil {
		return nil, fmt.Errorf("ask who is signed in: %w", err)
	}
	norm, err := normalizer(settings)
	if err != nil {
		return nil, err
	}
	w := &way{f: f, deploy: r.Deploy, store: store, settings: settings, info: info}
	if w.seal, _, err = f.sealer(ctx, store, settings); err != nil {
		return nil, err
	}
	w.deps = rollback.Deps{Org: client, Normalizer: norm, Store: store, FS: f.Sys.FS}
	w.opts = rollback.Options{
		Alias: r.Alias, OrgID: info.OrgID, OrgName: info.OrgName, UserID: user.UserID, Username: info.Username, Command: r.What, ValidateInverse: r.Deploy.ValidateInverse, Strict: r.Strict, Production: info.Production,
		Branch: info.Settings.Branch, Root: info.Settings.Root, CheckOnly: r.Deploy.CheckOnly, TestLevel: level, RunTests: r.Deploy.Tests,
		Tool: f.Sys.Build.complete().Version, Mail: mailOf(settings), Now: f.Now,
	}
	f.headline(info)
	return w, nil
}

// reading gives the options for reading the org, with its progress on a board.
func (w *way) reading(board *iostreams.Board) error {
	read, err := w.f.readOptions(w.store, w.info.APIVersion, selection{}, board)
	if err != nil {
		return err
	}
	read.Seal = w.seal
	w.opts.Read = read
	return nil
}

// plan reads the org and works out what it takes to reach the target.
func (w *way) plan(ctx context.Context, to string, s scope) (*deployplan.Plan, error) {
	target, err := w.f.resolve(ctx, w.store, w.settings, to)
	if err != nil {
		return nil, err
	}
	w.opts.Target, w.opts.TargetName = target, to
	if w.opts.Keep, err = s.keep(metadata.Default()); err != nil {
		return nil, err
	}
	if w.opts.Picks, err = s.picks(); err != nil {
		return nil, err
	}
	w.opts.WithDependencies, w.opts.Users = s.WithDependencies, s.users(w.info.Settings)
	board := w.f.IO.NewBoard(w.opts.Alias, w.f.Now)
	defer board.Close()
	if err := w.reading(board); err != nil {
		return nil, err
	}
	return rollback.Plan(ctx, w.deps, w.opts)
}

// tests settles which tests run: where none are named, those that name what
// changes.
func (w *way) tests(plan *deployplan.Plan) error {
	if w.opts.TestLevel != mdapi.RunSpecifiedTests || len(w.opts.RunTests) > 0 || plan.Empty() {
		return nil
	}
	if len(plan.Tests) == 0 {
		return usagef("no test class names what changes; name some with --tests, or use another --test-level")
	}
	w.opts.RunTests = plan.Tests
	w.f.IO.Note("Tests: %s", strings.Join(plan.Tests, ", "))
	return nil
}

// warn says before anything is called what a plan is short of.
func (w *way) warn(plan *deployplan.Plan) {
	for _, m := range plan.Missing {
		w.f.IO.Note("%s needs %s, which the org has not: add --with-dependencies", m.By, m.Component)
	}
	if len(plan.Stages) > 1 {
		w.f.IO.Note("%d deploys, one after the other: together they are not all or nothing.", len(plan.Stages))
		for _, text := range lateStages(plan) {
			w.f.IO.Note("  %s", iostreams.Clean(text))
		}
	}
}

// carryOut shows a plan, makes sure that it is wanted, and deploys it.
func (w *way) carryOut(ctx context.Context, plan *deployplan.Plan, command string) error {
	f := w.f
	if !f.JSON() {
		if err := f.showPlan(plan); err != nil {
			return err
		}
		if err := f.IO.Flush(); err != nil {
			return err
		}
	}
	w.warn(plan)
	if err := w.deploy.guard(plan, w.info.Settings); err != nil {
		return err
	}
	if err := w.tests(plan); err != nil {
		return err
	}
	if !w.deploy.CheckOnly && !plan.Empty() {
		if err := f.Confirm(ctx, "\n"+question(plan), w.deploy.Yes); err != nil {
			return err
		}
	}
	result, err := w.watched(ctx, func(ctx context.Context) (*rollback.Result, error) { return rollback.Apply(ctx, w.deps, plan, w.opts) })
	if w.deploy.JUnit != "" {
		err = errors.Join(err, f.writeJUnit(w.deploy.JUnit, result, err))
	}
	if err != nil {
		return ForOrg(w.opts.Alias, err)
	}
	return f.showWay(result, w.opts.CheckOnly, command)
}

// watched deploys with progress: reading before and after it, and the deploy.
func (w *way) watched(ctx context.Context, do func(context.Context) (*rollback.Result, error)) (*rollback.Result, error) {
	board := w.f.IO.NewBoard(w.opts.Alias, w.f.Now)
	defer board.Close()
	if err := w.reading(board); err != nil {
		return nil, err
	}
	watch := &wayWatch{board: board, phase: "check"}
	w.opts.Read.Progress, w.opts.Progress = watch.read, watch.deploy
	w.opts.Say = func(text string) { w.f.IO.Note("%s", iostreams.Clean(text)) }
	var quiet func()
	w.opts.Cancel, quiet = w.f.cancelOnSecond(watch)
	defer quiet()
	result, err := do(ctx)
	if canceledByUser(ctx, err) {
		return result, interrupted(w.opts.Alias, err)
	}
	if err != nil && ctx.Err() != nil && result != nil && result.Undo != "" {
		w.f.IO.Note("What is left is pending:  orgkeep resume %s", w.opts.Alias)
	}
	return result, err
}
