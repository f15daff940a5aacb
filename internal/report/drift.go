package report

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/orgkeep/orgkeep/internal/diff"
	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// Format is a form in which a report is written.
type Format string

// The formats that Write knows.
const (
	SARIF    Format = "sarif"
	JUnit    Format = "junit"
	Markdown Format = "markdown"
	HTML     Format = "html"
)

// ErrFormat is returned for a format that Write does not know.
var ErrFormat = errors.New("no such report format")

// Drift is what a comparison of two states found.
type Drift struct {
	// Tool and Version say who wrote the report.
	Tool, Version string
	// Expected and Actual name the states: "prod at 4f1c2ab", "org prod".
	Expected, Actual string
	Made             time.Time
	// Root is the folder of the repository that holds the org; paths of files are
	// relative to it.
	Root string
	// Asked and Returned count components; Missing are those that could not be
	// compared.
	Asked, Returned int
	Missing         []Missing
	Changes         []Change
	// Hidden are differences that rules leave out.
	Hidden []Hidden
}

// Change is a difference of one component, with who made it where that is known.
type Change struct {
	diff.Change
	Author string
	When   time.Time
}

// Missing is a component that could not be compared, and why.
type Missing struct {
	Component metadata.Component
	Reason    string
}

// Hidden says how many differences one rule left out, and why it may.
type Hidden struct {
	Rule   string
	Reason string
	Count  int
}

// Complete tells whether everything could be compared.
func (d Drift) Complete() bool { return len(d.Missing) == 0 }

// Counts gives how many components were added, changed and deleted.
func (d Drift) Counts() (added, changed, deleted int) {
	var r diff.Result
	for _, c := range d.Changes {
		r.Changes = append(r.Changes, c.Change)
	}
	return r.Counts()
}

// Verdict says the outcome in one sentence.
func (d Drift) Verdict() string {
	var text string
	if len(d.Changes) == 0 {
		text = fmt.Sprintf("%s is as expected", d.Actual)
	} else {
		text = fmt.Sprintf("%s differs from %s in %s", d.Actual, d.Expected, count(len(d.Changes), "component"))
	}
	if !d.Complete() {
		text += fmt.Sprintf(", as far as it could be read: %s could not be compared", count(len(d.Missing), "component"))
	}
	return text
}

// HiddenCount is how many differences rules left out.
func (d Drift) HiddenCount() int {
	n := 0
	for _, h := range d.Hidden {
		n += h.Count
	}
	return n
}

// file gives a change's main file in the repository.
func (d Drift) file(path string) string {
	if d.Root == "" || path == "" {
		return path
	}
	return d.Root + "/" + path
}

func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// who gives author and time of a change in words, or "".
func (c Change) who() string {
	if c.Author == "" {
		return ""
	}
	if c.When.IsZero() {
		return c.Author
	}
	return c.Author + ", " + c.When.UTC().Format(time.RFC3339)
}

// title names a component: "CustomField Account.Rating__c".
func (c Change) title() string {
	return strings.TrimSpace(c.Component.Type + " " + c.Component.FullName)
}

// Write writes a report. Markdown is cut to maxBytes, with the remainder stated;
// zero means whole. The other formats are always whole.
func Write(w io.Writer, format Format, d Drift, maxBytes int) error {
	switch format {
	case SARIF:
		return writeSARIF(w, d)
	case JUnit:
		return writeJUnit(w, d)
	case Markdown:
		return writeMarkdown(w, d, maxBytes)
	case HTML:
		return writeHTML(w, d)
	}
	return fmt.Errorf("%w: %q", ErrFormat, format)
}
