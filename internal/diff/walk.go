package diff

import (
	"slices"
	"strings"
)

// walk compares two versions of an element and collects what differs.
type walk struct {
	c    *comparer
	root string // name of the root element, under which rules are kept
	out  []finding
	more int // findings past maxElements
}

// maxElements bounds what is told of one file.
const maxElements = 100_000

// finding is an element of the result, and what is needed to see that something
// that went in one place came in another.
type finding struct {
	Element
	node *node
	path []string
	at   int // place among its siblings, from 0
	of   int
}

// place is where a walk is.
type place struct {
	path  []string // names from below the root, for the rules
	steps []Step   // the way that is told, from below the component
}

// below gives the place of a child. Neither slice is shared with the parent's.
func (p place) below(name, key string) place {
	return place{
		path:  append(slices.Clip(p.path), name),
		steps: append(slices.Clip(p.steps), Step{Name: name, Key: key}),
	}
}

// node compares two elements that are the same one by name and key.
func (w *walk) node(a, b *node, at place) {
	if a.hash == b.hash {
		return
	}
	if a.raw || b.raw || a.leaf() || b.leaf() {
		w.value(a, b, at)
	}
	w.attributes(a, b, at)
	if a.raw || b.raw {
		return
	}
	names, now := b.families()
	more, old := a.families()
	for _, name := range more {
		if len(now[name]) == 0 {
			names = append(names, name)
		}
	}
	for _, name := range names {
		w.group(old[name], now[name], name, at)
	}
}

// attributes compares what stands in the tags. They read as elements: @xsi:type.
func (w *walk) attributes(a, b *node, at place) {
	if a.isNil() != b.isNil() && a.text != b.text {
		return // the value that came or went tells it
	}
	old, now := map[string]string{}, map[string]string{}
	for _, x := range a.attrs {
		old[x.name] = x.value
	}
	for _, y := range b.attrs {
		now[y.name] = y.value
		if was, ok := old[y.name]; !ok {
			w.add(Element{Kind: Added, New: y.value, Line: b.line}, at.below("@"+y.name, ""))
		} else if was != y.value {
			w.add(Element{Kind: Changed, Old: was, New: y.value, Line: b.line}, at.below("@"+y.name, ""))
		}
	}
	for _, x := range a.attrs {
		if _, ok := now[x.name]; !ok {
			w.add(Element{Kind: Deleted, Old: x.value, Line: a.line}, at.below("@"+x.name, ""))
		}
	}
}

// value compares the text of two elements, of which one may have elements in it
// instead.
func (w *walk) value(a, b *node, at place) {
	e := Element{Kind: Changed, Line: b.line}
	switch {
	case a.text == b.text && a.raw == b.raw:
		return
	case a.isNil():
		e.Kind = Added
	case b.isNil():
		e.Kind = Deleted
	}
	e.say(a.text, b.text)
	w.add(e, at)
}

// maxValue is what is shown in one line.
const maxValue = 200

// say puts two values into the element: as they are, or long ones as lines.
func (e *Element) say(old, now string) {
	if isLong(old) || isLong(now) {
		e.Hunks, e.LeftOut = text(old, now)
		return
	}
	e.Old, e.New = old, now
}

func isLong(s string) bool { return len(s) > maxValue || strings.Contains(s, "\n") }

// add names an element by its place.
func (w *walk) add(e Element, at place) { w.found(finding{Element: e.named(at.steps)}) }

func (w *walk) found(f finding) {
	if len(w.out) >= maxElements {
		w.more++
		return
	}
	w.out = append(w.out, f)
}

func (e Element) named(steps []Step) Element {
	names := make([]string, 0, len(steps))
	var keys []string
	for _, s := range steps {
		names = append(names, s.Name)
		if s.Key != "" {
			keys = append(keys, s.Key)
		}
	}
	e.Steps, e.Name, e.Key = steps, strings.Join(names, "."), strings.Join(keys, keySeparator)
	return e
}

// keySeparator parts the keys of several levels.
const keySeparator = " / "

// elements gives what was found. What concerns the root itself has its name.
func (w *walk) elements() []Element {
	w.relocate()
	out := make([]Element, len(w.out))
	for i, f := range w.out {
		out[i] = f.Element
		if len(f.Steps) == 0 {
			out[i] = f.named([]Step{{Name: w.root}})
		}
	}
	if w.more > 0 {
		out = append(out, Element{Kind: Changed, LeftOut: w.more}.named([]Step{{Name: w.root}}))
	}
	return out
}
