package normalize

import "unicode/utf8"

// reference reads the character reference or predefined entity at src[i] == '&':
// the character and the end, or 0 where it is none that can be kept.
func reference(src []byte, i int) (r rune, end int) {
	const longest = 32 // leading zeros are legal; a bound keeps this linear
	for j := i + 1; j < len(src) && j < i+longest; j++ {
		if src[j] == ';' {
			return entity(src[i+1 : j]), j + 1
		}
	}
	return 0, i
}

func entity(name []byte) rune {
	switch string(name) {
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
	if len(name) < 2 || name[0] != '#' {
		return 0
	}
	if name[1] == 'x' {
		return number(name[2:], 16)
	}
	return number(name[1:], 10)
}

func number(digits []byte, base rune) rune {
	if len(digits) == 0 {
		return 0
	}
	var r rune
	for _, c := range digits {
		d := digit(c)
		if d >= base {
			return 0
		}
		if r = r*base + d; r > utf8.MaxRune {
			return 0
		}
	}
	if !isXMLChar(r) {
		return 0
	}
	return r
}

func digit(c byte) rune {
	switch {
	case c >= '0' && c <= '9':
		return rune(c - '0')
	case c >= 'a' && c <= 'f':
		return rune(c-'a') + 10
	case c >= 'A' && c <= 'F':
		return rune(c-'A') + 10
	}
	return 99
}

// isTidy tells whether a reference is spelled as it is written: text names the
// five entities; attributes spell blanks other than the space by number.
func isTidy(ref []byte, inAttribute bool) bool {
	if ref[1] != '#' {
		return true
	}
	if !inAttribute {
		return string(ref) == crReference
	}
	return string(ref) == crReference || string(ref) == "&#9;" || string(ref) == "&#10;"
}

const crReference = "&#xd;"

// appendRune writes a character as it is spelled in the output.
func appendRune(dst []byte, r rune, inAttribute, rawCR bool) []byte {
	switch r {
	case '&':
		return append(dst, "&amp;"...)
	case '<':
		return append(dst, "&lt;"...)
	case '>':
		return append(dst, "&gt;"...)
	case '"':
		return append(dst, "&quot;"...)
	case '\'':
		return append(dst, "&apos;"...)
	case '\r':
		if rawCR && !inAttribute {
			return append(dst, '\r')
		}
		return append(dst, crReference...)
	}
	if inAttribute && r == '\t' {
		return append(dst, "&#9;"...)
	}
	if inAttribute && r == '\n' {
		return append(dst, "&#10;"...)
	}
	return utf8.AppendRune(dst, r)
}

// appendEscaped writes text or an attribute's value, both checked before, with
// the output's spelling.
func appendEscaped(dst, raw []byte, inAttribute, rawCR bool) []byte {
	for i := 0; i < len(raw); {
		start := i
		for i < len(raw) && (textClass[raw[i]] == plain || textClass[raw[i]] == suspect || raw[i] == ' ') {
			i++
		}
		dst = append(dst, raw[start:i]...)
		if i == len(raw) {
			break
		}
		r, end := rune(raw[i]), i+1
		if raw[i] == '&' {
			r, end = reference(raw, i)
		}
		dst = appendRune(dst, r, inAttribute, rawCR)
		i = end
	}
	return dst
}

// appendValue appends the characters that a leaf's content stands for: without
// comments and instructions, references resolved.
func appendValue(dst, content []byte) []byte {
	for i := 0; i < len(content); {
		switch content[i] {
		case '&':
			r, end := reference(content, i)
			dst = utf8.AppendRune(dst, r)
			i = end
		case '<':
			end, inner := markup(content, i)
			dst = append(dst, inner...)
			i = end
		default:
			dst = append(dst, content[i])
			i++
		}
	}
	return dst
}
