package cli

import (
	"fmt"
	"strings"

	"github.com/orgkeep/orgkeep/internal/cli/iostreams"
)

// driftResult is one org in what --json prints.
type driftResult struct {
	Org      string         `json:"org"`
	Expected stateResult    `json:"expected"`
	Actual   stateResult    `json:"actual"`
	Same     bool           `json:"same"`
	Complete bool           `json:"complete"`
	Asked    int            `json:"asked"`
	Returned int            `json:"returned"`
	Counts   counts         `json:"counts"`
	Changes  []changeResult `json:"changes"`
	Missing  []missing      `json:"missing"`
	// Hidden are the rules that let differences pass, with how many; Masked is what
	// masks took for equal.
	Hidden []hiddenResult `json:"hidden"`
	Masked maskedResult   `json:"masked"`
	TookMS int64          `json:"took_ms"`
}

func driftResults(found []driftFound) []driftResult {
	out := make([]driftResult, 0, len(found))
	for _, d := range found {
		if d.failed != nil {
			continue
		}
		out = append(out, driftResult{
			Org: d.alias, Expected: d.expected.result(), Actual: d.actual.result(), Same: len(d.changes) == 0, Complete: len(d.missing) == 0,
			Asked: d.asked, Returned: d.returned, Counts: countsOf(d.changes), Changes: changeResults(d.changes), Missing: d.missing,
			Hidden: hiddenResults(d.hidden), Masked: maskedResult{Masks: maskNames(d.masks), Count: d.masked},
			TookMS: d.took.Milliseconds(),
		})
	}
	return out
}

// outcome is what a comparison found, in one line.
func (d driftFound) outcome() string {
	switch {
	case d.failed != nil:
		return d.alias + " could not be compared"
	case len(d.changes) > 0:
		return fmt.Sprintf("%s differs from %s", d.alias, d.expected.Name)
	}
	return fmt.Sprintf("%s is the same as %s", d.alias, d.expected.Name)
}

// verdict is the outcome with what was left out of it.
func (d driftFound) verdict() string {
	if left := leftOut(d.hidden, d.masked); left != "" {
		return d.outcome() + "; " + left
	}
	return d.outcome()
}

// figures are the counts below an outcome, on a terminal.
func (f *Factory) figures(d driftFound) bool {
	style := f.IO.OutStyle()
	n, left := countsOf(d.changes), leftOut(d.hidden, d.masked)
	if n.total() > 0 {
		fmt.Fprintf(f.IO.Out, "  %s\n", n.marks(style))
	}
	if left != "" {
		fmt.Fprintf(f.IO.Out, "  %s\n", left)
	}
	return n.total() > 0
}

// showDrift prints the text: a short report or a matrix for people, rows for
// programs, which get the verdicts on stderr.
func (f *Factory) showDrift(found []driftFound) error {
	people := f.IO.OutIsTerminal()
	if people && len(found) > 1 {
		return f.showMatrix(found)
	}
	for _, d := range found {
		if d.failed != nil {
			continue // the error says it
		}
		if people {
			f.driftHead(d)
		}
		if err := f.driftRows(d); err != nil {
			return err
		}
		if !people {
			f.IO.Note("%s", iostreams.Clean(d.verdict()))
		}
		f.showMissing(d.missing)
		if people && len(d.changes) > 0 {
			f.IO.Note("\n  Details:  orgkeep diff %s org:%s", shellWord(d.expected.word()), d.alias)
		}
	}
	f.noteExpired(found)
	return nil
}

// word is what the user calls a state in a command.
func (s side) word() string {
	switch {
	case s.Live:
		return orgPrefix + s.Alias
	case s.Revision.IsZero():
		return dirPrefix + strings.TrimPrefix(s.Name, "folder ")
	}
	return s.Revision.Short()
}

func (f *Factory) driftHead(d driftFound) {
	style := f.IO.OutStyle()
	line := iostreams.Clean(d.outcome())
	coverage := "coverage " + percent(d.returned, d.asked)
	room := f.IO.Width() - iostreams.Columns(line) - 2 - iostreams.Columns(coverage)
	if room < 0 {
		coverage = ""
	}
	fmt.Fprintln(f.IO.Out, strings.TrimRight(iostreams.Pad(style.Bold(line), min(headRight, iostreams.Columns(line)+max(room, 0)))+"  "+style.Dim(coverage), " "))
	if f.figures(d) {
		fmt.Fprintln(f.IO.Out)
	}
}

// marks are the counts with their signs: "+ 3   ~ 14   - 1".
func (n counts) marks(style iostreams.Style) string {
	var parts []string
	for _, c := range []struct {
		mark string
		n    int
	}{{"+", n.Added}, {"~", n.Changed}, {"-", n.Deleted}} {
		if c.n > 0 {
			parts = append(parts, style.Mark(c.mark, c.mark)+" "+thousands(c.n))
		}
	}
	return strings.Join(parts, "   ")
}

// shownDrift bounds how many components people get; diff has all of them. How much
// of each differs has room on a terminal of wideTerminal columns.
const (
	shownDrift   = 30
	wideTerminal = 100
)

func (f *Factory) driftRows(d driftFound) error {
	t := f.IO.NewTable("org", "kind", "type", "name", "extent", "by", "when")
	wide := f.IO.Width() >= wideTerminal
	if f.IO.OutIsTerminal() {
		t = f.IO.NewTable("kind", "type", "name", "by", "when", "extent")
		t.Bare, t.Indent, t.Shrink, t.Paint = true, "  ", []int{1, 2, 3, 5}, paintMark(f.IO.OutStyle())
	}
	for i, c := range d.changes {
		row := []string{d.alias, c.Kind.String(), c.Component.Type, c.Component.FullName, extent(c), c.Author, f.IO.Time(f.Now(), c.When)}
		if f.IO.OutIsTerminal() {
			if i == shownDrift {
				break
			}
			row = []string{c.Kind.Mark(), typeName(c.Component.Type), c.Component.FullName, f.user(c.Author), f.IO.Time(f.Now(), c.When)}
			if wide {
				row = append(row, extent(c))
			}
		}
		t.Row(row...)
	}
	if err := t.Write(); err != nil {
		return err
	}
	if n := len(d.changes) - shownDrift; n > 0 && f.IO.OutIsTerminal() {
		fmt.Fprintf(f.IO.Out, "  … %s more\n", thousands(n))
	}
	return nil
}
