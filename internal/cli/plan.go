package cli

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/orgkeep/orgkeep/internal/cli/iostreams"
	"github.com/orgkeep/orgkeep/internal/config"
	"github.com/orgkeep/orgkeep/internal/deployplan"
	"github.com/orgkeep/orgkeep/internal/rollback"
	"github.com/orgkeep/orgkeep/internal/snapshot"
	"github.com/orgkeep/orgkeep/internal/state"
	"github.com/orgkeep/orgkeep/pkg/mdapi"
	"github.com/spf13/cobra"
)

type planOptions struct {
	Factory  *Factory
	Open     func(context.Context) (*snapshot.Store, *config.Config, error)
	Org      func(context.Context, string) (*mdapi.Client, OrgInfo, error)
	Alias    string
	To       string
	Output   string
	ExitCode bool
	Scope    scope
	Validate bool
	kept     string // the name under which a validated plan is kept
	Deploy   deployFlags
}

func newPlanCommand(f *Factory, runF func(context.Context, planOptions) error) *cobra.Command {
	opts := planOptions{Factory: f, Open: f.OpenStore, Org: f.OpenOrg}
	c := &cobra.Command{
		Use:   "plan ALIAS --to REV",
		Short: "Show what a rollback would do",
		Long: `Reads the live org and shows what a rollback to REV would do: what is created,
changed and deleted, which data that takes along, and what the API cannot do.
It changes nothing. With -o the plan is written to a file, which apply deploys
as long as no component in it moves.

With --validate the org checks the plan and runs its tests. Within ten days
apply then deploys that validation, without running the tests a second time. A
plan that is not written to a file is kept under a name, for apply.

--only, --except and --only-element narrow the plan. REV may then be a
snapshot of another org (a promotion); what the selection needs and the org
has not is named, and added by --with-dependencies.` +
			exitStatus("shown (with --exit-code: nothing to do)", ExitDifferences, ExitSignIn, ExitRefused, ExitRejected, ExitIntegrity, ExitNotSetUp, ExitLocked),
		Example: `  orgkeep plan prod --to v2026.11
  orgkeep plan prod --to v2026.11 -o back.json
  orgkeep apply back.json --production
  orgkeep plan prod --to uat --only 'Flow:Route_*' --with-dependencies`,
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: f.completeAlias(1),
		RunE: func(c *cobra.Command, args []string) error {
			opts.Alias = args[0]
			if runF != nil {
				return runF(c.Context(), opts)
			}
			return runPlan(c.Context(), opts)
		},
	}
	flags := c.Flags()
	flags.StringVar(&opts.To, "to", "", "the state to go back to: a revision `REV`")
	flags.StringVarP(&opts.Output, "output", "o", "", "write the plan to `FILE`, for apply")
	flags.BoolVar(&opts.ExitCode, "exit-code", false, "exit with 2 when there is something to do")
	opts.Scope.addFlags(flags)
	flags.BoolVar(&opts.Validate, "validate", false, "let the org validate the plan, so that apply can deploy that")
	opts.Deploy.addTestFlags(flags)
	return c
}

func runPlan(ctx context.Context, opts planOptions) error {
	f := opts.Factory
	if opts.To == "" {
		return usagef("--to is missing: which state to go back to? See  orgkeep log %s", opts.Alias)
	}
	w, unlock, err := f.beginWay(ctx, wayRequest{Alias: opts.Alias, What: "plan", Open: opts.Open, Org: opts.Org, Deploy: opts.Deploy})
	if err != nil {
		return err
	}
	defer unlock()
	plan, err := w.plan(ctx, opts.To, opts.Scope)
	if err != nil {
		return ForOrg(opts.Alias, err)
	}
	if opts.Validate {
		if err := w.validate(ctx, plan, &opts); err != nil {
			return ForOrg(opts.Alias, err)
		}
	}
	if opts.Output != "" {
		if err := f.writePlan(ctx, plan, opts.Output); err != nil {
			return err
		}
	}
	if f.JSON() {
		var result planResult
		if result, err = planResultOf(plan); err == nil {
			err = f.WriteJSON("plan", result)
		}
	} else {
		err = f.showPlan(plan)
	}
	if err != nil {
		return err
	}
	w.warn(plan)
	f.hintPlan(plan, opts)
	if opts.ExitCode && len(plan.Actions) > 0 {
		return Status(ExitDifferences)
	}
	return nil
}

func (f *Factory) writePlan(ctx context.Context, plan *deployplan.Plan, name string) error {
	write := func(w io.Writer) error { return plan.Write(ctx, w) }
	if err := state.WriteStream(f.Sys.FS, f.Path(name), 0o600, write); err != nil {
		return fmt.Errorf("write the plan: %w", err)
	}
	return nil
}

func (f *Factory) hintPlan(plan *deployplan.Plan, opts planOptions) {
	switch {
	case plan.Empty():
	case opts.Validate && opts.Output == "":
		f.IO.Note("\nValidated as %s. Deploy it:  orgkeep apply %s", plan.Validation.ID, opts.kept)
	case opts.Output != "":
		f.IO.Note("\nDeploy it:  orgkeep apply %s", shellWord(opts.Output))
	default:
		f.IO.Note("\nDo it:  orgkeep rollback %s --to %s%s", opts.Alias, shellWord(opts.To), opts.Scope.asFlags())
	}
}

// validate lets the org check a plan, and notes the validation in it.
func (w *way) validate(ctx context.Context, plan *deployplan.Plan, opts *planOptions) error {
	if plan.Empty() {
		return nil
	}
	if err := w.tests(plan); err != nil {
		return err
	}
	w.opts.CheckOnly = true
	result, err := w.watched(ctx, func(ctx context.Context) (*rollback.Result, error) { return rollback.Apply(ctx, w.deps, plan, w.opts) })
	if opts.Deploy.JUnit != "" {
		err = errors.Join(err, w.f.writeJUnit(opts.Deploy.JUnit, result, err))
	}
	if err != nil {
		return err
	}
	plan.Validation = &deployplan.Validation{
		ID: string(result.Deploys[0].ID), At: w.f.Now().UTC(), TestLevel: string(w.opts.TestLevel), Tests: w.opts.RunTests,
	}
	for _, stage := range result.NotValidated {
		w.f.IO.Note("Not validated: %s, as it needs the deploys before it: %s", stage.Stage, iostreams.Clean(stage.Why))
	}
	if opts.Output != "" {
		return nil
	}
	plans, err := rollback.OpenPlans(w.store, w.f.Sys.FS)
	if err != nil {
		return err
	}
	opts.kept = rollback.NameOf(result.Digest)
	return plans.Save(ctx, opts.kept, plan)
}
