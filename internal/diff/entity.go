package diff

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// unescape resolves the five entities of XML and numeric references; others do
// not get past the normalizer.
func unescape(s string) (string, bool) {
	if strings.IndexByte(s, '&') < 0 {
		return s, true
	}
	var out strings.Builder
	for {
		before, after, found := strings.Cut(s, "&")
		out.WriteString(before)
		if !found {
			return out.String(), true
		}
		name, rest, ok := strings.Cut(after, ";")
		r := entity(name)
		if !ok || r < 0 {
			return "", false
		}
		out.WriteRune(r)
		s = rest
	}
}

// entity gives -1 for one that is not known.
func entity(name string) rune {
	switch name {
	case "amp":
		return '&'
	case "lt":
		return '<'
	case "gt":
		return '>'
	case "quot":
		return '"'
	case "apos":
		return '\''
	}
	digits, ok := strings.CutPrefix(name, "#")
	base := 10
	if hex, is := strings.CutPrefix(digits, "x"); is {
		digits, base = hex, 16
	}
	v, err := strconv.ParseUint(digits, base, 32)
	if !ok || err != nil || v > utf8.MaxRune {
		return -1
	}
	return rune(v)
}
