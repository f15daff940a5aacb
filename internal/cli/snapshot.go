package cli

import (
	"context"

	"github.com/orgkeep/orgkeep/internal/config"
	"github.com/orgkeep/orgkeep/internal/seal"
	"github.com/orgkeep/orgkeep/internal/snapshot"
	"github.com/orgkeep/orgkeep/pkg/mdapi"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

type snapshotOptions struct {
	Factory *Factory
	Open    func(context.Context) (*snapshot.Store, *config.Config, error)
	Org     func(context.Context, string) (*mdapi.Client, OrgInfo, error)
	Aliases []string
	All     bool

	Message        string
	Tag            string
	Selection      selection
	Full           bool
	DryRun         bool
	SingleCommit   bool
	AllowDeletions int
	Reseal         bool
	Pushing        pushing

	seal seal.Sealer
	// collect takes the results in place of a JSON document; may be nil.
	collect func([]snapshotResult)
}

func newSnapshotCommand(f *Factory, runF func(context.Context, snapshotOptions) error) *cobra.Command {
	opts := snapshotOptions{Factory: f, Open: f.OpenStore, Org: f.OpenOrg}
	c := &cobra.Command{
		Use:   "snapshot [ALIAS...]",
		Short: "Record the state of an org",
		Long: `Retrieves an org, brings its metadata into one form, and commits what changed
to the org's branch: one commit per author, an unchanged org makes none.
Without ALIAS: the one org that the settings list.

What cannot be read is carried over as it was and named (exit 3); nothing is
taken as deleted because it did not come. A run that would record suspiciously
many deletions stops (exit 6); --allow-deletions says how many are right.

After a first run only what moved is retrieved, and what the org's listing
tells nothing of. A full run is made every 7 days (full-every in the settings)
and with --full; it reports what the runs before could not see.

Passwords, tokens and consumer secrets are sealed before they are stored
(orgkeep seal --help). With --push the branches go to a remote as well, never by
force: that it went on is told before anything is retrieved (exit 6), that
commits vanished there with exit 8.` +
			exitStatus("recorded, or nothing changed", ExitIncomplete, ExitSignIn, ExitRefused, ExitIntegrity, ExitNotSetUp, ExitLocked, ExitInterrupted),
		Example: `  orgkeep snapshot prod
  orgkeep snapshot prod --tag v2026.11 --message "before the release"
  orgkeep snapshot --all --push
  orgkeep snapshot uat --type Flow,ApexClass --dry-run`,
		ValidArgsFunction: f.completeAlias(-1),
		RunE: func(c *cobra.Command, args []string) error {
			opts.Aliases = args
			if runF != nil {
				return runF(c.Context(), opts)
			}
			return runSnapshot(c.Context(), opts)
		},
	}
	opts.addFlags(c.Flags())
	return c
}

func (o *snapshotOptions) addFlags(flags *pflag.FlagSet) {
	flags.BoolVar(&o.All, "all", false, "every org in the settings")
	flags.StringVarP(&o.Message, "message", "m", "", "the commits' subject is `TEXT` (default: what changed)")
	flags.StringVar(&o.Tag, "tag", "", "put the tag `NAME` on the snapshot")
	flags.BoolVar(&o.Full, "full", false, "retrieve everything, and report what listings did not tell")
	flags.BoolVarP(&o.DryRun, "dry-run", "n", false, "list, show the retrieves that would be made, and stop")
	flags.BoolVar(&o.SingleCommit, "single-commit", false, "make one commit, not one per author")
	flags.IntVar(&o.AllowDeletions, "allow-deletions", 0, "up to `N` deletions are expected")
	flags.BoolVar(&o.Reseal, "reseal", false, "seal all secrets anew, with the key that was imported here")
	o.Pushing.addFlags(flags)
	o.Selection.addFlags(flags)
}

// orgs gives the aliases that a command is about: those named, or all that the
// settings list.
func (f *Factory) orgs(settings *config.Config, named []string, all bool) ([]string, error) {
	listed := settings.Aliases()
	switch {
	case all && len(named) > 0:
		return nil, usagef("--all and ALIAS exclude each other")
	case all && len(listed) == 0:
		return nil, usagef("--all: the settings list no org")
	case all:
		return listed, nil
	case len(named) == 0 && len(listed) == 1:
		return listed, nil
	case len(named) == 0:
		return nil, usagef("which org? Name one, or --all for those in the settings")
	}
	for _, alias := range named {
		if err := config.CheckAlias(alias); err != nil {
			return nil, err
		}
	}
	return named, nil
}
