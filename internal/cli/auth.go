package cli

import "github.com/spf13/cobra"

func newAuthCommand(f *Factory) *cobra.Command {
	c := &cobra.Command{
		Use:   "auth",
		Short: "Sign in to orgs",
		Long: `Signs in to orgs. An org is addressed by an alias that you choose. Secrets lie
in the system's keyring, or in a file that only you can read; in a pipeline
everything can come from the environment instead (orgkeep help environment).`,
		Args: cobra.NoArgs,
		RunE: showHelp,
	}
	c.AddCommand(newAuthLoginCommand(f, nil), newAuthListCommand(f, nil), newAuthStatusCommand(f, nil), newAuthLogoutCommand(f, nil))
	return c
}
