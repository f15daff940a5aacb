package cli

import (
	"fmt"
	"strings"

	"github.com/orgkeep/orgkeep/internal/cli/iostreams"
	"github.com/orgkeep/orgkeep/internal/diff"
)

// changeView says how much of each change is shown.
type changeView struct {
	Stat     bool // one line each
	NameOnly bool
	// Authors adds who made a change, and when.
	Authors bool
	// Named is what the user called the state, for hints.
	Named string
}

// showChanges prints changes: for people component by component with what differs
// below it, for programs a row for each element.
func (f *Factory) showChanges(changes []change, v changeView) error {
	switch {
	case v.NameOnly:
		for _, c := range changes {
			fmt.Fprintln(f.IO.Out, iostreams.Clean(nameOf(c)))
		}
		return nil
	case v.Stat:
		return f.showStat(changes, v)
	case !f.IO.OutIsTerminal():
		return f.showRows(changes, v)
	}
	p := changePrinter{f: f, style: f.IO.OutStyle(), width: f.IO.Width(), authors: v.Authors}
	for _, c := range changes {
		p.change(c)
	}
	return nil
}

// nameOf is Type:FullName, or the path of a file that is no metadata.
func nameOf(c change) string {
	if c.Component.Type == "" {
		return c.Component.FullName
	}
	return c.Component.String()
}

// typeName is what stands in the column of types; files that are no metadata
// have none.
func typeName(typ string) string {
	if typ == "" {
		return "(file)"
	}
	return typ
}

// showStat is one line for each change.
func (f *Factory) showStat(changes []change, v changeView) error {
	columns := []string{"kind", "type", "name", "extent"}
	if v.Authors {
		columns = []string{"kind", "type", "name", "by", "when"}
	}
	t := f.IO.NewTable(columns...)
	t.Bare, t.Indent, t.Shrink = true, "  ", []int{1, 2, 3}
	t.Paint = paintMark(f.IO.OutStyle())
	for _, c := range changes {
		row := []string{f.mark(c.Kind), typeName(c.Component.Type), c.Component.FullName}
		if v.Authors {
			row = append(row, f.user(c.Author), f.IO.Time(f.Now(), c.When))
		} else {
			row = append(row, extent(c))
		}
		t.Row(row...)
	}
	return t.Write()
}

// user is a Salesforce username, for people without what all of an org's have in
// common: admin@acme.
func (f *Factory) user(name string) string {
	at := strings.IndexByte(name, '@')
	if at < 0 || !f.IO.OutIsTerminal() {
		return name
	}
	host, _, _ := strings.Cut(name[at:], ".")
	return name[:at] + host
}

// paintMark colours the mark in a table's first column.
func paintMark(style iostreams.Style) func(int, string) string {
	return func(column int, cell string) string {
		if column == 0 {
			return style.Mark(cell, cell)
		}
		return cell
	}
}

// mark is + ~ - for people and a word for programs.
func (f *Factory) mark(k diff.Kind) string {
	if f.IO.OutIsTerminal() {
		return k.Mark()
	}
	return k.String()
}

// extent says how much of a component differs: "3 elements", "+4 -1 lines".
func extent(c change) string {
	if len(c.Elements) == 0 {
		if c.Kind == diff.Renamed {
			return "was " + c.OldComponent.FullName
		}
		return ""
	}
	lines := map[string]int{}
	plain := 0
	for _, e := range c.Elements {
		if len(e.Hunks) == 0 {
			plain += 1 + e.LeftOut
		}
		for _, h := range e.Hunks {
			for _, l := range h.Lines {
				lines[l.Op]++
			}
		}
	}
	var parts []string
	if plain > 0 {
		parts = append(parts, plural(plain, "element"))
	}
	if lines["+"]+lines["-"] > 0 {
		parts = append(parts, fmt.Sprintf("+%d -%d lines", lines["+"], lines["-"]))
	}
	return strings.Join(parts, ", ")
}

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%s %ss", thousands(n), noun)
}

// thousands groups digits, as people read large counts: 48,870.
func thousands(n int) string {
	text := fmt.Sprint(n)
	for i := len(text) - 3; i > 0; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}

// showRows prints a row for each element, and for each changed line of a text.
func (f *Factory) showRows(changes []change, v changeView) error {
	columns := []string{"kind", "type", "name", "element kind", "element", "key", "old", "new"}
	if v.Authors {
		columns = append(columns, "by", "when")
	}
	t := f.IO.NewTable(columns...)
	for _, c := range changes {
		row := func(cells ...string) {
			cells = append([]string{c.Kind.String(), c.Component.Type, c.Component.FullName}, cells...)
			if v.Authors {
				cells = append(cells, c.Author, f.IO.Time(f.Now(), c.When))
			}
			t.Row(cells...)
		}
		if len(c.Elements) == 0 {
			row("", "", "", c.OldComponent.FullName, c.Summary)
		}
		for _, e := range c.Elements {
			elementRows(e, row)
		}
	}
	return t.Write()
}

func elementRows(e diff.Element, row func(...string)) {
	if len(e.Hunks) == 0 {
		row(e.Kind.String(), e.Name, e.Key, e.Old, e.New)
	}
	for _, h := range e.Hunks {
		for _, l := range h.Lines {
			switch l.Op {
			case "-":
				row(e.Kind.String(), e.Name, e.Key, l.Text, "")
			case "+":
				row(e.Kind.String(), e.Name, e.Key, "", l.Text)
			}
		}
	}
}
