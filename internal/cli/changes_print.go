package cli

import (
	"fmt"
	"strings"

	"github.com/orgkeep/orgkeep/internal/cli/iostreams"
	"github.com/orgkeep/orgkeep/internal/diff"
)

// changePrinter prints changes for people, within the width of their terminal.
type changePrinter struct {
	f       *Factory
	style   iostreams.Style
	width   int
	authors bool
}

const (
	elementIndent = "    "
	lineIndent    = "        "
	// headColumn is where what stands behind a component's name begins.
	headColumn = 42
)

// change prints one component: its name, what is said of it as a whole, and its
// elements below. A single element that fits stands in the same line.
func (p changePrinter) change(c change) {
	mark := c.Kind.Mark()
	name := iostreams.Clean(c.Component.FullName)
	head := mark + " " + typeName(c.TypeWords()) + "  " + name
	room := p.width - max(headColumn, iostreams.Columns(head)+2)
	who, summary := p.who(c), iostreams.Clean(summaryOf(c))
	behind, below, elements := who, summary, c.Elements
	switch {
	case iostreams.Columns(who) > room:
		behind, below = "", strings.TrimSpace(who+"  "+summary)
	case who != "":
	case iostreams.Columns(summary) <= room && summary != "":
		behind, below = summary, ""
	case len(elements) == 1 && iostreams.Columns(inline(elements[0])) <= room:
		if behind = inline(elements[0]); behind != "" {
			elements = nil
		}
	}
	painted := p.style.Mark(mark, mark) + " " + typeName(c.TypeWords()) + "  " + p.style.Bold(name)
	if behind != "" {
		painted += strings.Repeat(" ", max(2, headColumn-iostreams.Columns(head))) + behind
	}
	p.line(painted)
	if below != "" {
		p.line(elementIndent + p.style.Dim(iostreams.Fit(below, p.width-len(elementIndent))))
	}
	p.elements(elements)
}

func (p changePrinter) line(text string) { fmt.Fprintln(p.f.IO.Out, text) }

// summaryOf is what is said of a component as a whole.
func summaryOf(c change) string {
	if c.Kind == diff.Renamed {
		return "was " + c.OldComponent.FullName
	}
	return c.Summary
}

// who made a change, and when, where that is wanted and known.
func (p changePrinter) who(c change) string {
	if !p.authors || c.Author == "" {
		return ""
	}
	who := iostreams.Clean(p.f.user(c.Author))
	if !c.When.IsZero() {
		who += ", " + p.f.IO.Time(p.f.Now(), c.When)
	}
	return who
}

// label names an element: names and keys level by level.
func label(e diff.Element) string {
	if len(e.Steps) == 0 {
		return iostreams.Clean(strings.TrimSpace(e.Name + " " + e.Key))
	}
	parts := make([]string, 0, len(e.Steps))
	for _, s := range e.Steps {
		parts = append(parts, strings.TrimSpace(s.Words()+" "+s.Key))
	}
	return iostreams.Clean(strings.Join(parts, "  "))
}

// value says what became of an element, in one line.
func value(e diff.Element) string {
	old, now := iostreams.Clean(e.Old), iostreams.Clean(e.New)
	if e.LeftOut > 0 {
		return strings.TrimSpace(old + now + " (and " + plural(e.LeftOut, "more element") + ")")
	}
	switch e.Kind {
	case diff.Added:
		return now
	case diff.Deleted:
		return old
	case diff.Moved:
		return "moved: " + old + " → " + now
	}
	return orEmpty(old) + " → " + orEmpty(now)
}

func orEmpty(s string) string {
	if s == "" {
		return `""`
	}
	return s
}

// inline is an element behind its component's name; lines of text are not.
func inline(e diff.Element) string {
	if len(e.Hunks) > 0 {
		return ""
	}
	text := strings.TrimSpace(label(e) + "  " + value(e))
	if e.Kind == diff.Added || e.Kind == diff.Deleted {
		text = e.Kind.Mark() + " " + text
	}
	return text
}

// elements prints elements below their component, values under each other.
func (p changePrinter) elements(all []diff.Element) {
	widest := 0
	for _, e := range all {
		if len(e.Hunks) == 0 {
			widest = max(widest, iostreams.Columns(label(e)))
		}
	}
	widest = min(widest, p.width/2)
	for _, e := range all {
		p.element(e, widest)
	}
}

func (p changePrinter) element(e diff.Element, column int) {
	mark, name := e.Kind.Mark(), label(e)
	begin := elementIndent + p.style.Mark(mark, mark) + " "
	if len(e.Hunks) > 0 {
		p.line(begin + name)
		for _, h := range e.Hunks {
			p.hunk(h)
		}
		if e.LeftOut > 0 {
			p.line(lineIndent + p.style.Dim("… "+plural(e.LeftOut, "more changed line")))
		}
		return
	}
	text := value(e)
	room := p.width - len(elementIndent) - 2 - max(column, iostreams.Columns(name)) - 2
	switch {
	case text == "":
		p.line(begin + name)
	case iostreams.Columns(text) <= room:
		p.line(begin + iostreams.Pad(name, column) + "  " + text)
	default:
		p.long(e, begin+iostreams.Fit(name, p.width-len(elementIndent)-2))
	}
}

// long prints values that do not fit beside their name, old and new on lines of
// their own, cut where they do not fit there either.
func (p changePrinter) long(e diff.Element, head string) {
	p.line(head)
	if text := value(e); e.Kind == diff.Moved {
		p.line(lineIndent + iostreams.Fit(text, p.width-len(lineIndent)))
		return
	}
	for _, v := range []struct{ op, text string }{{"-", e.Old}, {"+", e.New}} {
		if v.text != "" {
			p.text(v.op, v.text)
		}
	}
}

func (p changePrinter) text(op, text string) {
	line := op + " " + iostreams.Clean(text)
	p.line(lineIndent + p.style.Mark(op, iostreams.Fit(line, p.width-len(lineIndent))))
}

// hunk prints changed lines with those around them. Lines are whole, as code
// that is cut cannot be read.
func (p changePrinter) hunk(h diff.Hunk) {
	p.line(lineIndent + p.style.Dim(fmt.Sprintf("@@ line %d @@", firstChanged(h))))
	for _, l := range h.Lines {
		p.line(lineIndent + p.codeLine(l))
	}
}

// firstChanged is the number of the first changed line of a hunk, in the new file.
func firstChanged(h diff.Hunk) int {
	line := h.NewLine
	for _, l := range h.Lines {
		if l.Op != " " {
			break
		}
		line++
	}
	return line
}

// codeLine is a line of a text with its mark, the words that changed set off. A
// carriage return at its end is shown where the line changed, as it may be all
// that did.
func (p changePrinter) codeLine(l diff.Line) string {
	if l.Op == " " {
		return strings.TrimRight("  "+cleanCode(strings.TrimSuffix(l.Text, "\r")), " ")
	}
	text, cr := strings.CutSuffix(l.Text, "\r")
	line := p.style.Mark(l.Op, l.Op+" ")
	at := 0
	for _, s := range l.Spans {
		from, to := min(s.From, len(text)), min(s.To, len(text))
		line += p.style.Mark(l.Op, cleanCode(text[at:from])) + p.style.Word(l.Op, cleanCode(text[from:to]))
		at = to
	}
	line += p.style.Mark(l.Op, cleanCode(text[at:]))
	if cr {
		line += "␍"
	}
	if l.Open {
		line += p.style.Dim(" (no line end)")
	}
	return line
}

// cleanCode keeps tabs, which code has.
func cleanCode(text string) string {
	return strings.ReplaceAll(iostreams.CleanLines(text), "\n", " ")
}
