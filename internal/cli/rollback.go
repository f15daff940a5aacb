package cli

import (
	"context"

	"github.com/orgkeep/orgkeep/internal/config"
	"github.com/orgkeep/orgkeep/internal/snapshot"
	"github.com/orgkeep/orgkeep/pkg/mdapi"
	"github.com/spf13/cobra"
)

type rollbackOptions struct {
	Factory *Factory
	Open    func(context.Context) (*snapshot.Store, *config.Config, error)
	Org     func(context.Context, string) (*mdapi.Client, OrgInfo, error)
	Alias   string
	To      string
	Scope   scope
	Deploy  deployFlags
}

func newRollbackCommand(f *Factory, runF func(context.Context, rollbackOptions) error) *cobra.Command {
	opts := rollbackOptions{Factory: f, Open: f.OpenStore, Org: f.OpenOrg}
	c := &cobra.Command{
		Use:   "rollback ALIAS --to REV",
		Short: "Take an org back to a snapshot",
		Long: `Takes an org back to an earlier state: reads the live org, plans from that,
shows the plan, asks, takes a snapshot, deploys, reads back what it touched and
compares it with the target, and takes a snapshot of the result. A deploy is all
or nothing. A component that moved between plan and deploy stops it (exit 5).

What the API cannot do is in the plan before anything is called, with what to do
by hand. Production needs --production, and deletions that take data along need
--allow-data-loss with the names (in a sandbox --yes is enough where the org
tells of no records).` +
			exitStatus("the org is at the target, or there was nothing to do",
				ExitIncomplete, ExitSignIn, ExitStale, ExitRefused, ExitRejected, ExitIntegrity, ExitNotSetUp, ExitLocked, ExitInterrupted),
		Example: `  orgkeep rollback prod --to v2026.11 --check-only
  orgkeep rollback prod --to v2026.11 --production
  orgkeep rollback uat --to uat~1 --only Flow:Route_Case --yes`,
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: f.completeAlias(1),
		RunE: func(c *cobra.Command, args []string) error {
			opts.Alias = args[0]
			if runF != nil {
				return runF(c.Context(), opts)
			}
			return runRollback(c.Context(), opts)
		},
	}
	flags := c.Flags()
	flags.StringVar(&opts.To, "to", "", "the state to go back to: a revision `REV`")
	opts.Scope.addFlags(flags)
	opts.Deploy.addFlags(flags)
	return c
}

func runRollback(ctx context.Context, opts rollbackOptions) error {
	f := opts.Factory
	if opts.To == "" {
		return usagef("--to is missing: which state to go back to? See  orgkeep log %s", opts.Alias)
	}
	if err := opts.Deploy.check(f); err != nil {
		return err
	}
	w, unlock, err := f.beginWay(ctx, wayRequest{Alias: opts.Alias, What: "rollback", Open: opts.Open, Org: opts.Org, Deploy: opts.Deploy})
	if err != nil {
		return err
	}
	defer unlock()
	plan, err := w.plan(ctx, opts.To, opts.Scope)
	if err != nil {
		return ForOrg(opts.Alias, err)
	}
	return w.carryOut(ctx, plan, "rollback")
}
