package xmltext

import (
	"bytes"
	"fmt"
	"strings"
	"unicode/utf8"
)

// SyntaxError says where a document is not well-formed. The words follow those
// that XML parsers of the Java world use, as the platform passes them on.
type SyntaxError struct {
	Line, Column int
	Reason       string
}

func (e *SyntaxError) Error() string {
	return fmt.Sprintf("line %d, column %d: %s", e.Line, e.Column, e.Reason)
}

// maxDepth is far above what metadata needs and far below what would hurt.
const maxDepth = 256

// Parse reads a document and gives its root. Every error is a [*SyntaxError].
func Parse(src []byte) (*Element, error) {
	if !utf8.Valid(src) {
		return nil, &SyntaxError{1, 1, "Invalid byte 1 of 1-byte UTF-8 sequence."}
	}
	p := parser{src: src}
	p.pos += len(src) - len(bytes.TrimPrefix(src, []byte("\ufeff")))
	root := p.document()
	if p.err != nil {
		return nil, p.err
	}
	return root, nil
}

type parser struct {
	src []byte
	pos int
	err error
}

func (p *parser) fail(at int, format string, args ...any) {
	if p.err != nil {
		return
	}
	line, column := Position(p.src, at)
	p.err = &SyntaxError{line, column, fmt.Sprintf(format, args...)}
}

// Position turns an offset into line and column, both counted from 1.
func Position(src []byte, at int) (line, column int) {
	before := src[:min(at, len(src))]
	line = 1 + bytes.Count(before, []byte("\n"))
	return line, utf8.RuneCount(before[bytes.LastIndexByte(before, '\n')+1:]) + 1
}

func (p *parser) document() *Element {
	var root *Element
	for p.err == nil && p.pos < len(p.src) {
		switch {
		case isSpace(p.src[p.pos]):
			p.pos++
		case p.at("<?"):
			p.skip("?>")
		case p.at("<!--"):
			p.skip("-->")
		case p.at("<!"):
			p.fail(p.pos, "DOCTYPE is disallowed.")
		case p.src[p.pos] != '<' && root == nil:
			p.fail(p.pos, "Content is not allowed in prolog.")
		case p.src[p.pos] != '<':
			p.fail(p.pos, "Content is not allowed in trailing section.")
		case root != nil:
			p.fail(p.pos, "The markup in the document following the root element must be well-formed.")
		default:
			root = p.element(0)
		}
	}
	if root == nil {
		p.fail(p.pos, "Premature end of file.")
	}
	return root
}

func (p *parser) at(s string) bool { return bytes.HasPrefix(p.src[p.pos:], []byte(s)) }

func (p *parser) skip(end string) {
	i := bytes.Index(p.src[p.pos:], []byte(end))
	if i < 0 {
		p.eof()
		return
	}
	p.pos += i + len(end)
}

func (p *parser) eof() {
	p.fail(len(p.src), "XML document structures must start and end within the same entity.")
}

// element reads one element; pos stands at its "<".
func (p *parser) element(depth int) *Element {
	start := p.pos
	e := &Element{offset: start}
	if depth > maxDepth {
		p.fail(start, "The document is nested too deep.")
		return e
	}
	closed := p.startTag(e)
	if p.err != nil {
		return e
	}
	if closed {
		e.closed = true
		return e
	}
	from := p.pos
	p.content(e, depth)
	if p.err != nil {
		return e
	}
	e.inner = p.src[from:p.pos]
	p.endTag(e)
	return e
}

// startTag reads "<name attributes>" and tells whether it ended in "/>".
func (p *parser) startTag(e *Element) (closed bool) {
	from := p.pos + 1
	i := from
	for i < len(p.src) && isName(p.src[i]) {
		i++
	}
	if i == from {
		p.fail(from, "The content of elements must consist of well-formed character data or markup.")
		return false
	}
	e.Name = local(string(p.src[from:i]))
	nameEnd := i
	i = p.attributes(e, i)
	if p.err != nil {
		return false
	}
	if closed = p.src[i] == '/'; closed {
		if i+1 >= len(p.src) || p.src[i+1] != '>' {
			p.fail(i, "Element type \"%s\" must be followed by either attribute specifications, \">\" or \"/>\".", e.Name)
			return false
		}
	}
	e.tag = string(bytes.TrimRight(p.src[from:max(i, nameEnd)], " \t\r\n"))
	p.pos = i + 1
	if closed {
		p.pos++
	}
	return closed
}

// attributes gives the position of the ">" or "/" that ends the tag.
func (p *parser) attributes(e *Element, i int) int {
	for {
		for i < len(p.src) && isSpace(p.src[i]) {
			i++
		}
		if i >= len(p.src) {
			p.eof()
			return i
		}
		if p.src[i] == '>' || p.src[i] == '/' {
			return i
		}
		from := i
		for i < len(p.src) && isName(p.src[i]) {
			i++
		}
		name := p.src[from:i]
		for i < len(p.src) && isSpace(p.src[i]) {
			i++
		}
		if len(name) == 0 || i+1 >= len(p.src) || p.src[i] != '=' {
			p.fail(i, "Element type \"%s\" must be followed by either attribute specifications, \">\" or \"/>\".", e.Name)
			return i
		}
		i++
		for i < len(p.src) && isSpace(p.src[i]) {
			i++
		}
		if i = p.quoted(i, string(name)); p.err != nil {
			return i
		}
	}
}

func (p *parser) quoted(i int, name string) int {
	if i >= len(p.src) || p.src[i] != '"' && p.src[i] != '\'' {
		p.fail(i, "Open quote is expected for attribute \"%s\".", name)
		return i
	}
	n := bytes.IndexByte(p.src[i+1:], p.src[i])
	if n < 0 {
		p.eof()
		return i
	}
	value := p.src[i+1 : i+1+n]
	if bytes.IndexByte(value, '<') >= 0 {
		p.fail(i, "The value of attribute \"%s\" must not contain the '<' character.", name)
	}
	p.entities(i+1, value)
	return i + 2 + n
}

func (p *parser) endTag(e *Element) {
	from := p.pos
	i := from + 2
	for i < len(p.src) && isName(p.src[i]) {
		i++
	}
	name := local(string(p.src[from+2 : i]))
	for i < len(p.src) && isSpace(p.src[i]) {
		i++
	}
	switch {
	case i >= len(p.src):
		p.eof()
	case name != e.Name || p.src[i] != '>':
		p.fail(i, "The element type \"%s\" must be terminated by the matching end-tag \"</%s>\".", e.Name, e.Name)
	}
	p.pos = i + 1
}

// content reads up to the "</" that ends the element.
func (p *parser) content(e *Element, depth int) {
	text := false
	for p.err == nil {
		i := bytes.IndexByte(p.src[p.pos:], '<')
		if i < 0 {
			p.eof()
			return
		}
		chunk := p.src[p.pos : p.pos+i]
		p.entities(p.pos, chunk)
		text = text || len(bytes.TrimSpace(chunk)) > 0
		p.pos += i
		switch {
		case p.at("</"):
			e.mixed = text && len(e.Children) > 0
			return
		case p.at("<!--"):
			p.skip("-->")
		case p.at("<![CDATA["):
			text = true
			p.skip("]]>")
		case p.at("<?"):
			p.skip("?>")
		default:
			e.Children = append(e.Children, p.element(depth+1))
		}
	}
}

// entities refuses references that are not declared; offset is that of text.
func (p *parser) entities(offset int, text []byte) {
	for {
		i := bytes.IndexByte(text, '&')
		if i < 0 {
			return
		}
		offset += i
		text = text[i+1:]
		end := bytes.IndexByte(text, ';')
		if end < 0 || end > 12 || end == 0 {
			p.fail(offset, "The entity name must immediately follow the '&' in the entity reference.")
			return
		}
		name := string(text[:end])
		if _, ok := entity(name); !ok {
			p.fail(offset, "The entity \"%s\" was referenced, but not declared.", name)
			return
		}
		offset++
	}
}

func isSpace(c byte) bool { return c == ' ' || c == '\n' || c == '\t' || c == '\r' }

func isName(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' ||
		c == '_' || c == ':' || c == '-' || c == '.' || c >= 0x80
}

func local(name string) string {
	if i := strings.LastIndexByte(name, ':'); i >= 0 {
		return name[i+1:]
	}
	return name
}
