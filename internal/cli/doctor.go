package cli

import (
	"context"
	"errors"

	"github.com/orgkeep/orgkeep/internal/config"
	"github.com/orgkeep/orgkeep/internal/snapshot"
	"github.com/orgkeep/orgkeep/pkg/mdapi"
	"github.com/spf13/cobra"
)

type doctorOptions struct {
	Factory       *Factory
	Open          func(context.Context) (*snapshot.Store, *config.Config, error)
	Org           func(context.Context, string) (*mdapi.Client, OrgInfo, error)
	Aliases       []string
	PermissionSet bool
}

func newDoctorCommand(f *Factory, runF func(context.Context, doctorOptions) error) *cobra.Command {
	opts := doctorOptions{Factory: f, Open: f.OpenStore, Org: f.OpenOrg}
	c := &cobra.Command{
		Use:   "doctor [ALIAS]",
		Short: "Find out what stands in the way, and how to fix it",
		Long: `Looks at what a run needs: the repository and who commits to it, and for each
org the proxy, TLS, the clock, the sign-in, what the user may do and how many
API calls are left. Without ALIAS, every org that is signed in. Nothing is
changed, here or in an org.

A problem ends with the code that a run would end with; several that differ
with 1. A warning is no problem. What cannot be found out is unknown.

With --permission-set it prints instead, as metadata to deploy, the permission
set that a user needs who takes snapshots and no more. To roll back, a user
needs the right to change what is rolled back as well.` +
			exitStatus("no problem was found", ExitIncomplete, ExitSignIn, ExitRefused, ExitIntegrity, ExitNotSetUp),
		Example: `  orgkeep doctor prod
  orgkeep doctor --permission-set > permissionsets/` + backupSet + `.permissionset`,
		Args:              cobra.MaximumNArgs(1),
		ValidArgsFunction: f.completeAlias(1),
		RunE: func(c *cobra.Command, args []string) error {
			opts.Aliases = args
			if runF != nil {
				return runF(c.Context(), opts)
			}
			return runDoctor(c.Context(), opts)
		},
	}
	c.Flags().BoolVar(&opts.PermissionSet, "permission-set", false, "print a permission set for a user who takes snapshots")
	return c
}

// States of what was looked at.
const (
	checkOK      = "ok"
	checkWarning = "warning"
	checkProblem = "problem"
	checkUnknown = "unknown"
)

// checkup is one thing that was looked at.
type checkup struct {
	Org   string `json:"org,omitempty"`
	Check string `json:"check"`
	State string `json:"state"`
	Found string `json:"found"`
	Fix   string `json:"fix,omitempty"`
	exit  ExitCode
}

// doctorResult is what --json prints.
type doctorResult struct {
	Healthy bool      `json:"healthy"`
	Checks  []checkup `json:"checks"`
}

// doctor gathers what it finds.
type doctor struct {
	f      *Factory
	opts   doctorOptions
	org    string // that is looked at now
	checks []checkup
}

func (d *doctor) add(check, state, found, fix string) {
	d.checks = append(d.checks, checkup{Org: d.org, Check: check, State: state, Found: found, Fix: fix})
}

// problem ends the command with a code.
func (d *doctor) problem(check, found, fix string, exit ExitCode) {
	d.checks = append(d.checks, checkup{d.org, check, checkProblem, found, fix, exit})
}

// failed is a problem that a command would end with, in the same words.
func (d *doctor) failed(check string, err error) {
	if d.org != "" {
		err = ForOrg(d.org, err)
	}
	for _, e := range d.f.explainAll(err) {
		d.problem(check, e.Message, e.Hint.String(), e.Exit)
	}
}

func runDoctor(ctx context.Context, opts doctorOptions) error {
	f := opts.Factory
	if opts.PermissionSet {
		if len(opts.Aliases) > 0 {
			return usagef("--permission-set is the same for every org; leave %s out", opts.Aliases[0])
		}
		return f.printPermissionSet()
	}
	d := &doctor{f: f, opts: opts}
	d.repository(ctx)
	aliases := opts.Aliases
	if len(aliases) == 0 {
		aliases = d.signedIn()
	}
	for _, alias := range aliases {
		if err := config.CheckAlias(alias); err != nil {
			return err
		}
		d.org = alias
		d.examine(ctx)
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	return f.showDoctor(d.checks)
}

// signedIn are the orgs to look at when none is named.
func (d *doctor) signedIn() []string {
	logins, err := d.f.Logins().List()
	if err != nil {
		d.failed("sign-ins", err)
		return nil
	}
	if len(logins) == 0 {
		d.add("sign-ins", checkWarning, "no org is signed in", Hint{"Sign in", "orgkeep auth login ALIAS"}.String())
	}
	var aliases []string
	for _, l := range logins {
		aliases = append(aliases, l.Alias)
	}
	return aliases
}

// repository looks at the one that the command stands in, and at who commits.
// Orgs can be looked at without one.
func (d *doctor) repository(ctx context.Context) {
	store, _, err := d.opts.Open(ctx)
	if errors.Is(err, snapshot.ErrNotRepository) {
		d.add("repository", checkWarning, "there is none here", Hint{"Make one", "orgkeep init"}.String())
		return
	}
	if err != nil {
		d.failed("repository", err)
		return
	}
	report, err := store.Fsck(ctx, snapshot.FsckOptions{})
	switch {
	case err != nil:
		d.failed("repository", err)
	case len(report.Findings) == 0:
		d.add("repository", checkOK, "healthy", "")
	}
	for _, found := range report.Findings {
		d.problem("repository", found.File+": "+found.Problem, found.Repair, ExitIntegrity)
	}
	who, err := store.Identity()
	if err != nil {
		d.problem("git identity", err.Error(), Hint{"Say who commits", "git config user.name NAME; git config user.email ADDRESS"}.String(), ExitFailure)
		return
	}
	d.add("git identity", checkOK, who.Name+" <"+who.Email+">", "")
}
