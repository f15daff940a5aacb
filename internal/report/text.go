package report

import (
	"fmt"
	"strings"

	"github.com/orgkeep/orgkeep/internal/diff"
)

// hunk gives changed lines in the form of a unified diff.
func hunk(h diff.Hunk) string {
	var b strings.Builder
	b.WriteString(hunkHead(h))
	for _, l := range h.Lines {
		b.WriteString("\n" + l.Op + l.Text)
	}
	return b.String()
}

// hunkHead names where a hunk begins and how many lines it has on either side.
func hunkHead(h diff.Hunk) string {
	before, after := 0, 0
	for _, l := range h.Lines {
		if l.Op != "+" {
			before++
		}
		if l.Op != "-" {
			after++
		}
	}
	return fmt.Sprintf("@@ -%d,%d +%d,%d @@", h.OldLine, before, h.NewLine, after)
}

// htmlLine is one line of a text difference. Class colours it, and the first part
// begins with its mark, so that colour is not needed.
type htmlLine struct {
	Class string
	Parts []htmlPart
}

// htmlPart is a stretch of a line; Word sets off the words that changed.
type htmlPart struct {
	Text string
	Word bool
}

func hunkLines(h diff.Hunk) []htmlLine {
	class := map[string]string{"+": "ins", "-": "del"}
	lines := []htmlLine{{Class: "at", Parts: []htmlPart{{Text: hunkHead(h)}}}}
	for _, l := range h.Lines {
		lines = append(lines, htmlLine{Class: class[l.Op], Parts: htmlParts(l)})
	}
	return lines
}

func htmlParts(l diff.Line) []htmlPart {
	parts := []htmlPart{{Text: l.Op}}
	at := 0
	for _, s := range l.Spans {
		if s.From < at || s.To < s.From || s.To > len(l.Text) {
			break
		}
		parts = append(parts, htmlPart{Text: l.Text[at:s.From]}, htmlPart{Text: l.Text[s.From:s.To], Word: true})
		at = s.To
	}
	return append(parts, htmlPart{Text: l.Text[at:]})
}
