package orgstate

import (
	"maps"
	"slices"

	"github.com/orgkeep/orgkeep/pkg/emulator/internal/xmltext"
	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// SetPrivate says that only their owner sees these list views and reports: the org
// has them, and the API never shows them. Source: Metadata API Developer Guide,
// ListView.
func (s *State) SetPrivate(components ...metadata.Component) {
	s.private = maps.Clone(s.private)
	if s.private == nil {
		s.private = map[metadata.Component]bool{}
	}
	for _, c := range components {
		s.private[c] = true
	}
}

// HasPrivate tells whether anything is private.
func (s *State) HasPrivate() bool { return len(s.private) > 0 }

// Visible tells whether a caller is shown a component. Who is kept from profiles
// sees the own one alone. Source: Metadata API Developer Guide, Profile.
func (s *State) Visible(c metadata.Component, v View) bool {
	return !s.private[c] && (c.Type != "Profile" || !v.Filtered || c.FullName == v.Profile)
}

// Public gives the root of a component's file without the children that nobody
// is shown: the same root where there are none.
func (s *State) Public(c metadata.Component, root *xmltext.Element) *xmltext.Element {
	hidden := func(e *xmltext.Element) bool {
		kid, ok := s.ChildOf(c, e)
		return ok && s.private[kid]
	}
	if !s.HasPrivate() || !slices.ContainsFunc(root.Children, hidden) {
		return root
	}
	return root.With(slices.DeleteFunc(slices.Clone(root.Children), hidden))
}
