package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/orgkeep/orgkeep/internal/auth"
	"github.com/orgkeep/orgkeep/internal/config"
	"github.com/orgkeep/orgkeep/internal/seal"
	"github.com/orgkeep/orgkeep/internal/snapshot"
	"github.com/orgkeep/orgkeep/internal/state"
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

func (f *Factory) sealKeys() *auth.SealKeys {
	logins := f.Logins()
	return &auth.SealKeys{Env: f.Env, FS: f.Sys.FS, Keyring: logins.Keyring, Secret: f.IO.Redactor.Add}
}

var errNoKeyYet = errors.New("there is no seal key yet: the first snapshot makes one")

// sealKeyFile holds the id of the key that was made or imported in this clone.
const sealKeyFile = "seal-key-id"

// sealer gives what seals, and the id of the key that belongs to the repository:
// that of the environment, or else the one that sealed the newest snapshots, or
// that was made or imported here. Where it is not here, the sealer has no key.
func (f *Factory) sealer(ctx context.Context, store *snapshot.Store, settings *config.Config) (seal.Sealer, string, error) {
	return f.sealerOf(ctx, f.sealKeys(), store, settings)
}

func (f *Factory) sealerOf(ctx context.Context, keys *auth.SealKeys, store *snapshot.Store, settings *config.Config) (seal.Sealer, string, error) {
	key, err := keys.FromEnvironment()
	if err != nil || !key.IsZero() {
		return seal.Sealer{Key: key}, key.ID(), err
	}
	used, err := f.sealedBy(ctx, store, settings)
	if err != nil {
		return seal.Sealer{}, "", err
	}
	noted, err := notedSealKey(store)
	if err != nil {
		return seal.Sealer{}, "", err
	}
	id := noted
	if _, ok := used[noted]; !ok {
		id = cmp.Or(mostUsed(used), noted)
	}
	return loadSealer(keys, id)
}

func loadSealer(keys *auth.SealKeys, id string) (seal.Sealer, string, error) {
	if id == "" {
		return seal.Sealer{}, "", nil
	}
	key, err := keys.Load(id)
	if errors.Is(err, auth.ErrNoSealKey) {
		return seal.Sealer{}, id, nil
	}
	return seal.Sealer{Key: key}, id, err
}

// recordingSealer is sealer for what records: it makes the key when the repository
// has none. A pipeline's would be lost with it, so that there none is made. anew
// seals everything with the key of the environment, or that was imported here.
func (f *Factory) recordingSealer(ctx context.Context, store *snapshot.Store, settings *config.Config, anew bool) (seal.Sealer, error) {
	s, id, err := f.sealer(ctx, store, settings)
	if err != nil {
		return s, err
	}
	if anew {
		return f.sealerAnew(store)
	}
	if id != "" || f.Env.Get("CI") != "" {
		return s, nil
	}
	key := seal.NewKey()
	if _, err := f.keepSealKey(store, key); err != nil {
		f.IO.Note("note: secrets are sealed without a key: %v", err)
		return seal.Sealer{}, nil
	}
	return seal.Sealer{Key: key}, nil
}

func (f *Factory) sealerAnew(store *snapshot.Store) (seal.Sealer, error) {
	keys := f.sealKeys()
	key, err := keys.FromEnvironment()
	if err == nil && key.IsZero() {
		var id string
		if id, err = notedSealKey(store); err == nil && id == "" {
			err = fmt.Errorf("%w: none was imported", auth.ErrNoSealKey)
		}
		if err == nil {
			key, err = keys.Load(id)
		}
	}
	return seal.Sealer{Key: key, Anew: true}, err
}

// notedSealKey gives the id of the key that was made or imported in this clone, ""
// for none.
func notedSealKey(store *snapshot.Store) (string, error) {
	dir, err := store.PrivateDir()
	if err != nil {
		return "", err
	}
	data, err := os.ReadFile(filepath.Join(dir, sealKeyFile))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("read the seal key's id: %w", err)
	}
	return strings.TrimSpace(string(data)), nil
}

// keepSealKey keeps a key, and that it is this repository's.
func (f *Factory) keepSealKey(store *snapshot.Store, key seal.Key) (where string, err error) {
	if where, err = f.sealKeys().Save(key); err != nil {
		return "", err
	}
	dir, err := store.PrivateDir()
	if err != nil {
		return "", err
	}
	if err := state.WriteFile(f.Sys.FS, filepath.Join(dir, sealKeyFile), []byte(key.ID()+"\n"), 0o600); err != nil {
		return "", fmt.Errorf("note the seal key: %w", err)
	}
	return where, nil
}
