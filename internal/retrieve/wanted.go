package retrieve

import (
	"maps"
	"slices"

	"github.com/orgkeep/orgkeep/pkg/mdapi"
	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// Selection is what of an org a full run asks for by name, sorted.
type Selection struct {
	Wanted []metadata.Component
	// Managed are left out because nobody but their developer can change them,
	// Unretrievable because the service lists them and does not hand them out.
	Managed, Unretrievable []metadata.Component
	// LeftOut are those that nobody wants, by the settings.
	LeftOut []metadata.Component
}

// Wanted selects everything listed, the parents of listed children (the service
// leaves some out of the list of objects), what no listing shows, and what an
// earlier snapshot held and the listing lacks, so that the retrieve can be the
// second witness. A managed component comes only where a subscriber can change it.
//
// keep narrows the run; leaveOut takes out for good what the settings do not want,
// by name and namespace. Both may be nil.
func Wanted(l *Listing, known []metadata.Component, keep func(metadata.Component) bool, leaveOut func(c metadata.Component, namespace string) bool) Selection {
	var out Selection
	set := map[metadata.Component]metadata.Component{} // by canonical name
	add := func(c metadata.Component) {
		if _, there := set[Canonical(c)]; !there && (keep == nil || keep(c)) {
			set[Canonical(c)] = c
		}
	}
	for _, c := range l.Rows() {
		row, _ := l.Row(c)
		parent, child := ParentOf(l.Registry, c)
		if leaveOut != nil && leaveOut(c, packageOf(row)) {
			if !child {
				out.LeftOut = append(out.LeftOut, c)
			}
			continue
		}
		switch {
		case child && l.Describes(parent.Type) && (!isManaged(row) || !fixedWhenManaged(parent.Type)):
			add(parent)
		case child || !l.Describes(c.Type):
		case unretrievable(c.Type):
			out.Unretrievable = append(out.Unretrievable, c)
		case isManaged(row) && fixedWhenManaged(c.Type):
			out.Managed = append(out.Managed, c)
		default:
			add(c)
		}
	}
	for _, c := range slices.Concat(unlisted(l), known) {
		row, _ := l.Row(c)
		if l.Describes(c.Type) && (leaveOut == nil || !leaveOut(c, packageOf(row))) {
			add(c)
		}
	}
	out.Managed = slices.DeleteFunc(out.Managed, func(c metadata.Component) bool { _, asked := set[Canonical(c)]; return asked })
	out.Wanted = slices.SortedFunc(maps.Values(set), metadata.Component.Compare)
	return out
}

// unretrievable: listed, but a retrieve by name fails. Source: a public tool that
// passes them over.
func unretrievable(typeName string) bool { return typeName == "CustomIndex" }

// unlisted names what exists and no list shows; a name that the org does not
// have costs one message. Source: public tools that add these names by hand.
func unlisted(l *Listing) []metadata.Component {
	var out []metadata.Component
	add := func(typeName string, names ...string) {
		if !l.Describes(typeName) {
			return
		}
		for _, name := range names {
			out = append(out, metadata.Component{Type: typeName, FullName: name})
		}
	}
	add("StandardValueSet", metadata.StandardValueSetNames()...)
	add("CustomObject", "Activity", "CaseComment", "PersonAccount")
	add("CustomObject", l.Objects.Names...)
	add("Workflow", "CaseComment")
	add("WaveDataflow", l.recipeDataflows()...)
	return out
}

// packageOf gives the namespace of the package that a component came with.
func packageOf(row mdapi.FileProperties) string {
	switch row.ManageableState {
	case "installed", "installedEditable", "deprecated", "deprecatedEditable", "deleted":
		return row.NamespacePrefix
	}
	return ""
}

func isManaged(row mdapi.FileProperties) bool {
	switch row.ManageableState {
	case "installed", "deprecated", "deleted":
		return true
	}
	return false
}

// fixedWhenManaged: types of which a subscriber can change nothing once they
// come from a package. Source: package attribute tables as tools use them.
func fixedWhenManaged(typeName string) bool {
	switch typeName {
	case "ApexClass", "ApexTrigger", "ApexPage", "ApexComponent", "AuraDefinitionBundle", "LightningComponentBundle",
		"StaticResource", "CompactLayout", "CustomPermission", "HomePageComponent", "PermissionSet", "SharingReason":
		return true
	}
	return false
}
