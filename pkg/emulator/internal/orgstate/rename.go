package orgstate

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// ErrRename is a component that cannot be given another name.
var ErrRename = errors.New("cannot be renamed")

// Rename gives a component another name; it keeps its id. Objects, whose children
// bear their name, and flows, which have a history, cannot be renamed here. What
// refers to the component is left as it is.
func (s *State) Rename(c metadata.Component, name string, by Stamp) error {
	to := metadata.Component{Type: c.Type, FullName: name}
	row, known := s.rows[c]
	switch {
	case !known:
		return fmt.Errorf("%w: %s", ErrNotFound, c)
	case s.Has(to) || row.Folder || c.Type == "Flow" || s.Composite(c):
		return fmt.Errorf("%w: %s to %s", ErrRename, c, name)
	}
	var err error
	if parent, child := s.Parent(c); child {
		err = s.renameChild(parent, c, to, by)
	} else {
		err = s.move(c, to, by)
	}
	if err != nil {
		return err
	}
	now := s.rows[to]
	now.ID, now.Created = row.ID, row.Created
	s.setRow(to, now)
	return nil
}

func (s *State) renameChild(parent, c, to metadata.Component, by Stamp) error {
	_, kind, _ := s.Registry.Parent(c.Type)
	short := strings.TrimPrefix(to.FullName, parent.FullName+".")
	if kind.FullName(parent.FullName, short) != to.FullName {
		return fmt.Errorf("%w: %s is in no file of %s", ErrRename, to, parent)
	}
	for _, p := range s.owned[parent] {
		root, err := s.files[p].Root()
		if err != nil {
			return fmt.Errorf("rename %s: %w", c, err)
		}
		kids := slices.Clone(root.Children)
		for i, e := range kids {
			if kid, ok := s.ChildOf(parent, e); !ok || kid != c {
				continue
			}
			inner := slices.Clone(e.Children)
			for j, part := range inner {
				if part.Name == kind.Key {
					inner[j] = part.WithText(short)
				}
			}
			kids[i] = e.With(inner)
			return s.Put(p, root.With(kids).Document(), by)
		}
	}
	return fmt.Errorf("%w: %s", ErrNotFound, c)
}

// move takes a component's files to where those of another name lie.
func (s *State) move(c, to metadata.Component, by Stamp) error {
	for _, p := range slices.Clone(s.owned[c]) {
		dir, rest, _ := strings.Cut(p, "/")
		rest, ok := strings.CutPrefix(rest, c.FullName)
		target := dir + "/" + to.FullName + strings.ReplaceAll(rest, "/"+c.FullName+".", "/"+to.FullName+".")
		if got, placed := s.Registry.ComponentAt(target); !ok || !placed || got != to {
			return fmt.Errorf("%w: %s to %s", ErrRename, c, to.FullName)
		}
		content := s.files[p].Content
		s.Drop(p, by)
		if err := s.Put(target, content, by); err != nil {
			return err
		}
	}
	return nil
}

// Slip changes files and dates nothing: what the platform does to profiles when
// something comes that they speak of.
func (s *State) Slip(p string, content []byte, by Stamp) error {
	c, ok := s.Registry.ComponentAt(p)
	row, known := s.rows[c]
	if !ok || !known || s.Composite(c) || c.Type == "Flow" {
		return fmt.Errorf("%w: %s", ErrNotFound, p)
	}
	if err := s.Put(p, content, by); err != nil {
		return err
	}
	s.setRow(c, row)
	return nil
}
