package normalize

import (
	"bytes"
	"io"
	"slices"
	"strings"
)

// maxLevels is the depth from which on indentation stays the same. Real
// metadata ends near level 15, and the platform's own tools refuse 100; without
// a bound, output would grow with the square of the depth.
const maxLevels = 100

var indents = "\n" + strings.Repeat("    ", maxLevels)

// indentation is what stands before a tag of the level: 0 is the root.
func indentation(level int) string { return indents[:1+4*min(level, maxLevels)] }

// writer renders a document. With a sink it hands the output over piece by
// piece, else it collects it.
type writer struct {
	out   []byte
	rawCR bool
	open  []int32 // elements whose children are being written

	sink io.Writer
	err  error
	// same counts how far the output handed over equals src.
	src  []byte
	same int
	sent int
}

const pieceSize = 64 << 10

// render writes the document; the bytes are valid until the next one.
func (d *document) render(rawCR bool) []byte {
	d.write = writer{out: d.write.out[:0], open: d.write.open[:0], rawCR: rawCR}
	d.write.out = slices.Grow(d.write.out, len(d.src)+len(declaration)+1)
	d.writeAll(&d.write)
	return d.write.out
}

// take gives the rendered bytes to a caller who keeps them. Large ones are not
// copied: their memory would not wait for the next document anyway.
func (w *writer) take() []byte {
	if cap(w.out) < largestKept {
		return slices.Clone(w.out)
	}
	out := w.out
	w.out = nil
	return out
}

func (d *document) writeAll(w *writer) {
	w.out = append(w.out, declaration+"\n"...)
	for _, s := range d.before {
		w.out = append(append(w.out, d.src[s.start:s.end]...), '\n')
	}
	d.writeTree(w, 0, 0)
	w.out = append(w.out, '\n')
	for _, s := range d.after {
		w.out = append(append(w.out, d.src[s.start:s.end]...), '\n')
	}
	w.flush()
}

// writeTree writes an element and all below it, without recursion.
func (d *document) writeTree(w *writer, at int32, level int) {
	floor := len(w.open)
	for at >= 0 {
		n := &d.nodes[at]
		if d.writeFlat(w, n) {
			at = d.climb(w, at, floor, level)
			continue
		}
		d.writeTag(w, n.start)
		w.open = append(w.open, at)
		at = n.first
		w.out = append(w.out, indentation(level+len(w.open)-floor)...)
	}
}

// climb closes elements without further children and gives the next node, -1
// at the end.
func (d *document) climb(w *writer, at int32, floor, level int) int32 {
	for len(w.open) > floor {
		w.spill()
		if next := d.nodes[at].next; next != 0 {
			w.out = append(w.out, indentation(level+len(w.open)-floor)...)
			return next
		}
		at = w.open[len(w.open)-1]
		w.open = w.open[:len(w.open)-1]
		w.out = append(w.out, indentation(level+len(w.open)-floor)...)
		w.endTag(d.name(&d.nodes[at]))
	}
	return -1
}

// writeFlat writes what needs no descent: bytes that are the output already,
// comments, leaves and mixed content. False means an element with children.
func (d *document) writeFlat(w *writer, n *node) bool {
	switch {
	case n.kind == aside || n.has(canonical):
		w.out = append(w.out, d.src[n.start:n.end]...)
	case n.has(selfClosed):
		d.writeTag(w, n.start)
	case n.has(leaf):
		d.writeTag(w, n.start)
		d.writeSpan(w, n.inner, n.outer, false)
		w.endTag(d.name(n))
	case n.has(mixed):
		d.writeSpan(w, n.start, n.end, true)
	default:
		return false
	}
	return true
}

// writeSpan writes text and markup as they stand, each spelled as in the output
// and nothing indented.
func (d *document) writeSpan(w *writer, from, to int32, mixed bool) {
	i := int(from)
	for i < int(to) {
		if d.src[i] != '<' {
			end := i + bytes.IndexByte(d.src[i:], '<')
			w.text(d.src[i:end], mixed)
			i = end
			continue
		}
		switch d.src[i+1] {
		case '!', '?':
			end, _ := markup(d.src, i)
			w.out = append(w.out, d.src[i:end]...)
			i = end
		case '/':
			stop := nameEnd(d.src, i+2)
			w.endTag(d.src[i+2 : stop])
			i = skipBlanks(d.src, stop) + 1
		default:
			i = d.writeTag(w, int32(i))
		}
	}
}

// text writes text. Beside elements, blanks spelled by number keep that
// spelling: bare, they would be taken for indentation.
func (w *writer) text(raw []byte, mixed bool) {
	if !mixed || !onlyBlanks(raw) {
		w.out = appendEscaped(w.out, raw, false, w.rawCR)
		return
	}
	for _, c := range raw {
		if c == '\r' {
			w.out = appendRune(w.out, '\r', false, w.rawCR)
			continue
		}
		w.out = append(w.out, c)
	}
}

func onlyBlanks(raw []byte) bool {
	for i := 0; i < len(raw); {
		r, end := rune(raw[i]), i+1
		if raw[i] == '&' {
			r, end = reference(raw, i)
		}
		if r != ' ' && r != '\t' && r != '\n' && r != '\r' {
			return false
		}
		i = end
	}
	return true
}

func (w *writer) endTag(name []byte) {
	w.out = append(w.out, "</"...)
	w.out = append(w.out, name...)
	w.out = append(w.out, '>')
}

// writeTag writes the start tag at start and gives its end in the source.
func (d *document) writeTag(w *writer, start int32) int {
	src := d.src
	i := nameEnd(src, int(start)+1)
	w.out = append(w.out, src[start:i]...)
	for {
		i = skipBlanks(src, i)
		switch src[i] {
		case '>':
			w.out = append(w.out, '>')
			return i + 1
		case '/':
			w.out = append(w.out, "/>"...)
			return i + 2
		}
		stop := nameEnd(src, i)
		quote := skipBlanks(src, skipBlanks(src, stop)+1)
		end := quote + 1 + bytes.IndexByte(src[quote+1:], src[quote])
		w.out = append(append(append(w.out, ' '), src[i:stop]...), `="`...)
		w.out = appendEscaped(w.out, src[quote+1:end], true, w.rawCR)
		w.out = append(w.out, '"')
		i = end + 1
	}
}

// spill hands over a piece when it is large enough.
func (w *writer) spill() {
	if w.sink != nil && len(w.out) >= pieceSize {
		w.flush()
	}
}

func (w *writer) flush() {
	if w.sink == nil || w.err != nil {
		return
	}
	if w.same == w.sent && bytes.HasPrefix(w.src[w.same:], w.out) {
		w.same += len(w.out)
	}
	w.sent += len(w.out)
	_, w.err = w.sink.Write(w.out)
	w.out = w.out[:0]
}
