package refs

import (
	"path"
	"slices"
	"strings"

	"github.com/orgkeep/orgkeep/pkg/emulator/internal/orgstate"
	"github.com/orgkeep/orgkeep/pkg/emulator/internal/xmltext"
	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// Ref is one reference.
type Ref struct {
	From, To metadata.Component
	// Or is another target that would do: a component of one name may be a
	// Lightning web component or an Aura one.
	Or    metadata.Component
	Field string // the element that names the target
	Soft  bool
}

// Set is a set of components.
type Set map[metadata.Component]bool

// Of gives a file's references. The slice is shared and must not be changed.
func Of(s *orgstate.State, f *orgstate.File) []Ref {
	return orgstate.Memo(f, "refs", func() []Ref {
		if strings.HasSuffix(f.Component.Type, "Bundle") || isMarkup(f.Path) {
			return markup(f)
		}
		if f.Folder || !bytesLookXML(f.Content) {
			return nil
		}
		root, err := f.Root()
		if err != nil {
			return nil
		}
		c := collector{state: s, file: f, from: f.Component}
		c.collect(root)
		return c.refs
	})
}

func bytesLookXML(b []byte) bool {
	return strings.HasPrefix(strings.TrimLeft(string(b[:min(len(b), 64)]), "\ufeff \r\n\t"), "<")
}

// Exists tells whether a target is there, or is one of the things that every org
// has and no file holds.
func Exists(s *orgstate.State, c metadata.Component) bool {
	return c.FullName == "" || s.Has(c) || standard(c)
}

func standard(c metadata.Component) bool {
	name := path.Base(c.FullName)
	if at := strings.LastIndexByte(name, '.'); at >= 0 {
		name = name[at+1:]
	}
	switch c.Type {
	case "CustomObject", "CustomField":
		return !orgstate.Custom(name)
	case "CustomTab":
		return strings.HasPrefix(c.FullName, "standard-")
	case "CustomApplication":
		return strings.HasPrefix(c.FullName, "standard__")
	}
	return false
}

// Missing gives the references of a file whose target is neither there nor
// assumed.
func Missing(s *orgstate.State, f *orgstate.File, assumed Set) []Ref {
	var missing []Ref
	for _, r := range Of(s, f) {
		if Exists(s, r.To) || assumed[r.To] || r.Or.Type != "" && (Exists(s, r.Or) || assumed[r.Or]) {
			continue
		}
		missing = append(missing, r)
	}
	return missing
}

// Dangling gives every target in the org that is not there: what a folder refers
// to and does not hold, the org is taken to have.
func Dangling(s *orgstate.State) Set {
	out := Set{}
	for _, p := range s.Paths() {
		f, _ := s.File(p)
		for _, r := range Missing(s, f, nil) {
			out[r.To] = true
		}
	}
	return out
}

// To gives the references to a component from elsewhere, hard ones only.
func To(s *orgstate.State, c metadata.Component) []Ref {
	var out []Ref
	for _, p := range s.Paths() {
		f, _ := s.File(p)
		if f.Component == c {
			continue
		}
		for _, r := range Of(s, f) {
			if !r.Soft && (r.To == c || r.Or == c) && !within(r.From, c) {
				out = append(out, r)
			}
		}
		if Mentions(f, c) {
			out = append(out, Ref{From: f.Component, To: c})
		}
	}
	slices.SortFunc(out, func(a, b Ref) int { return a.From.Compare(b.From) })
	return slices.CompactFunc(out, func(a, b Ref) bool { return a.From == b.From })
}

// within tells whether from goes when c goes.
func within(from, c metadata.Component) bool {
	if from == c {
		return true
	}
	if c.Type != "CustomObject" {
		return false
	}
	switch from.Type {
	case "Layout", "CustomObjectTranslation":
		return strings.HasPrefix(from.FullName, c.FullName+"-")
	case "CustomTab", "Workflow", "SharingRules":
		return from.FullName == c.FullName
	case "CustomMetadata":
		return strings.HasPrefix(from.FullName, strings.TrimSuffix(c.FullName, "__mdt")+".")
	}
	return strings.HasPrefix(from.FullName, c.FullName+".")
}

// collector gathers the references of one XML file.
type collector struct {
	state *orgstate.State
	file  *orgstate.File
	from  metadata.Component
	refs  []Ref
}

func (c *collector) add(typ, name, field string, soft bool) {
	if name = strings.TrimSpace(name); name == "" {
		return
	}
	c.refs = append(c.refs, Ref{From: c.from, To: metadata.Component{Type: typ, FullName: name}, Field: field, Soft: soft})
}

// each adds a reference for every element at the path below e.
func (c *collector) each(e *xmltext.Element, typ string, soft bool, path ...string) {
	for _, found := range descend(e, path) {
		c.add(typ, found.Text(), path[len(path)-1], soft)
	}
}

// fields adds references to custom fields that are named without their object.
func (c *collector) fields(e *xmltext.Element, object string, soft bool, path ...string) {
	for _, found := range descend(e, path) {
		if name := strings.TrimSpace(found.Text()); orgstate.Custom(name) && !strings.Contains(name, ".") {
			c.add("CustomField", object+"."+name, path[len(path)-1], soft)
		}
	}
}

// qualified adds references to custom fields that are named with their object.
func (c *collector) qualified(e *xmltext.Element, soft bool, path ...string) {
	for _, found := range descend(e, path) {
		// Columns of custom report types have a dollar sign for the dot.
		name := strings.Replace(strings.TrimSpace(found.Text()), "$", ".", 1)
		object, field, ok := strings.Cut(name, ".")
		if ok && object != "" && orgstate.Custom(field) && !strings.ContainsAny(field, ".$") && !strings.HasSuffix(object, "__r") {
			c.add("CustomField", object+"."+field, path[len(path)-1], soft)
		}
	}
}

func descend(e *xmltext.Element, path []string) []*xmltext.Element {
	level := []*xmltext.Element{e}
	for _, name := range path {
		var next []*xmltext.Element
		for _, at := range level {
			next = append(next, at.All(name)...)
		}
		level = next
	}
	return level
}
