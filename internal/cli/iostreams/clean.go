package iostreams

import (
	"strings"
	"unicode"
)

// Clean makes foreign text fit for one line of a terminal or one column of a
// table: control characters, line ends among them, and those that change the
// direction of writing become "?", as escape sequences in a label must not clear
// a screen or forge a line.
func Clean(s string) string {
	return strings.Map(func(r rune) rune {
		if r == '\t' || r == '\n' || r == '\r' {
			return ' '
		}
		if unsafe(r) {
			return '?'
		}
		return r
	}, s)
}

// CleanLines is Clean for text of several lines: line ends and tabs stay.
func CleanLines(s string) string {
	return strings.Map(func(r rune) rune {
		if r != '\n' && r != '\t' && unsafe(r) {
			return '?'
		}
		return r
	}, s)
}

func unsafe(r rune) bool {
	return unicode.IsControl(r) || r == '\u2028' || r == '\u2029' || r == '\ufeff' || bidi(r)
}

// bidi: marks that reorder what is shown (Trojan Source).
func bidi(r rune) bool {
	return r == '\u061c' || r == '\u200e' || r == '\u200f' || r >= '\u202a' && r <= '\u202e' || r >= '\u2066' && r <= '\u2069'
}
