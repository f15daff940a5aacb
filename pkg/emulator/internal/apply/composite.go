package apply

import (
	"cmp"
	"slices"
	"strings"

	"github.com/orgkeep/orgkeep/pkg/emulator/internal/behaviour"
	"github.com/orgkeep/orgkeep/pkg/emulator/internal/orgstate"
	"github.com/orgkeep/orgkeep/pkg/emulator/internal/xmltext"
	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// applyComposite merges the children that the package brings into the file that
// the org has, and the parent's own elements if the parent is named. Siblings are
// not touched.
func (r *runner) applyComposite(c metadata.Component, units []*unit) (failed bool) {
	path := units[0].file()
	old := r.rootAt(path)
	if old == nil && c.Type == "CustomObject" && orgstate.Custom(c.FullName) && !slices.ContainsFunc(units, func(u *unit) bool { return u.c == c }) {
		for _, u := range units {
			u.bad = r.failure(u.c, path, "In field: object - no CustomObject named "+c.FullName+" found")
		}
		return true
	}
	root := units[0].root
	if old != nil {
		root = old
	}
	kept := []*xmltext.Element{}
	if old != nil {
		kept = slices.Clone(old.Children)
	}
	for _, u := range units {
		merged, err := r.mergeUnit(c, kept, u)
		if err == nil {
			err = r.refuseManaged(u, kept, merged)
		}
		if err != nil {
			u.bad = r.failureOf(u, err)
			failed = true
			continue
		}
		kept = merged
	}
	if failed {
		return true
	}
	return r.store(path, old, root.With(kept), units)
}

// store writes a merged file. A file that means what it meant keeps its bytes,
// and one that is all new has the bytes that were sent.
func (r *runner) store(path string, old, merged *xmltext.Element, units []*unit) (failed bool) {
	content := merged.Document()
	switch {
	case old != nil && old.Canonical() == merged.Canonical():
		return false
	case old == nil && merged.Canonical() == units[0].root.Canonical():
		content = r.p.files[path]
	}
	if err := r.s.Put(path, content, r.By); err != nil {
		units[0].bad = r.failureOf(units[0], err)
		return true
	}
	return false
}

func (r *runner) rootAt(path string) *xmltext.Element {
	f, ok := r.s.File(path)
	if !ok {
		return nil
	}
	root, err := f.Root()
	if err != nil {
		return nil // what cannot be read is replaced
	}
	return root
}

// mergeUnit gives the file's elements with one unit merged into them.
func (r *runner) mergeUnit(c metadata.Component, elements []*xmltext.Element, u *unit) ([]*xmltext.Element, error) {
	if u.c == c {
		merged := r.mergeParent(c, elements, u.e)
		return merged, r.recalculation(c, elements, merged)
	}
	at := slices.IndexFunc(elements, func(e *xmltext.Element) bool {
		kid, ok := r.s.ChildOf(c, e)
		return ok && kid == u.c
	})
	if err := r.checkSharing(u); err != nil {
		return nil, err
	}
	if err := r.refuseContent(u.c.Type, u.e); err != nil {
		return nil, err
	}
	if at < 0 {
		return insert(elements, r.activation(u, nil)), nil
	}
	merged, err := r.mergeChild(elements[at], u)
	if err != nil {
		return nil, err
	}
	out := slices.Clone(elements)
	out[at] = merged
	return out, nil
}

// mergeParent overlays the parent's own elements: one that is given replaces its
// counterparts, one that is left out stays or is reset.
func (r *runner) mergeParent(c metadata.Component, elements []*xmltext.Element, given *xmltext.Element) []*xmltext.Element {
	own := func(e *xmltext.Element) bool { _, kid := r.s.ChildOf(c, e); return !kid }
	names := map[string]bool{}
	for _, e := range given.Children {
		if own(e) {
			names[e.Name] = true
		}
	}
	reset := r.Set.Is(behaviour.PlainElement, "reset")
	before := slices.Clone(elements)
	out := slices.DeleteFunc(slices.Clone(elements), func(e *xmltext.Element) bool {
		return own(e) && (names[e.Name] && !keyedOwn(e, given) || reset && e.Leaf() && !names[e.Name])
	})
	for _, e := range given.Children {
		if own(e) {
			out = insert(out, e)
		}
	}
	return sameOrder(before, out)
}

// keyedOwn: an action override stays unless the file gives one for its action.
func keyedOwn(e, given *xmltext.Element) bool {
	if e.Name != "actionOverrides" {
		return false
	}
	key := func(o *xmltext.Element) string { return o.Get("actionName") + "|" + o.Get("formFactor") }
	return !slices.ContainsFunc(given.All(e.Name), func(o *xmltext.Element) bool { return key(o) == key(e) })
}

// sameOrder gives the old list if the new one holds the same elements, so that a
// deploy of what is there changes nothing.
func sameOrder(before, after []*xmltext.Element) []*xmltext.Element {
	count := map[string]int{}
	for _, e := range before {
		count[e.Canonical()]++
	}
	for _, e := range after {
		count[e.Canonical()]--
	}
	for _, n := range count {
		if n != 0 {
			return after
		}
	}
	return before
}

// keyOf orders siblings of one name.
func keyOf(e *xmltext.Element) string {
	for _, name := range []string{"fullName", "name", "actionName", "field", "object"} {
		if key := e.Get(name); key != "" {
			return key
		}
	}
	return ""
}

// insert puts an element where the platform would: elements by name, siblings by
// their key.
func insert(elements []*xmltext.Element, e *xmltext.Element) []*xmltext.Element {
	at := 0
	for i, other := range elements {
		if byName(other, e) <= 0 {
			at = i + 1
		}
	}
	if first := slices.IndexFunc(elements, func(o *xmltext.Element) bool { return o.Name == e.Name }); first >= 0 {
		at = first
		for i, other := range elements {
			if other.Name == e.Name && strings.Compare(keyOf(other), keyOf(e)) <= 0 {
				at = i + 1
			}
		}
	}
	return slices.Insert(slices.Clone(elements), at, e)
}

// byName: fullName leads, the rest is alphabetical.
func byName(a, b *xmltext.Element) int {
	if (a.Name == "fullName") != (b.Name == "fullName") {
		if a.Name == "fullName" {
			return -1
		}
		return 1
	}
	return cmp.Compare(a.Name, b.Name)
}
