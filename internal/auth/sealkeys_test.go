package auth

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/orgkeep/orgkeep/internal/config"
	"github.com/orgkeep/orgkeep/internal/seal"
	"github.com/orgkeep/orgkeep/internal/state"
)

func newSealKeys(t *testing.T, ring Keyring, env ...string) (*SealKeys, string) {
	t.Helper()
	dir := t.TempDir()
	return &SealKeys{Env: config.NewEnv(append(env, "ORGKEEP_CONFIG_DIR="+dir)), FS: state.OS(), Keyring: ring}, dir
}

func TestSealKeysAreKeptInTheKeyringOrAFileOfTheUsersOwn(t *testing.T) {
	t.Parallel()
	for name, ring := range map[string]Keyring{"keyring": memoryRing{}, "no keyring": noRing{}, "switched off": nil} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			keys, dir := newSealKeys(t, ring)
			var told []string
			keys.Secret = func(s ...string) { told = append(told, s...) }
			key := seal.NewKey()
			if _, err := keys.Load(key.ID()); !errors.Is(err, ErrNoSealKey) {
				t.Errorf("before: %v", err)
			}
			where, err := keys.Save(key)
			if err != nil {
				t.Fatal(err)
			}
			got, err := keys.Load(key.ID())
			if err != nil || got.Export() != key.Export() {
				t.Errorf("%v, %v", got, err)
			}
			if len(told) < 2 || told[0] != key.Export() {
				t.Error("the secret was not told")
			}
			file := filepath.Join(dir, "seal", key.ID()+".key")
			info, err := os.Stat(file)
			if inRing := name == "keyring"; inRing != errors.Is(err, os.ErrNotExist) || inRing != (where == "the keyring") {
				t.Errorf("kept in %s; the file: %v", where, err)
			}
			if err == nil && runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
				t.Errorf("mode %v", info.Mode())
			}
		})
	}
}

func TestASealKeyUnderAnotherIDIsNotTaken(t *testing.T) {
	t.Parallel()
	keys, dir := newSealKeys(t, nil)
	key := seal.NewKey()
	if _, err := keys.Save(key); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(filepath.Join(dir, "seal", key.ID()+".key"), filepath.Join(dir, "seal", "00000000.key")); err != nil {
		t.Fatal(err)
	}
	if _, err := keys.Load("00000000"); !errors.Is(err, ErrNoSealKey) {
		t.Errorf("got %v", err)
	}
}

func TestTheEnvironmentGivesASealKey(t *testing.T) {
	t.Parallel()
	key := seal.NewKey()
	keys, _ := newSealKeys(t, nil, SealKeyVariable+"="+key.Export())
	if got, err := keys.FromEnvironment(); err != nil || got.ID() != key.ID() {
		t.Errorf("%v, %v", got, err)
	}
	keys, _ = newSealKeys(t, nil, SealKeyVariable+"=hunter2")
	if _, err := keys.FromEnvironment(); !errors.Is(err, seal.ErrKey) {
		t.Errorf("got %v", err)
	}
	keys, _ = newSealKeys(t, nil)
	if got, err := keys.FromEnvironment(); err != nil || !got.IsZero() {
		t.Errorf("%v, %v", got, err)
	}
}
