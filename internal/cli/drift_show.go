package cli

import (
	"bytes"
	"fmt"
	"io"
	"strings"

	"github.com/orgkeep/orgkeep/internal/cli/iostreams"
	"github.com/orgkeep/orgkeep/internal/report"
	"github.com/orgkeep/orgkeep/internal/state"
	"github.com/orgkeep/orgkeep/pkg/metadata"
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
	TookMS   int64          `json:"took_ms"`
}

// writeDrift prints what was found, or writes it to a file.
func (f *Factory) writeDrift(found []driftFound, opts driftOptions) error {
	if opts.Format == formatText && opts.Output == "" {
		return f.showDrift(found)
	}
	if opts.Output == "" && opts.Format == formatJSON {
		return f.WriteJSON("drift", driftResults(found))
	}
	var text bytes.Buffer
	if err := f.driftReport(&text, found, opts.Format); err != nil {
		return err
	}
	if opts.Output == "" {
		if _, err := text.WriteTo(f.IO.Out); err != nil {
			return fmt.Errorf("write the report: %w", err)
		}
		return nil
	}
	if err := state.WriteFile(f.Sys.FS, f.Path(opts.Output), text.Bytes(), 0o644); err != nil {
		return fmt.Errorf("write the report: %w", err)
	}
	for _, d := range found {
		fmt.Fprintln(f.IO.Out, iostreams.Clean(d.verdict()))
	}
	f.IO.Note("The report is in %s", opts.Output)
	return nil
}

func driftResults(found []driftFound) []driftResult {
	out := make([]driftResult, 0, len(found))
	for _, d := range found {
		out = append(out, driftResult{
			Org: d.alias, Expected: d.expected.result(), Actual: d.actual.result(), Same: len(d.changes) == 0, Complete: len(d.missing) == 0,
			Asked: d.asked, Returned: d.returned, Counts: countsOf(d.changes), Changes: changeResults(d.changes), Missing: d.missing,
			TookMS: d.took.Milliseconds(),
		})
	}
	return out
}

// driftReport writes any format; text is the table that a pipe gets.
func (f *Factory) driftReport(w io.Writer, found []driftFound, format string) error {
	switch format {
	case formatJSON:
		return encode(w, document{schemaVersion, "drift", driftResults(found), []string{}})
	case formatText:
		for _, d := range found {
			for _, c := range d.changes {
				cells := []string{d.alias, c.Kind.String(), c.Component.Type, c.Component.FullName, extent(c), c.Author, rfc3339(c.When)}
				for i := range cells {
					cells[i] = iostreams.Clean(cells[i])
				}
				if _, err := fmt.Fprintln(w, strings.Join(cells, "\t")); err != nil {
					return fmt.Errorf("write the report: %w", err)
				}
			}
		}
		return nil
	}
	return report.Write(w, report.Format(format), f.reported(found[0]), 0)
}

func (f *Factory) reported(d driftFound) report.Drift {
	out := report.Drift{
		Tool: clientName, Version: f.Sys.Build.complete().Version, Expected: d.expected.Name, Actual: d.alias,
		Made: f.Now(), Root: d.actual.Root, Asked: d.asked, Returned: d.returned,
	}
	for _, m := range d.missing {
		out.Missing = append(out.Missing, report.Missing{Component: metadata.Component{Type: m.Type, FullName: m.FullName}, Reason: m.Reason})
	}
	for _, c := range d.changes {
		out.Changes = append(out.Changes, report.Change{Change: c.Change, Author: c.Author, When: c.When})
	}
	return out
}

// verdict is the outcome in one line.
func (d driftFound) verdict() string {
	if len(d.changes) > 0 {
		return fmt.Sprintf("%s differs from %s", d.alias, d.expected.Name)
	}
	return fmt.Sprintf("%s is the same as %s", d.alias, d.expected.Name)
}

// showDrift prints the text: a short report for people, rows for programs, which
// get the verdict on stderr.
func (f *Factory) showDrift(found []driftFound) error {
	people := f.IO.OutIsTerminal()
	for i, d := range found {
		if people {
			if i > 0 {
				fmt.Fprintln(f.IO.Out)
			}
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
	line := iostreams.Clean(d.verdict())
	coverage := "coverage " + percent(d.returned, d.asked)
	room := f.IO.Width() - iostreams.Columns(line) - 2 - iostreams.Columns(coverage)
	if room < 0 {
		coverage = ""
	}
	fmt.Fprintln(f.IO.Out, strings.TrimRight(iostreams.Pad(style.Bold(line), min(headRight, iostreams.Columns(line)+max(room, 0)))+"  "+style.Dim(coverage), " "))
	if n := countsOf(d.changes); n.total() > 0 {
		fmt.Fprintf(f.IO.Out, "  %s\n\n", n.marks(style))
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
