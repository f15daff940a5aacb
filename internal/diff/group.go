package diff

import (
	"slices"
	"strconv"
	"strings"
)

// entry is a member of a group of siblings of one name.
type entry struct {
	*node
	key string // empty where it has none
	at  int    // place in the group, from 0
	to  *entry // the other side's, nil where there is none
}

// group compares the children of one name.
func (w *walk) group(a, b []*node, path []string, steps []Step, depth int) {
	name := path[len(path)-1]
	key := w.c.rules.key(w.root, path)
	if len(a) == 1 && len(b) == 1 && key == nil {
		w.node(a[0], b[0], path, append(steps[:len(steps):len(steps)], Step{Name: name, Key: listKey(a[0], b[0])}), depth+1)
		return
	}
	old, now := entries(a, key), entries(b, key)
	match(old, now, key != nil)
	if key == nil {
		w.moves(old, now, name, steps)
	}
	for i := range now {
		e := &now[i]
		step := append(steps[:len(steps):len(steps)], Step{Name: name, Key: label(e, len(a) > 1 || len(b) > 1)})
		if e.to == nil {
			w.came(Added, e, step)
			continue
		}
		w.node(e.to.node, e.node, path, step, depth+1)
	}
	for i := range old {
		if e := &old[i]; e.to == nil {
			step := append(steps[:len(steps):len(steps)], Step{Name: name, Key: label(e, len(a) > 1 || len(b) > 1)})
			w.came(Deleted, e, step)
		}
	}
}

func (w *walk) came(k Kind, e *entry, steps []Step) {
	el := Element{Kind: k, Line: e.line}
	text := e.text
	if !e.leaf() {
		text = summarize(e.node, e.key)
	}
	if k == Added {
		el.New = text
	} else {
		el.Old = text
	}
	w.add(el, steps)
}

// label tells an entry among several: by its key, else by its place.
func label(e *entry, several bool) string {
	switch {
	case e.key != "":
		return e.key
	case several:
		return "#" + strconv.Itoa(e.at+1)
	}
	return ""
}

// listKey names a single entry if both sides give it the same name.
func listKey(a, b *node) string {
	for _, name := range naturalKeys {
		x, ok := a.child(name)
		y, also := b.child(name)
		if ok && also && x == y {
			return x
		}
	}
	return ""
}

// naturalKeys are elements that tell list entries apart where they have one.
var naturalKeys = [...]string{"fullName", "name", "developerName", "masterLabel", "label", "identifier", "field", "componentName"}

func entries(nodes []*node, key []string) []entry {
	out := make([]entry, len(nodes))
	for i, n := range nodes {
		out[i] = entry{node: n, at: i}
		if key != nil {
			out[i].key = keyOf(n, key)
		} else {
			out[i].key = naturalKey(n)
		}
	}
	return out
}

func keyOf(n *node, key []string) string {
	if key[0] == "." {
		return n.text
	}
	var parts []string
	for _, name := range key {
		if text, ok := n.child(name); ok && text != "" {
			parts = append(parts, text)
		}
	}
	return strings.Join(parts, "/")
}

func naturalKey(n *node) string {
	if n.leaf() && !n.raw {
		return n.text
	}
	for _, name := range naturalKeys {
		if text, ok := n.child(name); ok && text != "" {
			return text
		}
	}
	return ""
}

// match pairs entries: by key where it is unique, then by content, then, in a
// list, what is left in order.
func match(old, now []entry, set bool) {
	byKey := uniqueKeys(old)
	for key, e := range uniqueKeys(now) {
		if o := byKey[key]; o != nil {
			pair(o, e)
		}
	}
	byHash := map[uint64][]*entry{}
	for i := range old {
		if old[i].to == nil {
			byHash[old[i].hash] = append(byHash[old[i].hash], &old[i])
		}
	}
	for i := range now {
		e := &now[i]
		if free := byHash[e.hash]; e.to == nil && len(free) > 0 {
			pair(free[0], e)
			byHash[e.hash] = free[1:]
		}
	}
	_ = set
}

func uniqueKeys(entries []entry) map[string]*entry {
	out := map[string]*entry{}
	for i := range entries {
		e := &entries[i]
		if e.key == "" {
			continue
		}
		if _, twice := out[e.key]; twice {
			out[e.key] = nil
			continue
		}
		out[e.key] = e
	}
	for key, e := range out {
		if e == nil {
			delete(out, key)
		}
	}
	return out
}

func pair(a, b *entry) { a.to, b.to = b, a }

// moves tells which pairs stand in another order: those outside the longest run
// that kept it.
func (w *walk) moves(old, now []entry, name string, steps []Step) {
	var pairs []*entry
	for i := range now {
		if now[i].to != nil {
			pairs = append(pairs, &now[i])
		}
	}
	stays := longestRun(pairs)
	for _, e := range pairs {
		if stays[e] {
			continue
		}
		step := append(steps[:len(steps):len(steps)], Step{Name: name, Key: label(e, true)})
		w.add(Element{
			Kind: Moved, Line: e.line,
			Old: place(e.to.at, len(old)), New: place(e.at, len(now)),
		}, step)
	}
}

func place(at, of int) string { return "place " + strconv.Itoa(at+1) + " of " + strconv.Itoa(of) }

// longestRun gives the longest subsequence whose partners stand in order too.
func longestRun(pairs []*entry) map[*entry]bool {
	var tails []int
	before := make([]int, len(pairs))
	for i, e := range pairs {
		n, _ := slices.BinarySearchFunc(tails, e.to.at, func(t, at int) int { return pairs[t].to.at - at })
		before[i] = -1
		if n > 0 {
			before[i] = tails[n-1]
		}
		if n == len(tails) {
			tails = append(tails, i)
		} else {
			tails[n] = i
		}
	}
	stays := map[*entry]bool{}
	if len(tails) == 0 {
		return stays
	}
	for i := tails[len(tails)-1]; i >= 0; i = before[i] {
		stays[pairs[i]] = true
	}
	return stays
}
