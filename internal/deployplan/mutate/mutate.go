package mutate

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/beevik/etree"

	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// Editor changes an org. Paths are relative to the package root.
type Editor interface {
	Put(path string, content []byte) error
	Delete(c metadata.Component) error
}

// Mutation is one change.
type Mutation struct {
	Name      string // what was done: "element set"
	Component metadata.Component
	Apply     func(Editor) error
}

// String says what is done to what.
func (m Mutation) String() string { return m.Name + " " + m.Component.String() }

// Org is what a change is drawn from.
type Org struct {
	Files    map[string][]byte // by path in metadata format
	Registry *metadata.Registry
	// Before is an earlier state; a change may bring a file of it back, so that
	// what went since comes again.
	Before map[string][]byte
	// Only narrows the changes to some types; empty means all.
	Only []string
	// NoDeletions leaves out what takes components away: Setup lets nobody delete
	// what something else needs, and nothing here knows what that is.
	NoDeletions bool
}

// draw makes a change of one kind, or none where the component has nothing of the
// kind.
type draw func(r *rand.Rand, o Org, path string, c metadata.Component) (Mutation, bool)

// Next draws a change. Where nothing is left to be changed, a component that the
// org had before comes back. It panics when there is none either, which is a fault
// of the test.
func Next(r *rand.Rand, o Org) Mutation {
	byType := o.byType(o.Files)
	types := slices.Sorted(maps.Keys(byType))
	draws := []draw{textChange, textChange, flagChange, flagChange, elementGone, copied, childCopied, entryGone, reordered, moved, moved, contentChange, broughtBack, broughtBack}
	if !o.NoDeletions {
		draws = append(draws, deletion, childGone)
	}
	const tries = 1000
	for n := 0; n < tries && len(types) > 0; n++ {
		// A type first, so that the many fields do not crowd out the rest.
		typ := types[r.IntN(len(types))]
		path := byType[typ][r.IntN(len(byType[typ]))]
		c, _ := o.Registry.ComponentAt(path)
		if m, ok := draws[r.IntN(len(draws))](r, o, path, c); ok {
			return m
		}
	}
	if m, ok := restored(r, o); ok {
		return m
	}
	panic("nothing in the org can be changed")
}

// byType gives the paths that may be changed, sorted, by the type of what they
// belong to.
func (o Org) byType(files map[string][]byte) map[string][]string {
	out := map[string][]string{}
	for _, p := range slices.Sorted(maps.Keys(files)) {
		if c, ok := o.Registry.ComponentAt(p); ok && !strings.Contains(c.FullName, "acmepkg__") && (len(o.Only) == 0 || slices.Contains(o.Only, c.Type)) {
			out[c.Type] = append(out[c.Type], p)
		}
	}
	return out
}

// document reads a file of metadata; nil for everything else.
func (o Org) document(path string) *etree.Document {
	if !strings.HasPrefix(strings.TrimSpace(string(o.Files[path])), "<?xml") || strings.HasSuffix(path, ".page") || strings.HasSuffix(path, ".component") || strings.HasSuffix(path, ".cmp") {
		return nil
	}
	doc := etree.NewDocument()
	doc.WriteSettings.CanonicalText = true
	if doc.ReadFromBytes(o.Files[path]) != nil || doc.Root() == nil {
		return nil
	}
	return doc
}

// put writes a document back.
func put(doc *etree.Document, path string) func(Editor) error {
	content, err := doc.WriteToBytes()
	return func(e Editor) error {
		if err != nil {
			return fmt.Errorf("write %s: %w", path, err)
		}
		return e.Put(path, content)
	}
}

// leaves gives the elements without children of their own that are wanted.
func leaves(root *etree.Element, wanted func(*etree.Element) bool) []*etree.Element {
	var out []*etree.Element
	for _, e := range root.FindElements(".//*") {
		if len(e.ChildElements()) == 0 && wanted(e) {
			out = append(out, e)
		}
	}
	return out
}

func pick[T any](r *rand.Rand, all []T) (T, bool) {
	if len(all) == 0 {
		var none T
		return none, false
	}
	return all[r.IntN(len(all))], true
}

// childAt gives the child component that an element of a parent's file is.
func (o Org) childAt(parent metadata.Component, e *etree.Element) (metadata.Component, bool) {
	t, ok := o.Registry.Type(parent.Type)
	if !ok {
		return metadata.Component{}, false
	}
	for _, def := range t.Children {
		key := e.SelectElement(def.Key)
		if def.Element == e.Tag && key != nil && !def.Unaddressable {
			return metadata.Component{Type: def.Type, FullName: def.FullName(parent.FullName, key.Text())}, true
		}
	}
	return metadata.Component{}, false
}
