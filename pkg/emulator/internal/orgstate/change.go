package orgstate

import (
	"bytes"
	"errors"
	"fmt"
	"slices"

	"github.com/orgkeep/orgkeep/pkg/emulator/internal/xmltext"
	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// Errors of changes.
var (
	ErrNotFound = errors.New("the org has no such component")
	ErrPath     = errors.New("the path belongs to no metadata type")
)

// Put sets the content of a file and dates what it changes: the component, or
// in a composite file the children that differ.
func (s *State) Put(p string, content []byte, by Stamp) error {
	if err := metadata.CheckPath(p); err != nil {
		return err
	}
	c, ok := s.Registry.ComponentAt(p)
	if !ok {
		return fmt.Errorf("%w: %s", ErrPath, p)
	}
	old := s.files[p]
	if old != nil && bytes.Equal(old.Content, content) {
		return nil
	}
	if old != nil && c.Type == "Profile" {
		if root, err := old.Root(); err == nil {
			s.RememberRefusals(c, root)
		}
	}
	f := &File{Path: p, Content: bytes.Clone(content), Component: c, Folder: s.Registry.IsFolder(p)}
	s.files[p] = f
	if at, found := slices.BinarySearch(s.owned[c], p); !found {
		s.owned[c] = slices.Insert(slices.Clone(s.owned[c]), at, p)
	}
	s.date(old, f, by)
	return nil
}

// Drop removes one file, and with its last file the component.
func (s *State) Drop(p string, by Stamp) {
	f, ok := s.files[p]
	if !ok {
		return
	}
	delete(s.files, p)
	c := f.Component
	at, _ := slices.BinarySearch(s.owned[c], p)
	left := slices.Delete(slices.Clone(s.owned[c]), at, at+1)
	if len(left) > 0 {
		s.owned[c] = left
		s.Touch(c, by)
		return
	}
	delete(s.owned, c)
	s.dropRow(c)
	delete(s.flows, flowKey(c))
	if s.Composite(c) {
		for kid := range s.partsOf(f).kids {
			s.dropRow(kid)
		}
	}
}

// Remove deletes a component: a child from its parent's file, everything else
// with all its files. What goes along (an object's layouts, a folder's
// members) is the caller's to decide.
func (s *State) Remove(c metadata.Component, by Stamp) error {
	if !s.Has(c) {
		return fmt.Errorf("%w: %s", ErrNotFound, c)
	}
	parent, ok := s.Parent(c)
	if !ok {
		for _, p := range slices.Clone(s.owned[c]) {
			s.Drop(p, by)
		}
		return nil
	}
	return s.removeChild(parent, c, by)
}

func (s *State) removeChild(parent, c metadata.Component, by Stamp) error {
	for _, p := range s.owned[parent] {
		root, err := s.files[p].Root()
		if err != nil {
			return fmt.Errorf("remove %s: %w", c, err)
		}
		left := slices.DeleteFunc(slices.Clone(root.Children), func(e *xmltext.Element) bool {
			kid, ok := s.ChildOf(parent, e)
			return ok && kid == c
		})
		if len(left) == len(root.Children) {
			continue
		}
		if len(left) == 0 && parent.Type != "CustomObject" {
			s.Drop(p, by)
			return nil
		}
		return s.Put(p, root.With(left).Document(), by)
	}
	return fmt.Errorf("%w: %s", ErrNotFound, parent)
}

// Touch dates a component without changing it.
func (s *State) Touch(c metadata.Component, by Stamp) {
	by.Time = second(by.Time)
	r, ok := s.rows[c]
	if !ok {
		r = Row{ID: s.IDs.New(prefixOf(c.Type)), Created: by}
	}
	r.Modified = by
	s.setRow(c, r)
}

// date moves the rows of what differs between two contents of a file.
func (s *State) date(old, f *File, by Stamp) {
	c := f.Component
	if _, known := s.rows[c]; !known {
		s.Touch(c, by)
		r := s.rows[c]
		r.Folder = f.Folder
		s.setRow(c, r)
	}
	if !s.Composite(c) {
		s.Touch(c, by)
		if c.Type == "Flow" {
			s.newFlowID(c)
		}
		return
	}
	is, was := s.partsOf(f), &parts{}
	if old != nil {
		was = s.partsOf(old)
	}
	if is.rest != was.rest {
		s.Touch(c, by)
	}
	for kid, sum := range is.kids {
		if was.kids[kid] != sum {
			s.Touch(kid, by)
		}
	}
	for kid := range was.kids {
		if _, still := is.kids[kid]; !still {
			s.dropRow(kid)
		}
	}
}

// newFlowID: every save of a flow is a new version, which has its own id.
func (s *State) newFlowID(c metadata.Component) {
	r := s.rows[c]
	r.ID = s.IDs.New(prefixOf(c.Type))
	s.setRow(c, r)
}
