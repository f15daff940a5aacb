package cli

import (
	"context"

	"github.com/spf13/cobra"
)

type authListOptions struct{ Factory *Factory }

func newAuthListCommand(f *Factory, runF func(context.Context, authListOptions) error) *cobra.Command {
	opts := authListOptions{Factory: f}
	return &cobra.Command{
		Use:     "list",
		Short:   "Show which orgs are signed in",
		Example: "  orgkeep auth list",
		Long: `Shows the sign-ins that are kept and those that the environment gives. No org
is asked; orgkeep auth status does that.` + exitStatus("listed"),
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if runF != nil {
				return runF(c.Context(), opts)
			}
			return runAuthList(opts)
		},
	}
}

func runAuthList(opts authListOptions) error {
	f := opts.Factory
	logins, err := f.Logins().List()
	if err != nil {
		return err
	}
	if f.JSON() {
		results := []loginResult{}
		for _, l := range logins {
			results = append(results, loginResultOf(l))
		}
		return f.WriteJSON("auth list", results)
	}
	if len(logins) == 0 {
		f.IO.Note("No org is signed in.\n  Sign in:  orgkeep auth login ALIAS")
		return nil
	}
	t := f.IO.NewTable("alias", "username", "org", "kind", "method", "secrets", "instance", "signed in")
	for _, l := range logins {
		r := loginResultOf(l)
		t.Row(r.Alias, r.Username, r.OrgID, r.Kind, r.Method, r.Secrets, r.InstanceURL, f.IO.Time(f.Now(), l.SignedIn))
	}
	return t.Write()
}
