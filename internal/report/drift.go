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
	// Hidden are the rules that let differences pass, with how many.
	Hidden []Hidden
	// Masked is how many differences Masks took for equal.
	Masked int
	Masks  []string
	// Failed says why the org could not be compared at all; all else but Actual is
	// empty then.
	Failed string
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

func (m Missing) name() string {
	return strings.TrimSpace(m.Component.Type + " " + m.Component.FullName)
}

// Hidden says how many differences one rule let pass, why it may, and who answers
// for it.
type Hidden struct {
	Rule, Reason, Owner string
	// Until is the last day, as 2027-03-31, or empty. A rule past it has expired and
	// lets nothing pass.
	Until   string
	Expired bool
	Count   int
}

// String says it in one sentence.
func (h Hidden) String() string {
	if h.Expired {
		return fmt.Sprintf("the rule %s of %s has expired on %s and hides nothing any more: %s", h.Rule, h.Owner, h.Until, h.Reason)
	}
	text := fmt.Sprintf("%s hidden by the rule %s of %s", count(h.Count, "difference"), h.Rule, h.Owner)
	if h.Until != "" {
		text += " until " + h.Until
	}
	return text + ": " + h.Reason
}

// MaskedText says what masks took for equal, "" where that is nothing.
func (d Drift) MaskedText() string {
	if d.Masked == 0 {
		return ""
	}
	return fmt.Sprintf("%s masked (%s)", count(d.Masked, "difference"), strings.Join(d.Masks, ", "))
}

// Complete tells whether everything could be compared.
func (d Drift) Complete() bool { return len(d.Missing) == 0 && d.Failed == "" }

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
	switch {
	case d.Failed != "":
		return fmt.Sprintf("%s could not be compared", d.Actual)
	case len(d.Changes) == 0:
		text = fmt.Sprintf("%s is as expected", d.Actual)
	default:
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

// verdict says the outcome of several comparisons in one sentence.
func verdict(all []Drift) string {
	if len(all) == 1 {
		return all[0].Verdict()
	}
	differ, failed, gaps := 0, 0, 0
	for _, d := range all {
		switch {
		case d.Failed != "":
			failed++
		case len(d.Changes) > 0:
			differ++
		}
		if len(d.Missing) > 0 {
			gaps++
		}
	}
	text := fmt.Sprintf("%d of %d orgs differ from what is expected", differ, len(all))
	if failed > 0 {
		text += fmt.Sprintf(", %d could not be compared", failed)
	}
	if gaps > 0 {
		text += fmt.Sprintf(", %d could not be read whole", gaps)
	}
	return text
}

// Write writes a report of one org or several. Markdown is cut to maxBytes, with
// the remainder stated; zero means whole. The other formats are always whole.
func Write(w io.Writer, format Format, all []Drift, maxBytes int) error {
	switch format {
	case SARIF:
		return writeSARIF(w, all)
	case JUnit:
		return writeJUnit(w, all)
	case Markdown:
		return writeMarkdown(w, all, maxBytes)
	case HTML:
		return writeHTML(w, all)
	}
	return fmt.Errorf("%w: %q", ErrFormat, format)
}
