package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/orgkeep/orgkeep/internal/config"
	"github.com/orgkeep/orgkeep/internal/deployplan"
	"github.com/orgkeep/orgkeep/internal/rollback"
	"github.com/orgkeep/orgkeep/internal/snapshot"
	"github.com/orgkeep/orgkeep/internal/tree"
	"github.com/orgkeep/orgkeep/pkg/mdapi"
	"github.com/spf13/cobra"
)

type applyOptions struct {
	Factory *Factory
	Open    func(context.Context) (*snapshot.Store, *config.Config, error)
	Org     func(context.Context, string) (*mdapi.Client, OrgInfo, error)
	File    string
	Deploy  deployFlags
	Strict  bool
}

func newApplyCommand(f *Factory, runF func(context.Context, applyOptions) error) *cobra.Command {
	opts := applyOptions{Factory: f, Open: f.OpenStore, Org: f.OpenOrg}
	c := &cobra.Command{
		Use:   "apply FILE|NAME",
		Short: "Deploy a plan",
		Long: `Deploys a plan that orgkeep plan wrote, or one that a rollback has kept under
a NAME: the way back that it told of (undo-…). The components of the plan are
read again first: when one moved since, nothing is deployed (exit 5). What
else changed in the org does not matter, unless --strict is given.

A plan that the org has validated (plan --validate) is deployed by that
validation within ten days, without running its tests again, where the org
allows it. Afterwards what was touched is read back and compared, as after a
rollback; and the way back is kept before, as by a rollback.` +
			exitStatus("the org is as planned, or there was nothing to do",
				ExitIncomplete, ExitSignIn, ExitStale, ExitRefused, ExitRejected, ExitIntegrity, ExitNotSetUp, ExitLocked, ExitInterrupted),
		Example: "  orgkeep apply undo-3f2a9c10\n  orgkeep apply back.json --check-only\n  orgkeep apply back.json --production --yes",
		Args:    cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			opts.File = args[0]
			if runF != nil {
				return runF(c.Context(), opts)
			}
			return runApply(c.Context(), opts)
		},
	}
	opts.Deploy.addFlags(c.Flags())
	c.Flags().BoolVar(&opts.Strict, "strict", false, "refuse the plan when anything in the org has changed since it was made")
	return c
}

func runApply(ctx context.Context, opts applyOptions) error {
	f := opts.Factory
	if err := opts.Deploy.check(f); err != nil {
		return err
	}
	spool, err := tree.NewSpool("", nil)
	if err != nil {
		return err
	}
	defer spool.Close()
	plan, err := f.readPlan(ctx, opts, spool)
	if err != nil {
		return err
	}
	w, unlock, err := f.beginWay(ctx, wayRequest{Alias: plan.Alias, What: "apply", Open: opts.Open, Org: opts.Org, Deploy: opts.Deploy, Strict: opts.Strict})
	if err != nil {
		return err
	}
	defer unlock()
	// What is asked is asked of the org that answers, not of what a file says.
	plan.Production, plan.OrgName = w.info.Production, w.info.OrgName
	if err := rollback.CountRecords(ctx, w.deps.Org, plan); err != nil {
		return ForOrg(plan.Alias, err)
	}
	return w.carryOut(ctx, plan, "apply")
}

// readPlan reads a plan from its file, or by the name under which a run has kept
// it.
func (f *Factory) readPlan(ctx context.Context, opts applyOptions, spool *tree.Spool) (*deployplan.Plan, error) {
	file, err := os.Open(f.Path(opts.File))
	if errors.Is(err, fs.ErrNotExist) && opts.File == filepath.Base(opts.File) {
		store, _, openErr := opts.Open(ctx)
		if openErr != nil {
			return nil, openErr
		}
		plans, openErr := rollback.OpenPlans(store, f.Sys.FS)
		if openErr != nil {
			return nil, openErr
		}
		if plan, kept := plans.Load(opts.File, spool); !errors.Is(kept, rollback.ErrNoPlan) {
			return plan, kept
		}
	}
	if err != nil {
		return nil, fmt.Errorf("read the plan: %w", err)
	}
	plan, err := deployplan.Read(file, spool)
	if err = errors.Join(err, file.Close()); err != nil {
		return nil, fmt.Errorf("%s: %w", opts.File, err)
	}
	return plan, nil
}
