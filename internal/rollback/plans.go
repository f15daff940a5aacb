package rollback

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/orgkeep/orgkeep/internal/deployplan"
	"github.com/orgkeep/orgkeep/internal/snapshot"
	"github.com/orgkeep/orgkeep/internal/state"
	"github.com/orgkeep/orgkeep/internal/tree"
	"github.com/orgkeep/orgkeep/pkg/mdapi"
)

// ErrNoPlan is returned for a name under which no plan is kept.
var ErrNoPlan = errors.New("no plan of that name is kept")

// Plans is where this clone keeps plans under way, their ways back, and notes of
// the runs that deploy them.
type Plans struct {
	dir string
	fs  state.FS
}

// OpenPlans opens the plans of a repository.
func OpenPlans(store *snapshot.Store, fsys state.FS) (Plans, error) {
	dir, err := store.PrivateDir()
	if err != nil {
		return Plans{}, err
	}
	return Plans{dir: filepath.Join(dir, "plans"), fs: fsys}, nil
}

const (
	dirMode    = 0o700
	fileMode   = 0o600
	planSuffix = ".json"
	noteSuffix = ".run"
	// keptRuns is how many ended runs are kept with their plans.
	keptRuns = 50
)

// Save keeps a plan under a name.
func (p Plans) Save(ctx context.Context, name string, plan *deployplan.Plan) error {
	return p.write(name+planSuffix, func(w io.Writer) error { return plan.Write(ctx, w) })
}

func (p Plans) write(file string, content func(io.Writer) error) error {
	if err := state.MakeDir(p.fs, p.dir, dirMode); err != nil {
		return fmt.Errorf("make the folder for plans: %w", err)
	}
	if err := state.WriteStream(p.fs, filepath.Join(p.dir, file), fileMode, content); err != nil {
		return fmt.Errorf("keep %s: %w", file, err)
	}
	return nil
}

// Load reads a plan that is kept; its contents go to the spool, see
// [deployplan.Read]. It returns ErrNoPlan where there is none.
func (p Plans) Load(name string, spool *tree.Spool) (*deployplan.Plan, error) {
	name = strings.TrimSuffix(name, planSuffix)
	if name == "" || name != filepath.Base(name) {
		return nil, fmt.Errorf("%w: %s", ErrNoPlan, name)
	}
	file := filepath.Join(p.dir, name+planSuffix)
	f, err := os.Open(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%w: %s", ErrNoPlan, name)
	}
	if err != nil {
		return nil, fmt.Errorf("read the plan: %w", err)
	}
	plan, err := deployplan.Read(f, spool)
	if err == nil && !isNamed(plan, name) {
		err = fmt.Errorf("%w: it is another plan's", deployplan.ErrPlanFile)
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return nil, fmt.Errorf("read %s: %w", file, err)
	}
	return plan, nil
}

// isNamed tells whether a plan is the one that a name stands for.
func isNamed(plan *deployplan.Plan, name string) bool {
	if len(plan.Undoes) >= nameDigits && name == UndoPrefix+plan.Undoes[:nameDigits] {
		return true
	}
	digest, err := plan.Digest()
	return err == nil && name == NameOf(digest)
}

// Outcome is how a run ended; empty while it has not.
type Outcome string

// The outcomes of runs.
const (
	NoteDone       Outcome = "done"
	NoteRejected   Outcome = "rejected"   // the org kept nothing of the stage that it refused
	NoteStale      Outcome = "stale"      // the org had moved; what was deployed until then is kept
	NoteSuperseded Outcome = "superseded" // a later run took its place
)

// Note is the note of one run, written before it deploys anything.
type Note struct {
	Version   int             `json:"version"`
	Alias     string          `json:"alias"`
	OrgID     string          `json:"org_id"`
	Digest    string          `json:"digest"` // of the plan
	Plan      string          `json:"plan"`   // the name under which it is kept
	Undo      string          `json:"undo,omitempty"`
	Command   string          `json:"command"`
	TestLevel mdapi.TestLevel `json:"test_level,omitempty"`
	RunTests  []string        `json:"run_tests,omitempty"`
	Began     time.Time       `json:"began"`
	Ended     time.Time       `json:"ended,omitzero"`
	Outcome   Outcome         `json:"outcome,omitempty"`
}

// noteVersion is the version of a note's form.
const noteVersion = 2

// Open tells whether the run has not ended.
func (n Note) Open() bool { return n.Outcome == "" }

func (n Note) file() string {
	return n.Began.UTC().Format("20060102T150405.000000000Z") + "-" + n.Digest[:nameDigits] + noteSuffix
}

func (p Plans) saveNote(n Note) error {
	data, err := json.MarshalIndent(n, "", "  ")
	if err != nil {
		return fmt.Errorf("note the run: %w", err)
	}
	return p.write(n.file(), func(w io.Writer) error {
		_, err := w.Write(state.WithSum(data))
		return err
	})
}

// ErrNote is returned for a note of a run that is not as it was written.
var ErrNote = errors.New("the note of a run is damaged")

func readNote(name string) (Note, error) {
	var n Note
	text, err := state.ReadNote(name)
	if err == nil {
		err = json.Unmarshal(text, &n)
	}
	var file *fs.PathError
	switch {
	case errors.As(err, &file):
		return n, err
	case err != nil || len(n.Digest) < nameDigits || n.file() != filepath.Base(name):
		return n, fmt.Errorf("%w: %s", ErrNote, name)
	}
	return n, nil
}

// Notes gives the notes of all runs, oldest first. One that is damaged is an ErrNote.
func (p Plans) Notes() ([]Note, error) {
	entries, err := os.ReadDir(p.dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the notes of runs: %w", err)
	}
	var out []Note
	for _, e := range entries {
		if !strings.HasSuffix(e.Name(), noteSuffix) {
			continue
		}
		n, err := readNote(filepath.Join(p.dir, e.Name()))
		if err != nil {
			return nil, fmt.Errorf("read the notes of runs: %w", err)
		}
		out = append(out, n)
	}
	slices.SortFunc(out, func(a, b Note) int { return a.Began.Compare(b.Began) })
	return out, nil
}

// Pending gives the notes of runs that have not ended, oldest first.
func (p Plans) Pending() ([]Note, error) {
	all, err := p.Notes()
	return slices.DeleteFunc(all, func(n Note) bool { return !n.Open() }), err
}

// prune forgets ended runs beyond the newest ones, with their plans.
func (p Plans) prune() error {
	all, err := p.Notes()
	if err != nil {
		return err
	}
	for i := range len(all) - keptRuns {
		if all[i].Open() {
			continue
		}
		for _, file := range []string{all[i].file(), all[i].Plan + planSuffix, all[i].Undo + planSuffix} {
			if err := p.fs.Remove(filepath.Join(p.dir, file)); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return fmt.Errorf("forget an old run: %w", err)
			}
		}
	}
	return nil
}
