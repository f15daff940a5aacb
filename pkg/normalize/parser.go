package normalize

import "bytes"

// namespace is the platform's. Documents without a namespace are taken for the
// platform's too: tools write parts of a component so.
const namespace = "http://soap.sforce.com/2006/04/metadata"

// maxSize is what offsets in nodes reach.
const maxSize = 1<<31 - 1

// frame is an open element.
type frame struct {
	node, last int32 // the element, its last child so far
	rules      *ruleNode
	data       bool // has text other than blanks
	elements   bool // has child elements
	cr         bool // has a bare carriage return in its text
	untidyTag  bool // tag, text, gaps or children are not as in the output
	untidyText bool
	untidyGaps bool
	untidyKids bool
}

// parser reads a document into nodes. It keeps a stack of its own: depth is
// bounded by memory alone.
type parser struct {
	*document
	roots   map[string]*ruleNode
	rawCR   bool
	pos     int
	gap     int // where the text before pos begins
	text    textRun
	seen    map[string]bool // attributes of a tag that has very many
	refused *Refusal
}

// fail notes why the document is refused; the first reason stays.
func (p *parser) fail(offset int, reason string) bool {
	if p.refused == nil {
		p.refused = refusalAt(p.src, offset, reason)
	}
	return false
}

// parse reads the document from behind its declaration.
func (p *parser) parse(start int) bool {
	p.pos = start
	if !p.outside(&p.before) {
		return false
	}
	if p.pos == len(p.src) {
		return p.fail(p.pos, "no root element")
	}
	p.rootAt = p.pos
	if !p.openTag() {
		return false
	}
	for len(p.stack) > 0 {
		if !p.token() {
			return false
		}
	}
	return p.epilog()
}

// token reads what begins with the < at hand, and the text behind it.
func (p *parser) token() bool {
	if p.pos+1 >= len(p.src) {
		return p.fail(p.pos, "the document ends within an element")
	}
	switch p.src[p.pos+1] {
	case '/':
		return p.closeTag()
	case '!':
		return p.bang()
	case '?':
		return p.instruction()
	}
	return p.openTag()
}

// outside reads comments and instructions outside the root, up to an element's
// start or the end.
func (p *parser) outside(into *[]span) bool {
	for {
		at := skipBlanks(p.src, p.pos)
		p.crBetween = p.crBetween || bytes.IndexByte(p.src[p.pos:at], '\r') >= 0
		p.pos = at
		if at == len(p.src) {
			return true
		}
		if p.src[at] != '<' {
			return p.fail(at, "text outside the root element")
		}
		end, reason := 0, ""
		switch rest := p.src[at:]; {
		case bytes.HasPrefix(rest, []byte("<!--")):
			end, reason = commentEnd(p.src, at)
		case bytes.HasPrefix(rest, []byte("<?")):
			end, reason = instructionEnd(p.src, at)
		case bytes.HasPrefix(rest, []byte("<!")):
			return p.fail(at, "a document type declaration")
		default:
			return true
		}
		if reason != "" {
			return p.fail(end, reason)
		}
		*into = append(*into, span{int32(at), int32(end)})
		p.pos = end
	}
}

func (p *parser) epilog() bool {
	rootEnd := p.pos
	if !p.outside(&p.after) {
		return false
	}
	if p.pos < len(p.src) {
		return p.fail(p.pos, "content behind the root element")
	}
	if p.tooDeep() {
		return p.fail(p.rootAt, blownUp)
	}
	p.canonical = p.nodes[0].has(canonical) &&
		len(p.before) == 0 && len(p.after) == 0 &&
		p.rootAt == len(declaration)+1 &&
		bytes.HasPrefix(p.src, []byte(declaration+"\n")) &&
		len(p.src) == rootEnd+1 && p.src[rootEnd] == '\n'
	return true
}

// bang reads a comment or CDATA section inside an element.
func (p *parser) bang() bool {
	rest := p.src[p.pos:]
	switch {
	case bytes.HasPrefix(rest, []byte("<!--")):
		end, reason := commentEnd(p.src, p.pos)
		return p.addAside(end, reason)
	case bytes.HasPrefix(rest, []byte("<![CDATA[")):
		end, reason := cdataEnd(p.src, p.pos)
		if reason != "" {
			return p.fail(end, reason)
		}
		p.top().data = true
		return p.readText(end)
	}
	return p.fail(p.pos, "a declaration within an element")
}

func (p *parser) instruction() bool {
	end, reason := instructionEnd(p.src, p.pos)
	return p.addAside(end, reason)
}

// addAside adds a comment or instruction that ends at end as a child.
func (p *parser) addAside(end int, reason string) bool {
	if reason != "" {
		return p.fail(end, reason)
	}
	p.checkGap(p.top(), len(p.stack))
	p.add(node{start: int32(p.pos), end: int32(end), kind: aside})
	return p.readText(end)
}

func (p *parser) top() *frame { return &p.stack[len(p.stack)-1] }

// add appends a node as the last child of the open element.
func (p *parser) add(n node) int32 {
	at := int32(len(p.nodes))
	p.nodes = append(p.nodes, n)
	if len(p.stack) > 0 {
		f := p.top()
		if f.last == 0 {
			p.nodes[f.node].first = at
		} else {
			p.nodes[f.last].next = at
		}
		f.last = at
	}
	return at
}

// readText reads the text from start to the next <, for the open element.
func (p *parser) readText(start int) bool {
	if !p.scanText(start) {
		return false
	}
	p.noteText(p.top())
	return true
}

func (p *parser) noteText(f *frame) {
	f.data = f.data || p.text.data
	f.untidyText = f.untidyText || p.text.untidy
	f.cr = f.cr || p.text.cr
}

// checkGap compares the blanks before pos with the line break and indentation
// that the output has there.
func (p *parser) checkGap(f *frame, level int) {
	want := indentation(level)
	p.indent += len(want)
	if string(p.src[p.gap:p.pos]) != want {
		f.untidyGaps = true
	}
}

// Indentation may make a file larger by so much. It bounds the memory that a
// small file made of deep nesting can ask for.
const (
	maxGrowth = 16
	maxIndent = 64 << 20
	blownUp   = "nested so deep that indenting would blow the file up"
)

func (p *parser) tooDeep() bool { return p.indent > maxGrowth*len(p.src)+maxIndent }
