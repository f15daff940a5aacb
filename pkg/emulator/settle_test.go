package emulator_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/orgkeep/orgkeep/pkg/emulator"
	"github.com/orgkeep/orgkeep/pkg/metadata"
)

func matching(status string) string {
	return xmlFile("MatchingRules", "    <matchingRules>\n        <fullName>Same_Name</fullName>\n        <label>Same Name</label>\n        <ruleStatus>"+status+"</ruleStatus>\n    </matchingRules>\n")
}

const rulesPath = "matchingRules/Account.matchingRule"

func slow(files map[string]string) map[string]string {
	files[emulator.ScriptFile] = "settle: 30s\nrecords: {Ship__c: 3, Ship__c.Gauge__c: 2}\n"
	return files
}

func TestAMatchingRuleTakesTimeToBecomeActive(t *testing.T) {
	t.Parallel()
	o := serve(t, slow(map[string]string{rulesPath: matching("Inactive")}))
	send := func(status string) []string {
		return o.deploy(map[string]string{"package.xml": manifest(66, "MatchingRule:Account.Same_Name"), rulesPath: matching(status)}, careful).failures
	}
	if failures := send("Active"); len(failures) > 0 {
		t.Fatal(failures)
	}
	o.clock.advance(29 * time.Second)
	if !strings.Contains(o.file(rulesPath), "<ruleStatus>Activating<") {
		t.Error(o.file(rulesPath))
	}
	if diff := cmp.Diff([]string{"MatchingRule:Account.Same_Name: Before you change a matching rule, you must deactivate it"}, send("Inactive")); diff != "" {
		t.Error(diff)
	}
	o.clock.advance(2 * time.Second)
	if !strings.Contains(o.file(rulesPath), "<ruleStatus>Active<") {
		t.Error(o.file(rulesPath))
	}
	if failures := send("Inactive"); len(failures) > 0 {
		t.Error(failures)
	}
}

func TestSharingWaitsForARecalculation(t *testing.T) {
	t.Parallel()
	model := func(o *org, model string) []string {
		return o.deploy(map[string]string{
			"package.xml": manifest(66, "CustomObject:Ship__c"), ship: xmlFile("CustomObject", "    <label>Ship</label>\n    <sharingModel>"+model+"</sharingModel>\n"),
		}, careful).failures
	}
	rule := func(o *org) []string {
		return o.deploy(map[string]string{
			"package.xml":                       manifest(66, "SharingCriteriaRule:Ship__c.All"),
			"sharingRules/Ship__c.sharingRules": xmlFile("SharingRules", "    <sharingCriteriaRules>\n        <fullName>All</fullName>\n        <label>All</label>\n    </sharingCriteriaRules>\n"),
		}, careful).failures
	}
	busy := "sharing operation already in progress"
	o := serve(t, slow(sample()))
	if failures := model(o, "Private"); len(failures) > 0 {
		t.Fatal(failures)
	}
	if diff := cmp.Diff([]string{"CustomObject:Ship__c: " + busy}, model(o, "Read")); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"SharingCriteriaRule:Ship__c.All: " + busy}, rule(o)); diff != "" {
		t.Error(diff)
	}
	if failures := model(o, "Private"); len(failures) > 0 {
		t.Errorf("nothing changes, and is refused: %v", failures)
	}
	o.clock.advance(31 * time.Second)
	if failures := append(rule(o), model(o, "Read")...); len(failures) > 0 {
		t.Error(failures)
	}
	lenient := serve(t, slow(sample()), emulator.WithBehaviour("refuse-sharing-while-recalculated", "off"))
	model(lenient, "Private")
	if failures := append(rule(lenient), model(lenient, "Read")...); len(failures) > 0 {
		t.Errorf("switched off: %v", failures)
	}
}

func TestDeletedFieldsLieInABin(t *testing.T) {
	t.Parallel()
	o := serve(t, slow(sample()))
	gauge := metadata.Component{Type: "CustomField", FullName: "Ship__c.Gauge__c"}
	count := func(where string) string {
		_, after, _ := strings.Cut(o.get("/services/data/v66.0/query?q=SELECT+count()+FROM+Ship__c"+where).Body.String(), `"totalSize":`)
		return strings.Trim(after, "}\n")
	}
	if got := count("") + count("+WHERE+Gauge__c!=null"); got != "32" {
		t.Errorf("counts %s", got)
	}
	id := func() string {
		reply := o.result("<listMetadata><queries><type>CustomField</type></queries></listMetadata>")
		return text(reply, "result[fullName='"+gauge.FullName+"']/id")
	}
	was := id()
	if err := o.Edit("admin@emulator.example", func(e *emulator.Editor) error { return e.Delete(gauge) }); err != nil {
		t.Fatal(err)
	}
	want := []emulator.Binned{{Component: gauge, Name: "Ship__c.Gauge_del__c", Records: 2, Until: noon.Add(15 * 24 * time.Hour)}}
	if diff := cmp.Diff(want, o.Bin()); diff != "" {
		t.Error(diff)
	}
	got := o.deploy(map[string]string{
		"package.xml": manifest(66, gauge.Type+":"+gauge.FullName), ship: xmlFile("CustomObject", field("Gauge__c", "Text", "        <length>5</length>\n")),
	}, careful)
	if len(got.failures) > 0 {
		t.Fatal(got.failures)
	}
	if got := count("+WHERE+Gauge__c!=null"); got != "0" {
		t.Errorf("made anew it has %s records", got)
	}
	if is := id(); was == "" || is == "" || is == was {
		t.Errorf("made anew under a name that is free again it has the id %q, was %q", is, was)
	}
	if diff := cmp.Diff(want, o.Bin()); diff != "" {
		t.Error("the deleted one", diff)
	}
	o.clock.advance(16 * 24 * time.Hour)
	if left := o.Bin(); len(left) > 0 {
		t.Errorf("after 16 days: %v", left)
	}
}

func TestPurgedObjectsSkipTheBin(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		options string
		want    int
	}{
		"a deleted object lies in the bin": {careful, 1},
		"a purged one does not":            {careful + "<purgeOnDelete>true</purgeOnDelete>", 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := serve(t, map[string]string{"objects/Boat__c.object": xmlFile("CustomObject", "    <label>Boat</label>\n")})
			got := o.deploy(map[string]string{"package.xml": manifest(66), "destructiveChanges.xml": manifest(66, "CustomObject:Boat__c")}, tc.options)
			if len(got.failures) > 0 || len(o.Bin()) != tc.want {
				t.Errorf("%v, in the bin: %v", got.failures, o.Bin())
			}
		})
	}
}
