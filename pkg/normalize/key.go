package normalize

import (
	"bytes"
	"unicode"
	"unicode/utf8"
)

// findKey looks up the numbers of the key's element names; -1 is a name that
// the document does not have.
func (p *parser) findKey(rule *Rule) {
	syms := p.order.keySyms[:0]
	for _, name := range rule.Key {
		sym, ok := p.symbols.find(name)
		if !ok {
			sym = -1
		}
		syms = append(syms, sym)
	}
	p.order.keySyms = syms
}

// appendKey appends the parts of an element's key. The first part must be there
// once; a later one may be missing, and the first of several counts.
func (p *parser) appendKey(dst *[][]byte, n *node, rule *Rule) bool {
	from := len(*dst)
	for range rule.Key {
		*dst = append(*dst, nil)
	}
	parts := (*dst)[from:]
	switch {
	case n.has(foreign):
		return false
	case rule.Key[0] != ownText:
		return p.childKey(parts, n, rule.Compare)
	case !n.has(leaf):
		return false
	}
	parts[0] = p.value(n)
	return rule.Compare.takes(parts[0])
}

func (p *parser) childKey(parts [][]byte, n *node, how Compare) bool {
	found := false
	for at := n.first; at != 0; at = p.nodes[at].next {
		c := &p.nodes[at]
		for i, sym := range p.order.keySyms {
			if c.sym != sym || c.kind == aside || !c.has(leaf) && i > 0 {
				continue
			}
			if i == 0 && (found || !c.has(leaf)) {
				return false
			}
			found = found || i == 0
			if parts[i] == nil {
				parts[i] = p.value(c)
			}
		}
	}
	return found && how.takes(parts[0])
}

// value is the text of a leaf; it shares the document's memory where it can.
func (p *parser) value(n *node) []byte {
	content := p.content(n)
	if bytes.IndexByte(content, '&') < 0 && bytes.IndexByte(content, '<') < 0 {
		return content
	}
	return appendValue([]byte{}, content)
}

// takes tells whether a key can be compared so.
func (c Compare) takes(key []byte) bool {
	if c != Numeric {
		return true
	}
	_, digits := integer(key)
	return len(digits) > 0 && len(bytes.Trim(digits, "0123456789")) == 0
}

func integer(key []byte) (negative bool, digits []byte) {
	if len(key) > 0 && key[0] == '-' {
		return true, key[1:]
	}
	return false, key
}

// compareIntegers compares decimal integers of any length.
func compareIntegers(a, b []byte) int {
	minusA, digitsA := integer(a)
	minusB, digitsB := integer(b)
	digitsA, digitsB = bytes.TrimLeft(digitsA, "0"), bytes.TrimLeft(digitsB, "0")
	c := len(digitsA) - len(digitsB)
	if c == 0 {
		c = bytes.Compare(digitsA, digitsB)
	}
	switch {
	case minusA && minusB:
		return -c
	case minusA != minusB && len(digitsA)+len(digitsB) == 0:
		return 0
	case minusA:
		return -1
	case minusB:
		return 1
	}
	return c
}

// compareFolded compares in lower case, character by character.
func compareFolded(a, b []byte) int {
	for len(a) > 0 && len(b) > 0 {
		x, n := utf8.DecodeRune(a)
		y, m := utf8.DecodeRune(b)
		if x, y = unicode.ToLower(x), unicode.ToLower(y); x != y {
			return int(x) - int(y)
		}
		a, b = a[n:], b[m:]
	}
	return len(a) - len(b)
}
