package diff

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// Limits on what is held as a tree; what lies beyond is compared as text.
const (
	maxDepth = 1000
	maxNodes = 4 << 20
)

// parser reads what the normalizer wrote: well-formed, in UTF-8, attributes in
// double quotes. It keeps a stack of its own. Whatever it does not expect makes
// the file one that is compared as text.
type parser struct {
	c     *comparer
	src   string
	pos   int
	line  int
	nodes int
	open  []*openNode
	root  *node
}

type openNode struct {
	*node
	inner   int // where the content begins
	text    strings.Builder
	data    bool // has text other than blanks
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
		return end >= 0 && p.comment(rest[4:end], end+3)
	case strings.HasPrefix(rest, "<![CDATA["):
		end := strings.Index(rest, "]]>")
		return end >= 0 && p.addText(rest[9:end], end+3, false)
	case strings.HasPrefix(rest, "<?"):
		end := strings.Index(rest, "?>")
		return end >= 0 && p.skip(end+2)
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

func (p *parser) addText(text string, n int, escaped bool) bool {
	if len(p.open) == 0 {
		return strings.TrimSpace(text) == "" && escaped && p.skip(n)
	}
	top := p.open[len(p.open)-1]
	if escaped && strings.IndexByte(text, '&') >= 0 {
		var ok bool
		if text, ok = unescape(text); !ok {
			return false
		}
		top.data = true
	}
	top.data = top.data || !escaped || strings.Trim(text, " \t\r\n") != ""
	top.text.WriteString(text)
	return p.skip(n)
}

func (p *parser) comment(text string, n int) bool {
	if p.c.in.Comments && len(p.open) > 0 {
		if !p.add(&node{name: commentName, text: text, line: p.line}) {
			return false
		}
	}
	return p.skip(n)
}

func (p *parser) add(n *node) bool {
	p.nodes++
	if p.nodes > maxNodes {
		return false
	}
	if n.hash == 0 && n.name == commentName {
		n.seal(p.c.seed)
	}
	if len(p.open) > 0 {
		top := p.open[len(p.open)-1]
		top.kids = append(top.kids, n)
	}
	return true
}

func (p *parser) openTag() bool {
	start, line := p.pos, p.line
	n := &node{line: line}
	rest := p.src[start+1:]
	end := strings.IndexAny(rest, " />\n\t\r")
	if end <= 0 {
		return false
	}
	n.name, rest = rest[:end], rest[end:]
	for {
		rest = strings.TrimLeft(rest, " \n\t\r")
		if rest == "" {
			return false
		}
		if rest[0] == '>' || rest[0] == '/' {
			break
		}
		var a attr
		var ok bool
		if a, rest, ok = attribute(rest); !ok {
			return false
		}
		n.attrs = append(n.attrs, a)
	}
	selfClosed := rest[0] == '/'
	if selfClosed {
		if !strings.HasPrefix(rest, "/>") {
			return false
		}
		rest = rest[1:]
	}
	o := &openNode{node: n, inner: len(p.src) - len(rest) + 1, foreign: n.foreign()}
	n.attrs = meaningful(n.attrs)
	p.skip(o.inner - start)
	if len(p.open) == maxDepth {
		return false
	}
	p.open = append(p.open, o)
	if selfClosed {
		return p.closed(o.inner)
	}
	return true
}

// attribute reads name="value" and gives what is left.
func attribute(s string) (attr, string, bool) {
	name, rest, ok := strings.Cut(s, "=")
	if !ok || rest == "" || rest[0] != '"' && rest[0] != '\'' {
		return attr{}, "", false
	}
	quote := rest[0]
	end := strings.IndexByte(rest[1:], quote)
	if end < 0 {
		return attr{}, "", false
	}
	value, ok := unescape(rest[1 : end+1])
	return attr{strings.TrimSpace(name), value}, rest[end+2:], ok
}

func meaningful(attrs []attr) []attr {
	out := attrs[:0]
	for _, a := range attrs {
		if !a.declares() {
			out = append(out, a)
		}
	}
	return out
}

func (p *parser) closeTag(n int) bool {
	if len(p.open) == 0 {
		return false
	}
	name := strings.TrimRight(p.src[p.pos+2:p.pos+n-1], " \t\r\n")
	if p.open[len(p.open)-1].name != name {
		return false
	}
	outer := p.pos
	p.skip(n)
	return p.closed(outer)
}

// closed finishes the innermost element, whose content ends at outer.
func (p *parser) closed(outer int) bool {
	top := p.open[len(p.open)-1]
	p.open = p.open[:len(p.open)-1]
	n := top.node
	switch {
	case top.foreign || top.data && !onlyComments(n.kids):
		n.raw, n.kids, n.text = true, nil, p.src[top.inner:outer]
	case len(n.kids) == 0 || top.data:
		n.text = top.text.String()
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
	for _, k := range kids {
		if k.name != commentName {
			return false
		}
	}
	return true
}

// unescape resolves the five entities of XML and numeric references.
func unescape(s string) (string, bool) {
	if strings.IndexByte(s, '&') < 0 {
		return s, true
	}
	var out strings.Builder
	for {
		at := strings.IndexByte(s, '&')
		if at < 0 {
			out.WriteString(s)
			return out.String(), true
		}
		out.WriteString(s[:at])
		name, rest, ok := strings.Cut(s[at+1:], ";")
		r := entity(name)
		if !ok || r < 0 {
			return "", false
		}
		out.WriteRune(r)
		s = rest
	}
}

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
	base := 10
	digits, ok := strings.CutPrefix(name, "#")
	if hex, isHex := strings.CutPrefix(digits, "x"); isHex {
		digits, base = hex, 16
	}
	v, err := strconv.ParseUint(digits, base, 32)
	if !ok || err != nil || v > utf8.MaxRune {
		return -1
	}
	return rune(v)
}
