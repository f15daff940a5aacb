package cli

import (
	"context"
	"fmt"

	"github.com/orgkeep/orgkeep/internal/auth"
	"github.com/orgkeep/orgkeep/internal/config"
	"github.com/spf13/cobra"
)

type authLogoutOptions struct {
	Factory *Factory
	Alias   string
	Keep    bool
}

func newAuthLogoutCommand(f *Factory, runF func(context.Context, authLogoutOptions) error) *cobra.Command {
	opts := authLogoutOptions{Factory: f}
	c := &cobra.Command{
		Use:     "logout ALIAS",
		Short:   "Revoke and forget a sign-in",
		Example: "  orgkeep auth logout uat",
		Long: `Revokes the token that is kept for an org, so that nobody can use it, and
forgets the sign-in. When the org cannot be reached the sign-in is forgotten
all the same. A login of the sf CLI is not revoked: it is not ours.` + exitStatus("forgotten", ExitSignIn),
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: f.completeAlias(1),
		RunE: func(c *cobra.Command, args []string) error {
			opts.Alias = args[0]
			if runF != nil {
				return runF(c.Context(), opts)
			}
			return runAuthLogout(c.Context(), opts)
		},
	}
	c.Flags().BoolVar(&opts.Keep, "no-revoke", false, "forget it here, but let the token live")
	return c
}

func runAuthLogout(ctx context.Context, opts authLogoutOptions) error {
	f := opts.Factory
	if err := config.CheckAlias(opts.Alias); err != nil {
		return err
	}
	logins := f.Logins()
	revoked := false
	login, secrets, err := logins.Load(opts.Alias)
	if err == nil && login.Secrets == auth.InEnvironment {
		f.IO.Note("note: %s still signs it in", f.Env.NamedBy(opts.Alias))
	} else if err == nil && !opts.Keep {
		if revoked, err = f.revoke(ctx, login, secrets); err != nil {
			f.IO.Note("note: the token was not revoked: %v", err)
		}
	}
	if err := logins.Delete(opts.Alias); err != nil {
		return ForOrg(opts.Alias, err)
	}
	if f.JSON() {
		return f.WriteJSON("auth logout", map[string]any{"alias": opts.Alias, "revoked": revoked})
	}
	what := "forgotten"
	if revoked {
		what = "revoked and forgotten"
	}
	fmt.Fprintf(f.IO.Out, "%s  %s\n", opts.Alias, what)
	return nil
}

// revoke ends the token that is kept. Sign-ins without one (a secret, a key, the
// sf CLI) have nothing to revoke.
func (f *Factory) revoke(ctx context.Context, login auth.Login, secrets auth.Secrets) (bool, error) {
	token := secrets.RefreshToken
	if token == "" {
		token = secrets.AccessToken
	}
	if token == "" {
		return false, nil
	}
	conn, err := f.connection()
	if err != nil {
		return false, err
	}
	if err := conn.Revoke(ctx, login, token); err != nil {
		return false, err
	}
	return true, nil
}
