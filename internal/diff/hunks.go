package diff

import (
	"strings"

	"github.com/sergi/go-diff/diffmatchpatch"
)

// Hunk is a run of changed lines with the lines around them.
type Hunk struct {
	// OldLine and NewLine are the numbers of the first line on either side.
	OldLine int    `json:"old_line"`
	NewLine int    `json:"new_line"`
	Lines   []Line `json:"lines"`
}

// Line is one line of a hunk. Op is '+', '-' or ' '.
type Line struct {
	Op   string `json:"op"`
	Text string `json:"text"`
}

// context is the number of unchanged lines around a change.
const contextLines = 3

// hunks compares text line by line.
func hunks(old, now string) []Hunk {
	d := diffmatchpatch.New()
	d.DiffTimeout = 0
	a, b, table := d.DiffLinesToRunes(old, now)
	var all []Line
	for _, part := range d.DiffCharsToLines(d.DiffMainRunes(a, b, false), table) {
		op := map[diffmatchpatch.Operation]string{diffmatchpatch.DiffDelete: "-", diffmatchpatch.DiffInsert: "+", diffmatchpatch.DiffEqual: " "}[part.Type]
		for line := range strings.Lines(part.Text) {
			all = append(all, Line{op, strings.TrimSuffix(line, "\n")})
		}
	}
	return cut(all)
}

// cut keeps the changed lines and those around them.
func cut(all []Line) []Hunk {
	near := make([]bool, len(all))
	for i, l := range all {
		if l.Op == " " {
			continue
		}
		for j := max(0, i-contextLines); j <= min(len(all)-1, i+contextLines); j++ {
			near[j] = true
		}
	}
	var out []Hunk
	oldLine, newLine := 1, 1
	for i, l := range all {
		if near[i] {
			if i == 0 || !near[i-1] {
				out = append(out, Hunk{OldLine: oldLine, NewLine: newLine})
			}
			h := &out[len(out)-1]
			h.Lines = append(h.Lines, l)
		}
		if l.Op != "+" {
			oldLine++
		}
		if l.Op != "-" {
			newLine++
		}
	}
	return out
}
