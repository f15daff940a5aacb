package emulator_test

import (
	"testing"

	"github.com/orgkeep/orgkeep/pkg/emulator"
)

const (
	admin = "profiles/Admin.profile"
	crew  = "permissionsets/Crew.permissionset"
)

func TestWhatADeployedFileLeavesOut(t *testing.T) {
	t.Parallel()
	one := func(c, path, root, inner string) map[string]string {
		return map[string]string{"package.xml": manifest(66, c), path: xmlFile(root, inner)}
	}
	runAll(t, map[string]trial{
		"labels are merged": {
			zip:    one("CustomLabel:Ahoy", "labels/CustomLabels.labels", "CustomLabels", label("Ahoy", "Hello")),
			status: "Succeeded", done: []string{"~CustomLabel:Ahoy"},
			has: []string{"labels/CustomLabels.labels|<value>Hello", "labels/CustomLabels.labels|<fullName>Bye"},
		},
		"workflows are merged": {
			zip: one("WorkflowAlert:Ship__c.New", "workflows/Ship__c.workflow", "Workflow",
				"    <alerts>\n        <fullName>New</fullName>\n        <template>Mails/Hello</template>\n    </alerts>\n"),
			status: "Succeeded", has: []string{"workflows/Ship__c.workflow|<fullName>New", "workflows/Ship__c.workflow|<fullName>Tell", "workflows/Ship__c.workflow|On_Create"},
		},
		"an object's own elements stay": {
			zip:    one("CustomObject:Ship__c", ship, "CustomObject", "    <label>Vessel</label>\n"),
			status: "Succeeded", has: []string{ship + "|<label>Vessel", ship + "|<sharingModel>", ship + "|Speed__c"}, lacks: []string{ship + "|<label>Ship</label>"},
		},
		"a field's description stays": {
			zip:    one("CustomField:Account.Rank__c", "objects/Account.object", "CustomObject", field("Rank__c", "Text", "        <length>20</length>\n")),
			status: "Succeeded", has: []string{"objects/Account.object|How good", "objects/Account.object|<length>20"},
		},
		"a field's description is reset": {
			opts:   choose("plain-element-absent", "reset"),
			zip:    one("CustomField:Account.Rank__c", "objects/Account.object", "CustomObject", field("Rank__c", "Text", "        <length>20</length>\n")),
			status: "Succeeded", lacks: []string{"objects/Account.object|How good"},
		},
		"a permission set is replaced": {
			zip:    one("PermissionSet:Crew", crew, "PermissionSet", "    <label>Crew</label>\n"),
			status: "Succeeded", lacks: []string{crew + "|Captain"},
		},
		"a permission set of old is merged": {
			zip:    map[string]string{"package.xml": manifest(39, "PermissionSet:Crew"), crew: xmlFile("PermissionSet", "    <label>All</label>\n")},
			status: "Succeeded", has: []string{crew + "|Captain", crew + "|<label>All"},
		},
		"a profile is overlaid": {
			zip: one("Profile:Admin", admin, "Profile", `    <classAccesses>
        <apexClass>Captain</apexClass>
        <enabled>false</enabled>
    </classAccesses>
    <layoutAssignments>
        <layout>Ship__c-Ship Layout</layout>
    </layoutAssignments>
    <loginIpRanges>
        <endAddress>10.1.0.9</endAddress>
        <startAddress>10.1.0.1</startAddress>
    </loginIpRanges>
    <userPermissions>
        <enabled>true</enabled>
        <name>ViewSetup</name>
    </userPermissions>
`),
			status: "Succeeded",
			has:    []string{admin + "|Ship__c.Speed__c", admin + "|ApiEnabled", admin + "|ViewSetup", admin + "|10.1.0.1", admin + "|Ship Layout"},
			lacks:  []string{admin + "|Captain", admin + "|10.0.0.1"},
		},
		"a profile without layouts loses them": {
			zip:    one("Profile:Admin", admin, "Profile", "    <custom>false</custom>\n"),
			status: "Succeeded", has: []string{admin + "|10.0.0.1"}, lacks: []string{admin + "|Ship Layout"},
		},
		"a profile without layouts keeps them": {
			opts: choose("profile-layout-assignments", "keep"), zip: one("Profile:Admin", admin, "Profile", "    <custom>false</custom>\n"),
			status: "Succeeded", has: []string{admin + "|Ship Layout"},
		},
		"a profile without address ranges is cleared": {
			opts: choose("profile-login-ip-ranges-empty", "clear"), zip: one("Profile:Admin", admin, "Profile", "    <custom>false</custom>\n"),
			status: "Succeeded", lacks: []string{admin + "|10.0.0.1"},
		},
		"user permissions that are left out are switched off": {
			opts: choose("profile-user-permission-absent", "disable"), zip: one("Profile:Admin", admin, "Profile", "    <custom>false</custom>\n"),
			status: "Succeeded", lacks: []string{admin + "|ApiEnabled"},
		},
		"settings are overlaid": {
			zip:    one("Settings:Apex", "settings/Apex.settings", "ApexSettings", "    <enableB>true</enableB>\n"),
			status: "Succeeded", done: []string{"~ApexSettings:Apex"}, has: []string{"settings/Apex.settings|<enableA>true", "settings/Apex.settings|<enableB>true"},
		},
		"values of a record stay": {
			zip: one("CustomMetadata:Rate.One", "customMetadata/Rate.One.md", "CustomMetadata",
				"    <label>One</label>\n    <values>\n        <field>A__c</field>\n        <value>7</value>\n    </values>\n"),
			status: "Succeeded", has: []string{"customMetadata/Rate.One.md|<value>7", "customMetadata/Rate.One.md|B__c"},
		},
		"a secret that is left out stays": {
			zip:    one("NamedCredential:Erp", "namedCredentials/Erp.namedCredential", "NamedCredential", "    <label>The Erp</label>\n"),
			status: "Succeeded", has: []string{"namedCredentials/Erp.namedCredential|<password>hunter2", "namedCredentials/Erp.namedCredential|The Erp"},
		},
		"a secret that is left out is cleared": {
			opts:   choose("secret-absent", "clear"),
			zip:    one("NamedCredential:Erp", "namedCredentials/Erp.namedCredential", "NamedCredential", "    <label>The Erp</label>\n"),
			status: "Succeeded", lacks: []string{"namedCredentials/Erp.namedCredential|password"},
		},
		"values of a record are emptied": {
			opts: choose("custom-metadata-value-absent", "null"),
			zip: one("CustomMetadata:Rate.One", "customMetadata/Rate.One.md", "CustomMetadata",
				"    <label>One</label>\n    <values>\n        <field>A__c</field>\n        <value>7</value>\n    </values>\n"),
			status: "Succeeded", lacks: []string{"customMetadata/Rate.One.md|B__c"},
		},
		"values of a global set become inactive": {
			zip: one("GlobalValueSet:Port", "globalValueSets/Port.globalValueSet", "GlobalValueSet",
				"    <customValue>\n        <fullName>Kiel</fullName>\n        <default>false</default>\n        <label>Kiel</label>\n    </customValue>\n    <masterLabel>Port</masterLabel>\n"),
			status: "Succeeded", has: []string{"globalValueSets/Port.globalValueSet|<fullName>Oslo</fullName><default>false</default><isActive>false</isActive>"},
		},
		"an empty set is refused": {
			zip:    one("StandardValueSet:Industry", "standardValueSets/Industry.standardValueSet", "StandardValueSet", "    <sorted>false</sorted>\n"),
			status: "Failed", failures: []string{"StandardValueSet:Industry: Required field is missing: standardValue"},
		},
		"values of a field become inactive": {
			zip: one("CustomField:Ship__c.Color__c", ship, "CustomObject", `    <fields>
        <fullName>Color__c</fullName>
        <label>Color</label>
        <type>Picklist</type>
        <valueSet>
            <valueSetDefinition>
                <sorted>false</sorted>
                <value>
                    <fullName>Red</fullName>
                    <default>false</default>
                    <label>Red</label>
                </value>
            </valueSetDefinition>
        </valueSet>
    </fields>
`),
			status: "Succeeded", has: []string{ship + "|<fullName>Blue</fullName><default>false</default><isActive>false</isActive>"},
		},
		"a record type's picklists stay": {
			zip: one("RecordType:Ship__c.Freighter", ship, "CustomObject",
				"    <recordTypes>\n        <fullName>Freighter</fullName>\n        <active>false</active>\n        <label>Freighter</label>\n    </recordTypes>\n"),
			status: "Succeeded", has: []string{ship + "|<active>false", ship + "|<picklist>Color__c"},
		},
		"a bundle is replaced": {
			zip: map[string]string{
				"package.xml": manifest(66, "LightningComponentBundle:deck"), "lwc/deck/deck.js": "let a;\n", "lwc/deck/deck.js-meta.xml": xmlFile("LightningComponentBundle", ""),
			},
			status: "Succeeded", has: []string{"lwc/deck/deck.js|leta"}, lacks: []string{"lwc/deck/deck.html"},
		},
	})
}

func TestFlowsKeepVersions(t *testing.T) {
	t.Parallel()
	const sail = "flows/Sail.flow"
	send := func(content string) map[string]string {
		return map[string]string{"package.xml": manifest(66, "Flow:Sail"), sail: content}
	}
	definition := func(n string) map[string]string {
		return map[string]string{
			"package.xml":                         manifest(66, "FlowDefinition:Sail"),
			"flowDefinitions/Sail.flowDefinition": xmlFile("FlowDefinition", "    <activeVersionNumber>"+n+"</activeVersionNumber>\n"),
		}
	}
	runAll(t, map[string]trial{
		"other content that is active replaces": {zip: send(flow("two", "Active")), status: "Succeeded", has: []string{sail + "|two"}},
		"a draft leaves the active version":     {zip: send(flow("two", "Draft")), status: "Succeeded", has: []string{sail + "|one", sail + "|Active"}},
		"equal content changes nothing, not even the status": {
			zip: send(flow("one", "Draft")), status: "Succeeded", done: []string{"=Flow:Sail"}, has: []string{sail + "|<status>Active"},
		},
		"a definition deactivates": {zip: definition("0"), status: "Succeeded", has: []string{sail + "|<status>Obsolete"}},
		"a definition needs a version": {
			zip: definition("7"), status: "Failed", failures: []string{"FlowDefinition:Sail: Invalid version number: 7"},
		},
		"in production a flow arrives inactive": {
			opts: []emulator.Option{emulator.WithSandbox(false)}, zip: send(flow("two", "Active")), status: "Succeeded", has: []string{sail + "|one"},
		},
		"in production a flow may arrive active": {
			opts: []emulator.Option{emulator.WithSandbox(false)}, org: with(map[string]string{
				"settings/Flow.settings": xmlFile("FlowSettings", "    <enableFlowDeployAsActiveEnabled>true</enableFlowDeployAsActiveEnabled>\n"),
			}), zip: send(flow("two", "Active")), status: "Succeeded", has: []string{sail + "|two"},
		},
		"deactivate and delete in one deploy": {
			zip: func() map[string]string {
				z := definition("0")
				z["destructiveChangesPost.xml"] = manifest(66, "Flow:Sail-1")
				return z
			}(),
			status: "Succeeded", lacks: []string{sail},
		},
	})
}
