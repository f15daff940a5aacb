package cli

import (
	"context"
	"fmt"

	"github.com/orgkeep/orgkeep/internal/seal"
	"github.com/spf13/cobra"
)

func newSealImportCommand(f *Factory, runF func(context.Context, sealOptions) error) *cobra.Command {
	opts := sealOptions{Factory: f, Open: f.OpenStore}
	return &cobra.Command{
		Use:     "import FILE",
		Short:   "Keep a key that was exported elsewhere",
		Example: "  orgkeep seal import key\n  orgkeep seal import - < key",
		Long: `Reads a key from a file, or from stdin with -, and keeps it for this repository.
What was sealed with another key stays so until
orgkeep snapshot ALIAS --reseal.` + exitStatus("kept", ExitNotSetUp),
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			opts.File = args[0]
			if runF != nil {
				return runF(c.Context(), opts)
			}
			return runSealImport(c.Context(), opts)
		},
	}
}

func runSealImport(ctx context.Context, opts sealOptions) error {
	f := opts.Factory
	text, err := f.secretFile("FILE", opts.File)
	if err != nil {
		return err
	}
	key, err := seal.ParseKey(text)
	if err != nil {
		return err
	}
	store, settings, err := opts.Open(ctx)
	if err != nil {
		return err
	}
	where, err := f.keepSealKey(store, key)
	if err != nil {
		return err
	}
	if f.JSON() {
		return f.WriteJSON("seal import", map[string]string{"key": key.ID()})
	}
	fmt.Fprintf(f.IO.Out, "key %s  is kept in %s\n", key.ID(), where)
	used, err := f.sealedBy(ctx, store, settings)
	if err != nil {
		return err
	}
	delete(used, key.ID())
	if len(used) > 0 {
		f.IO.Note("Other keys sealed what is stored; to seal it with this one:  orgkeep snapshot ALIAS --reseal")
	}
	return nil
}
