package snapshot

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/orgkeep/orgkeep/internal/state"
	"github.com/orgkeep/orgkeep/internal/state/statetest"
)

// scenario is something that changes a repository and may be cut off anywhere.
type scenario struct {
	// base makes the repository that it starts from.
	base func(t *testing.T, s *Store)
	// run is one run of ours, which can be run again.
	run func(t *testing.T, s *Store) error
	// broken tells that the base is not whole, so that it can only be whole after.
	broken bool
	// thorough adds faults that differ from the others in what is done after them.
	thorough bool
	// mergeFrom is how many packs are merged; 0 is as always.
	mergeFrom int
}

func scenarios() map[string]scenario {
	two := func(t *testing.T, s *Store) {
		t.Helper()
		lock(t, s)
		snap(t, s, files{"a/A": "1", "b/c/C": "3", "same/S": "s"}, "first")
		snap(t, s, files{"a/A": "2", "b/c/C": "3", "same/S": "s"}, "second")
	}
	checkedOut := func(t *testing.T, s *Store) {
		t.Helper()
		git(t, s.Dir(), "symbolic-ref", "HEAD", "refs/heads/"+branchName)
		two(t, s)
	}
	third := func(t *testing.T, s *Store) error {
		t.Helper()
		_, err := trySnap(t, s, files{"a/A": "4", "d/D": "5", "same/S": "s"}, "third")
		return err
	}
	mergeAll := func(t *testing.T, s *Store) error {
		t.Helper()
		return s.mergePacks(t.Context(), nil)
	}
	return map[string]scenario{
		"a snapshot of a branch that is checked out": {base: checkedOut, run: third, thorough: true},
		"a snapshot of a branch that is not":         {base: two, run: third},
		"a merge of packs":                           {base: two, run: mergeAll, mergeFrom: 2},
		"a first snapshot": {
			base: func(t *testing.T, s *Store) {
				t.Helper()
				git(t, s.Dir(), "symbolic-ref", "HEAD", "refs/heads/"+branchName)
			},
			run: third,
		},
		"a tag": {base: two, run: func(t *testing.T, s *Store) error {
			t.Helper()
			err := s.Tag(t.Context(), "v1", head(t, s), Signature{Name: "Kim", Email: "kim@example.com", When: fixed()}, "one")
			if errors.Is(err, ErrExists) {
				return nil
			}
			return err
		}},
		"a repair": {
			broken: true,
			base: func(t *testing.T, s *Store) {
				t.Helper()
				two(t, s)
				write(t, s.Dir(), ".git/refs/heads/"+branchName, "")
			},
			run: func(t *testing.T, s *Store) error {
				t.Helper()
				_, err := s.Repair(t.Context(), branchName)
				return err
			},
		},
	}
}

// faultsAt are those that can happen at operation n and leave something else than
// those at another: a kill is told from one before only by what was done between,
// and an operation that needs no room does not notice that there is none.
func (sc scenario) faultsAt(ops []statetest.Op, n int) map[string]statetest.Fault {
	faults := map[string]statetest.Fault{}
	op := ops[n-1]
	if n == 1 || op.Do == "write" || ops[n-2].Changes() {
		faults["killed"] = statetest.Kill(n)
	}
	if op.Grows {
		faults["disk full"] = statetest.Full(n, syscall.ENOSPC)
	}
	if sc.thorough {
		once := []error{syscall.EIO, syscall.ENOSPC, syscall.EDQUOT}
		faults["once"] = statetest.Once(n, once[n%len(once)])
		faults["read-only"] = statetest.From(n, syscall.EROFS)
	}
	return faults
}

// attempt runs a scenario as a process of its own would, on a disk.
func (sc scenario) attempt(t *testing.T, dir string, fsys state.FS) error {
	t.Helper()
	opts := testOptions()
	opts.FS, opts.mergeFrom = fsys, sc.mergeFrom
	s, err := Open(dir, opts)
	if err != nil {
		return err
	}
	unlock, err := s.Lock(t.Context(), "test")
	if err != nil {
		return err
	}
	defer unlock()
	return sc.run(t, s)
}

// picture is what people see of a repository.
type picture struct {
	Head, Refs, Log, Status string
	Files                   []string // in the work tree
	Left                    []string // what a run should not leave
}

// witness asks git about repositories, once for those that are the same: most
// faults leave one of a few states.
type witness struct {
	mu                sync.Mutex
	pictures, checked map[string]picture
}

func newWitness() *witness {
	return &witness{pictures: map[string]picture{}, checked: map[string]picture{}}
}

// fsck lets git check a repository.
func (w *witness) fsck(t *testing.T, dir string) {
	t.Helper()
	w.once(fingerprint(t, dir), &w.checked, func() picture { fsck(t, dir); return picture{} })
}

// look gives the picture of a repository that git finds whole.
func (w *witness) look(t *testing.T, dir string) picture {
	t.Helper()
	return w.once(fingerprint(t, dir), &w.pictures, func() picture { fsck(t, dir); return lookAt(t, dir) })
}

func (w *witness) once(key string, known *map[string]picture, ask func() picture) picture {
	w.mu.Lock()
	defer w.mu.Unlock()
	p, ok := (*known)[key]
	if !ok {
		p = ask()
		(*known)[key] = p
	}
	return p
}

// fingerprint tells repositories apart by names and contents. Of the index it
// takes what is staged, without times and inodes, and of temporary files not their
// names.
func fingerprint(t *testing.T, dir string) string {
	t.Helper()
	var text strings.Builder
	walkFiles(t, dir, func(rel string, content []byte) {
		if rel == ".git/index" {
			entries, err := parseIndex(content)
			for _, e := range entries {
				fmt.Fprintf(&text, "%s %s %o %x\n", e.path, e.id, e.stat.Mode, e.flags)
			}
			fmt.Fprintln(&text, err)
			return
		}
		if strings.Contains(rel, "/tmp_") {
			rel = filepath.Dir(rel) + "/tmp"
		}
		if !strings.HasPrefix(rel, ".git/orgkeep/lock") {
			fmt.Fprintf(&text, "%s %s\n", rel, idOf(kindBlob, content))
		}
	})
	return text.String()
}

func walkFiles(t *testing.T, dir string, each func(rel string, content []byte)) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		rel, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		content, err := os.ReadFile(path)
		each(filepath.ToSlash(rel), content)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func lookAt(t *testing.T, dir string) picture {
	t.Helper()
	p := picture{
		Head:   branchOf(t, dir),
		Refs:   git(t, dir, "for-each-ref"),
		Status: git(t, dir, "status", "--porcelain"),
	}
	walkFiles(t, dir, func(rel string, content []byte) {
		switch {
		case rel == ".git/logs/refs/heads/"+branchName:
			p.Log = string(content)
		case !strings.HasPrefix(rel, ".git/"):
			p.Files = append(p.Files, rel)
		case strings.HasSuffix(rel, ".lock"), strings.HasSuffix(rel, ".keep"), strings.Contains(rel, "/tmp_orgkeep"), strings.HasSuffix(rel, moveName), strings.HasSuffix(rel, mergedName):
			p.Left = append(p.Left, rel)
		}
	})
	return p
}

// stride is 1 but in a short run, which does not prove anything.
func stride() int {
	if testing.Short() {
		return 9
	}
	return 1
}

// scratch is a folder in memory where there is such a thing: thousands of small
// repositories are made and removed.
func scratch(t *testing.T) string {
	t.Helper()
	const memory = "/dev/shm"
	if info, err := os.Stat(memory); err != nil || !info.IsDir() {
		return t.TempDir()
	}
	dir, err := os.MkdirTemp(memory, "orgkeep-test-") //nolint:usetesting // see above
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}

func copyOf(t *testing.T, base string) string {
	t.Helper()
	dir := scratch(t)
	if err := os.CopyFS(dir, os.DirFS(base)); err != nil {
		t.Fatal(err)
	}
	return dir
}

func (sc scenario) makeBase(t *testing.T) string {
	t.Helper()
	s := newStore(t)
	t.Run("base", func(t *testing.T) { sc.base(t, s) }) // which gives its lock back at the end
	return s.Dir()
}

func branchOf(t *testing.T, dir string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, ".git", "refs", "heads", branchName))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(text))
}

func TestNoFaultAnywhereHarmsARepository(t *testing.T) {
	t.Parallel()
	for name, sc := range scenarios() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			base := sc.makeBase(t)
			calm := copyOf(t, base)
			disk := statetest.New(statetest.Unsynced(), statetest.None())
			if err := sc.attempt(t, calm, disk); err != nil {
				t.Fatal(err)
			}
			w := newWitness()
			want := w.look(t, calm)
			if len(want.Left) > 0 || want.Status != "" {
				t.Fatalf("the undisturbed run leaves %v, %s", want.Left, want.Status)
			}
			ops := disk.Ops()
			var points atomic.Int64
			for n := 1; n <= len(ops); n += stride() {
				for what, fault := range sc.faultsAt(ops, n) {
					t.Run(what, func(t *testing.T) {
						t.Parallel()
						disk := statetest.New(statetest.Unsynced(), fault)
						sc.disturb(t, w, base, disk, want)
						if _, ok := disk.Hit(); ok {
							points.Add(1)
						}
					})
				}
			}
			t.Cleanup(func() { t.Logf("%d operations, %d points", len(ops), points.Load()) })
		})
	}
}

// disturb runs the scenario on a faulty disk, sees that nothing is harmed, and
// runs it again on a good one.
func (sc scenario) disturb(t *testing.T, w *witness, base string, disk *statetest.Disk, want picture) {
	t.Helper()
	dir := copyOf(t, base)
	err := sc.attempt(t, dir, disk)
	hit, ok := disk.Hit()
	if !ok {
		return // a fault for operations that grow, at one that does not
	}
	before := branchOf(t, base)
	if now := branchOf(t, dir); now != before && now != want.Head {
		t.Fatalf("%v: the branch is at %q", hit, now)
	}
	if !sc.broken || branchOf(t, dir) != before {
		w.fsck(t, dir)
	}
	if again := sc.attempt(t, dir, statetest.New(statetest.Unsynced(), statetest.None())); again != nil {
		t.Fatalf("%v (%v): the next run: %v", hit, err, again)
	}
	if diff := cmp.Diff(want, w.look(t, dir)); diff != "" {
		t.Errorf("%v (%v), and after the next run:\n%s", hit, err, diff)
	}
	if files, err := os.ReadDir(filepath.Join(dir, ".git", "objects", "pack")); sc.mergeFrom > 0 && (err != nil || len(files) != 2) {
		t.Errorf("%v: there should be one pack: %v, %v", hit, files, err)
	}
}
