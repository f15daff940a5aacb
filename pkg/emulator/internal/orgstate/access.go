package orgstate

import (
	"github.com/orgkeep/orgkeep/pkg/emulator/internal/xmltext"
	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// AccessKeys are the elements that tell the entries of a section apart.
func AccessKeys() map[string]string {
	return map[string]string{
		"applicationVisibilities": "application", "categoryGroupVisibilities": "dataCategoryGroup", "classAccesses": "apexClass",
		"customMetadataTypeAccesses": "name", "customPermissions": "name", "customSettingAccesses": "name",
		"externalDataSourceAccesses": "externalDataSource", "fieldPermissions": "field", "flowAccesses": "flow",
		"objectPermissions": "object", "pageAccesses": "apexPage", "recordTypeVisibilities": "recordType",
		"tabVisibilities": "tab", "tabSettings": "tab", "userPermissions": "name", "agentAccesses": "agentName",
	}
}

// GrantsNothing tells whether an entry of a profile or permission set takes
// everything away that it could give.
func GrantsNothing(e *xmltext.Element) bool {
	switch e.Name {
	case "objectPermissions":
		return e.Get("allowRead") != "true"
	case "tabVisibilities":
		return e.Get("visibility") == "Hidden"
	case "tabSettings":
		return e.Get("visibility") == "None"
	}
	for _, flag := range []string{"enabled", "visible", "readable", "editable", "default"} {
		if e.Get(flag) == "true" {
			return false
		}
	}
	return e.Name != "categoryGroupVisibilities"
}

// RememberRefusals notes the entries of a profile that grant nothing: the
// platform goes on showing them.
func (s *State) RememberRefusals(c metadata.Component, profile *xmltext.Element) {
	keys := AccessKeys()
	for _, e := range profile.Children {
		if key, ok := keys[e.Name]; ok && GrantsNothing(e) {
			s.Remember(c, e.Name+"|"+e.Get(key))
		}
	}
}
