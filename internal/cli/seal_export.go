package cli

import (
	"context"
	"errors"
	"fmt"

	"github.com/orgkeep/orgkeep/internal/auth"
	"github.com/spf13/cobra"
)

func newSealExportCommand(f *Factory, runF func(context.Context, sealOptions) error) *cobra.Command {
	opts := sealOptions{Factory: f, Open: f.OpenStore}
	return &cobra.Command{
		Use:     "export",
		Short:   "Print the repository's key, which is a secret",
		Example: "  orgkeep seal export > key",
		Long: `Prints the key of this repository, for ORGKEEP_SEAL_KEY or for
orgkeep seal import. Whoever has it can try out guesses of a secret.` + exitStatus("printed", ExitNotSetUp),
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if runF != nil {
				return runF(c.Context(), opts)
			}
			return runSealExport(c.Context(), opts)
		},
	}
}

func runSealExport(ctx context.Context, opts sealOptions) error {
	f := opts.Factory
	store, settings, err := opts.Open(ctx)
	if err != nil {
		return err
	}
	// Not the sealer's keys: what those read is taken out of all that is printed.
	keys := &auth.SealKeys{Env: f.Env, FS: f.Sys.FS, Keyring: f.Logins().Keyring}
	s, id, err := f.sealerOf(ctx, keys, store, settings)
	switch {
	case err != nil:
		return err
	case s.Key.IsZero() && id == "":
		return errNoKeyYet
	case s.Key.IsZero():
		return fmt.Errorf("%w: %s", auth.ErrNoSealKey, id)
	}
	_, err = fmt.Fprintln(f.IO.Out, s.Key.Export())
	return err
}

var errNoKeyYet = errors.New("there is no seal key yet: the first snapshot makes one")
