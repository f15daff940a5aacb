package statetest

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/orgkeep/orgkeep/internal/state"
)

func TestFaultsHitTheOperationsThatTheyShall(t *testing.T) {
	t.Parallel()
	write := func(t *testing.T, f Fault) (*Disk, string, error) {
		t.Helper()
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, "a"), []byte("before"), 0o600); err != nil {
			t.Fatal(err)
		}
		d := New(state.OS(), f)
		err := state.WriteFile(d, filepath.Join(dir, "a"), []byte("after"), 0o600)
		return d, dir, err
	}
	d, dir, err := write(t, None())
	if err != nil {
		t.Fatal(err)
	}
	var done []string
	for _, op := range d.Ops() {
		done = append(done, op.Do)
	}
	if diff := cmp.Diff([]string{"open", "write", "sync", "close", "rename", "syncdir"}, done); diff != "" {
		t.Error(diff)
	}
	if got, err := os.ReadFile(filepath.Join(dir, "a")); err != nil || string(got) != "after" {
		t.Errorf("%q, %v", got, err)
	}
	const rename = 5
	for n := 1; n <= len(done); n++ {
		for name, f := range map[string]Fault{"killed": Kill(n), "failing": Once(n, syscall.EIO), "full": Full(n, syscall.ENOSPC), "read-only": From(n, syscall.EROFS)} {
			d, dir, err := write(t, f)
			if err == nil && d.Ops()[n-1].Grows {
				t.Errorf("%s at %d: no error", name, n)
			}
			want := "before"
			if n > rename || err == nil {
				want = "after"
			}
			if got, err := os.ReadFile(filepath.Join(dir, "a")); err != nil || string(got) != want {
				t.Errorf("%s at %d: %q, %v", name, n, got, err)
			}
			if name == "killed" && !errors.Is(err, ErrKilled) {
				t.Errorf("killed at %d: %v", n, err)
			}
		}
	}
}
