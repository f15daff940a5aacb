package diff

import (
	"strings"

	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// children takes the components that live in a parent's file out of both sides
// and makes changes of those that differ.
func (c *comparer) children(at metadata.Component, t metadata.Type, path string, from, to *node) {
	for _, def := range t.Children {
		if def.Unaddressable {
			continue
		}
		old, now := takeChildren(from, def), takeChildren(to, def)
		for _, name := range uniteNames(old, now) {
			change := Change{
				Component: metadata.Component{Type: def.Type, FullName: def.FullName(at.FullName, name)},
				Path:      path, Paths: []string{path},
			}
			if c.child(&change, to.name, def.Element, old[name], now[name]) {
				c.out = append(c.out, change)
			}
		}
	}
	from.seal(c.seed)
	to.seal(c.seed)
}

// child tells whether a child differs, and fills in how.
func (c *comparer) child(change *Change, root, element string, a, b *node) bool {
	switch {
	case a == nil:
		change.Kind, change.Summary = Added, describe(change.Component.Type, b)
	case b == nil:
		change.Kind, change.Summary = Deleted, describe(change.Component.Type, a)
	default:
		w := walk{c: c, root: root}
		w.node(a, b, []string{element}, nil, 0)
		change.Kind, change.Elements = Changed, w.out
		return len(w.out) > 0
	}
	return true
}

// takeChildren takes the children of one kind out of a file. Of several with one
// name the first is the child; the others stay elements of the file.
func takeChildren(root *node, def metadata.Child) map[string]*node {
	out := map[string]*node{}
	rest := make([]*node, 0, len(root.kids))
	for _, k := range root.kids {
		name, ok := "", false
		if k.name == def.Element {
			name, ok = k.child(def.Key)
			name = strings.TrimSpace(name)
		}
		if !ok || name == "" || out[name] != nil {
			rest = append(rest, k)
			continue
		}
		out[name] = k
	}
	root.kids = rest
	return out
}

func uniteNames(a, b map[string]*node) []string {
	var names []string
	for name := range a {
		names = append(names, name)
	}
	for name := range b {
		if a[name] == nil {
			names = append(names, name)
		}
	}
	return names
}
