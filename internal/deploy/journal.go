package deploy

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/orgkeep/orgkeep/internal/state"
	"github.com/orgkeep/orgkeep/pkg/mdapi"
)

// Phase is how far an operation is.
type Phase string

// The phases. Begun and Accepted are open: somebody has to look what became of
// the deploy.
const (
	Begun    Phase = "begun"    // noted before the call; the org may have it
	Accepted Phase = "accepted" // the org gave an id
	Closed   Phase = "closed"   // the outcome is known
)

// Operation is the journal's note of one deploy.
type Operation struct {
	Version    int    `json:"version"`
	Kind       string `json:"kind"` // "deploy"
	Alias      string `json:"alias"`
	OrgID      string `json:"org_id"`
	UserID     string `json:"user_id"`
	PlanDigest string `json:"plan_digest"`
	Stage      string `json:"stage"`
	// Package is the SHA-256 of the zip.
	Package   string `json:"package"`
	CheckOnly bool   `json:"check_only"`
	Phase     Phase  `json:"phase"`
	// Since is the org's time just before the call, cut to seconds.
	Since   time.Time     `json:"since"`
	AsyncID mdapi.AsyncID `json:"async_id,omitempty"`
	// Status is the org's word for the outcome; NeverArrived when the org does not
	// know of the deploy.
	Status string `json:"status,omitempty"`
	// Failures are the components for which the org refused it, in its words. Of a
	// deploy that failed none is kept, of one that succeeded all are.
	Failures []Failure `json:"failures,omitempty"`
	Begun    time.Time `json:"begun"`
	Ended    time.Time `json:"ended,omitzero"`

	name string // file of the note
}

// Failure is what the org said of one component.
type Failure struct {
	Component string `json:"component"`
	Problem   string `json:"problem"`
}

// maxFailures bounds those that are noted: one mistake may be told of thousands.
const maxFailures = 1000

// NeverArrived is the status of an operation of which the org's list shows
// nothing.
const NeverArrived = "NeverArrived"

// operationVersion is the version of a note's form.
const operationVersion = 2

// Open tells whether the outcome is not known yet.
func (o Operation) Open() bool { return o.Phase != Closed }

// Journal is where notes are kept. It lies in the repository's private folder.
type Journal struct {
	Dir string
	FS  state.FS
}

// NewJournal opens the journal in a repository's private folder.
func NewJournal(fsys state.FS, privateDir string) Journal {
	return Journal{Dir: filepath.Join(privateDir, "operations"), FS: fsys}
}

const (
	dirMode  = 0o700
	fileMode = 0o600
)

// save writes a note durably.
func (j Journal) save(o *Operation) error {
	if err := state.MakeDir(j.FS, j.Dir, dirMode); err != nil {
		return fmt.Errorf("make the journal: %w", err)
	}
	o.name = o.file()
	text, err := json.MarshalIndent(o, "", "  ")
	if err != nil {
		return fmt.Errorf("write the journal: %w", err)
	}
	if err := state.WriteFile(j.FS, filepath.Join(j.Dir, o.name), state.WithSum(text), fileMode); err != nil {
		return fmt.Errorf("write the journal: %w", err)
	}
	return nil
}

// packageDigits are those of a package's digest that name a note.
const packageDigits = 12

func (o *Operation) file() string {
	return o.Begun.UTC().Format("20060102T150405.000000000Z") + "-" + o.Package[:min(len(o.Package), packageDigits)] + ".json"
}

// ErrJournal is returned for a note that is not as it was written.
var ErrJournal = errors.New("a note of the journal is damaged")

// Operations gives all notes, oldest first. A note that is damaged is an ErrJournal:
// nothing may be sent past it, as it may be of a deploy that the org works on.
func (j Journal) Operations() ([]Operation, error) {
	entries, err := os.ReadDir(j.Dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the journal: %w", err)
	}
	var out []Operation
	for _, e := range entries {
		if !strings.HasSuffix(e.Name(), ".json") {
			continue
		}
		o, err := readOperation(filepath.Join(j.Dir, e.Name()))
		if err != nil {
			return nil, fmt.Errorf("read the journal: %w", err)
		}
		out = append(out, o)
	}
	slices.SortFunc(out, func(a, b Operation) int { return strings.Compare(a.name, b.name) })
	return out, nil
}

func readOperation(name string) (Operation, error) {
	o := Operation{name: filepath.Base(name)}
	text, err := state.ReadNote(name)
	if err == nil {
		err = json.Unmarshal(text, &o)
	}
	var file *fs.PathError
	switch {
	case errors.As(err, &file):
		return o, err
	case err != nil || o.file() != o.name:
		return o, fmt.Errorf("%w: %s", ErrJournal, name)
	}
	return o, nil
}

// Pending gives the open notes of one org, oldest first.
func (j Journal) Pending(orgID string) ([]Operation, error) {
	all, err := j.Operations()
	return slices.DeleteFunc(all, func(o Operation) bool { return !o.Open() || o.OrgID != orgID }), err
}

// close notes the outcome.
func (j Journal) close(o *Operation, status string, now time.Time) error {
	o.Phase, o.Status, o.Ended = Closed, status, now
	return j.save(o)
}
