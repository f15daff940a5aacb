package normalize

import (
	"bytes"
	"slices"
)

// kind tells the nodes of the tree apart.
type kind uint8

const (
	element kind = iota
	aside        // a comment or processing instruction
)

// flags of a node.
const (
	selfClosed = 1 << iota // <a/>
	leaf                   // no child elements; the content is kept as it is
	mixed                  // text beside child elements: nothing in it is moved or indented
	foreign                // in a namespace that is not the platform's
	canonical              // its bytes are the output
)

// node is a span of the document: an element, a comment or an instruction.
type node struct {
	start, end int32 // from < to behind >
	// inner and outer bound the content of an element.
	inner, outer int32
	sym          int32 // number of the name
	next, first  int32 // sibling, child; none is 0, as the root is no child
	kind         kind
	flags        uint8
}

func (n *node) has(flag uint8) bool { return n.flags&flag != 0 }

// document is a parsed file and the memory to parse the next one in.
type document struct {
	src   []byte
	nodes []node // the first one is the root
	// before and after are comments and instructions around the root.
	before, after []span
	symbols       symbols
	stack         []frame
	names         [][]byte // of the attributes of the tag at hand
	// canonical says that src is the output.
	canonical bool
	// crBetween says that a carriage return stood between elements.
	crBetween bool
	rootAt    int
	indent    int // bytes of indentation that the output needs

	order orderer
	write writer
	found findings
}

type span struct{ start, end int32 }

func newDocument() *document {
	return &document{symbols: newSymbols()}
}

// largestKept bounds the memory that waits for the next document.
const largestKept = 1 << 20

// reset tells whether the memory is worth keeping.
func (d *document) reset() bool {
	d.src = nil
	d.symbols.reset()
	d.found = findings{}
	clear(d.names)
	d.order.reset()
	return cap(d.nodes) < largestKept/8 && cap(d.write.out) < 4*largestKept && cap(d.stack) < largestKept/8
}

func (d *document) begin(src []byte) {
	d.src = src
	d.nodes = d.nodes[:0]
	if len(src) > largestKept/8 {
		// Growing step by step would leave several times the memory behind.
		d.nodes = slices.Grow(d.nodes, bytes.Count(src, []byte{'<'})/2+1)
	}
	d.before, d.after = d.before[:0], d.after[:0]
	d.stack = d.stack[:0]
	d.symbols.reset()
	d.canonical, d.crBetween, d.indent = true, false, 0
	d.found = findings{}
}

func (d *document) name(n *node) []byte { return d.symbols.names[n.sym] }

func (d *document) content(n *node) []byte { return d.src[n.inner:n.outer] }

// lines knows where the lines of a document begin.
type lines []int

func newLines(src []byte) lines {
	starts := make(lines, 1, 1+bytes.Count(src, []byte{'\n'}))
	for i, c := range src {
		if c == '\n' {
			starts = append(starts, i+1)
		}
	}
	return starts
}

// at gives the line of an offset, counted from 1.
func (l lines) at(offset int) int {
	i, exact := slices.BinarySearch(l, offset)
	if exact {
		return i + 1
	}
	return i
}

// findings are what Result tells, with offsets in place of lines.
type findings struct {
	sorted     []SortedGroup
	kept       []KeptGroup
	duplicates []DuplicateKey
}

// number turns offsets into lines and puts all in the order of the file.
func (f *findings) number(src []byte) {
	if len(f.sorted)+len(f.kept)+len(f.duplicates) == 0 {
		return
	}
	lines := newLines(src)
	for i := range f.sorted {
		f.sorted[i].Line = lines.at(f.sorted[i].Line)
	}
	for i := range f.kept {
		f.kept[i].Line = lines.at(f.kept[i].Line)
	}
	for _, d := range f.duplicates {
		for i, offset := range d.Lines {
			d.Lines[i] = lines.at(offset)
		}
	}
	slices.SortStableFunc(f.sorted, func(a, b SortedGroup) int { return a.Line - b.Line })
	slices.SortStableFunc(f.kept, func(a, b KeptGroup) int { return a.Line - b.Line })
	slices.SortStableFunc(f.duplicates, func(a, b DuplicateKey) int { return a.Lines[0] - b.Lines[0] })
}

// forget drops what was found at or behind an offset: inside an element that
// turned out to be mixed nothing was moved.
func (f *findings) forget(offset int) {
	for len(f.sorted) > 0 && f.sorted[len(f.sorted)-1].Line >= offset {
		f.sorted = f.sorted[:len(f.sorted)-1]
	}
	for len(f.kept) > 0 && f.kept[len(f.kept)-1].Line >= offset {
		f.kept = f.kept[:len(f.kept)-1]
	}
	for len(f.duplicates) > 0 && f.duplicates[len(f.duplicates)-1].Lines[0] >= offset {
		f.duplicates = f.duplicates[:len(f.duplicates)-1]
	}
}
