package diff

import (
	"maps"
	"slices"
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
		s := siblings{c: c, at: at, def: def, root: to.name, path: path, old: takeChildren(from, def), now: takeChildren(to, def)}
		s.compare()
	}
	from.seal(c.seed)
	to.seal(c.seed)
}

// siblings are the children of one kind in one file, by name.
type siblings struct {
	c        *comparer
	at       metadata.Component
	def      metadata.Child
	root     string
	path     string
	old, now map[string]*node
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

func (s *siblings) compare() {
	var came, went []string
	for _, name := range slices.Sorted(maps.Keys(s.now)) {
		if s.old[name] == nil {
			came = append(came, name)
		} else {
			s.changed(name, name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(s.old)) {
		if s.now[name] == nil {
			went = append(went, name)
		}
	}
	folded := pairNames(went, came, strings.ToLower)
	twins := pairNames(went, came, s.contentOf)
	for _, name := range came {
		if was, ok := folded[name]; ok {
			s.changed(was, name)
			delete(s.old, was)
			continue
		}
		change := s.change(Added, name)
		change.Summary = describe(s.def.Type, s.now[name], s.def.Key)
		if was, ok := twins[name]; ok {
			change.OldComponent = s.component(was)
		}
		s.c.out = append(s.c.out, change)
	}
	for _, name := range went {
		if s.old[name] != nil {
			change := s.change(Deleted, name)
			change.Summary = describe(s.def.Type, s.old[name], s.def.Key)
			s.c.out = append(s.c.out, change)
		}
	}
}

func (s *siblings) component(name string) metadata.Component {
	return metadata.Component{Type: s.def.Type, FullName: s.def.FullName(s.at.FullName, name)}
}

func (s *siblings) change(k Kind, name string) Change {
	return Change{Kind: k, Component: s.component(name), Path: s.path, Paths: []string{s.path}}
}

func (s *siblings) changed(was, name string) {
	w := walk{c: s.c, root: s.root}
	w.node(s.old[was], s.now[name], place{path: []string{s.def.Element}})
	if len(w.out) == 0 {
		return
	}
	change := s.change(Changed, name)
	change.Elements = w.elements()
	if was != name {
		change.OldComponent = s.component(was)
	}
	s.c.out = append(s.c.out, change)
}

// contentOf tells what a child is but for its name; "" where that is nothing.
func (s *siblings) contentOf(name string) string {
	n := s.now[name]
	if n == nil {
		n = s.old[name]
	}
	if rest := n.without(s.def.Key, s.c.seed); len(rest.kids) > 0 {
		return hashName(rest.hash)
	}
	return ""
}

// pairNames gives the old name for new ones that have the same property, each
// side's only one with it. An empty property pairs nothing.
func pairNames(went, came []string, property func(string) string) map[string]string {
	old, now := onlyOnes(went, property), onlyOnes(came, property)
	out := map[string]string{}
	for p, name := range now {
		if was := old[p]; p != "" && name != "" && was != "" {
			out[name] = was
		}
	}
	return out
}

// onlyOnes gives the name that alone has a property, "" where several have it.
func onlyOnes(names []string, property func(string) string) map[string]string {
	out := map[string]string{}
	for _, name := range names {
		p := property(name)
		if _, twice := out[p]; twice {
			out[p] = ""
			continue
		}
		out[p] = name
	}
	return out
}
