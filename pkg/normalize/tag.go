package normalize

import "bytes"

// openTag reads a start tag and the text behind it. The common case, a leaf
// with text alone, is done at once without opening a frame.
func (p *parser) openTag() bool {
	start := p.pos
	nameStop := nameEnd(p.src, start+1)
	if nameStop == start+1 {
		return p.fail(start, "a < that starts no tag")
	}
	name := p.src[start+1 : nameStop]
	if len(p.stack) > 0 {
		p.top().elements = true
		p.checkGap(p.top(), len(p.stack))
	}
	t := tag{stop: nameStop}
	if nameStop < len(p.src) && p.src[nameStop] == '>' {
		t.stop++
	} else if !p.attributes(&t) {
		return false
	}
	n := node{start: int32(start), inner: int32(t.stop), sym: p.symbols.number(name), flags: t.flags}
	if p.isForeign(name, t) {
		n.flags |= foreign
	}
	if t.flags&selfClosed != 0 {
		return p.addEmpty(n, t)
	}
	return p.descend(n, name, t)
}

func (p *parser) addEmpty(n node, t tag) bool {
	n.flags |= leaf
	n.end, n.outer = int32(t.stop), int32(t.stop)
	p.finish(n, t.untidy)
	return p.proceed(t.stop)
}

// finish adds a complete leaf.
func (p *parser) finish(n node, untidy bool) {
	if !untidy {
		n.flags |= canonical
	} else if len(p.stack) > 0 {
		p.top().untidyKids = true
	}
	p.add(n)
}

// proceed goes on behind an element that is complete.
func (p *parser) proceed(end int) bool {
	if len(p.stack) == 0 {
		p.pos = end
		return true
	}
	return p.readText(end)
}

// descend reads on behind a start tag.
func (p *parser) descend(n node, name []byte, t tag) bool {
	if !p.scanText(t.stop) {
		return false
	}
	if end, ok := endTag(p.src, p.pos, name); ok {
		n.flags |= leaf
		n.outer, n.end = int32(p.pos), int32(end)
		p.finish(n, t.untidy || p.text.untidy || p.text.cr)
		return p.proceed(end)
	}
	rules := p.rulesFor(name)
	if n.flags&foreign != 0 {
		rules = nil
	}
	f := frame{node: p.add(n), rules: rules, untidyTag: t.untidy}
	p.noteText(&f)
	p.stack = append(p.stack, f)
	if p.tooDeep() {
		return p.fail(int(n.start), blownUp)
	}
	return true
}

func (p *parser) rulesFor(name []byte) *ruleNode {
	if len(p.stack) == 0 {
		return p.roots[string(name)]
	}
	return p.top().rules.child(name)
}

// isForeign: an element is foreign with a prefix, with a namespace of its own,
// or inside one that is.
func (p *parser) isForeign(name []byte, t tag) bool {
	if t.foreign || bytes.IndexByte(name, ':') >= 0 {
		return true
	}
	return len(p.stack) > 0 && p.nodes[p.top().node].has(foreign)
}

// endTag matches </name> as the output has it.
func endTag(src []byte, i int, name []byte) (end int, ok bool) {
	end = i + len(name) + 3
	if end > len(src) || src[i+1] != '/' || src[end-1] != '>' || string(src[i+2:end-1]) != string(name) {
		return 0, false
	}
	return end, true
}

func (p *parser) closeTag() bool {
	f := *p.top()
	name := p.name(&p.nodes[f.node])
	end, tidy := endTag(p.src, p.pos, name)
	if !tidy {
		stop := nameEnd(p.src, p.pos+2)
		if !bytes.Equal(p.src[p.pos+2:stop], name) {
			return p.fail(p.pos, "an end tag that does not match <"+string(name)+">")
		}
		if stop = skipBlanks(p.src, stop); stop == len(p.src) || p.src[stop] != '>' {
			return p.fail(stop, "an end tag without an end")
		}
		end = stop + 1
		f.untidyTag = true
	}
	n := &p.nodes[f.node]
	n.outer, n.end = int32(p.pos), int32(end)
	if p.complete(&f) {
		n.flags |= canonical
	} else if len(p.stack) > 1 {
		p.stack[len(p.stack)-2].untidyKids = true
	}
	p.stack = p.stack[:len(p.stack)-1]
	return p.proceed(end)
}

// complete decides what kind of content an element has, puts its children in
// order, and tells whether its bytes are the output already.
func (p *parser) complete(f *frame) bool {
	n := &p.nodes[f.node]
	switch {
	case !f.elements:
		n.flags |= leaf
		n.first = 0
		return !f.untidyTag && !f.untidyText && !f.cr
	case f.data:
		n.flags |= mixed
		p.found.forget(int(n.start))
		return false
	}
	p.checkGap(f, len(p.stack)-1)
	p.crBetween = p.crBetween || f.cr
	moved := n.flags&foreign == 0 && p.arrange(f)
	return !moved && !f.untidyTag && !f.untidyGaps && !f.untidyKids
}

// tag is what is known of a start tag.
type tag struct {
	stop    int // behind >
	flags   uint8
	untidy  bool
	foreign bool
}

// attributes reads from behind the name to the end of the tag.
func (p *parser) attributes(t *tag) bool {
	src, i := p.src, t.stop
	p.names = p.names[:0]
	for {
		at := skipBlanks(src, i)
		if at == len(src) {
			return p.fail(at, "the document ends within a tag")
		}
		if src[at] == '>' || src[at] == '/' {
			t.untidy = t.untidy || at != i
			return p.tagEnd(t, at)
		}
		if at == i {
			return p.fail(at, "a tag with a character that is none of a name, or attributes without a blank between")
		}
		t.untidy = t.untidy || at != i+1 || src[i] != ' '
		if i = p.attribute(t, at); i < 0 {
			return false
		}
	}
}

func (p *parser) tagEnd(t *tag, at int) bool {
	if p.src[at] == '/' {
		if at++; at == len(p.src) || p.src[at] != '>' {
			return p.fail(at, "a / within a tag")
		}
		t.flags |= selfClosed
	}
	t.stop = at + 1
	return true
}

// attribute reads one attribute and gives its end, -1 after a fault.
func (p *parser) attribute(t *tag, at int) int {
	src := p.src
	stop := nameEnd(src, at)
	if stop == at {
		p.fail(at, "an attribute without a name")
		return -1
	}
	name := src[at:stop]
	if !p.firstOfName(name) {
		p.fail(at, "an attribute that is there twice")
		return -1
	}
	equals := skipBlanks(src, stop)
	if equals == len(src) || src[equals] != '=' {
		p.fail(equals, "an attribute without a value")
		return -1
	}
	quote := skipBlanks(src, equals+1)
	if quote == len(src) || src[quote] != '"' && src[quote] != '\'' {
		p.fail(quote, "an attribute without quotes")
		return -1
	}
	end, untidy := p.attributeValue(quote)
	if end < 0 {
		return -1
	}
	t.untidy = t.untidy || untidy || equals != stop || quote != stop+1 || src[quote] == '\''
	t.foreign = t.foreign || string(name) == "xmlns" && !isPlatform(src[quote+1:end-1])
	return end
}

func isPlatform(value []byte) bool {
	return len(value) == 0 || string(value) == namespace
}

// manyAttributes is from where on names are compared by number: real tags have
// a few, made up ones may have millions.
const manyAttributes = 16

func (p *parser) firstOfName(name []byte) bool {
	p.names = append(p.names, name)
	if len(p.names) < manyAttributes {
		for _, other := range p.names[:len(p.names)-1] {
			if bytes.Equal(other, name) {
				return false
			}
		}
		return true
	}
	if len(p.names) == manyAttributes || p.seen == nil {
		p.seen = make(map[string]bool, 2*manyAttributes)
		for _, other := range p.names[:len(p.names)-1] {
			p.seen[string(other)] = true
		}
	}
	if p.seen[string(name)] {
		return false
	}
	p.seen[string(name)] = true
	return true
}

// attributeValue reads a value from its opening quote and gives the end behind
// the closing one, -1 after a fault.
func (p *parser) attributeValue(quote int) (end int, untidy bool) {
	src := p.src
	for i := quote + 1; i < len(src); {
		if src[i] == src[quote] {
			return i + 1, untidy
		}
		next := i + 1
		switch textClass[src[i]] {
		case open, illegal:
			p.fail(i, "a < or forbidden character in an attribute")
			return -1, false
		case amp:
			var r rune
			if r, next = reference(src, i); r == 0 {
				p.fail(i, "an entity other than the five of XML, or a forbidden character")
				return -1, false
			}
			untidy = untidy || !isTidy(src[i:next], true)
		case special, cr:
			untidy = true
		case blank:
			untidy = untidy || src[i] != ' '
		case suspect:
			if isNoncharacter(src[i:]) {
				p.fail(i, forbidden)
				return -1, false
			}
		}
		i = next
	}
	p.fail(quote, "an attribute without a closing quote")
	return -1, false
}
