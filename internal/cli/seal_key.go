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
)

func (f *Factory) sealKeys() *auth.SealKeys {
	logins := f.Logins()
	return &auth.SealKeys{Env: f.Env, FS: f.Sys.FS, Keyring: logins.Keyring, Secret: f.IO.Redactor.Add}
}

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
	if anew {
		return f.sealerAnew(store)
	}
	s, id, err := f.sealer(ctx, store, settings)
	if err != nil {
		return s, err
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
