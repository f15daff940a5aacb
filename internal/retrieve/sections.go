package retrieve

import (
	"strings"

	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// section is what has to be known of an element that stands in a profile, a
// permission set or a translation, to put parts of one together.
type section struct {
	// keys are the elements that tell entries apart, subjects gives the components
	// that an entry is about, any of which brings it. A section without keys is
	// not known: its entries are told apart by all of their text.
	keys     []string
	subjects func(name string) []metadata.Component
	// always sections come with every request, whatever else is in it.
	always bool
	// layouts are assigned one per object and record type.
	layouts bool
}

func named(types ...string) func(string) []metadata.Component {
	return func(name string) []metadata.Component {
		out := make([]metadata.Component, len(types))
		for i, t := range types {
			out[i] = metadata.Component{Type: t, FullName: name}
		}
		return out
	}
}

// ofObject: fields and record types come with their object.
func ofObject(name string) []metadata.Component {
	object, _, _ := strings.Cut(name, ".")
	return []metadata.Component{{Type: "CustomObject", FullName: object}}
}

// ofTab: the tab of a standard object has no component of its own.
func ofTab(name string) []metadata.Component {
	if object, ok := strings.CutPrefix(name, "standard-"); ok {
		return []metadata.Component{{Type: "CustomObject", FullName: object}}
	}
	return []metadata.Component{{Type: "CustomTab", FullName: name}}
}

func ofLayout(name string) []metadata.Component {
	return []metadata.Component{{Type: "CustomObject", FullName: objectOf(name)}}
}

func ofLabels(string) []metadata.Component {
	return []metadata.Component{{Type: "CustomLabels", FullName: "CustomLabels"}}
}

// accessSection is the table for profiles and permission sets. Source: Metadata
// API Developer Guide, Profile; a vendor's table of what comes with what; the
// keys that public tools use.
func accessSection(tag string) section {
	switch tag {
	case "applicationVisibilities":
		return section{keys: []string{"application"}, subjects: named("CustomApplication")}
	case "categoryGroupVisibilities":
		return section{keys: []string{"dataCategoryGroup"}, subjects: named("DataCategoryGroup")}
	case "classAccesses":
		return section{keys: []string{"apexClass"}, subjects: named("ApexClass")}
	case "customMetadataTypeAccesses", "customSettingAccesses":
		return section{keys: []string{"name"}, subjects: named("CustomObject")}
	case "customPermissions":
		return section{keys: []string{"name"}, subjects: named("CustomPermission")}
	case "externalDataSourceAccesses":
		return section{keys: []string{"externalDataSource"}, subjects: named("ExternalDataSource")}
	case "fieldPermissions":
		return section{keys: []string{"field"}, subjects: ofObject}
	case "flowAccesses":
		return section{keys: []string{"flow"}, subjects: named("Flow", "FlowDefinition")}
	case "layoutAssignments":
		return section{keys: []string{"layout", "recordType"}, subjects: ofLayout, layouts: true}
	case "objectPermissions":
		return section{keys: []string{"object"}, subjects: named("CustomObject")}
	case "pageAccesses":
		return section{keys: []string{"apexPage"}, subjects: named("ApexPage")}
	case "recordTypeVisibilities":
		return section{keys: []string{"recordType"}, subjects: ofObject}
	case "tabVisibilities", "tabSettings":
		return section{keys: []string{"tab"}, subjects: ofTab}
	case "userPermissions", "loginIpRanges", "loginHours", "loginFlows", "custom", "description", "fullName", "label", "license", "userLicense",
		"hasActivationRequired":
		return section{always: true}
	}
	return section{}
}

// translationSection is the table for translations. Source: Metadata API
// Developer Guide, Translations.
func translationSection(tag string) section {
	byName := func(types ...string) section { return section{keys: []string{"name"}, subjects: named(types...)} }
	switch tag {
	case "customApplications":
		return byName("CustomApplication")
	case "customLabels":
		return section{keys: []string{"name"}, subjects: ofLabels}
	case "customPageWebLinks":
		return byName("CustomPageWebLink")
	case "customTabs":
		return byName("CustomTab")
	case "flowDefinitions":
		return section{keys: []string{"fullName"}, subjects: named("Flow", "FlowDefinition")}
	case "globalPicklists":
		return byName("GlobalValueSet")
	case "prompts":
		return byName("Prompt")
	case "quickActions":
		return byName("QuickAction")
	case "reportTypes":
		return byName("ReportType")
	case "scontrols":
		return byName("Scontrol")
	case "fullName":
		return section{always: true}
	}
	return section{}
}

func sectionOf(typeName, tag string) section {
	if typeName == "Translations" {
		return translationSection(tag)
	}
	return accessSection(tag)
}

// key tells an entry from the others of its file.
type key struct{ tag, one, two string }

// keyOf gives the key of an entry. Layouts are assigned one per object and record
// type, so that another layout is another value and not another entry.
func (s section) keyOf(e item) key {
	switch {
	case s.layouts:
		layout := Canonical(metadata.Component{Type: "Layout", FullName: e.values[0]})
		return key{e.tag, objectOf(layout.FullName), e.values[1]}
	case len(s.keys) > 0 && e.values[0] != "":
		return key{e.tag, e.values[0], e.values[1]}
	case s.always:
		return key{tag: e.tag}
	}
	return key{tag: e.tag, one: e.text()}
}
