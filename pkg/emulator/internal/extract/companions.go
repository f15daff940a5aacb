package extract

import (
	"strings"

	"github.com/orgkeep/orgkeep/pkg/emulator/internal/orgstate"
	"github.com/orgkeep/orgkeep/pkg/emulator/internal/xmltext"
	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// profileFilter keeps of a profile what concerns the rest of the request. User
// permissions, login hours, address ranges and plain elements always come.
// Source: Metadata API Developer Guide, Profile; section table of the notes on
// change detection.
func profileFilter(s *orgstate.State, sel *selection) func(*xmltext.Element) bool {
	// What the org has no file of cannot be asked for, so it always comes: a
	// folder may hold a part of an org.
	has := func(typ, name string) bool {
		c := metadata.Component{Type: typ, FullName: name}
		return sel.asked[c] || !s.Has(c)
	}
	object := func(field string) string { name, _, _ := strings.Cut(field, "."); return name }
	return func(e *xmltext.Element) bool {
		switch e.Name {
		case "applicationVisibilities":
			app := e.Get("application")
			return has("CustomApplication", app) || strings.HasPrefix(app, "standard__") && sel.types["CustomApplication"]
		case "classAccesses":
			return has("ApexClass", e.Get("apexClass"))
		case "pageAccesses":
			return has("ApexPage", e.Get("apexPage"))
		case "objectPermissions":
			return has("CustomObject", e.Get("object"))
		case "fieldPermissions":
			return has("CustomObject", object(e.Get("field"))) || sel.asked[metadata.Component{Type: "CustomField", FullName: e.Get("field")}]
		case "recordTypeVisibilities":
			return has("CustomObject", object(e.Get("recordType"))) || sel.asked[metadata.Component{Type: "RecordType", FullName: e.Get("recordType")}]
		case "layoutAssignments":
			return layoutComes(sel, has, e)
		case "tabVisibilities", "tabSettings":
			return tabComes(sel, has, e.Get("tab"))
		case "flowAccesses":
			return has("Flow", e.Get("flow")) || sel.asked[metadata.Component{Type: "FlowDefinition", FullName: e.Get("flow")}]
		case "customPermissions":
			return has("CustomPermission", e.Get("name"))
		case "externalDataSourceAccesses":
			return has("ExternalDataSource", e.Get("externalDataSource"))
		case "customMetadataTypeAccesses", "customSettingAccesses":
			return has("CustomObject", e.Get("name"))
		case "categoryGroupVisibilities":
			return has("DataCategoryGroup", e.Get("dataCategoryGroup"))
		}
		return true
	}
}

// layoutComes: an assignment needs its layout, and one for a record type needs
// the object beside it.
func layoutComes(sel *selection, has func(typ, name string) bool, e *xmltext.Element) bool {
	layout := e.Get("layout")
	if !has("Layout", layout) && !hasDecoded(sel, "Layout", layout) {
		return false
	}
	recordType := e.Get("recordType")
	if recordType == "" {
		return true
	}
	object, _, _ := strings.Cut(recordType, ".")
	return has("CustomObject", object) || sel.asked[metadata.Component{Type: "RecordType", FullName: recordType}]
}

func hasDecoded(sel *selection, typ, name string) bool {
	if !strings.Contains(name, "%") && !strings.ContainsAny(name, "()&'/") {
		return false
	}
	for c := range sel.asked {
		if c.Type == typ && decoded(c.FullName) == decoded(name) {
			return true
		}
	}
	return false
}

// tabComes: a standard tab has no file; it comes with its object where the org
// has one of that name, or when it is named.
func tabComes(sel *selection, has func(typ, name string) bool, tab string) bool {
	name, standard := strings.CutPrefix(tab, "standard-")
	switch {
	case !standard:
		return has("CustomTab", tab)
	case sel.named["CustomTab:"+tab]:
		return true
	}
	return has("CustomObject", name)
}

// translationFilter keeps of a language what concerns the rest of the request.
func translationFilter(s *orgstate.State, sel *selection) func(*xmltext.Element) bool {
	subjects := map[string]string{
		"customApplications": "CustomApplication", "customLabels": "CustomLabel", "customTabs": "CustomTab",
		"customPageWebLinks": "CustomPageWebLink", "flowDefinitions": "Flow", "quickActions": "QuickAction",
		"reportTypes": "ReportType", "prompts": "Prompt", "globalPicklists": "GlobalValueSet",
	}
	return func(e *xmltext.Element) bool {
		typ, ok := subjects[e.Name]
		if !ok {
			return true
		}
		name := e.Get("name")
		if name == "" {
			name = e.Get("fullName")
		}
		if typ == "CustomLabel" && sel.asked[metadata.Component{Type: "CustomLabels", FullName: "CustomLabels"}] {
			return true
		}
		c := metadata.Component{Type: typ, FullName: name}
		return sel.asked[c] || !s.Has(c)
	}
}
