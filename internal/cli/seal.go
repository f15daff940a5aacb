package cli

import (
	"context"
	"fmt"

	"github.com/orgkeep/orgkeep/internal/config"
	"github.com/orgkeep/orgkeep/internal/snapshot"
	"github.com/spf13/cobra"
)

func newSealCommand(f *Factory) *cobra.Command {
	c := &cobra.Command{
		Use:   "seal",
		Short: "Manage the key that keeps secrets out of the repository",
		Long: `Secrets that a retrieve brings (passwords and tokens of named credentials,
consumer secrets of auth providers and connected apps) never reach the
repository: a snapshot has a keyed digest in their place, which shows that a
secret changed and not what it is. What is sealed is never deployed.

There is one key per repository. The first snapshot makes it and keeps it in
the keyring or, without one, in a file of yours; it is not in the repository.
Give it to whoever else takes snapshots, pipelines in ORGKEEP_SEAL_KEY: with
another key or none, a secret is carried over as it was and not compared.`,
		Example: "  orgkeep seal status\n  orgkeep seal export | ssh runner orgkeep seal import -",
	}
	c.AddCommand(newSealStatusCommand(f, nil), newSealExportCommand(f, nil), newSealImportCommand(f, nil))
	return c
}

type sealOptions struct {
	Factory *Factory
	Open    func(context.Context) (*snapshot.Store, *config.Config, error)
	File    string
}

func newSealStatusCommand(f *Factory, runF func(context.Context, sealOptions) error) *cobra.Command {
	opts := sealOptions{Factory: f, Open: f.OpenStore}
	return &cobra.Command{
		Use:     "status",
		Short:   "Say which key seals here, and what is sealed",
		Example: "  orgkeep seal status",
		Long: `Names the key that would seal the next snapshot, and counts the sealed values of
the newest snapshots by the key that sealed them.` + exitStatus("shown", ExitNotSetUp),
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if runF != nil {
				return runF(c.Context(), opts)
			}
			return runSealStatus(c.Context(), opts)
		},
	}
}

// sealStatusResult is what --json prints.
type sealStatusResult struct {
	Key    string         `json:"key"`  // "" for none
	Here   bool           `json:"here"` // the key can be used
	Sealed map[string]int `json:"sealed_values"`
}

func runSealStatus(ctx context.Context, opts sealOptions) error {
	f := opts.Factory
	store, settings, err := opts.Open(ctx)
	if err != nil {
		return err
	}
	used, err := f.sealedBy(ctx, store, settings)
	if err != nil {
		return err
	}
	s, id, err := f.sealer(ctx, store, settings)
	if err != nil {
		return err
	}
	result := sealStatusResult{Key: id, Here: !s.Key.IsZero(), Sealed: used}
	if f.JSON() {
		return f.WriteJSON("seal status", result)
	}
	switch {
	case id == "":
		fmt.Fprintln(f.IO.Out, "no key yet: the first snapshot makes one")
	case result.Here:
		fmt.Fprintf(f.IO.Out, "key %s  is here\n", id)
	default:
		fmt.Fprintf(f.IO.Out, "key %s  is not here: values are carried over and not compared\n", id)
		f.IO.Note("Bring it:  orgkeep seal import FILE")
	}
	t := f.IO.NewTable("key", "sealed values")
	for _, key := range sortedKeys(used) {
		t.Row(key, thousands(used[key]))
	}
	return t.Write()
}
