package emulator_test

import (
	"testing"

	"github.com/orgkeep/orgkeep/pkg/emulator"
	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// TestWhatIsNotKnownOfAbsence runs every switch about what a file leaves out in
// both positions.
func TestWhatIsNotKnownOfAbsence(t *testing.T) {
	t.Parallel()
	const (
		group   = "permissionsetgroups/All.permissionsetgroup"
		muting  = "mutingpermissionsets/Mute.mutingpermissionset"
		queue   = "queues/Dock.queue"
		layout  = "layouts/Ship__c-Ship Layout.layout"
		words   = "globalValueSetTranslations/Port-de.globalValueSetTranslation"
		site    = "digitalExperiences/site/Pier/sfdc_cms__view/home/"
		variant = site + "de.json"
	)
	files := with(map[string]string{
		group:  xmlFile("PermissionSetGroup", "    <label>All</label>\n    <permissionSets>Crew</permissionSets>\n    <permissionSets>Mates</permissionSets>\n"),
		muting: xmlFile("MutingPermissionSet", "    <classAccesses>\n        <apexClass>Captain</apexClass>\n        <enabled>true</enabled>\n    </classAccesses>\n    <label>Mute</label>\n"),
		words:  xmlFile("GlobalValueSetTranslation", "    <valueTranslation>\n        <masterLabel>Kiel</masterLabel>\n        <translation>Kiel</translation>\n    </valueTranslation>\n    <valueTranslation>\n        <masterLabel>Oslo</masterLabel>\n        <translation>Oslo</translation>\n    </valueTranslation>\n"),
		"digitalExperiences/site/Pier/Pier.digitalExperience-meta.xml": xmlFile("DigitalExperienceBundle", "    <label>Pier</label>\n"),
		site + "content.json": "{}", variant: "{}",
		"permissionsets/Mates.permissionset": xmlFile("PermissionSet", "    <label>Mates</label>\n"),
		"profiles/Old.profile": xmlFile("Profile", `    <custom>true</custom>
    <customPermissions>
        <enabled>true</enabled>
        <name>Steer</name>
    </customPermissions>
    <customSettingAccesses>
        <enabled>true</enabled>
        <name>Knobs__c</name>
    </customSettingAccesses>
`),
	})
	old := "profiles/Old.profile"
	for name, tc := range map[string]struct {
		behaviour, other string
		c, path, root    string
		inner            string
		what             string // what the file leaves out
		kept             bool   // unless other is chosen
	}{
		"a permission set of a group": {
			"permission-set-group-absent", "keep", "PermissionSetGroup:All", group, "PermissionSetGroup",
			"    <label>All</label>\n    <permissionSets>Crew</permissionSets>\n", "<permissionSets>Mates", false,
		},
		"an entry of a muting permission set": {
			"muting-permission-set-absent", "keep", "MutingPermissionSet:Mute", muting, "MutingPermissionSet", "    <label>Mute</label>\n", "Captain", false,
		},
		"a member of a queue": {
			"member-list-absent", "keep", "Queue:Dock", queue, "Queue",
			"    <name>Dock</name>\n    <queueMembers>\n        <users>\n            <user>admin@emulator.example</user>\n        </users>\n    </queueMembers>\n", "mate@ship.example", false,
		},
		"an element of a layout": {
			"leaf-element-absent", "keep", "Layout:Ship__c-Ship Layout", layout, "Layout",
			"    <layoutSections>\n        <layoutColumns>\n            <layoutItems>\n                <field>Speed__c</field>\n            </layoutItems>\n        </layoutColumns>\n    </layoutSections>\n", "quickActionList", false,
		},
		"a translated value": {
			"value-set-translation-absent", "replace", "GlobalValueSetTranslation:Port-de", words, "GlobalValueSetTranslation",
			"    <valueTranslation>\n        <masterLabel>Kiel</masterLabel>\n        <translation>Kiehl</translation>\n    </valueTranslation>\n", "Oslo", true,
		},
		"a value of a record type": {
			"record-type-value-absent", "keep", "RecordType:Ship__c.Freighter", ship, "CustomObject",
			"    <recordTypes>\n        <fullName>Freighter</fullName>\n        <active>true</active>\n        <label>Freighter</label>\n        <picklistValues>\n            <picklist>Color__c</picklist>\n            <values>\n                <fullName>Blue</fullName>\n                <default>false</default>\n            </values>\n        </picklistValues>\n    </recordTypes>\n",
			"<values><fullName>Red", false,
		},
		"a small section of a profile": {
			"profile-minor-sections-absent", "clear", "Profile:Old", old, "Profile", "    <custom>true</custom>\n", "Knobs__c", true,
		},
		"a custom permission that a profile takes away": {
			"profile-custom-permission-revoke", "ignored", "Profile:Old", old, "Profile",
			"    <custom>true</custom>\n    <customPermissions>\n        <enabled>false</enabled>\n        <name>Steer</name>\n    </customPermissions>\n", "<enabled>true</enabled><name>Steer", false,
		},
	} {
		for _, chosen := range []bool{false, true} {
			kept, opts, title := tc.kept, []emulator.Option(nil), name
			if chosen {
				kept, opts, title = !kept, choose(tc.behaviour, tc.other), name+", otherwise"
			}
			run := trial{opts: opts, org: files, zip: map[string]string{"package.xml": manifest(66, tc.c), tc.path: xmlFile(tc.root, tc.inner)}, status: "Succeeded"}
			if kept {
				run.has = []string{tc.path + "|" + tc.what}
			} else {
				run.lacks = []string{tc.path + "|" + tc.what}
			}
			runAll(t, map[string]trial{title: run})
		}
	}
	bundle := map[string]string{
		"package.xml": manifest(66, "DigitalExperienceBundle:site/Pier"), site + "content.json": `{"a":1}`,
		"digitalExperiences/site/Pier/Pier.digitalExperience-meta.xml": xmlFile("DigitalExperienceBundle", "    <label>Pier</label>\n"),
	}
	runAll(t, map[string]trial{
		"a site keeps its translations":               {org: files, zip: bundle, status: "Failed", failures: []string{"DigitalExperienceBundle:site/Pier: The bundle doesn't contain the translated variant de.json"}, has: []string{variant + "|{}"}},
		"a site keeps its translations, switched off": {org: files, opts: choose("refuse-site-variant-absent", "off"), zip: bundle, status: "Succeeded", lacks: []string{variant}},
	})
}

func TestAListingMayLackARow(t *testing.T) {
	t.Parallel()
	whole := serve(t, sample()).list("CustomLabel", "")
	holed := serve(t, sample(), emulator.WithBehaviour("list-holes", "yes"))
	if got := holed.list("CustomLabel", ""); len(whole) != 2 || len(got) != 1 || got[0] != whole[0] {
		t.Errorf("%v of %v", got, whole)
	}
	if !holed.Has(metadata.Component{Type: "CustomLabel", FullName: "Bye"}) {
		t.Error("what is not listed is there")
	}
}
