package apply

import (
	"fmt"
	"slices"
	"strings"

	"github.com/orgkeep/orgkeep/pkg/emulator/internal/orgstate"
	"github.com/orgkeep/orgkeep/pkg/emulator/internal/refs"
	"github.com/orgkeep/orgkeep/pkg/emulator/internal/xmltext"
	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// Remove deletes a component with what the platform deletes along with it, and
// takes it out of the layouts, list views, reports, profiles and permission sets
// that name it, which get a new date. It refuses nothing.
func Remove(s *orgstate.State, c metadata.Component, by orgstate.Stamp) error {
	gone := refs.Set{c: true}
	for _, kid := range s.Children(c) {
		gone[kid] = true
	}
	before := s.All()
	if err := s.Uproot(c, by); err != nil {
		return err
	}
	for _, other := range before {
		if !s.Has(other) {
			gone[other] = true
		}
	}
	return strip(s, gone, by)
}

// strip takes soft references to what is gone out of all files.
func strip(s *orgstate.State, gone refs.Set, by orgstate.Stamp) error {
	for _, p := range s.Paths() {
		f, _ := s.File(p)
		names := map[string]bool{}
		for _, r := range refs.Of(s, f) {
			if r.Soft && gone[r.To] {
				names[r.Field+"|"+r.To.FullName] = true
				if _, field, ok := strings.Cut(r.To.FullName, "."); ok && r.To.Type == "CustomField" {
					names[r.Field+"|"+field] = true
				}
			}
		}
		if len(names) == 0 {
			continue
		}
		root, err := f.Root()
		if err != nil {
			continue
		}
		stripped, changed := without(root, names)
		if !changed {
			continue
		}
		if err := s.Put(p, stripped.Document(), by); err != nil {
			return fmt.Errorf("take a deleted component out of %s: %w", p, err)
		}
	}
	return nil
}

// entries are the elements that go as a whole when something in them goes.
func isEntry(name string) bool {
	return slices.Contains([]string{
		"layoutItems", "filters", "criteriaItems", "groupingsDown", "fieldPermissions", "objectPermissions", "classAccesses",
		"pageAccesses", "applicationVisibilities", "recordTypeVisibilities", "tabVisibilities", "tabSettings", "customPermissions",
		"flowAccesses", "customMetadataTypeAccesses", "customSettingAccesses", "externalDataSourceAccesses", "layoutAssignments",
		"displayedFields", "availableFields", "picklistValues", "quickActionLayoutItems", "values", "loginFlows", "relatedLists",
	}, name)
}

// without drops the entries that name one of the names.
func without(e *xmltext.Element, names map[string]bool) (*xmltext.Element, bool) {
	var kept []*xmltext.Element
	changed := false
	for _, child := range e.Children {
		if child.Leaf() && names[child.Name+"|"+strings.TrimSpace(child.Text())] {
			if isEntry(e.Name) || e.Name == "columns" || e.Name == "fields" && child.Name == "name" {
				return nil, true
			}
			changed = true
			continue
		}
		if child.Leaf() {
			kept = append(kept, child)
			continue
		}
		left, touched := without(child, names)
		changed = changed || touched
		if left != nil {
			kept = append(kept, left)
		}
	}
	if !changed {
		return e, false
	}
	return e.With(kept), true
}
