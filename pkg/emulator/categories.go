package emulator

import (
	"slices"
	"time"

	"github.com/orgkeep/orgkeep/pkg/emulator/internal/orgstate"
	"github.com/orgkeep/orgkeep/pkg/emulator/internal/xmltext"
	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// groupType is the type whose files destroy what they lack. Source: Metadata API
// Developer Guide, DataCategoryGroup.
const groupType = "DataCategoryGroup"

// Destroyed is a data category, or the use of a group by an object, that is gone
// for good, and with it how records were categorized.
type Destroyed struct {
	Deploy  string // id of the deploy that did it; empty: somebody in Setup
	Group   string
	Name    string // of the category or of the object
	Records int    // that were categorized by it
	At      time.Time
}

// Destroyed lists the data categories that are gone, in the order in which they
// went. There is no bin for them: under the same name they come back empty.
func (s *Server) Destroyed() []Destroyed {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.advance()
	return slices.Clone(s.destroyed)
}

// destroy counts the categories that an earlier state of the org had and that are
// gone from it.
func (s *Server) destroy(before *orgstate.State, deploy string, at time.Time) {
	for _, group := range before.Components(groupType) {
		left := categories(s.state, group)
		for _, name := range categories(before, group) {
			if slices.Contains(left, name) {
				continue
			}
			key := group.FullName + "." + name
			s.destroyed = append(s.destroyed, Destroyed{deploy, group.FullName, name, s.records[key], at})
			delete(s.records, key)
		}
	}
}

// categories are the names of a group's categories, at all levels, and of the
// objects that use it, in the order of the file.
func categories(state *orgstate.State, group metadata.Component) []string {
	var names []string
	var below func(e *xmltext.Element)
	below = func(e *xmltext.Element) {
		for _, category := range e.All("dataCategory") {
			names = append(names, category.Get("name"))
			below(category)
		}
	}
	for _, p := range state.FilesOf(group) {
		f, _ := state.File(p)
		root, err := f.Root()
		if err != nil {
			continue // it names nothing that could go
		}
		below(root)
		for _, use := range root.All("objectUsage") {
			for _, object := range use.All("object") {
				names = append(names, object.Text())
			}
		}
	}
	return names
}
