package diff

import (
	"slices"
	"unicode/utf8"

	"github.com/sergi/go-diff/diffmatchpatch"
)

// run is a stretch that two sequences have in common.
type run struct{ a, b, n int }

// maxWork bounds the steps that one comparison may take. What lies beyond is
// taken as replaced: a true answer, if not the shortest.
const maxWork = 1 << 27

// align finds what two sequences have in common, in order. Members that occur
// once on either side are anchors; between them the shortest edit is looked for.
func align(a, b []int) []run {
	al := aligner{left: maxWork}
	al.block(a, b, 0, 0, 0)
	return al.out
}

type aligner struct {
	left int
	out  []run
}

// maxSplits bounds the recursion of block.
const maxSplits = 64

// block aligns two stretches that begin at x and y of the whole.
func (al *aligner) block(a, b []int, x, y, depth int) {
	head := commonHead(a, b)
	al.add(run{x, y, head})
	a, b, x, y = a[head:], b[head:], x+head, y+head
	tail := commonTail(a, b)
	a, b = a[:len(a)-tail], b[:len(b)-tail]
	if len(a) > 0 && len(b) > 0 {
		al.middle(a, b, x, y, depth)
	}
	al.add(run{x + len(a), y + len(b), tail})
}

func (al *aligner) middle(a, b []int, x, y, depth int) {
	if depth < maxSplits {
		if anchors := anchorsOf(a, b); len(anchors) > 0 {
			i, j := 0, 0
			for _, at := range append(anchors, run{a: len(a), b: len(b)}) {
				al.block(a[i:at.a], b[j:at.b], x+i, y+j, depth+1)
				i, j = at.a, at.b
			}
			return
		}
	}
	size := len(a) + len(b)
	if size > maxBlock || size*size/2 > al.left {
		return
	}
	al.left -= size * size / 2
	for _, r := range shortest(a, b) {
		al.add(run{x + r.a, y + r.b, r.n})
	}
}

// maxBlock bounds a stretch without anchors.
const maxBlock = 12_000

func (al *aligner) add(r run) {
	if r.n == 0 {
		return
	}
	if k := len(al.out) - 1; k >= 0 {
		if last := &al.out[k]; last.a+last.n == r.a && last.b+last.n == r.b {
			last.n += r.n
			return
		}
	}
	al.out = append(al.out, r)
}

func commonHead(a, b []int) int {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return n
}

func commonTail(a, b []int) int {
	n := 0
	for n < len(a) && n < len(b) && a[len(a)-1-n] == b[len(b)-1-n] {
		n++
	}
	return n
}

// anchorsOf gives the pairs of members that are unique on both sides, as many as
// stand in one order.
func anchorsOf(a, b []int) []run {
	inA, inB := onceIn(a), onceIn(b)
	var pairs []run
	for j, v := range b {
		if i, ok := inA[v]; ok && i >= 0 && inB[v] >= 0 {
			pairs = append(pairs, run{i, j, 1})
		}
	}
	var out []run
	for _, k := range rising(len(pairs), func(i int) int { return pairs[i].a }) {
		out = append(out, pairs[k])
	}
	return out
}

// onceIn gives the places of members that occur once, -1 for others.
func onceIn(s []int) map[int]int {
	places := make(map[int]int, len(s))
	for i, v := range s {
		if _, twice := places[v]; twice {
			places[v] = -1
			continue
		}
		places[v] = i
	}
	return places
}

// rising gives the indices of a longest rising subsequence of n different values.
func rising(n int, value func(int) int) []int {
	var tails []int
	before := make([]int, n)
	for i := range n {
		k, _ := slices.BinarySearchFunc(tails, value(i), func(t, v int) int { return value(t) - v })
		before[i] = -1
		if k > 0 {
			before[i] = tails[k-1]
		}
		if k == len(tails) {
			tails = append(tails, i)
			continue
		}
		tails[k] = i
	}
	if len(tails) == 0 {
		return nil
	}
	out := make([]int, 0, len(tails))
	for i := tails[len(tails)-1]; i >= 0; i = before[i] {
		out = append(out, i)
	}
	slices.Reverse(out)
	return out
}

// shortest aligns by the shortest edit.
func shortest(a, b []int) []run {
	names := map[int]rune{}
	d := diffmatchpatch.New()
	d.DiffTimeout = 0 // a deadline would make the result depend on the machine
	var out []run
	i, j := 0, 0
	for _, part := range d.DiffMainRunes(asRunes(a, names), asRunes(b, names), false) {
		n := utf8.RuneCountInString(part.Text)
		switch part.Type {
		case diffmatchpatch.DiffDelete:
			i += n
		case diffmatchpatch.DiffInsert:
			j += n
		case diffmatchpatch.DiffEqual:
			out = append(out, run{i, j, n})
			i, j = i+n, j+n
		}
	}
	return out
}

// asRunes names each member by a character of its own, none of them a surrogate:
// those do not survive in a string.
func asRunes(s []int, names map[int]rune) []rune {
	const surrogates, after = 0xd800, 0xe000
	out := make([]rune, len(s))
	for i, v := range s {
		r, ok := names[v]
		if !ok {
			r = rune(len(names)) + 1
			if r >= surrogates {
				r += after - surrogates
			}
			names[v] = r
		}
		out[i] = r
	}
	return out
}
