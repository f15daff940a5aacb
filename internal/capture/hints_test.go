package capture_test

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/orgkeep/orgkeep/pkg/emulator"
	"github.com/orgkeep/orgkeep/pkg/mdapi"
	"github.com/orgkeep/orgkeep/pkg/metadata"
)

const sales = "profiles/Sales %28EMEA%29.profile"

// crew is an org whose rows do not tell all that is changed in it.
func crew(t *testing.T) (*world, *gateway) {
	t.Helper()
	files := fstest.MapFS{}
	put := func(path, root, body string) { files[path] = &fstest.MapFile{Data: []byte(xmlFile(root, body))} }
	for _, name := range []string{"Tall_Ship", "Boat", "Raft"} {
		put("objects/"+name+"__c.object", "CustomObject", "    <fields>\n        <fullName>Draught__c</fullName>\n        <label>Draught</label>\n        <length>9</length>\n        <type>Text</type>\n    </fields>\n    <label>"+name+"</label>\n")
		put("layouts/"+name+"__c-Plain.layout", "Layout", "    <layoutSections>\n        <style>OneColumn</style>\n    </layoutSections>\n")
		put("layouts/"+name+"__c-Rich.layout", "Layout", "    <layoutSections>\n        <style>OneColumn</style>\n    </layoutSections>\n")
	}
	put("groups/Deck_crew.group", "Group", "    <doesIncludeBosses>true</doesIncludeBosses>\n    <name>Deck crew</name>\n")
	put(sales, "Profile", profileOf(true, true, "Plain"))
	files["classes/Sail.cls"] = &fstest.MapFile{Data: []byte("public class Sail {}\n")}
	put("classes/Sail.cls-meta.xml", "ApexClass", "    <apiVersion>66.0</apiVersion>\n    <status>Active</status>\n")
	w := newWorld(t, files)
	g := &gateway{Client: w.client}
	w.opts.Full = false
	w.step(g)
	w.clock.advance(time.Hour)
	w.step(g)
	g.all()
	same(t, w.truth(), w.head())
	return w, g
}

func profileOf(editable, enabled bool, layout string) string {
	out := "    <custom>true</custom>\n"
	for _, object := range []string{"Boat__c", "Raft__c", "Tall_Ship__c"} {
		out += fmt.Sprintf("    <fieldPermissions>\n        <editable>%t</editable>\n        <field>%s.Draught__c</field>\n        <readable>true</readable>\n    </fieldPermissions>\n", editable || object != "Tall_Ship__c", object)
	}
	out += "    <layoutAssignments>\n        <layout>Boat__c-Plain</layout>\n    </layoutAssignments>\n    <layoutAssignments>\n        <layout>Tall_Ship__c-" + layout + "</layout>\n    </layoutAssignments>\n"
	return out + fmt.Sprintf("    <userPermissions>\n        <enabled>%t</enabled>\n        <name>ApiEnabled</name>\n    </userPermissions>\n", enabled)
}

// A change that moves no row is found where the audit trail names what was changed,
// with no more retrieved than that concerns.
func TestAHintAddsToWhatIsRetrieved(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		path, root, body string
		row              emulator.AuditRow
		asked            []string
	}{
		"a group by its label": {
			"groups/Deck_crew.group", "Group", "    <doesIncludeBosses>false</doesIncludeBosses>\n    <name>Deck crew</name>\n",
			emulator.AuditRow{Action: "groupMembership", Display: "Changed membership of Group Deck crew"},
			[]string{"Group:Deck_crew"},
		},
		"a permission of a profile": {
			sales, "Profile", profileOf(true, false, "Plain"),
			emulator.AuditRow{Action: "profilePermChangedCustom", Display: "Changed profile Sales (EMEA): general user permission API Enabled was changed from enabled to disabled"},
			[]string{"Profile:Sales %28EMEA%29"},
		},
		"access to a field": {
			sales, "Profile", profileOf(false, true, "Plain"),
			emulator.AuditRow{Action: "profileFlsChangedCustom", Display: "Changed profile Sales (EMEA): field-level security for Tall Ship: Draught was changed from Read/Write to Read Only"},
			[]string{"CustomObject:Tall_Ship__c", "Profile:Sales %28EMEA%29"},
		},
		"a layout": {
			sales, "Profile", profileOf(true, true, "Rich"),
			emulator.AuditRow{Action: "profilePageLayoutChangedCustom", Display: "Changed profile Sales (EMEA): Tall Ship page layout for Master record type was changed from Plain to Rich"},
			[]string{"CustomObject:Tall_Ship__c", "Layout:Tall_Ship__c-Plain", "Layout:Tall_Ship__c-Rich", "Profile:Sales %28EMEA%29"},
		},
		"something of a profile": {
			sales, "Profile", profileOf(false, false, "Rich"),
			emulator.AuditRow{Action: "profileFlsChangedCustom", Display: "Changed profile Sales (EMEA): field-level security for Something Else: x was changed from a to b"},
			[]string{
				"ApexClass:Sail", "CustomObject:Boat__c", "CustomObject:Raft__c", "CustomObject:Tall_Ship__c", "Layout:Boat__c-Plain", "Layout:Boat__c-Rich",
				"Layout:Raft__c-Plain", "Layout:Raft__c-Rich", "Layout:Tall_Ship__c-Plain", "Layout:Tall_Ship__c-Rich", "Profile:Sales %28EMEA%29",
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, g := crew(t)
			w.edit("tom.osei@acme.example", func(e *emulator.Editor) error {
				e.Audit(tc.row)
				return e.Slip(tc.path, []byte(xmlFile(tc.root, tc.body)))
			})
			w.clock.advance(time.Hour)
			result := w.step(g)
			if n := len(g.asked); n != 1 || result.Full {
				t.Errorf("%d retrieves, full: %t", n, result.Full)
			}
			if diff := cmp.Diff(tc.asked, names(g.all())); diff != "" {
				t.Errorf("asked for (-want +got):\n%s", diff)
			}
			same(t, w.truth(), w.head())
			if quiet := w.step(g); quiet.Changed() || len(g.asked) > 0 {
				t.Errorf("the hint is heeded again: %v", g.asked)
			}
		})
	}
}

func names(components []metadata.Component) []string {
	var out []string
	for _, c := range components {
		out = append(out, c.String())
	}
	slices.Sort(out)
	return out
}

// Rows may say anything; they name nothing that is not asked for in any case.
func TestHostileHintsAddNothing(t *testing.T) {
	t.Parallel()
	w, g := crew(t)
	w.edit("tom.osei@acme.example", func(e *emulator.Editor) error {
		for _, row := range []emulator.AuditRow{
			{Action: "changedApexClass", Display: "Changed Nobody Apex Class code"},
			{Action: "changedApexClass", Display: "Changed * Apex Class code"},
			{Action: "groupMembership", Display: "Changed membership of Group *"},
			{Action: "profilePermChangedCustom", Display: "Changed profile *: general user permission x"},
			{Action: "madeUp", Display: "Changed Sail Apex Class code"},
			{Action: "changedApexClass", Display: strings.Repeat("Changed Sail Apex Class code ", 500)},
			{Action: "groupMembership", Display: "Changed membership of Group Deck crew\x00"},
		} {
			e.Audit(row)
		}
		return nil
	})
	if result := w.step(g); result.Changed() || !result.State.Coverage.Complete() || len(g.all()) > 0 {
		t.Errorf("asked: %v, changed: %v, missing: %v", g.asked, changes(result.Diff), missing(result.State.Coverage))
	}
}

// unheard is an org that does not answer what was done in it.
type unheard struct {
	*gateway
	err error
}

func (o unheard) Query(context.Context, string) ([]mdapi.Record, error) { return nil, o.err }

func (o unheard) ToolingQuery(ctx context.Context, soql string) ([]mdapi.Record, error) {
	if strings.Contains(soql, "DeployRequest") {
		return nil, o.err
	}
	return o.gateway.ToolingQuery(ctx, soql)
}

func TestWhoMayNotReadTheAuditTrailGetsNoHints(t *testing.T) {
	t.Parallel()
	for name, err := range map[string]error{"it refuses": &mdapi.Fault{Code: "INSUFFICIENT_ACCESS"}, "it does not answer": errors.New("connection reset")} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, g := crew(t)
			w.edit("tom.osei@acme.example", func(e *emulator.Editor) error {
				e.Audit(emulator.AuditRow{Action: "groupMembership", Display: "Changed membership of Group Deck crew"})
				return e.Put("classes/Sail.cls", []byte("public class Sail { Integer n; }\n"))
			})
			result, failed := w.runOn(unheard{g, err})
			if failed != nil || !slices.Equal(changes(result.Diff), []string{"changed ApexClass:Sail"}) || len(g.asked) != 1 {
				t.Errorf("%v after %d retrieves", failed, len(g.asked))
			}
			g.all()
			w.step(g)
			if !slices.Contains(names(g.all()), "Group:Deck_crew") {
				t.Error("what could not be heard is not asked about again")
			}
		})
	}
	w, g := crew(t)
	if _, err := w.runOn(unheard{g, &mdapi.Fault{Code: "REQUEST_LIMIT_EXCEEDED"}}); !errors.Is(err, mdapi.ErrRequestLimit) {
		t.Errorf("the run went on: %v", err)
	}
}

// frozen keeps the rows of a type as they were when it was first seen.
func frozen(typeName string) func([]mdapi.FileProperties) []mdapi.FileProperties {
	var mu sync.Mutex
	first := map[string]mdapi.FileProperties{}
	return func(rows []mdapi.FileProperties) []mdapi.FileProperties {
		mu.Lock()
		defer mu.Unlock()
		for i, row := range rows {
			if row.Type != typeName {
				continue
			}
			if old, ok := first[row.FullName]; ok {
				rows[i] = old
			}
			first[row.FullName] = rows[i]
		}
		return rows
	}
}

// What a deploy has changed is asked for, whatever its row says.
func TestWhatADeployChangedIsAskedFor(t *testing.T) {
	t.Parallel()
	w, g := crew(t)
	g.rows = frozen("ApexClass")
	w.step(g)
	w.clock.advance(time.Hour)
	g.all()
	deploy(t, w, map[string]string{
		"package.xml":      string(metadata.NewManifest(version, metadata.Component{Type: "ApexClass", FullName: "Sail"}).XML()),
		"classes/Sail.cls": "public class Sail { Integer deployed; }\n", "classes/Sail.cls-meta.xml": xmlFile("ApexClass", "    <apiVersion>66.0</apiVersion>\n    <status>Active</status>\n"),
	})
	w.clock.advance(time.Hour)
	result := w.step(g)
	if diff := cmp.Diff([]string{"changed ApexClass:Sail"}, changes(result.Diff)); diff != "" || len(g.asked) != 1 {
		t.Errorf("%d retrieves, changes (-want +got):\n%s", len(g.asked), diff)
	}
	same(t, w.truth(), w.head())
	g.all()
	told := calls(w.org, "checkDeployStatus")
	if w.step(g); len(g.asked) > 0 || calls(w.org, "checkDeployStatus") != told {
		t.Errorf("it is asked once more what the deploy did: %v", g.asked)
	}
}

func deploy(t *testing.T, w *world, files map[string]string) {
	t.Helper()
	var content bytes.Buffer
	archive := zip.NewWriter(&content)
	for name, text := range files {
		entry, err := archive.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := entry.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	if err := archive.Close(); err != nil {
		t.Fatal(err)
	}
	path := t.TempDir() + "/deploy.zip"
	if err := os.WriteFile(path, content.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	id, err := w.client.Deploy(t.Context(), path, mdapi.DeployOptions{RollbackOnError: true, SinglePackage: true})
	if err != nil {
		t.Fatal(err)
	}
	if result, err := w.client.WaitDeploy(t.Context(), id, nil); err != nil || !result.Success {
		t.Fatalf("%+v, %v", result, err)
	}
}
