package mdapi

import (
	"bytes"
	"encoding/base64"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
)

// zipElement holds the zip in a reply, and rowElement one row about what is in it.
// Source: WSDL, RetrieveResult.
const (
	zipElement = "zipFile"
	rowElement = "fileProperties"
)

var (
	errBase64 = errors.New("its zip is not base64")
	errSplit  = errors.New("its zip is not in one piece")
)

// zipSplitter passes a reply on without the text of zipFile elements, which it
// decodes into a writer as it comes: an XML decoder would hold all of it in
// memory. It knows tags, comments and CDATA as far as it must in order not to
// take text for a tag; whether the rest is well-formed the decoder finds out. Rows
// that nobody wants it empties, as there are thousands and the decoder is slow.
type zipSplitter struct {
	r    io.Reader
	in   []byte
	rest []byte // of in, not looked at yet
	err  error  // of r

	zip    base64Writer
	noRows bool
	inRow  bool   // what comes is not passed on
	held   []byte // is passed on before anything else
	state  splitState
	tag    []byte // begin of the markup under way, as much as decides what it is
	quote  byte   // the quote that an attribute under way began with
	last   byte   // the byte before, within markup
}

type splitState int

const (
	inText splitState = iota
	inTag
	inComment
	inCDATA
	inZip
)

// splitOff is what is left of a zipFile element: nothing. If there is more, what
// went into the writer was not the whole zip.
type splitOff struct{}

// UnmarshalXML refuses text and elements.
func (*splitOff) UnmarshalXML(d *xml.Decoder, _ xml.StartElement) error {
	for {
		t, err := d.Token()
		if err != nil {
			return err
		}
		switch t.(type) {
		case xml.EndElement:
			return nil
		case xml.CharData, xml.StartElement:
			return errSplit
		}
	}
}

// splitChunk is how much is read at once.
const splitChunk = 32 << 10

func newZipSplitter(r io.Reader, zip io.Writer, noRows bool) io.Reader {
	return &zipSplitter{r: r, in: make([]byte, splitChunk), zip: base64Writer{w: zip}, noRows: noRows}
}

// Read gives the next bytes that are not the zip's.
func (z *zipSplitter) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	for {
		n, err := z.split(p)
		if n > 0 || err != nil {
			return n, err
		}
		if z.err != nil {
			return 0, z.err
		}
		n, z.err = z.r.Read(z.in)
		z.rest = z.in[:n]
	}
}

// split takes what it can from rest and gives how much went into p.
func (z *zipSplitter) split(p []byte) (n int, err error) {
	for n < len(p) && len(z.rest)+len(z.held) > 0 {
		if len(z.held) > 0 {
			moved := copy(p[n:], z.held)
			n, z.held = n+moved, z.held[moved:]
			continue
		}
		switch z.state {
		case inText:
			n += z.pass(p[n:], z.until('<'))
			if len(z.rest) > 0 && z.rest[0] == '<' && n < len(p) {
				z.state, z.tag, z.last = inTag, z.tag[:0], 0
			}
		case inZip:
			text := z.until('<')
			z.rest = z.rest[len(text):]
			if _, err := z.zip.Write(text); err != nil {
				return n, err
			}
			if len(z.rest) > 0 {
				if err := z.zip.end(); err != nil {
					return n, err
				}
				z.state = inText
			}
		default:
			c := z.rest[0]
			n += z.pass(p[n:], z.rest[:1])
			z.markup(c)
		}
	}
	return n, nil
}

// until gives what of rest stands before c.
func (z *zipSplitter) until(c byte) []byte {
	if i := bytes.IndexByte(z.rest, c); i >= 0 {
		return z.rest[:i]
	}
	return z.rest
}

// pass takes from, the begin of rest, and passes it on, but for what is in a row.
func (z *zipSplitter) pass(p, from []byte) int {
	if z.inRow {
		z.rest = z.rest[len(from):]
		return 0
	}
	n := copy(p, from)
	z.rest = z.rest[n:]
	return n
}

// tagKept bounds what is kept of a tag: a prefix, a colon and the name.
const tagKept = 64

// markup takes the next byte of a tag, a comment or a CDATA section.
func (z *zipSplitter) markup(c byte) {
	before := z.last
	z.last = c
	if len(z.tag) < tagKept || z.state != inTag {
		z.tag = append(z.tag, c)
	}
	switch z.state {
	case inComment, inCDATA:
		z.tag = z.tag[max(0, len(z.tag)-len("]]>")):]
		if end := string(z.tag); z.state == inComment && end == "-->" || z.state == inCDATA && end == "]]>" {
			z.state = inText
		}
	default:
		z.inTag(c, before)
	}
}

func (z *zipSplitter) inTag(c, before byte) {
	switch {
	case z.quote != 0:
		if c == z.quote {
			z.quote = 0
		}
	case string(z.tag) == "<!--":
		z.state, z.tag = inComment, z.tag[:0]
	case string(z.tag) == "<![CDATA[":
		z.state, z.tag = inCDATA, z.tag[:0]
	case c == '"' || c == '\'':
		z.quote = c
	case c == '>':
		z.state = inText
		if before != '/' {
			z.tagEnds()
		}
	}
}

// tagEnds: what comes after the tag may be the zip or a row.
func (z *zipSplitter) tagEnds() {
	switch name := nameIn(z.tag[1:]); {
	case z.inRow:
		if z.tag[1] == '/' && nameIn(z.tag[2:]) == rowElement {
			z.inRow, z.held = false, append(z.held, z.tag...)
		}
	case name == zipElement:
		z.state = inZip
	case name == rowElement && z.noRows:
		z.inRow = true
	}
}

// nameIn gives the name that a tag has, without its prefix.
func nameIn(tag []byte) string {
	if i := bytes.IndexAny(tag, " \t\r\n/>"); i >= 0 {
		tag = tag[:i]
	}
	return string(tag[bytes.IndexByte(tag, ':')+1:])
}

// base64Writer decodes what is written to it, with line ends and blanks in it.
type base64Writer struct {
	w     io.Writer
	quad  [4]byte // the begin of a group of four
	n     int
	ended bool // padding came
	text  []byte
	raw   []byte
}

func (b *base64Writer) Write(p []byte) (int, error) {
	b.text = append(b.text[:0], b.quad[:b.n]...)
	for _, c := range p {
		switch c {
		case ' ', '\t', '\r', '\n':
		default:
			b.text = append(b.text, c)
		}
	}
	whole := len(b.text) / len(b.quad) * len(b.quad)
	b.n = copy(b.quad[:], b.text[whole:])
	if whole > 0 && b.ended || b.ended && b.n > 0 {
		return 0, fmt.Errorf("%w: it goes on after its end", errBase64)
	}
	if whole == 0 {
		return len(p), nil
	}
	b.ended = b.text[whole-1] == '='
	var err error
	if b.raw, err = base64.StdEncoding.AppendDecode(b.raw[:0], b.text[:whole]); err != nil {
		return 0, fmt.Errorf("%w: %w", errBase64, err)
	}
	if _, err := b.w.Write(b.raw); err != nil {
		return 0, err
	}
	return len(p), nil
}

// end is called at the end of the text.
func (b *base64Writer) end() error {
	if b.n != 0 {
		return fmt.Errorf("%w: its length is not a multiple of four", errBase64)
	}
	return nil
}
