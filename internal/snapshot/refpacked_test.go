package snapshot

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/orgkeep/orgkeep/internal/state"
)

// packing lets git take refs into its packed file, and their folders away, between
// the moment at which a ref is in its place and the one at which its folder is
// synced.
type packing struct {
	state.FS
	before func(dir string)
}

func (p packing) SyncDir(dir string) error {
	p.before(dir)
	return p.FS.SyncDir(dir)
}

func TestGitMayPackARefBeforeItsFolderIsSynced(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	lock(t, s)
	snap(t, s, files{"a": "1"}, "first")
	vanished := 0
	s.fsys = packing{s.fsys, func(dir string) {
		if strings.Contains(filepath.ToSlash(dir), "/refs/orgkeep/") {
			git(t, s.Dir(), "pack-refs", "--all", "--prune")
			if missing(dir) {
				vanished++
			}
		}
	}}
	second := snap(t, s, files{"a": "2"}, "second").Commits[0]
	if got := head(t, s); got != second || vanished == 0 {
		t.Errorf("the branch is at %s; %d folders vanished", got, vanished)
	}
	for _, name := range []string{anchorRef(branchName, 1), stateRef(branchName)} {
		if _, err := s.resolveRef(name); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	fsck(t, s.Dir())
}

// Where the folder is gone and git has not got the ref, it is lost, and that is said.
func TestARefThatVanishesWithItsFolderIsAnError(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	lock(t, s)
	snap(t, s, files{"a": "1"}, "first")
	s.fsys = packing{s.fsys, func(dir string) {
		if strings.HasSuffix(filepath.ToSlash(dir), "/refs/orgkeep/anchors/"+branchName) {
			if err := os.RemoveAll(dir); err != nil {
				t.Error(err)
			}
		}
	}}
	if _, err := trySnap(t, s, files{"a": "2"}, "second"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v", err)
	}
}
