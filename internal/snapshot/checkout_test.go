package snapshot

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/orgkeep/orgkeep/internal/state"
)

// checkedOutStore has a first snapshot checked out, and holds its lock.
func checkedOutStore(t *testing.T, f files) *Store {
	t.Helper()
	s := newStore(t)
	git(t, s.Dir(), "symbolic-ref", "HEAD", "refs/heads/"+branchName)
	lock(t, s)
	if p := snap(t, s, f, "first"); len(p.Notes) > 0 {
		t.Fatal(p.Notes)
	}
	return s
}

func TestTheWorkTreeFollowsItsBranch(t *testing.T) {
	t.Parallel()
	s := checkedOutStore(t, files{"a": "1", "same": "s", "dir/sub/b": "2", "was/folder": "3", "file": "4"})
	p := snap(t, s, files{"a": "10", "same": "s", "new/c": "5", "was": "6", "file/now": "7"}, "second")
	if len(p.Notes) > 0 {
		t.Error(p.Notes)
	}
	if status := git(t, s.Dir(), "status", "--porcelain"); status != "" {
		t.Errorf("git status:\n%s", status)
	}
	got := map[string]string{}
	walkFiles(t, filepath.Join(s.Dir(), "metadata"), func(rel string, content []byte) { got[rel] = string(content) })
	if diff := cmp.Diff(map[string]string{"a": "10", "same": "s", "new/c": "5", "was": "6", "file/now": "7"}, got); diff != "" {
		t.Error(diff)
	}
	if _, err := os.Lstat(filepath.Join(s.Dir(), "metadata", "dir")); err == nil {
		t.Error("a folder that became empty is still there")
	}
	// Git refreshes what it does not believe; it has to believe all of it.
	if out := git(t, s.Dir(), "diff-files"); out != "" {
		t.Errorf("git has to read again:\n%s", out)
	}
	fsck(t, s.Dir())
}

// Whether the work tree stands on the branch has to be known before the branch moves:
// git would take a work tree that was left behind for a change that undoes the snapshot.
func TestABranchDoesNotMoveWhileHEADCannotBeRead(t *testing.T) {
	t.Parallel()
	s := checkedOutStore(t, files{"a": "1"})
	old, name := head(t, s), filepath.Join(s.Dir(), ".git", "HEAD")
	right, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte("no ref at all\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := trySnap(t, s, files{"a": "2"}, "second"); err == nil || !strings.Contains(err.Error(), "HEAD") || head(t, s) != old {
		t.Errorf("%v, the branch is at %v", err, head(t, s))
	}
	if err := os.WriteFile(name, right, 0o600); err != nil {
		t.Fatal(err)
	}
	snap(t, s, files{"a": "2"}, "second")
	if status := git(t, s.Dir(), "status", "--porcelain"); status != "" {
		t.Errorf("git status:\n%s", status)
	}
}

// Each of these changes the work tree between two snapshots; status is what git
// says after the second, and a note names the path.
func TestWhatTheUserChangedStays(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		change func(t *testing.T, dir string)
		status string
		file   string // of which the content stays
		want   string
	}{
		"an edited file": {
			change: func(t *testing.T, dir string) { t.Helper(); write(t, dir, "metadata/a", "mine") },
			status: " M metadata/a", file: "metadata/a", want: "mine",
		},
		"a staged file": {
			change: func(t *testing.T, dir string) {
				t.Helper()
				write(t, dir, "metadata/a", "mine")
				git(t, dir, "add", "metadata/a")
			},
			status: "M  metadata/a", file: "metadata/a", want: "mine",
		},
		"an edited file that the org deletes": {
			change: func(t *testing.T, dir string) { t.Helper(); write(t, dir, "metadata/gone", "mine") },
			status: "?? metadata/gone", file: "metadata/gone", want: "mine",
		},
		"a file of the user's where the org adds one": {
			change: func(t *testing.T, dir string) { t.Helper(); write(t, dir, "metadata/new", "mine") },
			status: " M metadata/new", file: "metadata/new", want: "mine",
		},
		"a folder where the org adds a file": {
			change: func(t *testing.T, dir string) { t.Helper(); write(t, dir, "metadata/new/x", "mine") },
			status: " D metadata/new", file: "metadata/new/x", want: "mine",
		},
		"a file where the org adds a folder": {
			change: func(t *testing.T, dir string) { t.Helper(); write(t, dir, "metadata/deep", "mine") },
			status: " D metadata/deep/er\n?? metadata/deep", file: "metadata/deep", want: "mine",
		},
		"a deleted file": {
			change: func(t *testing.T, dir string) {
				t.Helper()
				if err := os.Remove(filepath.Join(dir, "metadata", "a")); err != nil {
					t.Fatal(err)
				}
			},
			status: " D metadata/a",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := checkedOutStore(t, files{"a": "1", "gone": "2", "same": "s"})
			tc.change(t, s.Dir())
			p := snap(t, s, files{"a": "10", "new": "3", "deep/er": "4", "same": "s"}, "second")
			if diff := cmp.Diff(tc.status, strings.TrimRight(git(t, s.Dir(), "status", "--porcelain"), "\n")); diff != "" {
				t.Error(diff)
			}
			if len(p.Notes) != 1 {
				t.Errorf("notes: %q", p.Notes)
			}
			if tc.file != "" {
				if got, err := os.ReadFile(filepath.Join(s.Dir(), filepath.FromSlash(tc.file))); err != nil || string(got) != tc.want {
					t.Errorf("%q, %v", got, err)
				}
			}
			fsck(t, s.Dir())
		})
	}
}

func TestALinkInTheWorkTreeIsNotFollowed(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("links need rights here")
	}
	s := checkedOutStore(t, files{"a": "1", "classes/B": "2"})
	outside := t.TempDir()
	if err := os.RemoveAll(filepath.Join(s.Dir(), "metadata", "classes")); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(outside, filepath.Join(s.Dir(), "metadata", "classes")); err != nil {
		t.Fatal(err)
	}
	write(t, outside, "B", "2")
	if err := os.Symlink(filepath.Join(outside, "planted"), filepath.Join(s.Dir(), "metadata", "new")); err != nil {
		t.Fatal(err)
	}
	p := snap(t, s, files{"a": "1", "classes/B": "20", "classes/C": "3", "new": "4"}, "second")
	if len(p.Notes) != 1 {
		t.Errorf("notes: %q", p.Notes)
	}
	got := map[string]string{}
	walkFiles(t, outside, func(rel string, content []byte) { got[rel] = string(content) })
	if diff := cmp.Diff(map[string]string{"B": "2"}, got); diff != "" {
		t.Errorf("outside of the work tree:\n%s", diff)
	}
}

func TestEveryFormOfIndexIsBroughtUpToDate(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		prepare [][]string
		note    string
	}{
		"version 2":             {prepare: [][]string{{"update-index", "--index-version", "2"}}},
		"version 3":             {prepare: [][]string{{"update-index", "--skip-worktree", "metadata/same"}}},
		"version 4":             {prepare: [][]string{{"update-index", "--index-version", "4"}}},
		"an untracked cache":    {prepare: [][]string{{"update-index", "--force-untracked-cache"}, {"status"}}},
		"without its checksum":  {prepare: [][]string{{"-c", "index.skipHash=true", "update-index", "--force-write-index"}}},
		"split in two":          {prepare: [][]string{{"update-index", "--split-index"}}, note: `the index uses "link"`},
		"with a cache of trees": {prepare: [][]string{{"write-tree"}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := checkedOutStore(t, files{"a": "1", "same": "s", "dir/b": "2", "dir/c": "3"})
			for _, args := range tc.prepare {
				git(t, s.Dir(), args...)
			}
			p := snap(t, s, files{"a": "10", "same": "s", "dir/c": "30", "dir/d": "4"}, "second")
			if tc.note != "" {
				if len(p.Notes) != 1 || !strings.Contains(p.Notes[0], tc.note) {
					t.Errorf("notes: %q", p.Notes)
				}
				return
			}
			if len(p.Notes) > 0 {
				t.Error(p.Notes)
			}
			if status := git(t, s.Dir(), "status", "--porcelain"); status != "" {
				t.Errorf("git status:\n%s", status)
			}
		})
	}
}

func TestAMergeUnderWayIsNotDisturbed(t *testing.T) {
	t.Parallel()
	s := checkedOutStore(t, files{"a": "1\n", "b": "1"})
	git(t, s.Dir(), "branch", "other")
	git(t, s.Dir(), "checkout", "-q", "other")
	write(t, s.Dir(), "metadata/a", "theirs\n")
	git(t, s.Dir(), "commit", "-q", "-am", "theirs")
	git(t, s.Dir(), "checkout", "-q", branchName)
	write(t, s.Dir(), "metadata/a", "ours\n")
	git(t, s.Dir(), "commit", "-q", "-am", "ours")
	if _, err := tryGit(t, s.Dir(), "merge", "other"); err == nil {
		t.Fatal("no conflict")
	}
	conflict, err := os.ReadFile(filepath.Join(s.Dir(), "metadata", "a"))
	if err != nil {
		t.Fatal(err)
	}
	p := snap(t, s, files{"a": "org\n", "b": "2"}, "second")
	if len(p.Notes) != 1 {
		t.Errorf("notes: %q", p.Notes)
	}
	if now, err := os.ReadFile(filepath.Join(s.Dir(), "metadata", "a")); err != nil || string(now) != string(conflict) {
		t.Errorf("%q, %v", now, err)
	}
	if diff := cmp.Diff("UU metadata/a", git(t, s.Dir(), "status", "--porcelain")); diff != "" {
		t.Error(diff)
	}
}

func TestAGitAtWorkIsNotDisturbed(t *testing.T) {
	t.Parallel()
	for name, file := range map[string]string{"on the index": "index.lock", "on the branch": "refs/heads/" + branchName + ".lock"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := checkedOutStore(t, files{"a": "1"})
			before := head(t, s)
			write(t, filepath.Join(s.Dir(), ".git"), file, "")
			_, err := trySnap(t, s, files{"a": "2"}, "second")
			var git *GitLockError
			if !errors.As(err, &git) || !errors.Is(err, state.ErrLocked) {
				t.Fatalf("got %v", err)
			}
			if got := head(t, s); got != before {
				t.Errorf("the branch moved to %s", got)
			}
			// The next run must not take that lock for its own.
			if err := s.clear(t.Context()); err != nil {
				t.Fatal(err)
			}
			lockFile := filepath.Join(s.Dir(), ".git", filepath.FromSlash(file))
			if _, err := os.Lstat(lockFile); err != nil {
				t.Fatalf("git's lock is gone: %v", err)
			}
			if err := os.Remove(lockFile); err != nil {
				t.Fatal(err)
			}
			if p := snap(t, s, files{"a": "2"}, "second"); len(p.Commits) != 1 {
				t.Errorf("commits: %v", p)
			}
			if p := lookAt(t, s.Dir()); len(p.Left) > 0 || p.Status != "" {
				t.Errorf("left: %v, status: %s", p.Left, p.Status)
			}
		})
	}
}

func TestALinkedWorkTreeIsNamed(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	lock(t, s)
	snap(t, s, files{"a": "1"}, "first")
	linked := filepath.Join(t.TempDir(), "linked")
	git(t, s.Dir(), "worktree", "add", "-q", linked, branchName)
	p := snap(t, s, files{"a": "2"}, "second")
	if len(p.Notes) != 1 || !strings.Contains(p.Notes[0], linked) {
		t.Errorf("notes: %q", p.Notes)
	}
	if _, err := Open(linked, testOptions()); !errors.Is(err, ErrUnsupported) {
		t.Errorf("got %v", err)
	}
}
