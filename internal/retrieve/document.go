package retrieve

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// document is a metadata file cut at the children of its root, byte for byte:
// head, items and tail follow each other without a gap.
type document struct {
	head, tail []byte
	items      []item
}

// item is one child of the root with what stands before it.
type item struct {
	tag    string
	raw    []byte
	values []string // texts of the child elements that were asked for
}

// text is the item without the blanks around it, by which two are compared.
func (e item) text() []byte { return bytes.TrimSpace(e.raw) }

// cutDocument reads a file. keys names the child elements of an item whose texts
// are wanted; "." is the item's own text. The items point into data.
func cutDocument(data []byte, keys func(tag string) []string) (document, error) {
	c := cutter{data: data, dec: xml.NewDecoder(bytes.NewReader(data)), keys: keys}
	if err := c.run(); err != nil {
		return document{}, fmt.Errorf("read the XML: %w", err)
	}
	return c.doc, nil
}

type cutter struct {
	data  []byte
	dec   *xml.Decoder
	keys  func(string) []string
	doc   document
	depth int
	from  int // where the item under way begins
	root  string
	now   item
	want  []string
	text  strings.Builder
}

func (c *cutter) run() error {
	for {
		tok, err := c.dec.Token()
		if errors.Is(err, io.EOF) {
			if c.root == "" {
				return errors.New("no root element")
			}
			return nil
		}
		if err != nil {
			return err
		}
		switch tok := tok.(type) {
		case xml.StartElement:
			c.start(tok.Name.Local)
		case xml.EndElement:
			c.end(tok.Name.Local)
		case xml.CharData:
			c.text.Write(tok)
		}
	}
}

func (c *cutter) start(tag string) {
	c.depth++
	c.text.Reset()
	switch c.depth {
	case 1:
		c.root = tag
		c.openRoot()
	case 2:
		c.now = item{tag: tag}
		c.want = c.keys(tag)
		c.now.values = make([]string, len(c.want))
	}
}

func (c *cutter) offset() int { return int(c.dec.InputOffset()) }

// openRoot: a root that closes itself gets a closing tag, for items to go before.
func (c *cutter) openRoot() {
	c.from = c.offset()
	c.doc.head = c.data[:c.from]
	c.doc.tail = c.data[c.from:]
	if open, ok := bytes.CutSuffix(c.doc.head, []byte("/>")); ok {
		c.doc.head = slices.Concat(bytes.TrimRight(open, " "), []byte(">"))
		c.doc.tail = slices.Concat([]byte("\n</"+c.root+">"), c.doc.tail)
	}
}

func (c *cutter) end(tag string) {
	switch c.depth {
	case 2:
		c.take(".")
		c.now.raw = c.data[c.from:c.offset()]
		c.from = c.offset()
		c.doc.items = append(c.doc.items, c.now)
		c.doc.tail = c.data[c.from:]
	case 3:
		c.take(tag)
	}
	c.text.Reset()
	c.depth--
}

func (c *cutter) take(name string) {
	for i, k := range c.want {
		if k == name && c.now.values[i] == "" {
			c.now.values[i] = c.text.String()
		}
	}
}

// bytes puts the document together.
func (d document) bytes() []byte {
	var b bytes.Buffer
	b.Write(d.head)
	for _, e := range d.items {
		b.Write(e.raw)
	}
	b.Write(d.tail)
	return b.Bytes()
}
