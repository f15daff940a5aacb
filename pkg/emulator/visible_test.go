package emulator_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/orgkeep/orgkeep/pkg/emulator"
)

const view = "    <listViews>\n        <fullName>Mine</fullName>\n        <filterScope>Mine</filterScope>\n        <label>Mine</label>\n    </listViews>\n"

// names are those of a listing's rows.
func (o *org) names(typ, folder string) []string {
	o.t.Helper()
	var names []string
	for _, row := range o.list(typ, folder) {
		name, _, _ := strings.Cut(row, " ")
		names = append(names, name)
	}
	return names
}

func TestPrivateThingsAreThereAndNeverAppear(t *testing.T) {
	t.Parallel()
	files := with(map[string]string{emulator.ScriptFile: "private: [ListView:Ship__c.Mine, Report:Fleet/Fast]\n"})
	files[ship] = strings.Replace(files[ship], "    <recordTypes>", view+"    <recordTypes>", 1)
	o := serve(t, files)
	if got := append(o.names("ListView", ""), o.names("Report", "Fleet")...); !slices.Equal(got, []string{"Ship__c.All"}) {
		t.Errorf("listed: %v", got)
	}
	got := o.retrieve(66, map[string][]string{"ListView": {"Ship__c.Mine"}, "CustomObject": {"Ship__c"}, "Report": {"Fleet/Fast", "Fleet"}})
	want := []string{"Entity of type 'ListView' named 'Ship__c.Mine' cannot be found", "Entity of type 'Report' named 'Fleet/Fast' cannot be found"}
	if diff := cmp.Diff(want, got.messages); diff != "" {
		t.Error(diff)
	}
	content := got.files[ship]
	if strings.Contains(content, "Mine") || !strings.Contains(content, "<fullName>All</fullName>") || got.files["reports/Fleet/Fast.report"] != "" {
		t.Errorf("retrieved: %v\n%s", paths(got.files), content)
	}
	for _, body := range []string{
		o.soap("<readMetadata><type>CustomObject</type><fullNames>Ship__c</fullNames></readMetadata>").Body.String(),
		o.soap("<readMetadata><type>ListView</type><fullNames>Ship__c.Mine</fullNames></readMetadata>").Body.String(),
		o.get("/services/data/v66.0/query?q=SELECT+DeveloperName+FROM+Report").Body.String(),
	} {
		if strings.Contains(body, "<fullName>Mine") || strings.Contains(body, `"Fast"`) {
			t.Error(body)
		}
	}
	if done := o.deploy(map[string]string{"package.xml": manifest(66, "CustomObject:Ship__c"), ship: content}, careful); len(done.failures) > 0 {
		t.Error(done.failures)
	}
	if !o.holds(ship+"|<fullName>Mine</fullName>") || !o.holds("reports/Fleet/Fast.report") {
		t.Errorf("gone with a deploy that could not have it: %s", o.file(ship))
	}
	if _, err := emulator.New(emulator.WithOrg(fsOf(with(map[string]string{emulator.ScriptFile: "private: [ListView:Ship__c.Nope]\n"})))); !errors.Is(err, emulator.ErrNoSuchComponent) {
		t.Errorf("nothing made private: %v", err)
	}
}

func TestWhoIsKeptFromProfilesSeesTheOwnOne(t *testing.T) {
	t.Parallel()
	for lacks, want := range map[string][]string{"": {"Admin", "Mate"}, "ViewAllProfiles": {"Mate"}} {
		o := serve(t, with(map[string]string{
			"profiles/Mate.profile": xmlFile("Profile", "    <custom>true</custom>\n"),
			emulator.ScriptFile:     "users:\n  - {username: rita@acme.example, name: Rita Reader, profile: Mate, lacks: [" + lacks + "]}\n",
		}))
		token, err := o.NewSession("rita@acme.example")
		if err != nil {
			t.Fatal(err)
		}
		o.token = token
		if diff := cmp.Diff(want, o.names("Profile", "")); diff != "" {
			t.Errorf("lacking %q, listed: %s", lacks, diff)
		}
		for _, ask := range [][]string{{"*"}, {"Admin", "Mate"}} {
			files := o.retrieve(66, map[string][]string{"Profile": ask}).files
			if files["profiles/Mate.profile"] == "" || (files[admin] != "") != (len(want) == 2) {
				t.Errorf("lacking %q, %v brought %v", lacks, ask, paths(files))
			}
		}
	}
}

func TestRowsUnderOtherNamesAndRowsThatAreNotThere(t *testing.T) {
	t.Parallel()
	const people, meta = "objects/PersonAccount.object", "-meta.xml"
	person := "    <recordTypes>\n        <fullName>Guest</fullName>\n        <active>true</active>\n        <label>Guest</label>\n    </recordTypes>\n"
	o := serve(t, with(map[string]string{
		people:          xmlFile("CustomObject", person),
		"wave/Made.wdf": "{}", "wave/Made.wdf" + meta: xmlFile("WaveDataflow", "    <masterLabel>Made</masterLabel>\n"),
		"wave/Written.wdf": "{}", "wave/Written.wdf" + meta: xmlFile("WaveDataflow", "    <masterLabel>Written</masterLabel>\n"),
		"wave/Made.wdpr": "{}", "wave/Made.wdpr" + meta: xmlFile("WaveRecipe", "    <masterLabel>Made</masterLabel>\n"),
		"objects/CaseComment.object": xmlFile("CustomObject", ""),
	}))
	for typ, want := range map[string][]string{
		"RecordType": {"Account.Guest", "Ship__c.Freighter"}, "WaveDataflow": {"Written"}, "WaveRecipe": {"Made"},
		"CustomObject": {"Account", "PersonAccount", "Rate__mdt", "Ship__c"}, "BotVersion": nil, "StandardValueSet": nil,
	} {
		if diff := cmp.Diff(want, o.names(typ, "")); diff != "" {
			t.Errorf("%s: %s", typ, diff)
		}
	}
	got := o.retrieve(66, map[string][]string{"RecordType": {"Account.Guest", "PersonAccount.Guest"}, "WaveDataflow": {"Made"}, "CustomObject": {"CaseComment"}})
	if diff := cmp.Diff([]string{"Entity of type 'RecordType' named 'Account.Guest' cannot be found"}, got.messages); diff != "" {
		t.Error(diff)
	}
	for _, path := range []string{people, "wave/Made.wdf", "objects/CaseComment.object"} {
		if got.files[path] == "" {
			t.Errorf("%s was not brought: %v", path, paths(got.files))
		}
	}
	w := o.get("/services/data/v66.0/query?q=SELECT+DeveloperName+FROM+RecordType+WHERE+SobjectType='Account'+AND+IsPersonType=true")
	if !strings.Contains(w.Body.String(), `"DeveloperName":"Guest"`) {
		t.Error(w.Body)
	}
	without := serve(t, sample())
	if w := without.get("/services/data/v66.0/query?q=SELECT+DeveloperName+FROM+RecordType+WHERE+IsPersonType=true"); !strings.Contains(w.Body.String(), "INVALID_FIELD") {
		t.Errorf("without person accounts: %s", w.Body)
	}
	few := serve(t, sample(), emulator.WithBehaviour("list-standard-objects", "none"))
	if diff := cmp.Diff([]string{"Rate__mdt", "Ship__c"}, few.names("CustomObject", "")); diff != "" {
		t.Errorf("without standard objects: %s", diff)
	}
}

// fsOf is a folder of these files.
func fsOf(files map[string]string) fstest.MapFS {
	fsys := fstest.MapFS{}
	for name, content := range files {
		fsys[name] = &fstest.MapFile{Data: []byte(content)}
	}
	return fsys
}

func TestFolders(t *testing.T) {
	t.Parallel()
	const loose = "email/unfiled$public/Loose.email"
	o := serve(t, with(map[string]string{loose: "Hi", loose + "-meta.xml": xmlFile("EmailTemplate", "    <name>Loose</name>\n")}))
	if got := o.names("EmailFolder", ""); slices.Contains(got, "unfiled$public") {
		t.Errorf("a folder that has no row: %v", got)
	}
	if diff := cmp.Diff([]string{"unfiled$public/Loose"}, o.names("EmailTemplate", "unfiled$public")); diff != "" {
		t.Error(diff)
	}
	w := o.get("/services/data/v66.0/query?q=SELECT+DeveloperName+FROM+EmailTemplate+WHERE+FolderId='00DKa000000DemoMAC'")
	if !strings.Contains(w.Body.String(), `"Loose"`) {
		t.Error(w.Body)
	}
	got := o.retrieve(66, map[string][]string{"EmailTemplate": {"unfiled$public/Loose"}, "Report": {"Fleet/Old/"}})
	want := []string{loose, loose + "-meta.xml", "package.xml", "reports/Fleet/Old-meta.xml"}
	if diff := cmp.Diff(want, paths(got.files)); diff != "" || len(got.messages) > 0 {
		t.Error(diff, got.messages)
	}
}

func TestBothNamesOfAFoldersFile(t *testing.T) {
	t.Parallel()
	for _, path := range []string{"reports/New-meta.xml", "reports/New.reportFolder-meta.xml"} {
		o := serve(t, map[string]string{path: xmlFile("ReportFolder", "    <name>New</name>\n")})
		if diff := cmp.Diff([]string{"New"}, o.names("ReportFolder", "")); diff != "" {
			t.Errorf("%s: %s", path, diff)
		}
		if got := o.retrieve(66, map[string][]string{"Report": {"New"}}); got.files[path] == "" {
			t.Errorf("%s: %v %v", path, paths(got.files), got.messages)
		}
	}
}
