package emulator_test

import (
	"testing"

	"github.com/orgkeep/orgkeep/pkg/emulator"
)

// post deletes components after an empty package.
func post(components ...string) map[string]string {
	return map[string]string{"package.xml": manifest(66), "destructiveChangesPost.xml": manifest(66, components...)}
}

func TestDeletes(t *testing.T) {
	t.Parallel()
	runAll(t, map[string]trial{
		"a field with its entries in layouts, views, reports, profiles and permission sets": {
			zip: post("CustomField:Ship__c.Speed__c"), status: "Succeeded", done: []string{"-CustomField:Ship__c.Speed__c"},
			lacks: []string{
				ship + "|Speed__c", "layouts/Ship__c-Ship Layout.layout|Speed__c", "reports/Fleet/Fast.report|Speed__c",
				admin + "|Speed__c", crew + "|Speed__c",
			},
			has: []string{ship + "|<columns>NAME", "layouts/Ship__c-Ship Layout.layout|Color__c"},
		},
		"a field that a rule's formula names": {
			zip: post("CustomField:Ship__c.Limit__c"), status: "Failed",
			failures: []string{"CustomField:Ship__c.Limit__c: This custom field is referenced elsewhere in salesforce.com. : Validation Rule - Ship__c.Not_Too_Fast"},
		},
		"a field that Apex names": {
			zip: post("CustomField:Ship__c.Gauge__c"), status: "Failed",
			failures: []string{"CustomField:Ship__c.Gauge__c: This custom field is referenced elsewhere in salesforce.com. : Apex Class - Captain"},
		},
		"a rule and then its field": {
			zip: map[string]string{
				"package.xml":                manifest(66),
				"destructiveChangesPre.xml":  manifest(66, "ValidationRule:Ship__c.Not_Too_Fast"),
				"destructiveChangesPost.xml": manifest(66, "CustomField:Ship__c.Limit__c"),
			},
			status: "Succeeded", done: []string{"-ValidationRule:Ship__c.Not_Too_Fast", "-CustomField:Ship__c.Limit__c"},
		},
		"a field before its rule, in the order given": {
			zip: post("CustomField:Ship__c.Limit__c", "ValidationRule:Ship__c.Not_Too_Fast"), status: "Failed",
			failures: []string{"CustomField:Ship__c.Limit__c: This custom field is referenced elsewhere in salesforce.com. : Validation Rule - Ship__c.Not_Too_Fast"},
		},
		"a field before its rule, sorted": {
			opts: choose("destructive-order", "sorted"),
			zip:  post("CustomField:Ship__c.Limit__c", "ValidationRule:Ship__c.Not_Too_Fast"), status: "Succeeded",
		},
		"a class that a component imports": {
			zip: post("ApexClass:Captain"), status: "Failed",
			failures: []string{"ApexClass:Captain: This apex class is referenced elsewhere in salesforce.com.  Remove the usage and try again. : Lightning Component Bundle - deck"},
		},
		"an object that Apex names": {
			zip: post("CustomObject:Ship__c"), status: "Failed",
			failures: []string{"CustomObject:Ship__c: This custom object is used by another feature. Remove the usage and try again. : Apex Class - Captain"},
		},
		"a standard object": {
			zip: post("CustomObject:Account"), status: "Failed",
			failures: []string{"CustomObject:Account: The CustomObject called 'Account' is standard and cannot be deleted"},
		},
		"a record type": {
			zip: post("RecordType:Ship__c.Freighter"), status: "Failed",
			failures: []string{"RecordType:Ship__c.Freighter: Cannot delete record type through API"},
		},
		"a record type where the refusal is off": {
			opts: choose("refuse-record-type-delete", "off"), zip: post("RecordType:Ship__c.Freighter"), status: "Succeeded",
		},
		"the last layout": {
			zip: post("Layout:Ship__c-Ship Layout"), status: "Failed",
			failures: []string{"Layout:Ship__c-Ship Layout: You can't delete the last page layout of Ship__c"},
		},
		"a workflow as a whole": {
			zip: post("Workflow:Ship__c"), status: "Failed",
			failures: []string{"Workflow:Ship__c: Cannot delete a workflow object; Workflow Rules and Actions must be deleted individually"},
		},
		"an alert that a rule uses": {
			zip: post("WorkflowAlert:Ship__c.Tell"), status: "Failed",
			failures: []string{"WorkflowAlert:Ship__c.Tell: This workflow alert is referenced elsewhere in salesforce.com.  Remove the usage and try again. : Workflow Rule - Ship__c.On_Create"},
		},
		"a value set with the field that uses it": {
			zip: map[string]string{
				"package.xml": manifest(66), "destructiveChangesPre.xml": manifest(66, "CustomField:Ship__c.Home__c"),
				"destructiveChangesPost.xml": manifest(66, "GlobalValueSet:Port"),
			},
			status: "Failed", failures: []string{"GlobalValueSet:Port: This Global Value Set is in use and can't be deleted. : Custom Field - Ship__c.Home__c"},
		},
		"a quick action on a layout": {
			zip: post("QuickAction:Ship__c.Paint"), status: "Failed",
			failures: []string{"QuickAction:Ship__c.Paint: This Quick Action is in use and can't be deleted. : Layout - Ship__c-Ship Layout"},
		},
		"a profile's default app": {
			zip: post("CustomApplication:Fleet"), status: "Failed",
			failures: []string{"CustomApplication:Fleet: Unable to delete custom app. Profiles are using this custom app as default."},
		},
		"a flow by its plain name": {
			zip: post("Flow:Sail"), status: "Failed", failures: []string{"Flow:Sail: insufficient access rights on cross-reference id"},
		},
		"an active flow version": {
			zip: post("Flow:Sail-1"), status: "Failed", failures: []string{"Flow:Sail-1: The flow version is active and can't be deleted: deactivate it first"},
		},
		"a managed class": {
			zip: post("ApexClass:pkg__Hidden"), status: "Failed",
			failures: []string{"ApexClass:pkg__Hidden: [CANNOT_DELETE_MANAGED_OBJECT] Cannot delete managed object: entity=ApexClass, component=pkg__Hidden, field=, state=installed"},
		},
		"settings": {
			zip: post("Settings:Apex"), status: "Failed", failures: []string{"ApexSettings:Apex: insufficient access rights on cross-reference id"},
		},
		"a label": {zip: post("CustomLabel:Bye"), status: "Succeeded", lacks: []string{"labels/CustomLabels.labels|Bye"}, has: []string{"labels/CustomLabels.labels|Ahoy"}},
		"nothing fails": {
			zip: post("ApexClass:Nope"), status: "Failed", failures: []string{"ApexClass:destructiveChangesPost.xml: No ApexClass named: Nope found"},
		},
		"nothing is a warning": {zip: post("ApexClass:Nope"), options: careful + "<ignoreWarnings>true</ignoreWarnings>", status: "Succeeded"},
		"nothing passes":       {opts: choose("missing-delete-warning", "passes"), zip: post("ApexClass:Nope"), status: "Succeeded"},
		"a star": {
			zip: post("ApexClass:*"), status: "Failed", failures: []string{"ApexClass:destructiveChangesPost.xml: Wildcards are not supported in destructiveChangesPost.xml"},
		},
		"purge in production": {
			opts: []emulator.Option{emulator.WithSandbox(false)}, zip: post("CustomLabel:Bye"), options: careful + "<purgeOnDelete>true</purgeOnDelete>",
			status: "Failed", failures: []string{":package.xml: purgeOnDelete cannot be used in a production organization"},
		},
		"delete and create under one name": {
			zip: map[string]string{
				"package.xml": manifest(66, "CustomLabel:Bye"), "destructiveChangesPre.xml": manifest(66, "CustomLabel:Bye"),
				"labels/CustomLabels.labels": xmlFile("CustomLabels", label("Bye", "Farewell")),
			},
			status: "Succeeded", has: []string{"labels/CustomLabels.labels|Farewell"},
		},
		"delete and create under one name, deleted in the end": {
			opts: choose("same-name-pre-and-package", "deleted"),
			zip: map[string]string{
				"package.xml": manifest(66, "CustomLabel:Bye"), "destructiveChangesPre.xml": manifest(66, "CustomLabel:Bye"),
				"labels/CustomLabels.labels": xmlFile("CustomLabels", label("Bye", "Farewell")),
			},
			status: "Succeeded", lacks: []string{"labels/CustomLabels.labels|Bye"},
		},
	})
}

func TestMissingReferencesAreRefused(t *testing.T) {
	t.Parallel()
	one := func(c, path, root, inner string) map[string]string {
		return map[string]string{"package.xml": manifest(66, c), path: xmlFile(root, inner)}
	}
	runAll(t, map[string]trial{
		"a permission set's field": {
			zip: one("PermissionSet:New", "permissionsets/New.permissionset", "PermissionSet",
				"    <fieldPermissions>\n        <editable>true</editable>\n        <field>Ship__c.Gone__c</field>\n        <readable>true</readable>\n    </fieldPermissions>\n    <label>New</label>\n"),
			status: "Failed", failures: []string{"PermissionSet:New: In field: field - no CustomField named Ship__c.Gone__c found"},
		},
		"a profile's class": {
			zip: one("Profile:New", "profiles/New.profile", "Profile",
				"    <classAccesses>\n        <apexClass>Gone</apexClass>\n        <enabled>true</enabled>\n    </classAccesses>\n    <custom>true</custom>\n"),
			status: "Failed", failures: []string{"Profile:New: In field: apexClass - no ApexClass named Gone found"},
		},
		"a lookup's object": {
			zip:    one("CustomField:Ship__c.To__c", ship, "CustomObject", field("To__c", "Lookup", "        <referenceTo>Gone__c</referenceTo>\n")),
			status: "Failed", failures: []string{"CustomField:Ship__c.To__c: In field: referenceTo - no CustomObject named Gone__c found"},
		},
		"a tab's page": {
			zip:    one("CustomTab:New", "tabs/New.tab", "CustomTab", "    <label>New</label>\n    <page>Gone</page>\n"),
			status: "Failed", failures: []string{"CustomTab:New: In field: page - no ApexPage named Gone found"},
		},
		"a layout's record type in a profile": {
			zip: one("Profile:Admin", admin, "Profile",
				"    <layoutAssignments>\n        <layout>Ship__c-Ship Layout</layout>\n        <recordType>Ship__c.Gone</recordType>\n    </layoutAssignments>\n"),
			status: "Failed", failures: []string{"Profile:Admin: In field: recordType - no RecordType named Ship__c.Gone found"},
		},
		"a queue's user": {
			zip: one("Queue:New", "queues/New.queue", "Queue",
				"    <name>New</name>\n    <queueMembers>\n        <users>\n            <user>nobody@ship.example</user>\n        </users>\n    </queueMembers>\n"),
			status: "Failed", failures: []string{"Queue:New: In field: user - no User named nobody@ship.example found"},
		},
		"a user of a sandbox's name": {
			zip: one("Queue:New", "queues/New.queue", "Queue",
				"    <name>New</name>\n    <queueMembers>\n        <users>\n            <user>mate@ship.example.dev</user>\n        </users>\n    </queueMembers>\n"),
			status: "Succeeded",
		},
		"both in one deploy": {
			zip: map[string]string{
				"package.xml":              manifest(66, "CustomTab:New", "ApexPage:Made"),
				"tabs/New.tab":             xmlFile("CustomTab", "    <label>New</label>\n    <page>Made</page>\n"),
				"pages/Made.page":          "<apex:page/>",
				"pages/Made.page-meta.xml": xmlFile("ApexPage", "    <label>Made</label>\n"),
			},
			status: "Succeeded",
		},
		"a dashboard's unknown user becomes the one who deploys": {
			zip: map[string]string{
				"package.xml": manifest(66, "Dashboard:B", "Dashboard:B/X"), "dashboards/B-meta.xml": xmlFile("DashboardFolder", "    <name>B</name>\n"),
				"dashboards/B/X.dashboard": xmlFile("Dashboard", "    <runningUser>nobody@ship.example</runningUser>\n"),
			},
			status: "Succeeded", has: []string{"dashboards/B/X.dashboard|<runningUser>admin@emulator.example"},
		},
		"where the refusal is off": {
			opts:   choose("refuse-missing-reference", "off"),
			zip:    one("CustomTab:New", "tabs/New.tab", "CustomTab", "    <label>New</label>\n    <page>Gone</page>\n"),
			status: "Succeeded",
		},
	})
}
