package capture_test

import (
	"context"
	"maps"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/orgkeep/orgkeep/internal/capture"
	"github.com/orgkeep/orgkeep/pkg/emulator"
	"github.com/orgkeep/orgkeep/pkg/mdapi"
	"github.com/orgkeep/orgkeep/pkg/metadata"
)

const metadataXML = `<?xml version="1.0" encoding="UTF-8"?>` + "\n"

func xmlFile(root, body string) string {
	return metadataXML + "<" + root + ` xmlns="http://soap.sforce.com/2006/04/metadata">` + "\n" + body + "</" + root + ">\n"
}

const guest = "    <recordTypes>\n        <fullName>Guest</fullName>\n        <active>true</active>\n        <label>Guest</label>\n    </recordTypes>\n"

// hiding is an org with files of what no list shows.
func hiding() fstest.MapFS {
	files := fstest.MapFS{}
	for path, content := range map[string]string{
		"classes/Ship.cls":             "public class Ship {}\n",
		"classes/Ship.cls-meta.xml":    xmlFile("ApexClass", "    <apiVersion>66.0</apiVersion>\n    <status>Active</status>\n"),
		"objects/PersonAccount.object": xmlFile("CustomObject", guest+strings.ReplaceAll(guest, "Guest", "Member")),
		"objects/Ship__c.object":       xmlFile("CustomObject", "    <label>Ship</label>\n"),
		"objects/Solution.object":      xmlFile("CustomObject", "    <enableFeeds>false</enableFeeds>\n"),
		"profiles/Admin.profile":       xmlFile("Profile", "    <custom>false</custom>\n"),
	} {
		files[path] = &fstest.MapFile{Data: []byte(content)}
	}
	maps.Copy(files, recipe("Made"))
	maps.Copy(files, recipe("Written"))
	for _, path := range []string{"wave/Written.wdpr", "wave/Written.wdpr-meta.xml"} {
		delete(files, path)
	}
	return files
}

// recipe gives a recipe and the dataflow that it made.
func recipe(name string) fstest.MapFS {
	files := fstest.MapFS{}
	for suffix, root := range map[string]string{"wdf": "WaveDataflow", "wdpr": "WaveRecipe"} {
		path := "wave/" + name + "." + suffix
		files[path] = &fstest.MapFile{Data: []byte("{}\n")}
		files[path+"-meta.xml"] = &fstest.MapFile{Data: []byte(xmlFile(root, "    <masterLabel>"+name+"</masterLabel>\n"))}
	}
	return files
}

func hidden(t *testing.T) (*world, *gateway) {
	t.Helper()
	w := newWorld(t, hiding(), emulator.WithBehaviour("list-standard-objects", "none"))
	g := &gateway{Client: w.client}
	w.opts.Full = false
	result := w.step(g)
	if diff := cmp.Diff([]string{}, missing(result.State.Coverage)); diff != "" {
		t.Errorf("missing (-want +got):\n%s", diff)
	}
	same(t, w.truth(), w.head())
	w.clock.advance(time.Hour)
	g.all()
	return w, g
}

func TestWhatNoListShowsIsInTheSnapshot(t *testing.T) {
	t.Parallel()
	w, g := hidden(t)
	if quiet := w.step(g); quiet.Changed() || len(g.asked) > 1 {
		t.Errorf("changed: %v, after %d retrieves", changes(quiet.Diff), len(g.asked))
	}
	g.all()
	w.edit("tom.osei@acme.example", func(e *emulator.Editor) error {
		for path, f := range recipe("Fresh") {
			if err := e.Put(path, f.Data); err != nil {
				return err
			}
		}
		if err := e.Put("objects/PersonAccount.object", []byte(xmlFile("CustomObject", strings.Replace(guest, "<label>Guest", "<label>Patron", 1)))); err != nil {
			return err
		}
		return e.Put("objects/Asset.object", []byte(xmlFile("CustomObject", "    <enableFeeds>true</enableFeeds>\n")))
	})
	result := w.step(g)
	want := []string{
		"changed RecordType:PersonAccount.Guest", "deleted RecordType:PersonAccount.Member", "added CustomObject:Asset", "added WaveDataflow:Fresh", "added WaveRecipe:Fresh",
	}
	if diff := cmp.Diff(setOf(want), setOf(changes(result.Diff))); diff != "" || len(g.asked) != 1 || result.Full {
		t.Errorf("full: %t, %d retrieves, changes (-want +got):\n%s", result.Full, len(g.asked), diff)
	}
	if diff := cmp.Diff([]string{}, missing(result.State.Coverage)); diff != "" {
		t.Errorf("missing (-want +got):\n%s", diff)
	}
	same(t, w.truth(), w.head())
	if who := result.Authors[metadata.Component{Type: "RecordType", FullName: "PersonAccount.Guest"}]; who.Username != "tom.osei@acme.example" {
		t.Errorf("the record type is taken to be changed by %q", who.Username)
	}
}

func setOf(texts []string) map[string]bool {
	out := map[string]bool{}
	for _, text := range texts {
		out[text] = true
	}
	return out
}

// mute is an org that tells nothing but what lists and retrieves do.
type mute struct{ *mdapi.Client }

func (mute) DescribeGlobal(context.Context, time.Time) (mdapi.GlobalResult, error) {
	return mdapi.GlobalResult{}, &mdapi.Fault{Code: "API_DISABLED_FOR_ORG"}
}

func (mute) Query(context.Context, string) ([]mdapi.Record, error) {
	return nil, &mdapi.Fault{Code: "INVALID_FIELD"}
}

// Who does not tell of what no list shows does not say that it is gone.
func TestWhatNobodyTellsOfIsNotGone(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		org  func(*world) capture.Org
		edit func(*emulator.Editor) error
		want capture.Missing
	}{
		"a record type of person accounts": {func(w *world) capture.Org { return mute{w.client} }, func(e *emulator.Editor) error {
			return e.Put("objects/PersonAccount.object", []byte(xmlFile("CustomObject", guest)))
		}, capture.Missing{Type: "RecordType", FullName: "PersonAccount.Member", Reason: "its parent came without it, but it is not proven to be gone", Carried: true}},
		"a standard object": {func(w *world) capture.Org { return mute{w.client} }, func(e *emulator.Editor) error {
			return e.Delete(metadata.Component{Type: "CustomObject", FullName: "Solution"})
		}, capture.Missing{Type: "CustomObject", FullName: "Solution", Reason: "the retrieve did not bring it, and no list shows whether it is there", Carried: true}},
		"a dataflow of a recipe": {func(w *world) capture.Org { return w.client }, func(e *emulator.Editor) error {
			return e.Delete(metadata.Component{Type: "WaveDataflow", FullName: "Made"})
		}, capture.Missing{Type: "WaveDataflow", FullName: "Made", Reason: "the retrieve did not bring it, and no list shows whether it is there", Carried: true}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, _ := hidden(t)
			w.edit("tom.osei@acme.example", tc.edit)
			result, err := w.runOn(tc.org(w))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff([]capture.Missing{tc.want}, result.State.Coverage.Missing); diff != "" {
				t.Errorf("missing (-want +got):\n%s", diff)
			}
			if got := changes(result.Diff); len(got) > 0 {
				t.Errorf("recorded: %v", got)
			}
		})
	}
}
