package xmltext

import (
	"bytes"
	"slices"
	"strings"
)

// Element is one element of a document. Elements are never changed once made;
// [Element.With] gives a changed copy.
type Element struct {
	Name     string // local name, without a prefix
	Children []*Element

	tag    string // name and attributes as written
	inner  []byte // bytes between the tags
	mixed  bool   // text that matters stands beside the children
	closed bool   // written as <x/>
	offset int
}

// Leaf makes an element that holds text.
func Leaf(name, text string) *Element {
	return &Element{Name: name, tag: name, inner: []byte(Escape(text))}
}

// New makes an element that holds elements.
func New(name string, children ...*Element) *Element {
	return &Element{Name: name, tag: name, Children: children}
}

// With gives a copy that holds these children instead.
func (e *Element) With(children []*Element) *Element {
	return &Element{Name: e.Name, tag: e.tag, Children: children, closed: e.closed, offset: e.offset}
}

// WithText gives a copy that holds text instead.
func (e *Element) WithText(text string) *Element {
	return &Element{Name: e.Name, tag: e.tag, inner: []byte(Escape(text)), offset: e.offset}
}

// Offset is where the element begins in its source.
func (e *Element) Offset() int { return e.offset }

// Leaf tells whether the element holds text only.
func (e *Element) Leaf() bool { return len(e.Children) == 0 }

// Inner gives the bytes between the tags as they stand in the source.
func (e *Element) Inner() []byte { return e.inner }

// Nil tells whether the element is marked xsi:nil.
func (e *Element) Nil() bool { return strings.Contains(e.tag, `nil="true"`) }

// Attr gives the value of an attribute by its local name.
func (e *Element) Attr(name string) string {
	_, rest, ok := strings.Cut(e.tag, name+"=")
	if !ok || len(rest) < 2 {
		return ""
	}
	value, _, ok := strings.Cut(rest[1:], rest[:1])
	if !ok {
		return ""
	}
	return Unescape(value)
}

// Text gives the text of a leaf, entities resolved. It is empty for an element
// that holds elements.
func (e *Element) Text() string {
	if e == nil || len(e.Children) > 0 {
		return ""
	}
	return plainText(e.inner)
}

// Child gives the first child of that name, or nil.
func (e *Element) Child(name string) *Element {
	if e == nil {
		return nil
	}
	for _, c := range e.Children {
		if c.Name == name {
			return c
		}
	}
	return nil
}

// All gives the children of that name.
func (e *Element) All(name string) []*Element {
	if e == nil {
		return nil
	}
	var found []*Element
	for _, c := range e.Children {
		if c.Name == name {
			found = append(found, c)
		}
	}
	return found
}

// Get gives the trimmed text at a path of child names; empty where there is none.
func (e *Element) Get(path ...string) string {
	for _, name := range path {
		if e = e.Child(name); e == nil {
			return ""
		}
	}
	return strings.TrimSpace(e.Text())
}

// Walk calls f for the element and everything below it.
func (e *Element) Walk(f func(*Element)) {
	f(e)
	for _, c := range e.Children {
		c.Walk(f)
	}
}

// Canonical is the element in one form: two elements with equal canonical forms
// mean the same, however they were written.
func (e *Element) Canonical() string {
	var b bytes.Buffer
	e.write(&b, 0, true)
	return b.String()
}

// Sorted gives the children in the order of less, stable.
func Sorted(children []*Element, compare func(a, b *Element) int) []*Element {
	out := slices.Clone(children)
	slices.SortStableFunc(out, compare)
	return out
}
