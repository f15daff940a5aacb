package emulator_test

import (
	"testing"

	"github.com/orgkeep/orgkeep/pkg/emulator"
)

// Some elements are set when a component is made: another value is refused, unless
// the deploy deletes the component before.
func TestSomeElementsAreSetOnce(t *testing.T) {
	t.Parallel()
	const path = "flexipages/Bridge.flexipage"
	page := func(object string) string {
		return xmlFile("FlexiPage", "    <masterLabel>Bridge</masterLabel>\n    <sobjectType>"+object+"</sobjectType>\n")
	}
	rules := func(all, label string) string {
		return xmlFile("SharingRules", "    <sharingOwnerRules>\n        <fullName>All</fullName>\n        <includeRecordsOwnedByAll>"+all+"</includeRecordsOwnedByAll>\n        <label>"+label+"</label>\n    </sharingOwnerRules>\n")
	}
	const shares = "sharingRules/Account.sharingRules"
	for name, tc := range map[string]struct {
		zip      map[string]string
		options  []emulator.Option
		failures []string
		has      string
	}{
		"another value is refused": {
			zip:      map[string]string{"package.xml": manifest(66, "FlexiPage:Bridge"), path: page("Case")},
			failures: []string{"FlexiPage:Bridge: Cannot change the sobjectType of an existing Flexi Page"}, has: path + "|>Account<",
		},
		"the same is not": {zip: map[string]string{"package.xml": manifest(66, "FlexiPage:Bridge"), path: page("Account")}, has: path + "|>Account<"},
		"what was deleted before is another": {
			zip: map[string]string{"package.xml": manifest(66, "FlexiPage:Bridge"), "destructiveChangesPre.xml": manifest(66, "FlexiPage:Bridge"), path: page("Case")},
			has: path + "|>Case<",
		},
		"the refusal can be switched off": {
			zip:     map[string]string{"package.xml": manifest(66, "FlexiPage:Bridge"), path: page("Case")},
			options: choose("refuse-set-once-change", "off"), has: path + "|>Case<",
		},
		"whom a sharing rule includes": {
			zip:      map[string]string{"package.xml": manifest(66, "SharingRules:Account", "SharingOwnerRule:Account.All"), shares: rules("false", "All")},
			failures: []string{"SharingOwnerRule:Account.All: Cannot change the includeRecordsOwnedByAll of an existing Sharing Owner Rule"}, has: shares + "|>true<",
		},
		"its label": {
			zip: map[string]string{"package.xml": manifest(66, "SharingRules:Account", "SharingOwnerRule:Account.All"), shares: rules("true", "Everybody")},
			has: shares + "|Everybody",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			status := "Succeeded"
			if tc.failures != nil {
				status = "Failed"
			}
			trial{
				org:  map[string]string{path: page("Account"), shares: rules("true", "All"), "objects/Account.object": xmlFile("CustomObject", "    <label>Account</label>\n"), "objects/Case.object": xmlFile("CustomObject", "    <label>Case</label>\n")},
				opts: tc.options, zip: tc.zip, status: status, failures: tc.failures, has: []string{tc.has},
			}.run(t)
		})
	}
}

// A user permission that the org has lost is refused whatever the file says of it,
// and has no field.
func TestAPermissionThatTheOrgHasLostIsRefused(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		enabled, status string
		options         []emulator.Option
	}{
		"given":                           {"true", "Failed", nil},
		"not given":                       {"false", "Failed", nil},
		"the refusal can be switched off": {"true", "Succeeded", choose("refuse-unknown-permission", "off")},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := serve(t, sample(), tc.options...)
			o.Withdraw("SailShips")
			got := o.deploy(map[string]string{
				"package.xml": manifest(66, "PermissionSet:New"),
				"permissionsets/New.permissionset": xmlFile("PermissionSet", "    <label>New</label>\n    <userPermissions>\n        <enabled>"+tc.enabled+
					"</enabled>\n        <name>SailShips</name>\n    </userPermissions>\n"),
			}, careful)
			if got.status != tc.status || tc.status == "Failed" && got.failures[0] != "PermissionSet:New: Unknown user permission: SailShips" {
				t.Errorf("%s %v", got.status, got.failures)
			}
			for query, want := range map[string]int{"PermissionsSailShips": 400, "PermissionsRow": 200} {
				if reply := o.get("/services/data/v66.0/query?q=SELECT+" + query + "+FROM+PermissionSet"); reply.Code != want {
					t.Errorf("%s: %d %s", query, reply.Code, reply.Body)
				}
			}
		})
	}
}
