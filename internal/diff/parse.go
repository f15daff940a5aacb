package diff

import (
	"slices"
	"strings"
)

// Limits on what is held as a tree; what lies beyond is compared as text. Files of
// the platform are some twenty levels deep at most.
const (
	maxDepth = 64
	maxNodes = 2 << 20
)

// parser reads what the normalizer wrote: well-formed, in UTF-8. It keeps a
// stack of its own. Whatever it does not expect makes the file one that is
// compared as text.
type parser struct {
	c     *comparer
	src   string
	pos   int
	line  int
	nodes int
	open  []openNode
	root  *node
	slab  []node // nodes to be handed out: there are many, and they live together
}

// openNode is an element whose end was not read yet.
type openNode struct {
	*node
	inner   int // where the content begins
	first   string
	pieces  []string // of the text, where there are several
	data    bool     // has text other than blanks
	holds   bool     // has elements
	foreign bool
}

// parse gives the root, and false where the file cannot be held as a tree.
func (c *comparer) parse(src []byte) (*node, bool) {
	p := parser{c: c, src: string(src), line: 1}
	for p.pos < len(p.src) {
		if !p.token() {
			return nil, false
		}
	}
	return p.root, p.root != nil && len(p.open) == 0 && !p.root.raw
}

func (p *parser) token() bool {
	rest := p.src[p.pos:]
	switch {
	case rest[0] != '<':
		end := strings.IndexByte(rest, '<')
		if end < 0 {
			end = len(rest)
		}
		return p.addText(rest[:end], end, true)
	case strings.HasPrefix(rest, "<!--"):
		end := strings.Index(rest, "-->")
		return end >= 0 && p.comment(rest[len("<!--"):end], end+len("-->"))
	case strings.HasPrefix(rest, "<![CDATA["):
		end := strings.Index(rest, "]]>")
		return end >= 0 && p.addText(rest[len("<![CDATA["):end], end+len("]]>"), false)
	case strings.HasPrefix(rest, "<?"):
		end := strings.Index(rest, "?>")
		return end >= 0 && p.skip(end+len("?>"))
	case strings.HasPrefix(rest, "</"):
		end := strings.IndexByte(rest, '>')
		return end >= 0 && p.closeTag(end+1)
	}
	return p.openTag()
}

func (p *parser) skip(n int) bool {
	p.line += strings.Count(p.src[p.pos:p.pos+n], "\n")
	p.pos += n
	return true
}

func (p *parser) top() *openNode { return &p.open[len(p.open)-1] }

// slabSize is the number of nodes that are made at once.
const slabSize = 256

func (p *parser) newNode() *node {
	if len(p.slab) == 0 {
		p.slab = make([]node, slabSize)
	}
	n := &p.slab[0]
	p.slab = p.slab[1:]
	n.line = p.line
	return n
}

func (p *parser) addText(text string, n int, escaped bool) bool {
	if len(p.open) == 0 {
		return strings.TrimSpace(text) == "" && escaped && p.skip(n)
	}
	top := p.top()
	if !escaped || strings.Trim(text, " \t\r\n") != "" {
		top.data = true
	}
	if escaped {
		var ok bool
		if text, ok = unescape(text); !ok {
			return false
		}
	}
	switch {
	case top.holds:
	case top.first == "":
		top.first = text
	default:
		top.pieces = append(top.pieces, text)
	}
	return p.skip(n)
}

func (p *parser) comment(text string, n int) bool {
	if p.c.in.Comments && len(p.open) > 0 {
		note := p.newNode()
		note.name, note.text = commentName, text
		note.seal(p.c.seed)
		if !p.add(note) {
			return false
		}
	}
	return p.skip(n)
}

func (p *parser) add(n *node) bool {
	p.nodes++
	top := p.top()
	top.kids = append(top.kids, n)
	if n.name != commentName {
		top.holds, top.pieces = true, nil
	}
	return p.nodes <= maxNodes
}

func (p *parser) openTag() bool {
	n := p.newNode()
	rest := p.src[p.pos+1:]
	end := strings.IndexAny(rest, " />\n\t\r")
	if end <= 0 || len(p.open) == maxDepth {
		return false
	}
	n.name, rest = rest[:end], rest[end:]
	rest, ok := n.readAttributes(rest)
	if !ok {
		return false
	}
	selfClosed := strings.HasPrefix(rest, "/>")
	if !selfClosed && rest[0] == '/' {
		return false
	}
	o := openNode{node: n, foreign: n.foreign()}
	n.attrs = meaningful(n.attrs)
	_, rest, _ = strings.Cut(rest, ">")
	p.skip(len(p.src) - len(rest) - p.pos)
	o.inner = p.pos
	p.open = append(p.open, o)
	return !selfClosed || p.closed(p.pos)
}

// readAttributes reads up to the end of a tag and gives that end.
func (n *node) readAttributes(s string) (string, bool) {
	for {
		s = strings.TrimLeft(s, " \n\t\r")
		if s == "" {
			return "", false
		}
		if s[0] == '>' || s[0] == '/' {
			return s, true
		}
		name, rest, ok := strings.Cut(s, "=")
		rest = strings.TrimLeft(rest, " \n\t\r")
		if !ok || rest == "" || rest[0] != '"' && rest[0] != '\'' {
			return "", false
		}
		end := strings.IndexByte(rest[1:], rest[0])
		if end < 0 {
			return "", false
		}
		value, ok := unescape(rest[1 : end+1])
		if !ok {
			return "", false
		}
		n.attrs = append(n.attrs, attr{strings.TrimRight(name, " \n\t\r"), value})
		s = rest[end+2:]
	}
}

// meaningful leaves out declarations and puts the rest in order: theirs means
// nothing.
func meaningful(attrs []attr) []attr {
	attrs = slices.DeleteFunc(attrs, attr.declares)
	slices.SortFunc(attrs, func(a, b attr) int { return strings.Compare(a.name, b.name) })
	return attrs
}

func (p *parser) closeTag(n int) bool {
	name := strings.TrimRight(p.src[p.pos+len("</"):p.pos+n-1], " \t\r\n")
	if len(p.open) == 0 || p.top().name != name {
		return false
	}
	outer := p.pos
	p.skip(n)
	return p.closed(outer)
}

// closed finishes the innermost element, whose content ends at outer.
func (p *parser) closed(outer int) bool {
	top := *p.top()
	p.open = p.open[:len(p.open)-1]
	n := top.node
	switch {
	case top.foreign || top.data && top.holds:
		n.raw, n.kids, n.text = true, nil, p.src[top.inner:outer]
	case !top.holds:
		n.text = top.first
		if len(top.pieces) > 0 {
			n.text += strings.Join(top.pieces, "")
		}
	}
	n.seal(p.c.seed)
	if len(p.open) > 0 {
		return p.add(n)
	}
	if p.root != nil {
		return false
	}
	p.root = n
	return true
}

func onlyComments(kids []*node) bool {
	return !slices.ContainsFunc(kids, func(k *node) bool { return k.name != commentName })
}
