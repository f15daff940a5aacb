package orgstate

import (
	"crypto/sha1" //nolint:gosec // tells contents apart, guards nothing
	"strings"

	"github.com/orgkeep/orgkeep/pkg/emulator/internal/xmltext"
	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// File is one file of the org. It is never changed; a new content is a new File.
type File struct {
	Path      string
	Content   []byte
	Component metadata.Component
	Folder    bool // the own file of a folder

	parts *parts
	// Packed is the content deflated, kept by whoever packs it first.
	Packed []byte
	memo   map[string]any
}

// parts is a composite file by its children.
type parts struct {
	rest digest
	kids map[metadata.Component]digest
}

type digest [sha1.Size]byte

func digestOf(s string) digest { return sha1.Sum([]byte(s)) } //nolint:gosec // see the import

// Memo keeps what others compute from the file's bytes alone; f runs once.
func Memo[T any](f *File, key string, compute func() T) T {
	if v, ok := f.memo[key].(T); ok {
		return v
	}
	v := compute()
	if f.memo == nil {
		f.memo = map[string]any{}
	}
	f.memo[key] = v
	return v
}

// Root parses the file.
func (f *File) Root() (*xmltext.Element, error) { return xmltext.Parse(f.Content) }

// composite gives the children that files of the component's type hold.
func (s *State) composite(c metadata.Component) []metadata.Child {
	t, ok := s.Registry.Type(c.Type)
	if !ok || t.Bundle || t.MetaFile || t.InFolder {
		return nil
	}
	var named []metadata.Child
	for _, child := range t.Children {
		if !child.Unaddressable {
			named = append(named, child)
		}
	}
	return named
}

// Composite tells whether the component's file holds addressable children.
func (s *State) Composite(c metadata.Component) bool { return len(s.composite(c)) > 0 }

// ChildOf gives the component that an element of a composite file is.
func (s *State) ChildOf(parent metadata.Component, e *xmltext.Element) (metadata.Component, bool) {
	for _, child := range s.composite(parent) {
		if child.Element != e.Name {
			continue
		}
		name := e.Get(child.Key)
		return metadata.Component{Type: child.Type, FullName: child.FullName(parent.FullName, name)}, name != ""
	}
	return metadata.Component{}, false
}

func (s *State) partsOf(f *File) *parts {
	if f.parts != nil {
		return f.parts
	}
	p := &parts{kids: map[metadata.Component]digest{}}
	f.parts = p
	root, err := f.Root()
	if err != nil {
		p.rest = digestOf(string(f.Content))
		return p
	}
	var rest strings.Builder
	for _, e := range root.Children {
		if c, ok := s.ChildOf(f.Component, e); ok {
			p.kids[c] = digestOf(e.Canonical())
			continue
		}
		rest.WriteString(e.Canonical())
	}
	p.rest = digestOf(rest.String())
	return p
}

// Digest stands for the content of a child, or for what is a composite parent's
// own. It is zero for everything else.
func (s *State) Digest(c metadata.Component) [sha1.Size]byte {
	parent, child := s.Parent(c)
	if !child {
		parent = c
	}
	for _, p := range s.owned[parent] {
		if !s.Composite(parent) {
			break
		}
		parts := s.partsOf(s.files[p])
		if !child {
			return parts.rest
		}
		if sum, ok := parts.kids[c]; ok {
			return sum
		}
	}
	return digest{}
}
