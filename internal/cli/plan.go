package cli

import (
	"context"
	"fmt"

	"github.com/orgkeep/orgkeep/internal/config"
	"github.com/orgkeep/orgkeep/internal/deployplan"
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
}

func newPlanCommand(f *Factory, runF func(context.Context, planOptions) error) *cobra.Command {
	opts := planOptions{Factory: f, Open: f.OpenStore, Org: f.OpenOrg}
	c := &cobra.Command{
		Use:   "plan ALIAS --to REV",
		Short: "Show what a rollback would do",
		Long: `Reads the live org and shows what a rollback to REV would do: what is created,
changed and deleted, which data that takes along, and what the API cannot do. It
changes nothing. With -o the plan is written to a file, which apply deploys as
long as no component in it moves.` +
			exitStatus("shown (with --exit-code: nothing to do)", ExitDifferences, ExitSignIn, ExitRefused, ExitIntegrity, ExitNotSetUp, ExitLocked),
		Example: `  orgkeep plan prod --to v2026.11
  orgkeep plan prod --to v2026.11 -o back.json
  orgkeep apply back.json --production`,
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
	return c
}

func runPlan(ctx context.Context, opts planOptions) error {
	f := opts.Factory
	if opts.To == "" {
		return usagef("--to is missing: which state to go back to? See  orgkeep log %s", opts.Alias)
	}
	w, unlock, err := f.beginWay(ctx, wayRequest{Alias: opts.Alias, What: "plan", Open: opts.Open, Org: opts.Org})
	if err != nil {
		return err
	}
	defer unlock()
	plan, err := w.plan(ctx, opts.To, opts.Scope)
	if err != nil {
		return ForOrg(opts.Alias, err)
	}
	if opts.Output != "" {
		if err := f.writePlan(plan, opts.Output); err != nil {
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
	f.hintPlan(plan, opts)
	if opts.ExitCode && len(plan.Actions) > 0 {
		return Status(ExitDifferences)
	}
	return nil
}

func (f *Factory) writePlan(plan *deployplan.Plan, name string) error {
	data, err := plan.Encode()
	if err != nil {
		return err
	}
	if err := state.WriteFile(f.Sys.FS, f.Path(name), data, 0o600); err != nil {
		return fmt.Errorf("write the plan: %w", err)
	}
	return nil
}

func (f *Factory) hintPlan(plan *deployplan.Plan, opts planOptions) {
	switch {
	case plan.Empty():
	case opts.Output != "":
		f.IO.Note("\nDeploy it:  orgkeep apply %s", shellWord(opts.Output))
	default:
		f.IO.Note("\nDo it:  orgkeep rollback %s --to %s", opts.Alias, shellWord(opts.To))
	}
}
