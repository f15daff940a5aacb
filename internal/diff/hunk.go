package diff

import "strings"

// Hunk is a run of changed lines with the lines around them.
type Hunk struct {
	// OldLine and NewLine are the numbers of the first line on either side,
	// counted from 1.
	OldLine int    `json:"old_line"`
	NewLine int    `json:"new_line"`
	Lines   []Line `json:"lines"`
}

// Line is one line of a hunk.
type Line struct {
	Op   string `json:"op"` // "+", "-" or a blank
	Text string `json:"text"`
	// Spans are the words that changed, where the line stands for another one.
	Spans []Span `json:"spans,omitempty"`
	// Open says that the text ends here without a line break, which the other
	// text has.
	Open bool `json:"open,omitempty"`
}

// Limits on what is told of one text.
const (
	contextLines = 3
	maxHunkLines = 10_000
	maxHunkBytes = 1 << 20
)

// edit is a stretch of old lines for which new ones stand. One of them is empty
// where lines were only added or deleted.
type edit struct{ a0, a1, b0, b1 int }

// text compares two texts line by line. leftOut is the number of changed lines
// past the limits.
func text(old, now string) (hunks []Hunk, leftOut int) {
	if open(old) && open(now) {
		old, now = closed(old), closed(now)
	}
	t := texts{a: splitLines(old), b: splitLines(now)}
	names := map[string]int{}
	a, b := number(t.a, names), number(t.b, names)
	t.edits(a, b)
	t.slide(a, b)
	return t.hunks()
}

// open tells a text whose last line has no end; an empty one has no lines.
func open(s string) bool { return s == "" || s[len(s)-1] != '\n' }

func closed(s string) string {
	if s == "" {
		return s
	}
	return s + "\n"
}

func splitLines(s string) []string {
	lines := strings.SplitAfter(s, "\n")
	if last := len(lines) - 1; lines[last] == "" {
		lines = lines[:last]
	}
	return lines
}

// number gives equal texts equal numbers.
func number(texts []string, names map[string]int) []int {
	out := make([]int, len(texts))
	for i, s := range texts {
		n, ok := names[s]
		if !ok {
			n = len(names)
			names[s] = n
		}
		out[i] = n
	}
	return out
}

// texts are two lists of lines and what differs between them.
type texts struct {
	a, b []string
	all  []edit
}

// edits are what lies between the lines in common.
func (t *texts) edits(a, b []int) {
	i, j := 0, 0
	for _, r := range append(align(a, b), run{len(a), len(b), 0}) {
		if r.a > i || r.b > j {
			t.all = append(t.all, edit{i, r.a, j, r.b})
		}
		i, j = r.a+r.n, r.b+r.n
	}
}

// slide moves a plain insertion or deletion down as far as its own lines repeat,
// so that a new method shows from its head to its closing brace.
func (t *texts) slide(a, b []int) {
	for k := range t.all {
		e := &t.all[k]
		end := edit{a0: len(a), b0: len(b)}
		if k+1 < len(t.all) {
			end = t.all[k+1]
		}
		for e.a0 == e.a1 && e.b1 < end.b0 && b[e.b0] == b[e.b1] {
			*e = edit{e.a0 + 1, e.a1 + 1, e.b0 + 1, e.b1 + 1}
		}
		for e.b0 == e.b1 && e.a1 < end.a0 && a[e.a0] == a[e.a1] {
			*e = edit{e.a0 + 1, e.a1 + 1, e.b0 + 1, e.b1 + 1}
		}
	}
}

// hunks joins edits whose surroundings touch.
func (t *texts) hunks() (out []Hunk, leftOut int) {
	lines, size := 0, 0
	at := 0 // next old line to show
	for k, e := range t.all {
		if lines > maxHunkLines || size > maxHunkBytes {
			leftOut += e.a1 - e.a0 + e.b1 - e.b0
			continue
		}
		joins := k > 0 && e.a0-t.all[k-1].a1 <= 2*contextLines
		if !joins {
			if k > 0 {
				t.same(&out[len(out)-1], at, t.all[k-1].a1+contextLines)
			}
			at = max(0, e.a0-contextLines)
			out = append(out, Hunk{OldLine: at + 1, NewLine: at + e.b0 - e.a0 + 1})
		}
		h := &out[len(out)-1]
		t.same(h, at, e.a0)
		before := len(h.Lines)
		leftOut += t.change(h, e, maxHunkLines-lines, maxHunkBytes-size)
		for _, l := range h.Lines[before:] {
			lines, size = lines+1, size+len(l.Text)
		}
		at = e.a1
		if k == len(t.all)-1 {
			t.same(h, at, at+contextLines)
		}
	}
	return out, leftOut
}

func (t *texts) same(h *Hunk, from, to int) {
	for _, s := range t.a[min(from, len(t.a)):min(to, len(t.a))] {
		h.Lines = append(h.Lines, lineOf(" ", s))
	}
}

// change adds the lines of an edit, and gives how many it left out.
func (t *texts) change(h *Hunk, e edit, maxLines, maxBytes int) int {
	first := len(h.Lines)
	left := 0
	put := func(op string, lines []string) {
		for _, s := range lines {
			if maxLines <= 0 || maxBytes <= 0 {
				left++
				continue
			}
			maxLines, maxBytes = maxLines-1, maxBytes-len(s)
			h.Lines = append(h.Lines, lineOf(op, s))
		}
	}
	put("-", t.a[e.a0:e.a1])
	put("+", t.b[e.b0:e.b1])
	if left == 0 {
		markWords(h.Lines[first:first+e.a1-e.a0], h.Lines[first+e.a1-e.a0:])
	}
	return left
}

func lineOf(op, s string) Line {
	trimmed, ended := strings.CutSuffix(s, "\n")
	return Line{Op: op, Text: trimmed, Open: !ended}
}
