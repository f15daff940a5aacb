package auth

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/orgkeep/orgkeep/internal/config"
	"github.com/orgkeep/orgkeep/internal/seal"
	"github.com/orgkeep/orgkeep/internal/state"
)

// ErrNoSealKey is returned for a seal key that is not here.
var ErrNoSealKey = errors.New("the seal key is not here")

// SealKeyVariable names the seal key in the environment.
const SealKeyVariable = "ORGKEEP_SEAL_KEY"

// SealKeys keeps seal keys by their ids: in the keyring or, without one, in files
// of the user's own. They never lie in a repository.
type SealKeys struct {
	Env config.Env
	FS  state.FS
	// Keyring is nil where secrets shall be in files.
	Keyring Keyring
	// Secret is told every secret before it is used; may be nil.
	Secret func(...string)
}

// FromEnvironment gives the key that the environment has; none is no error.
func (k *SealKeys) FromEnvironment() (seal.Key, error) {
	text := k.Env.Get(SealKeyVariable)
	if text == "" {
		return seal.Key{}, nil
	}
	k.tell(text)
	key, err := seal.ParseKey(text)
	if err != nil {
		return seal.Key{}, fmt.Errorf("%s: %w", SealKeyVariable, err)
	}
	return key, nil
}

// Load gives the key with an id, or ErrNoSealKey.
func (k *SealKeys) Load(id string) (seal.Key, error) {
	text, err := k.stored(id)
	if err != nil {
		return seal.Key{}, err
	}
	k.tell(text)
	key, err := seal.ParseKey(text)
	if err != nil {
		return seal.Key{}, fmt.Errorf("read the seal key %s: %w", id, err)
	}
	if key.ID() != id {
		return seal.Key{}, fmt.Errorf("%w: what is kept as %s is the key %s", ErrNoSealKey, id, key.ID())
	}
	return key, nil
}

func (k *SealKeys) stored(id string) (string, error) {
	if k.Keyring != nil {
		if text, err := k.Keyring.Get(entry(id)); err == nil {
			return text, nil
		}
	}
	name, err := k.path(id)
	if err != nil {
		return "", fmt.Errorf("%w: %s", ErrNoSealKey, id)
	}
	data, err := os.ReadFile(name)
	if errors.Is(err, os.ErrNotExist) {
		return "", fmt.Errorf("%w: %s", ErrNoSealKey, id)
	}
	if err != nil {
		return "", fmt.Errorf("read the seal key: %w", err)
	}
	return string(data), nil
}

// Save keeps a key, and tells where.
func (k *SealKeys) Save(key seal.Key) (where string, err error) {
	text := key.Export()
	k.tell(text)
	if k.Keyring != nil && k.Keyring.Set(entry(key.ID()), text) == nil {
		return "the keyring", nil
	}
	name, err := k.path(key.ID())
	if err != nil {
		return "", err
	}
	if err := k.FS.MkdirAll(filepath.Dir(name), dirMode); err != nil {
		return "", fmt.Errorf("make %s: %w", filepath.Dir(name), err)
	}
	if err := state.WriteFile(k.FS, name, []byte(text+"\n"), fileMode); err != nil {
		return "", fmt.Errorf("keep the seal key: %w", err)
	}
	return name, nil
}

func (k *SealKeys) tell(text string) {
	if k.Secret != nil {
		k.Secret(text)
	}
}

// entry is a key's name in the keyring. No alias has a colon.
func entry(id string) string { return "seal:" + id }

func (k *SealKeys) path(id string) (string, error) {
	dir, err := k.Env.UserDir()
	if err != nil {
		return "", fmt.Errorf("find the user's configuration: %w", err)
	}
	return filepath.Join(dir, "seal", filepath.Base(id)+".key"), nil
}
