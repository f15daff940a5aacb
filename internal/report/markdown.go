package report

import (
	"fmt"
	"io"
	"strings"

	"github.com/orgkeep/orgkeep/internal/diff"
)

// writeMarkdown writes what fits a comment on a pull request: the verdict, the
// counts, a matrix of several orgs, and the components with their elements. Cut to
// maxBytes it says how many components are left out; the verdict is always whole.
func writeMarkdown(w io.Writer, all []Drift, maxBytes int) error {
	m := markdown{left: maxBytes, cut: maxBytes > 0}
	if len(all) > 1 {
		m.put(fmt.Sprintf("### %s\n\n", markdownText(verdict(all))))
		m.matrix(MatrixOf(all))
	}
	heads := make([]string, len(all))
	for i, d := range all {
		heads[i] = markdownHead(d)
		m.left -= len(heads[i]) + remainderRoom
	}
	for i, d := range all {
		if i > 0 {
			m.out.WriteString("\n")
		}
		m.out.WriteString(heads[i])
		m.changes(d.Changes)
	}
	if _, err := io.WriteString(w, m.out.String()); err != nil {
		return fmt.Errorf("write the Markdown report: %w", err)
	}
	return nil
}

// remainderRoom is kept for the line that states what is left out, one for each
// list.
const remainderRoom = 100

// markdown is a text that has only so much room.
type markdown struct {
	out  strings.Builder
	left int // bytes
	cut  bool
}

// fits writes a text if there is room for it.
func (m *markdown) fits(text string) bool {
	if m.cut && len(text) > m.left {
		return false
	}
	m.put(text)
	return true
}

func (m *markdown) put(text string) {
	m.left -= len(text)
	m.out.WriteString(text)
}

// changes lists components, those without their elements for which there is no
// room, until there is none at all.
func (m *markdown) changes(all []Change) {
	short := 0
	for i, c := range all {
		if m.fits(markdownChange(c)) {
			continue
		}
		if !m.fits(markdownTitle(c)) {
			fmt.Fprintf(&m.out, "\n… and %s more.\n", count(len(all)-i, "component"))
			return
		}
		short++
	}
	if short > 0 {
		fmt.Fprintf(&m.out, "\n… the details of %s are left out.\n", count(short, "component"))
	}
}

// matrix is a table. It may take half of the room.
func (m *markdown) matrix(x Matrix) {
	if len(x.Rows) == 0 {
		return
	}
	room := m.left / 2
	head, line := "| component |", "|---|"
	for _, org := range x.Orgs {
		head += " " + markdownText(org) + " |"
		line += ":-:|"
	}
	m.put(head + "\n" + line + "\n")
	for i, r := range x.Rows {
		row := "| " + tableCode(r.Component.Type+" "+r.Component.FullName) + " |"
		for _, cell := range r.Cells {
			row += " " + tableCode(cell) + " |"
		}
		if m.cut && m.left-len(row)-remainderRoom < room {
			m.put(fmt.Sprintf("\n… and %s more.\n", count(len(x.Rows)-i, "row")))
			break
		}
		m.put(row + "\n")
	}
	m.put("\n")
}

// tableCode is a code span in a table, where a bar has to be escaped.
func tableCode(s string) string {
	return strings.ReplaceAll(code(strings.TrimSpace(s)), "|", `\|`)
}

// reasonRoom bounds what others wrote as a reason.
const reasonRoom = 400

func shortly(s string) string {
	if len(s) <= reasonRoom {
		return s
	}
	return strings.ToValidUTF8(s[:reasonRoom], "") + "…"
}

func markdownHead(d Drift) string {
	var b strings.Builder
	fmt.Fprintf(&b, "### %s\n\n", markdownText(d.Verdict()))
	if d.Failed != "" {
		fmt.Fprintf(&b, "%s\n", markdownText(shortly(d.Failed)))
		return b.String()
	}
	added, changed, deleted := d.Counts()
	fmt.Fprintf(&b, "`~ %d` changed, `+ %d` added, `- %d` deleted; %d of %d components read\n", changed, added, deleted, d.Returned, d.Asked)
	for i, h := range d.Hidden {
		if i == rulesListed {
			fmt.Fprintf(&b, "\n%s hidden by all %d rules\n", count(d.HiddenCount(), "difference"), len(d.Hidden))
			break
		}
		h.Reason = shortly(h.Reason)
		fmt.Fprintf(&b, "\n%s\n", markdownText(h.String()))
	}
	if text := d.MaskedText(); text != "" {
		fmt.Fprintf(&b, "\n%s\n", markdownText(text))
	}
	if !d.Complete() {
		b.WriteString("\nNot compared:\n\n")
		for i, m := range d.Missing {
			if i == missingListed {
				fmt.Fprintf(&b, "- … and %d more\n", len(d.Missing)-i)
				break
			}
			fmt.Fprintf(&b, "- %s: %s\n", code(m.name()), markdownText(shortly(m.Reason)))
		}
	}
	if len(d.Changes) > 0 {
		b.WriteString("\n")
	}
	return b.String()
}

// Bounds on what a head names one by one.
const (
	missingListed = 20
	rulesListed   = 20
)

func markdownTitle(c Change) string {
	var b strings.Builder
	fmt.Fprintf(&b, "- **%s** %s", c.Kind.Mark(), code(c.title()))
	if c.Summary != "" {
		b.WriteString(" " + markdownText(c.Summary))
	}
	if who := c.who(); who != "" {
		b.WriteString(" — " + markdownText(who))
	}
	return b.String() + "\n"
}

func markdownChange(c Change) string {
	var b strings.Builder
	b.WriteString(markdownTitle(c))
	for _, e := range c.Elements {
		if len(e.Hunks) == 0 {
			fmt.Fprintf(&b, "  - %s\n", code(e.String()))
			continue
		}
		b.WriteString(markdownHunks(e))
	}
	return b.String()
}

// markdownHunks folds a text difference, in a fence that its text cannot close.
func markdownHunks(e diff.Element) string {
	var text strings.Builder
	for _, h := range e.Hunks {
		text.WriteString(hunk(h) + "\n")
	}
	fence := strings.Repeat("`", max(3, longestRun(text.String(), '`')+1))
	var b strings.Builder
	fmt.Fprintf(&b, "  - <details><summary>%s</summary>\n\n    %sdiff\n", markdownText(e.String()), fence)
	for line := range strings.SplitSeq(strings.TrimRight(clean(text.String()), "\n"), "\n") {
		b.WriteString("    " + line + "\n")
	}
	fmt.Fprintf(&b, "    %s\n\n    </details>\n", fence)
	return b.String()
}

// code makes a code span in which nothing is markup, not even backquotes.
func code(s string) string {
	s = strings.Join(strings.Fields(clean(s)), " ")
	ticks := strings.Repeat("`", longestRun(s, '`')+1)
	if strings.HasPrefix(s, "`") || strings.HasSuffix(s, "`") {
		s = " " + s + " "
	}
	return ticks + s + ticks
}

func longestRun(s string, of rune) int {
	longest, run := 0, 0
	for _, r := range s {
		if r != of {
			run = 0
			continue
		}
		run++
		longest = max(longest, run)
	}
	return longest
}

// markdownText writes words from outside into running text: whatever begins
// markup, a mention or an HTML tag is escaped.
func markdownText(s string) string {
	s = strings.Join(strings.Fields(clean(s)), " ")
	return markdownEscapes().Replace(s)
}

func markdownEscapes() *strings.Replacer {
	pairs := []string{"&", "&amp;", "<", "&lt;", ">", "&gt;", "@", "&#64;"}
	for _, r := range `\` + "`*_{}[]#|~!" {
		pairs = append(pairs, string(r), `\`+string(r))
	}
	return strings.NewReplacer(pairs...)
}
