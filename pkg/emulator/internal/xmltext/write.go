package xmltext

import "bytes"

// Header is the declaration that the platform writes.
const Header = `<?xml version="1.0" encoding="UTF-8"?>` + "\n"

const indent = "    "

// Document writes the element as a file: declaration, four blanks a level, one
// line feed at the end. The text of leaves is copied as it stands.
func (e *Element) Document() []byte {
	var b bytes.Buffer
	b.WriteString(Header)
	e.write(&b, 0, false)
	return b.Bytes()
}

// write writes the element; canonical forms differ in nothing but meaning: empty
// elements and entities are written in one way.
func (e *Element) write(b *bytes.Buffer, depth int, canonical bool) {
	for range depth {
		b.WriteString(indent)
	}
	b.WriteByte('<')
	b.WriteString(e.tag)
	switch {
	case len(e.Children) == 0 && len(e.inner) == 0 && (e.closed || canonical):
		b.WriteString("/>\n")
		return
	case canonical && len(e.Children) == 0:
		b.WriteByte('>')
		b.WriteString(Escape(plainText(e.inner)))
	case len(e.Children) == 0 || e.mixed:
		b.WriteByte('>')
		b.Write(e.inner)
	default:
		b.WriteString(">\n")
		for _, c := range e.Children {
			c.write(b, depth+1, canonical)
		}
		for range depth {
			b.WriteString(indent)
		}
	}
	b.WriteString("</")
	b.WriteString(e.tagName())
	b.WriteString(">\n")
}

// tagName is the name as written, with its prefix.
func (e *Element) tagName() string {
	for i := range len(e.tag) {
		if isSpace(e.tag[i]) {
			return e.tag[:i]
		}
	}
	return e.tag
}
