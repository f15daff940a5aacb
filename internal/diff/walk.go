package diff

import (
	"slices"
	"strings"
)

// walk compares two versions of an element and collects what differs.
type walk struct {
	c    *comparer
	root string // name of the root element, under which rules are kept
	out  []Element
}

// node compares two elements that are the same one by name and key. path is the
// way from below the root, for the rules; steps the way that is told.
func (w *walk) node(a, b *node, path []string, steps []Step, depth int) {
	if a.hash == b.hash {
		return
	}
	w.attributes(a, b, steps)
	if a.raw || b.raw || a.leaf() && b.leaf() {
		w.value(a, b, steps)
		return
	}
	if a.text != b.text {
		w.value(&node{text: a.text}, &node{text: b.text, line: b.line}, steps)
	}
	for _, name := range names(a, b) {
		w.group(named(a, name), named(b, name), append(path[:len(path):len(path)], name), steps, depth)
	}
}

// names gives the names of the children of both, in the order of the new one;
// what only the old one has comes last.
func names(a, b *node) []string {
	var out []string
	seen := map[string]bool{}
	for _, n := range [2]*node{b, a} {
		for _, k := range n.kids {
			if !seen[k.name] {
				seen[k.name] = true
				out = append(out, k.name)
			}
		}
	}
	return out
}

func named(n *node, name string) []*node {
	var out []*node
	for _, k := range n.kids {
		if k.name == name {
			out = append(out, k)
		}
	}
	return out
}

func (w *walk) attributes(a, b *node, steps []Step) {
	for _, x := range a.attrs {
		i := slices.IndexFunc(b.attrs, func(y attr) bool { return y.name == x.name })
		step := append(steps[:len(steps):len(steps)], Step{Name: "@" + x.name})
		switch {
		case i < 0:
			w.add(Element{Kind: Deleted, Old: x.value, Line: a.line}, step)
		case b.attrs[i].value != x.value:
			w.add(Element{Kind: Changed, Old: x.value, New: b.attrs[i].value, Line: b.line}, step)
		}
	}
	for _, y := range b.attrs {
		if !slices.ContainsFunc(a.attrs, func(x attr) bool { return x.name == y.name }) {
			step := append(steps[:len(steps):len(steps)], Step{Name: "@" + y.name})
			w.add(Element{Kind: Added, New: y.value, Line: b.line}, step)
		}
	}
}

func (w *walk) value(a, b *node, steps []Step) {
	if a.text == b.text && a.raw == b.raw && a.leaf() == b.leaf() {
		return
	}
	e := Element{Kind: Changed, Line: b.line}
	old, now := valueOf(a), valueOf(b)
	if isLong(old) || isLong(now) {
		e.Hunks = hunks(old, now)
	} else {
		e.Old, e.New = old, now
	}
	w.add(e, steps)
}

func valueOf(n *node) string {
	if n.leaf() {
		return n.text
	}
	return summarize(n, "")
}

// isLong tells text that is read line by line.
func isLong(s string) bool { return strings.Contains(s, "\n") }

// add names an element by its steps.
func (w *walk) add(e Element, steps []Step) {
	e.Steps = slices.Clone(steps)
	names := make([]string, 0, len(steps))
	keys := make([]string, 0, len(steps))
	for _, s := range steps {
		names = append(names, s.Name)
		if s.Key != "" {
			keys = append(keys, s.Key)
		}
	}
	e.Name, e.Key = strings.Join(names, "."), strings.Join(keys, " / ")
	w.out = append(w.out, e)
}
