package snapshot

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"testing"

	"golang.org/x/sync/errgroup"

	"github.com/orgkeep/orgkeep/internal/state"
	"github.com/orgkeep/orgkeep/internal/tree"
)

// committerVariable makes this test binary a process that takes snapshots of the
// repository that it names.
const committerVariable = "ORGKEEP_TEST_COMMITTER"

func TestMain(m *testing.M) {
	if dir := os.Getenv(committerVariable); dir != "" {
		if err := commitOften(dir); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	if job := os.Getenv(versusVariable); job != "" {
		if err := versus(job, os.Args[1:]); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// attempts is how often each process tries.
const attempts = 6

// commitOften tries to take snapshots and says how each went.
func commitOften(dir string) error {
	opts := testOptions()
	opts.Wait = wait
	for n := range attempts {
		id, err := commitOnce(dir, opts, fmt.Sprintf("%d-%d", os.Getpid(), n))
		switch {
		case errors.Is(err, state.ErrLocked):
			fmt.Println("locked")
		case err != nil:
			return err
		default:
			fmt.Println(id)
		}
	}
	return nil
}

func commitOnce(dir string, opts Options, name string) (ID, error) {
	ctx := context.Background()
	s, err := Open(dir, opts)
	if err != nil {
		return ID{}, err
	}
	unlock, err := s.Lock(ctx, "snapshot")
	if err != nil {
		return ID{}, err
	}
	defer unlock()
	old, err := s.Head(ctx, branchName)
	if err != nil {
		return ID{}, err
	}
	before, err := s.Tree(ctx, old, "metadata")
	if err != nil {
		return ID{}, err
	}
	b, err := s.Begin(ctx)
	if err != nil {
		return ID{}, err
	}
	defer b.Discard()
	h, err := b.Blob([]byte(name))
	if err != nil {
		return ID{}, err
	}
	e := before.Edit()
	e.Set("by/"+name, h)
	if _, err := b.Commit(ctx, spec(e.Tree(), name)); err != nil {
		return ID{}, err
	}
	p, err := b.Publish(ctx, branchName, old)
	if err != nil {
		return ID{}, err
	}
	return p.Commits[0], nil
}

func TestEightProcessesAtOnceLoseNoCommit(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	git(t, s.Dir(), "symbolic-ref", "HEAD", "refs/heads/"+branchName)
	t.Run("base", func(t *testing.T) { lock(t, s); snap(t, s, files{"a": "1"}, "first") })
	const processes = 8
	outputs := make([]bytes.Buffer, processes)
	var started sync.WaitGroup
	for i := range processes {
		cmd := exec.CommandContext(t.Context(), os.Args[0])
		cmd.Env = append(os.Environ(), committerVariable+"="+s.Dir())
		cmd.Stdout, cmd.Stderr = &outputs[i], &outputs[i]
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		started.Go(func() {
			if err := cmd.Wait(); err != nil {
				t.Errorf("process %d: %v\n%s", i, err, outputs[i].String())
			}
		})
	}
	started.Wait()
	if t.Failed() {
		return
	}
	reachable := map[string]bool{}
	for id := range strings.FieldsSeq(git(t, s.Dir(), "rev-list", branchName)) {
		reachable[id] = true
	}
	made, locked := 0, 0
	for i := range outputs {
		lines := bufio.NewScanner(&outputs[i])
		for lines.Scan() {
			if lines.Text() == "locked" {
				locked++
				continue
			}
			made++
			if !reachable[lines.Text()] {
				t.Errorf("commit %s is lost", lines.Text())
			}
		}
	}
	if made+1 != len(reachable) || made+locked != processes*attempts || made == 0 {
		t.Errorf("%d commits made, %d times locked, %d commits reachable", made, locked, len(reachable))
	}
	t.Logf("%d commits made, %d times locked", made, locked)
	fsck(t, s.Dir())
	if p := lookAt(t, s.Dir()); len(p.Left) > 0 || p.Status != "" {
		t.Errorf("left: %v, status: %s", p.Left, p.Status)
	}
}

func TestGitMayCollectGarbageMeanwhile(t *testing.T) {
	t.Parallel()
	opts := testOptions()
	opts.Wait = wait // for a git that is really there
	opts.mergeFrom = 3
	s, err := Init(t.Context(), t.TempDir(), opts)
	if err != nil {
		t.Fatal(err)
	}
	lock(t, s)
	snap(t, s, files{"a": "0"}, "first")
	const snapshots = 12
	done, collected := make(chan struct{}), 0
	var collectors sync.WaitGroup
	stop := sync.OnceFunc(func() { close(done); collectors.Wait() })
	defer stop()
	collectors.Go(func() {
		for {
			select {
			case <-done:
				return
			default:
				// It gives up when a ref moves while it packs refs.
				if _, err := tryGit(t, s.Dir(), "gc", "--quiet"); err == nil {
					collected++
				}
			}
		}
	})
	for n := range snapshots {
		snap(t, s, files{"a": strconv.Itoa(n + 1), "b": "same", fmt.Sprintf("c/%d", n): "x"}, "again")
		if _, err := s.Tree(t.Context(), head(t, s), "metadata"); err != nil {
			t.Error(err)
		}
	}
	stop()
	t.Logf("git gc ran %d times", collected)
	fsck(t, s.Dir())
	if n := git(t, s.Dir(), "rev-list", "--count", branchName); n != strconv.Itoa(snapshots+1) {
		t.Errorf("%s commits", n)
	}
	git(t, s.Dir(), "gc", "--quiet", "--prune=now")
	seen := 0
	err = s.Snapshots(t.Context(), branchName, func(c Commit) error {
		seen++
		if _, err := s.Tree(t.Context(), c.ID, "metadata"); err != nil {
			return err
		}
		content, err := s.File(t.Context(), c.ID, "metadata/a")
		if err == nil && string(content) != strconv.Itoa(snapshots+1-seen) {
			t.Errorf("%s: a is %q", c.ID, content)
		}
		return err
	})
	if err != nil || seen != snapshots+1 {
		t.Errorf("%d snapshots, %v", seen, err)
	}
}

func TestSnapshotsOfSeveralOrgsAreTakenSideBySide(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	lock(t, s)
	const orgs, rounds = 6, 4
	var group errgroup.Group
	for n := range orgs {
		group.Go(func() error {
			branch := fmt.Sprintf("org/%d", n)
			var old ID
			for round := range rounds {
				id, err := commitTo(t.Context(), s, branch, old, fmt.Sprintf("%d-%d", n, round))
				if err != nil {
					return err
				}
				old = id
			}
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		t.Fatal(err)
	}
	for n := range orgs {
		if got := strings.TrimSpace(git(t, s.Dir(), "rev-list", "--count", fmt.Sprintf("org/%d", n))); got != strconv.Itoa(rounds) {
			t.Errorf("org %d has %s snapshots", n, got)
		}
	}
	fsck(t, s.Dir())
}

// commitTo makes a snapshot with a file that all branches share and one that only
// this has.
func commitTo(ctx context.Context, s *Store, branch string, old ID, name string) (ID, error) {
	b, err := s.Begin(ctx)
	if err != nil {
		return ID{}, err
	}
	defer b.Discard()
	var entries []tree.Entry
	for path, content := range map[string]string{"shared": "round " + name[strings.IndexByte(name, '-'):], "own": name} {
		h, err := b.Blob([]byte(content))
		if err != nil {
			return ID{}, err
		}
		entries = append(entries, tree.Entry{Path: path, Hash: h})
	}
	if _, err := b.Commit(ctx, spec(tree.New(entries), name)); err != nil {
		return ID{}, err
	}
	done, err := b.Publish(ctx, branch, old)
	if err != nil {
		return ID{}, err
	}
	return done.Commits[len(done.Commits)-1], nil
}
