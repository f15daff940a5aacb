package emulator

import (
	"slices"

	"github.com/orgkeep/orgkeep/pkg/emulator/internal/orgstate"
	"github.com/orgkeep/orgkeep/pkg/emulator/internal/refs"
	"github.com/orgkeep/orgkeep/pkg/emulator/internal/soql"
	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// learnReferences notes, before the org changes for the first time, what its
// files refer to and its folder does not hold: the org is taken to have it, or no
// part of an org could be deployed back.
func (s *Server) learnReferences() {
	if s.assumed == nil {
		s.assumed = refs.Dangling(s.state)
		s.learnUsers()
	}
}

// learnUsers takes the users whom the org's files name as users of the org.
func (s *Server) learnUsers() {
	for _, p := range s.state.Paths() {
		f, _ := s.state.File(p)
		for _, u := range refs.Users(f) {
			if u.Username != "" && !s.users.Known(u.Username) {
				s.users.Add(s.ids, u.Username, u.Username)
			}
		}
	}
}

// dependencyRows are MetadataComponentDependency, computed from the org as it
// is. Reports are left out, as there.
func (s *Server) dependencyRows() []soql.Row {
	rows := []soql.Row{}
	named := refs.Named(s.state)
	for _, p := range s.state.Paths() {
		f, _ := s.state.File(p)
		done := map[[2]metadata.Component]bool{}
		for _, r := range slices.Concat(refs.Of(s.state, f), named(f)) {
			pair := [2]metadata.Component{r.From, r.To}
			if row := s.dependency(r); row != nil && !done[pair] {
				rows = append(rows, row)
				done[pair] = true
			}
		}
	}
	return rows
}

func (s *Server) dependency(r refs.Ref) soql.Row {
	from, ok := s.state.Row(r.From)
	to, there := s.state.Row(r.To)
	if !ok || !there || r.From.Type == "Report" {
		return nil
	}
	return soql.Row{
		"MetadataComponentId": from.ID, "MetadataComponentName": shortName(r.From.FullName),
		"MetadataComponentNamespace": orNil(orgstate.Namespace(r.From)), "MetadataComponentType": r.From.Type,
		"RefMetadataComponentId": to.ID, "RefMetadataComponentName": shortName(r.To.FullName),
		"RefMetadataComponentNamespace": orNil(orgstate.Namespace(r.To)), "RefMetadataComponentType": r.To.Type,
	}
}

// shortName is a component's name without its parent or folder.
func shortName(name string) string {
	for i := len(name) - 1; i >= 0; i-- {
		if name[i] == '.' || name[i] == '/' {
			return name[i+1:]
		}
	}
	return name
}
