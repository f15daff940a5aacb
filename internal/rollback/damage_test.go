package rollback_test

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/orgkeep/orgkeep/internal/demo"
	"github.com/orgkeep/orgkeep/internal/deploy"
	"github.com/orgkeep/orgkeep/internal/deployplan"
	"github.com/orgkeep/orgkeep/internal/rollback"
	"github.com/orgkeep/orgkeep/internal/state"
	"github.com/orgkeep/orgkeep/pkg/emulator"
)

// damage is one way in which a file fails: a bit turned, the end or all of it gone,
// blocks that come twice, change places or are zeros, or another file's content.
func damage(r *rand.Rand, data, other []byte) []byte {
	out := bytes.Clone(data)
	block := func() (from, to int) {
		from = r.IntN(len(out))
		return from, from + 1 + r.IntN(min(64, len(out)-from))
	}
	switch r.IntN(7) {
	case 0:
		out[r.IntN(len(out))] ^= 1 << r.IntN(8)
	case 1:
		out = out[:r.IntN(len(out))]
	case 2:
		from, to := block()
		out = slices.Concat(out[:to], out[from:])
	case 3:
		from, to := block()
		to += r.IntN(len(out) - to + 1)
		at := from + r.IntN(to-from)
		out = slices.Concat(out[:from], out[at:to], out[from:at], out[to:])
	case 4:
		from, to := block()
		clear(out[from:to])
	case 5:
		from, to := block()
		out = slices.Delete(out, from, to)
	default:
		out = other
	}
	return out
}

// keptFiles are what this clone keeps of rollbacks: two that ended, and one of which
// nobody knows whether the org has its deploy.
func keptFiles(t *testing.T) (w *world, dir string, files []string) {
	t.Helper()
	w = newWorld(t, few())
	before := w.snapshot()
	for n := range 3 {
		w.edit(func(e *emulator.Editor) error {
			return e.Put("classes/Hello.cls", fmt.Appendf(nil, "public class Hello { /* %d */ }\n", n))
		})
		if n == 2 {
			must(t, w.org.Inject(emulator.Fault{Call: "deploy", Kind: emulator.FaultReset}))
		}
		if _, err := rollback.Run(t.Context(), w.deps, w.to(before)); (err != nil) != (n == 2) {
			t.Fatal(err)
		}
	}
	dir, err := w.deps.Store.PrivateDir()
	must(t, err)
	for _, pattern := range []string{"operations/*.json", "plans/*.json", "plans/*.run"} {
		found, err := filepath.Glob(filepath.Join(dir, pattern))
		must(t, err)
		if len(found) < 3 {
			t.Fatalf("%d files are %s", len(found), pattern)
		}
		files = append(files, found...)
	}
	return w, dir, files
}

// What is kept of rollbacks is used as it was written or not at all, and the error
// names the file: a note that lost its meaning could let a deploy go out twice, and a
// plan do what nobody has seen.
func TestWhatIsKeptOfRollbacksIsUsedWholeOrNotAtAll(t *testing.T) {
	t.Parallel()
	w, dir, files := keptFiles(t)
	contents := map[string][]byte{}
	for _, file := range files {
		data, err := os.ReadFile(file)
		must(t, err)
		contents[file] = data
	}
	// read gives what a file says.
	read := func(file string) (any, error) {
		switch {
		case strings.HasSuffix(file, ".run"):
			return w.plans().Notes()
		case filepath.Base(filepath.Dir(file)) == "operations":
			return deploy.NewJournal(w.deps.FS, dir).Operations()
		}
		return w.plans().Load(filepath.Base(file), nil)
	}
	damages := 200
	if os.Getenv("ORGKEEP_STUDY") != "" {
		damages = 2000
	}
	const seed = 20261130
	r := rand.New(rand.NewPCG(seed, seed))
	found, harmless := 0, 0
	for n := range damages {
		file := files[r.IntN(len(files))]
		want, err := read(file)
		must(t, err)
		other := file
		for other == file || filepath.Ext(other) != filepath.Ext(file) || filepath.Dir(other) != filepath.Dir(file) {
			other = files[r.IntN(len(files))]
		}
		data := damage(r, contents[file], contents[other])
		must(t, os.WriteFile(file, data, 0o600))
		got, err := read(file)
		must(t, os.WriteFile(file, contents[file], 0o600))
		switch {
		case err == nil && cmp.Equal(want, got, cmpopts.IgnoreUnexported(deploy.Operation{}, deployplan.File{}), cmpopts.EquateComparable()):
			harmless++
		case err == nil:
			t.Errorf("damage %d of %s is used:\n%s", n, filepath.Base(file), data)
		case !strings.Contains(err.Error(), file) || !errors.Is(err, deploy.ErrJournal) && !errors.Is(err, rollback.ErrNote) && !errors.Is(err, deployplan.ErrPlanFile):
			t.Errorf("damage %d of %s: %v", n, filepath.Base(file), err)
		default:
			found++
		}
	}
	t.Logf("seed %d: %d damages in %d files, %d found, %d change nothing", seed, damages, len(files), found, harmless)
	if found < damages/2 {
		t.Error("too few of them were damages")
	}
}

// As long as a note of the journal is damaged nothing is sent, and a run whose plan is
// damaged does not go on.
func TestNothingIsSentPastADamagedNote(t *testing.T) {
	t.Parallel()
	w, _, files := keptFiles(t)
	head, err := w.deps.Store.Head(t.Context(), branch)
	must(t, err)
	pending, err := w.plans().Pending()
	must(t, err)
	w.clock.advance(time.Hour) // the deploy that is looked for has never arrived
	before, tried := w.deploys(), 0
	for _, file := range files {
		journal := filepath.Base(filepath.Dir(file)) == "operations"
		if !journal && filepath.Base(file) != pending[0].Plan+".json" {
			continue
		}
		tried++
		data, err := os.ReadFile(file)
		must(t, err)
		damaged := bytes.Replace(data, []byte(`"org_id": "00D`), []byte(`"org_id": "01D`), 1)
		must(t, os.WriteFile(file, damaged, 0o600))
		if _, err := rollback.Resume(t.Context(), w.deps, pending[0], w.opts); err == nil || !strings.Contains(err.Error(), file) || bytes.Equal(data, damaged) {
			t.Errorf("%s, resumed: %v", filepath.Base(file), err)
		}
		if journal { // else a new plan is made
			if _, err := rollback.Run(t.Context(), w.deps, w.to(head)); !errors.Is(err, deploy.ErrJournal) {
				t.Errorf("%s, run: %v", filepath.Base(file), err)
			}
		}
		must(t, os.WriteFile(file, data, 0o600))
	}
	if got := w.deploys(); got != before || tried != 4 {
		t.Errorf("%d deploys were sent past %d files", got-before, tried)
	}
}

// The notes of builds that wrote no sums keep nobody from a rollback.
func TestNotesOfAnEarlierBuildAreNoHindrance(t *testing.T) {
	t.Parallel()
	w := newWorld(t, demo.Org())
	before := w.snapshot()
	bad := change(rateCard, "return null;", "return 0;")
	w.edit(bad)
	w.back(before)
	dir, err := w.deps.Store.PrivateDir()
	must(t, err)
	old := 0
	for _, pattern := range []string{"operations/*.json", "plans/*.run"} {
		names, err := filepath.Glob(filepath.Join(dir, pattern))
		must(t, err)
		for _, name := range names {
			text, err := state.ReadSummed(name)
			must(t, err)
			text = bytes.Replace(text, []byte(`"version": 2`), []byte(`"version": 1`), 1)
			must(t, os.WriteFile(name, append(text, '\n'), 0o600))
			old++
		}
	}
	w.edit(bad)
	if result := w.back(before); old < 2 || !result.Clean() || len(result.Deploys) != 1 {
		t.Errorf("%d old notes, %d deploys", old, len(result.Deploys))
	}
}
