package retrieve

import (
	"encoding/xml"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// document is a metadata file cut at the children of its root, byte for byte:
// head, items and tail follow each other without a gap.
type document struct {
	head, tail string
	items      []item
}

// item is one child of the root with what stands before it.
type item struct {
	tag    string
	raw    string
	values [maxKeys]string // texts of the child elements that were asked for
}

// maxKeys is how many elements tell an item apart at most.
const maxKeys = 2

// text is the item without the blanks around it, by which two are compared.
func (e item) text() string { return strings.TrimSpace(e.raw) }

// cutDocument reads a file. keys names the child elements of an item whose texts
// are wanted. It looks at tags alone, as profiles of a large org have tens of
// thousands of items: what it takes need not be valid, but the tags must match,
// and a DTD is refused.
func cutDocument(data []byte, keys func(tag string) []string) (document, error) {
	c := cutter{text: string(data), keys: keys}
	if err := c.run(); err != nil {
		return document{}, fmt.Errorf("read the XML: %w", err)
	}
	return c.doc, nil
}

type cutter struct {
	text string
	keys func(string) []string
	doc  document
	open []element
	done bool // the root is closed
	from int  // where the item under way begins
	now  item
}

// element is an open element.
type element struct {
	name    string
	content int // where its content begins
}

var errXML = errors.New("the tags do not match")

func (c *cutter) run() error {
	for at := 0; ; {
		next := strings.IndexByte(c.text[at:], '<')
		if next < 0 {
			break
		}
		at += next
		var err error
		if at, err = c.markup(at); err != nil {
			return err
		}
	}
	if !c.done {
		return errXML
	}
	return nil
}

// markup reads what begins at a "<" and gives where it ends.
func (c *cutter) markup(at int) (int, error) {
	rest := c.text[at:]
	switch {
	case strings.HasPrefix(rest, "<!--"):
		return skip(c.text, at+4, "-->")
	case strings.HasPrefix(rest, "<![CDATA["):
		return skip(c.text, at+9, "]]>")
	case strings.HasPrefix(rest, "<?"):
		return skip(c.text, at+2, "?>")
	case strings.HasPrefix(rest, "<!"):
		return 0, errors.New("a DTD is not allowed")
	}
	end := tagEnd(c.text, at)
	if end < 0 {
		return 0, errXML
	}
	if strings.HasPrefix(rest, "</") {
		return end, c.end(strings.TrimSpace(c.text[at+2:end-1]), at, end)
	}
	name, _, _ := strings.Cut(c.text[at+1:end-1], " ")
	name = strings.TrimRight(name, "/")
	if i := strings.IndexAny(name, "\t\r\n"); i >= 0 {
		name = name[:i]
	}
	if name == "" || c.done {
		return 0, errXML
	}
	c.start(name, end)
	if c.text[end-2] == '/' {
		return end, c.end(name, end, end)
	}
	return end, nil
}

func skip(text string, from int, closing string) (int, error) {
	i := strings.Index(text[from:], closing)
	if i < 0 {
		return 0, errXML
	}
	return from + i + len(closing), nil
}

// tagEnd gives the place behind a tag; a ">" in an attribute does not end it.
func tagEnd(text string, at int) int {
	var quote byte
	for i := at; i < len(text); i++ {
		switch b := text[i]; {
		case quote != 0:
			if b == quote {
				quote = 0
			}
		case b == '"' || b == '\'':
			quote = b
		case b == '>':
			return i + 1
		}
	}
	return -1
}

func (c *cutter) start(name string, end int) {
	c.open = append(c.open, element{name, end})
	switch len(c.open) {
	case 1:
		c.openRoot(name, end)
	case 2:
		c.now = item{tag: local(name)}
	}
}

// openRoot: a root that closes itself gets a closing tag, for items to go before.
func (c *cutter) openRoot(name string, end int) {
	c.from = end
	c.doc.head, c.doc.tail = c.text[:end], c.text[end:]
	if open, ok := strings.CutSuffix(c.doc.head, "/>"); ok {
		c.doc.head = strings.TrimRight(open, " ") + ">"
		c.doc.tail = "\n</" + name + ">" + c.doc.tail
	}
}

// end closes an element whose end tag reaches from at to end.
func (c *cutter) end(name string, at, end int) error {
	n := len(c.open)
	if n == 0 || c.open[n-1].name != name {
		return errXML
	}
	e := c.open[n-1]
	c.open = c.open[:n-1]
	switch n {
	case 1:
		c.done = true
	case 2:
		c.now.raw = c.text[c.from:end]
		c.from = end
		c.doc.items = append(c.doc.items, c.now)
		c.doc.tail = c.text[end:]
	case 3:
		c.take(local(name), c.text[e.content:at])
	}
	return nil
}

func (c *cutter) take(name, content string) {
	i := slices.Index(c.keys(c.now.tag), name)
	if i >= 0 && i < maxKeys && c.now.values[i] == "" {
		c.now.values[i] = plainText(content)
	}
}

// local gives a name without its prefix.
func local(name string) string {
	if _, after, ok := strings.Cut(name, ":"); ok {
		return after
	}
	return name
}

// plainText gives the characters that an element's content stands for.
func plainText(content string) string {
	if !strings.ContainsAny(content, "&<\r") {
		return content
	}
	var out struct {
		Text string `xml:",chardata"`
	}
	if err := xml.Unmarshal([]byte("<x>"+content+"</x>"), &out); err != nil {
		return content
	}
	return out.Text
}

// bytes puts the document together.
func (d document) bytes() []byte {
	size := len(d.head) + len(d.tail)
	for _, e := range d.items {
		size += len(e.raw)
	}
	b := append(make([]byte, 0, size), d.head...)
	for _, e := range d.items {
		b = append(b, e.raw...)
	}
	return append(b, d.tail...)
}
