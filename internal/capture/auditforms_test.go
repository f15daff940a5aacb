package capture

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func said(h hint) string {
	text := h.typeName + " " + strings.Join(h.names, "|")
	if h.about != nil {
		text += " about " + said(*h.about)
	}
	if h.plain {
		text += " plain"
	}
	if h.layouts {
		text += " layouts"
	}
	return text
}

func TestRowsOfTheAuditTrailAreHints(t *testing.T) {
	t.Parallel()
	forms := auditForms()
	for _, tc := range [][3]string{
		{"changedApexClass", "Changed RateCard Apex Class code", "ApexClass RateCard"},
		{"deletedApexClass", "Deleted Apex Class RateCard", "ApexClass RateCard"},
		{"changedApexTrigger", "Changed Ship Trigger code: Sail", "ApexTrigger Sail"},
		{"changedApexPage", "Changed Page Quay", "ApexPage Quay"},
		{"changedLightningWebComponent", "Changed mast Lightning Web Component", "LightningComponentBundle mast"},
		{"activatedinteractiondefinition", `Activated flow version #3 "Sail away" for flow with Unique Name "Sail_away"`, "Flow Sail_away"},
		{"createGlobalPicklist", "Created global picklist : Sea states", "GlobalValueSet Sea states|Sea_states"},
		{"changedCFLengthCustom", "Changed length of Draught custom field on Tall Ship", "CustomObject Tall Ship|Tall_Ship__c|Tall_Ship__mdt|Tall_Ship__e|Tall_Ship"},
		{"newValidation", `New Ship validation rule "Afloat"`, "CustomObject Ship|Ship__c|Ship__mdt|Ship__e"},
		{"PermSetFlsChanged", "Changed permission set Mates: field-level security: for x", "PermissionSet Mates"},
		{"PermSetCreate", "Created permission set Mates: with no license", "PermissionSet Mates"},
		{"groupMembership", "Changed membership of Group Deck crew", "Group Deck crew|Deck_crew"},
		{"queueMembership", "Changed membership for Queue Harbour", "Queue Harbour"},
		{"updatedgroup", "Updated Group Deck", "Group Deck"},
		{"role", "Changed role Mate", "Role Mate"},
		{"remoteproxy", "Remote Proxy insert Buoys: https://buoys.example", "RemoteSiteSetting Buoys"},
		{"changedTabSetTabs", "Changed tabs of custom app Fleet", "CustomApplication Fleet"},
		{"profilePermChangedCustom", "Changed profile Sales (EMEA): general user permission API Enabled was changed from disabled to enabled", "Profile Sales (EMEA) plain"},
		{"profileFlsChangedStandard", "Changed profile System Administrator: field-level security for Ship: Draught was changed from Read Only to Read/Write", "Profile System Administrator|Admin about CustomObject Ship|Ship__c|Ship__mdt|Ship__e"},
		{"profilePageLayoutChangedCustom", "Changed profile Mate: Ship page layout for Big record type was changed from A to B", "Profile Mate about CustomObject Ship|Ship__c|Ship__mdt|Ship__e layouts"},
		{"profileTabsetChangedCustom", "Changed profile Mate: tab visibility for Fleet was changed", "Profile Mate"},
		{"profileFlsChangedCustom", "Changed profile Mate: in words that nobody knows", "Profile Mate"},
		{"SetupEntityAccessAudit_Profile_ApexClass_EnabledCustom", "Changed profile Mate: RateCard Apex Class access was enabled", "Profile Mate about ApexClass RateCard"},

		{"changedApexClass", "Geändert: RateCard Apex-Klasse", ""},
		{"changedApexClass", "Changed RateCard Apex Class code\nChanged Other Apex Class", ""},
		{"changedApexClass", "Changed ../../x Apex Class", ""},
		{"changedApexClass", "", ""},
		{"changedApexClass", strings.Repeat("Changed ", 1000) + "RateCard Apex Class", ""},
		{"xchangedApexClass", "Changed RateCard Apex Class code", ""},
		{"changedpassword", "Password changed", ""},
		{"suOrgAdminLogin", "Logged in as Ada", ""},
		{"profileFlsChangedCustom", "Changed profile " + strings.Repeat("a", 300) + ": x", ""},
		{".*", "Changed profile Mate: x", ""},
		{"", "", ""},
	} {
		got := ""
		if h, ok := hintOf(forms, tc[0], tc[1]); ok {
			got = said(h)
		}
		if got != tc[2] {
			t.Errorf("%s, %.80q: %q, not %q", tc[0], tc[1], got, tc[2])
		}
	}
}

// Whatever a row says, its names are what stands in its text, in the alphabet of
// names where they are made of a label.
func FuzzAuditRow(f *testing.F) {
	f.Add("changedApexClass", "Changed RateCard Apex Class code")
	f.Add("profileFlsChangedCustom", "Changed profile Mate: field-level security for Ship: x was changed from a to b")
	f.Add("groupMembership", "Changed membership of Group \x00\xff")
	forms := auditForms()
	f.Fuzz(func(t *testing.T, action, text string) {
		h, ok := hintOf(forms, action, text)
		if !ok {
			return
		}
		for _, h := range []*hint{&h, h.about} {
			if h == nil {
				continue
			}
			if h.typeName == "" || len(h.names) == 0 || !strings.Contains(text, h.names[0]) {
				t.Fatalf("%q, %q: %+v", action, text, h)
			}
		}
	})
}

func TestNamesAreMadeOfLabelsAsSetupMakesThem(t *testing.T) {
	t.Parallel()
	for label, want := range map[string]string{
		"Deck  crew (2)": "Deck  crew (2)|Deck_crew_2", "Deck": "Deck", "Größe": "Größe|Gr_e", "--": "--|",
	} {
		if diff := cmp.Diff(want, strings.Join(namesOf("Group", label), "|")); diff != "" {
			t.Errorf("%s: %s", label, fmt.Sprint(diff))
		}
	}
}
