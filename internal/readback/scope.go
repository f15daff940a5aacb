package readback

import (
	"slices"

	"github.com/orgkeep/orgkeep/internal/retrieve"
	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// Scope tells what has to be retrieved for some components to come whole: the
// files in which children lie, and for types that speak only of the rest of the
// same retrieve everything that they can speak of. The functions are those of
// capture.ReadOptions.
func Scope(touched []metadata.Component, r *metadata.Registry, version metadata.Version) (keep func(metadata.Component) bool, keepType func(string) bool) {
	tops, types, companions := map[metadata.Component]bool{}, map[string]bool{}, map[string]bool{}
	for _, c := range touched {
		top := topOf(c, r)
		tops[top], types[top.Type] = true, true
		if retrieve.Partial(top.Type, version) {
			for _, t := range spokenOf() {
				companions[t], types[t] = true, true
			}
		}
	}
	keep = func(c metadata.Component) bool { return tops[c] || companions[c.Type] }
	keepType = func(t string) bool { return types[t] }
	return keep, keepType
}

func topOf(c metadata.Component, r *metadata.Registry) metadata.Component {
	if top, ok := retrieve.ParentOf(r, c); ok {
		return top
	}
	return c
}

// spokenOf are the types of which profiles, old permission sets and translations
// speak. Source: Metadata API Developer Guide, Profile and Translations.
func spokenOf() []string {
	return []string{
		"ApexClass", "ApexPage", "CustomApplication", "CustomLabels", "CustomObject", "CustomPageWebLink", "CustomPermission", "CustomTab",
		"DataCategoryGroup", "ExternalDataSource", "Flow", "FlowDefinition", "GlobalValueSet", "Layout", "Prompt", "QuickAction", "ReportType",
	}
}

// within tells whether a difference lies in what was touched: in the same file,
// siblings included.
func within(touched []metadata.Component, r *metadata.Registry) func(metadata.Component) bool {
	tops := map[metadata.Component]bool{}
	for _, c := range touched {
		tops[topOf(c, r)] = true
	}
	return func(c metadata.Component) bool { return tops[topOf(c, r)] || slices.Contains(touched, c) }
}
