package statetest

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/orgkeep/orgkeep/internal/state"
)

// inPlace writes a file as one should not.
func inPlace(fsys state.FS, name string) error {
	f, err := fsys.OpenFile(name, os.O_WRONLY|os.O_TRUNC, 0)
	if err != nil {
		return err
	}
	_, err = f.Write([]byte("after"))
	return errors.Join(err, f.Close())
}

// renamed writes a file beside it and forgets to sync.
func renamed(fsys state.FS, name string) error {
	f, err := state.CreateTemp(fsys, filepath.Dir(name), "new", 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write([]byte("after"))
	return errors.Join(err, f.Close(), fsys.Rename(f.Name(), name))
}

func TestACutOfThePowerTakesWhatWasNotSynced(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		write      func(fsys state.FS, name string) error
		kept, lost map[string]string
	}{
		"written as it should be": {
			write: func(fsys state.FS, name string) error { return state.WriteFile(fsys, name, []byte("after"), 0o600) },
			kept:  map[string]string{"a": "after"},
			lost:  map[string]string{"a": "after"},
		},
		"written in place": {
			write: inPlace,
			kept:  map[string]string{"a": "before"},
			lost:  map[string]string{"a": "before"},
		},
		"renamed without a sync": {
			write: renamed,
			kept:  map[string]string{"a": ""},
			lost:  map[string]string{"a": "before"},
		},
		"removed": {
			write: func(fsys state.FS, name string) error { return fsys.Remove(name) },
			kept:  map[string]string{},
			lost:  map[string]string{"a": "before"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, lost := range []bool{false, true} {
				dir := t.TempDir()
				file := filepath.Join(dir, "a")
				if err := os.WriteFile(file, []byte("before"), 0o600); err != nil {
					t.Fatal(err)
				}
				p := NewPower()
				if err := tc.write(p, file); err != nil {
					t.Fatal(err)
				}
				if err := p.Cut(lost); err != nil {
					t.Fatal(err)
				}
				want := tc.kept
				if lost {
					want = tc.lost
				}
				if diff := cmp.Diff(want, contents(t, dir)); diff != "" {
					t.Errorf("names lost %v:\n%s", lost, diff)
				}
			}
		})
	}
}

func contents(t *testing.T, dir string) map[string]string {
	t.Helper()
	found := map[string]string{}
	err := fs.WalkDir(os.DirFS(dir), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		content, err := os.ReadFile(filepath.Join(dir, name))
		found[name] = string(content)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}
