package report

import (
	"fmt"
	"io"
	"strings"

	"github.com/orgkeep/orgkeep/internal/diff"
)

// writeMarkdown writes what fits a comment on a pull request: the verdict, the
// counts, and the components with their elements. Cut to maxBytes it says how many
// components are left out; the verdict is always whole.
func writeMarkdown(w io.Writer, d Drift, maxBytes int) error {
	head := markdownHead(d)
	var body strings.Builder
	left := 0
	for i, c := range d.Changes {
		text := markdownChange(c)
		if maxBytes > 0 && len(head)+body.Len()+len(text)+remainderRoom > maxBytes {
			left = len(d.Changes) - i
			break
		}
		body.WriteString(text)
	}
	out := head + body.String()
	if left > 0 {
		out += fmt.Sprintf("\n… and %s more.\n", count(left, "component"))
	}
	if _, err := io.WriteString(w, out); err != nil {
		return fmt.Errorf("write the Markdown report: %w", err)
	}
	return nil
}

// remainderRoom is kept for the line that states what is left out.
const remainderRoom = 64

func markdownHead(d Drift) string {
	added, changed, deleted := d.Counts()
	var b strings.Builder
	fmt.Fprintf(&b, "### %s\n\n", markdownText(d.Verdict()))
	fmt.Fprintf(&b, "`~ %d` changed, `+ %d` added, `- %d` deleted; %d of %d components read\n", changed, added, deleted, d.Returned, d.Asked)
	for _, h := range d.Hidden {
		fmt.Fprintf(&b, "\n%s hidden by %s: %s\n", count(h.Count, "difference"), code(h.Rule), markdownText(h.Reason))
	}
	if !d.Complete() {
		b.WriteString("\nNot compared:\n\n")
		for i, m := range d.Missing {
			if i == missingListed {
				fmt.Fprintf(&b, "- … and %d more\n", len(d.Missing)-i)
				break
			}
			fmt.Fprintf(&b, "- %s: %s\n", code(m.Component.Type+" "+m.Component.FullName), markdownText(m.Reason))
		}
	}
	if len(d.Changes) > 0 {
		b.WriteString("\n")
	}
	return b.String()
}

// missingListed bounds how many components that were not compared are named.
const missingListed = 20

func markdownChange(c Change) string {
	var b strings.Builder
	fmt.Fprintf(&b, "- **%s** %s", c.Kind.Mark(), code(c.title()))
	if c.Summary != "" {
		b.WriteString(" " + markdownText(c.Summary))
	}
	if who := c.who(); who != "" {
		b.WriteString(" — " + markdownText(who))
	}
	b.WriteString("\n")
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
