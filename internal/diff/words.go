package diff

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Span is a part of a text, in bytes.
type Span struct {
	From int `json:"from"`
	To   int `json:"to"`
}

// Limits on highlighting: what is longer is not read word by word.
const (
	maxMarkedLine  = 4000
	maxMarkedLines = 200
)

// Words gives the words that differ between two texts of one line. Both are nil
// where too little is in common for that to help.
func Words(old, now string) (inOld, inNew []Span) {
	if len(old) > maxMarkedLine || len(now) > maxMarkedLine {
		return nil, nil
	}
	a, b := tokens(old), tokens(now)
	names := map[string]int{}
	common := 0
	var i, j, x, y int // tokens and bytes read so far
	for _, r := range append(align(number(a, names), number(b, names)), run{len(a), len(b), 0}) {
		inOld, x = addSpan(inOld, x, a[i:r.a])
		inNew, y = addSpan(inNew, y, b[j:r.b])
		for _, word := range a[r.a : r.a+r.n] {
			x, y = x+len(word), y+len(word)
			common += len(strings.TrimSpace(word))
		}
		i, j = r.a+r.n, r.b+r.n
	}
	if 3*common < max(len(strings.TrimSpace(old)), len(strings.TrimSpace(now))) {
		return nil, nil
	}
	return inOld, inNew
}

// addSpan adds the words that begin at the byte at, and gives the byte behind.
func addSpan(spans []Span, at int, words []string) ([]Span, int) {
	end := at
	for _, w := range words {
		end += len(w)
	}
	if end > at {
		spans = append(spans, Span{at, end})
	}
	return spans, end
}

// tokens are runs of letters and digits, runs of blanks, and single signs.
func tokens(s string) []string {
	var out []string
	for s != "" {
		first, n := utf8.DecodeRuneInString(s)
		if kind := wordKind(first); kind != 0 {
			n = strings.IndexFunc(s, func(r rune) bool { return wordKind(r) != kind })
			if n < 0 {
				n = len(s)
			}
		}
		out = append(out, s[:n])
		s = s[n:]
	}
	return out
}

func wordKind(r rune) int {
	switch {
	case r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r):
		return 1
	case unicode.IsSpace(r):
		return 2
	}
	return 0
}

// markWords takes deleted and added lines, in order, as versions of each other.
func markWords(deleted, added []Line) {
	n := min(len(deleted), len(added))
	if n > maxMarkedLines {
		return
	}
	for i := range n {
		deleted[i].Spans, added[i].Spans = Words(deleted[i].Text, added[i].Text)
	}
}
