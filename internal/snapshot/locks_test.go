package snapshot

import (
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/orgkeep/orgkeep/internal/state"
)

// openAt opens a repository with a clock that is off.
func openAt(t *testing.T, dir string, off time.Duration) *Store {
	t.Helper()
	opts := testOptions()
	opts.Now = func() time.Time { return fixed().Add(off) }
	s, err := Open(dir, opts)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// clocks are those of machines that do not agree.
func clocks() map[string]time.Duration {
	return map[string]time.Duration{"right": 0, "2 h behind": -2 * time.Hour, "2 h ahead": 2 * time.Hour, "31 min later": 31 * time.Minute}
}

// holder starts a process that holds the lock.
func holder(t *testing.T, dir string) *exec.Cmd {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0], dir)
	cmd.Env = append(os.Environ(), versusVariable+"=hold")
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = in.Close() })
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	said := make([]byte, len("held\n"))
	if _, err := io.ReadFull(out, said); err != nil {
		t.Fatal(err)
	}
	return cmd
}

func TestALockLastsAsLongAsItsProcessAndNoLonger(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	t.Run("base", func(t *testing.T) { lock(t, s); snap(t, s, files{"a": "1"}, "first") })
	cmd := holder(t, s.Dir())
	for name, off := range clocks() {
		other := openAt(t, s.Dir(), off)
		var locked *state.LockedError
		if _, err := other.Lock(t.Context(), "snapshot"); !errors.As(err, &locked) || locked.PID != cmd.Process.Pid {
			t.Errorf("a clock that is %s: %v", name, err)
		}
		if err := other.BreakLock(t.Context()); !errors.Is(err, state.ErrLocked) {
			t.Errorf("a clock that is %s: the lock of a process that lives was broken: %v", name, err)
		}
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait() // it was killed
	if _, err := os.Stat(s.private("lock.json")); err != nil {
		t.Fatalf("a process that was killed should leave its name: %v", err)
	}
	for name, off := range clocks() {
		unlock, err := openAt(t, s.Dir(), off).Lock(t.Context(), "snapshot") // at once: nothing is waited for
		if err != nil {
			t.Errorf("a clock that is %s: %v", name, err)
			continue
		}
		unlock()
	}
}

// There is no lease that has to be renewed: that a holder cannot even say who it is
// does not weaken its lock.
func TestALockHoldsWhenItsHolderCannotSayWhoItIs(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	dir, err := s.PrivateDir()
	if err != nil {
		t.Fatal(err)
	}
	write(t, dir, "lock.json/in-the-way", "")
	unlock, err := s.Lock(t.Context(), "snapshot")
	if err != nil {
		t.Fatal(err)
	}
	defer unlock()
	if _, err := openAt(t, s.Dir(), 2*time.Hour).Lock(t.Context(), "snapshot"); !errors.Is(err, state.ErrLocked) {
		t.Errorf("got %v", err)
	}
}

func TestClocksThatDisagreeLoseNoCommit(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	offs := []time.Duration{0, 2 * time.Hour, -2 * time.Hour}
	const rounds = 6
	for n := range rounds {
		t.Run("a snapshot", func(t *testing.T) {
			other := openAt(t, s.Dir(), offs[n%len(offs)])
			lock(t, other)
			snap(t, other, files{"a": strconv.Itoa(n)}, "next")
		})
	}
	if n := git(t, s.Dir(), "rev-list", "--count", branchName); n != strconv.Itoa(rounds) {
		t.Errorf("%s commits", n)
	}
	if got, err := s.File(t.Context(), head(t, s), "metadata/a"); err != nil || string(got) != strconv.Itoa(rounds-1) {
		t.Errorf("the newest is %q, %v", got, err)
	}
	fsck(t, s.Dir())
}

// How old a lock of git's is tells nothing: a git may wait for an editor.
func TestAnOldLockOfGitIsNotTakenAway(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	t.Run("base", func(t *testing.T) { lock(t, s); snap(t, s, files{"a": "1"}, "first") })
	name := s.refFile(branchPrefix+branchName) + lockSuffix
	write(t, filepath.Dir(name), filepath.Base(name), "")
	if err := os.Chtimes(name, fixed().Add(-31*time.Minute), fixed().Add(-31*time.Minute)); err != nil {
		t.Fatal(err)
	}
	for what, off := range clocks() {
		t.Run(what, func(t *testing.T) {
			other := openAt(t, s.Dir(), off)
			lock(t, other)
			var git *GitLockError
			if _, err := trySnap(t, other, files{"a": "2"}, "second"); !errors.As(err, &git) || git.File != name {
				t.Errorf("got %v", err)
			}
			if missing(name) {
				t.Error("the lock is gone")
			}
		})
	}
	if err := os.Remove(name); err != nil {
		t.Fatal(err)
	}
	lock(t, s)
	snap(t, s, files{"a": "2"}, "second")
	fsck(t, s.Dir())
}
