package normalize

import "unicode/utf8"

// Classes of bytes in text and attribute values. Everything that is not plain
// is looked at.
const (
	plain   = iota
	blank   // space, tab, line feed
	open    // <
	amp     // &
	special // quotes and >, which are legal as they are and written escaped
	cr
	suspect // first byte of U+FFFE and U+FFFF among others
	illegal // control characters
)

type byteClass [256]uint8

var textClass = makeTextClass()

func makeTextClass() byteClass {
	var t byteClass
	for c := range 0x20 {
		t[c] = illegal
	}
	t[' '], t['\t'], t['\n'] = blank, blank, blank
	t['<'], t['&'], t['\r'] = open, amp, cr
	t['>'], t['"'], t['\''] = special, special, special
	t[0xef] = suspect
	return t
}

// isNoncharacter tells whether U+FFFE or U+FFFF starts b: legal UTF-8, but no
// characters of XML.
func isNoncharacter(b []byte) bool {
	return len(b) > 2 && b[0] == 0xef && b[1] == 0xbf && b[2] >= 0xbe
}

// isXMLChar is the production Char of XML 1.0.
func isXMLChar(r rune) bool {
	switch {
	case r < 0x20:
		return r == '\t' || r == '\n' || r == '\r'
	case r < 0xd800:
		return true
	case r < 0xe000, r == 0xfffe, r == 0xffff:
		return false
	}
	return r <= utf8.MaxRune
}

var nameClass = makeNameClass()

// makeNameClass marks with 1 what may start a name, with 2 what may only go on,
// and with 3 bytes beyond ASCII, which are decided by rune.
func makeNameClass() byteClass {
	var t byteClass
	for c := range 256 {
		b := byte(c)
		switch {
		case b >= 'a' && b <= 'z', b >= 'A' && b <= 'Z', b == '_', b == ':':
			t[c] = 1
		case b >= '0' && b <= '9', b == '-', b == '.':
			t[c] = 2
		case b >= utf8.RuneSelf:
			t[c] = 3
		}
	}
	return t
}

// isNameRune is the part of the productions NameStartChar and NameChar of
// XML 1.0 that lies beyond ASCII.
func isNameRune(r rune, first bool) bool {
	for _, span := range nameStartSpans {
		if r >= span[0] && r <= span[1] {
			return true
		}
	}
	return !first && (r == 0xb7 || r >= 0x300 && r <= 0x36f || r == 0x203f || r == 0x2040)
}

var nameStartSpans = [...][2]rune{
	{0xc0, 0xd6},
	{0xd8, 0xf6},
	{0xf8, 0x2ff},
	{0x370, 0x37d},
	{0x37f, 0x1fff},
	{0x200c, 0x200d},
	{0x2070, 0x218f},
	{0x2c00, 0x2fef},
	{0x3001, 0xd7ff},
	{0xf900, 0xfdcf},
	{0xfdf0, 0xfffd},
	{0x10000, 0xeffff},
}

// nameEnd gives the end of the name that starts at i, or i where none does.
func nameEnd(src []byte, i int) int {
	start := i
	for i < len(src) {
		switch nameClass[src[i]] {
		case 1:
			i++
		case 2:
			if i == start {
				return i
			}
			i++
		case 3:
			r, n := utf8.DecodeRune(src[i:])
			if !isNameRune(r, i == start) {
				return i
			}
			i += n
		default:
			return i
		}
	}
	return i
}

func skipBlanks(src []byte, i int) int {
	for i < len(src) && (textClass[src[i]] == blank || src[i] == '\r') {
		i++
	}
	return i
}
