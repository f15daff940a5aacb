package orgstate

import (
	"maps"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// State is one version of an org.
type State struct {
	Registry *metadata.Registry
	IDs      *IDs

	files  map[string]*File
	owned  map[metadata.Component][]string
	rows   map[metadata.Component]Row
	kinds  map[string][]metadata.Component // rows by type, sorted; nil: to be made
	flows  map[string]Flow
	memory map[string]bool // see Remember
	// private are list views and reports that only their owner sees; the same for
	// all versions of an org.
	private map[metadata.Component]bool
}

// Row is what the org remembers of a component, children and folders included.
// It is the truth; a listing may say less.
type Row struct {
	ID       string
	Created  Stamp
	Modified Stamp
	Folder   bool
}

// New gives an empty org.
func New(reg *metadata.Registry, ids *IDs) *State {
	return &State{
		Registry: reg, IDs: ids,
		files: map[string]*File{}, owned: map[metadata.Component][]string{},
		rows: map[metadata.Component]Row{}, flows: map[string]Flow{},
	}
}

// Clone gives a copy that can be changed without changing this one. Both go on
// drawing ids from one series, as an org never gives an id twice.
func (s *State) Clone() *State {
	c := *s
	c.files = maps.Clone(s.files)
	c.owned = maps.Clone(s.owned)
	c.rows = maps.Clone(s.rows)
	c.flows = maps.Clone(s.flows)
	c.memory = maps.Clone(s.memory)
	return &c
}

// File gives a file by its path.
func (s *State) File(p string) (*File, bool) {
	f, ok := s.files[p]
	return f, ok
}

// Paths gives all paths sorted.
func (s *State) Paths() []string { return slices.Sorted(maps.Keys(s.files)) }

// FilesOf gives the files of a top-level component or folder, sorted by path.
// Callers must not change the slice.
func (s *State) FilesOf(c metadata.Component) []string { return s.owned[c] }

// Row gives what is remembered of a component.
func (s *State) Row(c metadata.Component) (Row, bool) {
	r, ok := s.rows[c]
	return r, ok
}

// Has tells whether the org has the component.
func (s *State) Has(c metadata.Component) bool {
	_, ok := s.rows[c]
	return ok
}

// Components gives all components of a type, folders left out, sorted.
func (s *State) Components(typ string) []metadata.Component {
	return s.ofType(typ, false)
}

// Folders gives the folders of a content type, sorted.
func (s *State) Folders(typ string) []metadata.Component {
	return s.ofType(typ, true)
}

// All gives every component, children and folders included, sorted.
func (s *State) All() []metadata.Component {
	return slices.SortedFunc(maps.Keys(s.rows), metadata.Component.Compare)
}

// Types gives the top-level types of which the org has components.
func (s *State) Types() map[string]bool {
	types := map[string]bool{}
	for c := range s.owned {
		types[c.Type] = true
	}
	return types
}

func (s *State) ofType(typ string, folders bool) []metadata.Component {
	if s.kinds == nil {
		s.kinds = map[string][]metadata.Component{}
		for _, c := range s.All() {
			s.kinds[c.Type] = append(s.kinds[c.Type], c)
		}
	}
	var found []metadata.Component
	for _, c := range s.kinds[typ] {
		if s.rows[c].Folder == folders {
			found = append(found, c)
		}
	}
	return found
}

// setRow and dropRow are the only ways in which rows come and go.
func (s *State) setRow(c metadata.Component, r Row) {
	if _, known := s.rows[c]; !known {
		s.kinds = nil
	}
	s.rows[c] = r
}

func (s *State) dropRow(c metadata.Component) {
	delete(s.rows, c)
	s.kinds = nil
}

// Children gives the children of a composite component, sorted.
func (s *State) Children(parent metadata.Component) []metadata.Component {
	var kids []metadata.Component
	for _, p := range s.owned[parent] {
		if f := s.files[p]; s.Composite(parent) {
			kids = slices.AppendSeq(kids, maps.Keys(s.partsOf(f).kids))
		}
	}
	slices.SortFunc(kids, metadata.Component.Compare)
	return kids
}

// Parent gives the component in whose file a child lies.
func (s *State) Parent(child metadata.Component) (metadata.Component, bool) {
	t, c, ok := s.Registry.Parent(child.Type)
	if !ok || c.Unaddressable {
		return metadata.Component{}, false
	}
	if c.Bare {
		return metadata.Component{Type: t.Name, FullName: t.Name}, true
	}
	parent, _, ok := strings.Cut(child.FullName, ".")
	return metadata.Component{Type: t.Name, FullName: parent}, ok
}

// NameOf is the path under which listings and properties show a component.
func (s *State) NameOf(c metadata.Component) string {
	if s.rows[c].Folder {
		if t, ok := s.Registry.Type(c.Type); ok {
			return t.Directory + "/" + c.FullName
		}
	}
	if owned := s.owned[c]; len(owned) > 0 {
		if t, ok := s.Registry.Type(c.Type); ok && !t.Bundle {
			return strings.TrimSuffix(owned[0], metadata.MetaSuffix)
		}
	}
	if p, ok := s.Registry.Path(c); ok {
		return p
	}
	return path.Join(c.Type, c.FullName)
}

// Namespace gives the namespace of a component of an installed package.
func Namespace(c metadata.Component) string {
	name := c.FullName
	if i := strings.LastIndexAny(name, "./"); i >= 0 {
		name = name[i+1:]
	}
	switch c.Type {
	case "Layout":
		if _, layout, ok := strings.Cut(name, "-"); ok {
			name = layout
		}
	case "CustomObjectTranslation", "GlobalValueSetTranslation", "StandardValueSetTranslation":
		if i := strings.LastIndexByte(name, '-'); i >= 0 {
			name = name[:i] // the language
		}
	}
	first, rest, ok := strings.Cut(name, "__")
	if !ok || first == "" || rest == "" || strings.ContainsAny(first, " -%") || len(first) > 15 {
		return ""
	}
	if !strings.Contains(rest, "__") && customSuffix(rest) {
		return ""
	}
	return first
}

// customSuffix tells whether the text after "__" only says what kind of thing
// the name is.
func customSuffix(s string) bool {
	switch s {
	case "c", "mdt", "e", "b", "x", "r", "kav", "chn", "gvs", "pc", "ka", "hd", "dlm", "dll", "dlo", "ChangeEvent", "Share", "History", "Feed", "Tag":
		return true
	}
	return false
}

// Custom tells whether an object's name is that of a custom one.
func Custom(object string) bool { return strings.Contains(object, "__") }

// second cuts a time to the grain of the service's clock.
func second(t time.Time) time.Time { return t.UTC().Truncate(time.Second) }

// Remember notes something about a component that its file does not show.
func (s *State) Remember(c metadata.Component, what string) {
	key := c.String() + "|" + what
	if s.memory[key] {
		return
	}
	if s.memory == nil {
		s.memory = map[string]bool{}
	}
	s.memory[key] = true
}

// Remembers tells whether something was noted.
func (s *State) Remembers(c metadata.Component, what string) bool {
	return s.memory[c.String()+"|"+what]
}
