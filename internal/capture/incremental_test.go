package capture_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/orgkeep/orgkeep/internal/capture"
	"github.com/orgkeep/orgkeep/internal/demo"
	"github.com/orgkeep/orgkeep/internal/snapshot"
	"github.com/orgkeep/orgkeep/pkg/emulator"
	"github.com/orgkeep/orgkeep/pkg/mdapi"
	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// gateway stands between a run and the org: it notes what is retrieved, and lets
// rows be changed on their way.
type gateway struct {
	*mdapi.Client
	rows func([]mdapi.FileProperties) []mdapi.FileProperties

	mu    sync.Mutex
	asked [][]metadata.Component // by retrieve
}

func (g *gateway) ListMetadata(ctx context.Context, queries ...mdapi.ListQuery) ([]mdapi.FileProperties, error) {
	rows, err := g.Client.ListMetadata(ctx, queries...)
	if g.rows != nil {
		rows = g.rows(rows)
	}
	return rows, err
}

func (g *gateway) Retrieve(ctx context.Context, req mdapi.RetrieveRequest) (mdapi.AsyncID, error) {
	g.mu.Lock()
	g.asked = append(g.asked, req.Manifest.Components())
	g.mu.Unlock()
	return g.Client.Retrieve(ctx, req)
}

// all gives everything that was asked for since the last time.
func (g *gateway) all() []metadata.Component {
	g.mu.Lock()
	defer g.mu.Unlock()
	out := slices.Concat(g.asked...)
	g.asked = nil
	return out
}

// settled is a world whose newest changes lie so far back that nothing is hot.
func settled(t *testing.T, options ...emulator.Option) (*world, *gateway) {
	t.Helper()
	w := newWorld(t, demo.Org(), options...)
	g := &gateway{Client: w.client}
	w.opts.Full = false
	if _, err := w.runOn(g); err != nil {
		t.Fatal(err)
	}
	w.clock.advance(time.Hour)
	g.all()
	return w, g
}

func (w *world) step(g *gateway, change ...func(*capture.Options)) *capture.Result {
	w.t.Helper()
	result, err := w.runOn(g, change...)
	if err != nil {
		w.t.Fatalf("snapshot: %v", err)
	}
	return result
}

func TestARunAsksOnlyForWhatMoved(t *testing.T) {
	t.Parallel()
	w, g := settled(t)
	quiet := w.step(g)
	asked := g.all()
	if quiet.Full || quiet.Changed() || !quiet.State.Coverage.Complete() {
		t.Errorf("full: %t, changed: %t, missing: %v", quiet.Full, quiet.Changed(), missing(quiet.State.Coverage))
	}
	for _, c := range asked {
		if strings.HasPrefix(c.FullName, "acmepkg__") {
			continue // rows of what a package brought have no dates
		}
		switch c.Type {
		case "ApexClass", "ApexPage", "Flow", "Layout", "LightningComponentBundle", "PermissionSet", "Profile", "Report", "StaticResource", "Translations":
			if !strings.HasSuffix(c.FullName, "Acme_Sales") && strings.Count(c.FullName, "/") == 0 && c.Type == "Report" {
				continue // folders give no evidence
			}
			if c.Type != "Report" {
				t.Errorf("%s is asked for, and has not moved", c)
			}
		}
	}
	w.edit("tom.osei@acme.example", func(e *emulator.Editor) error {
		return e.Put("classes/RateCard.cls", []byte("public class RateCard { Integer n; }\n"))
	})
	result := w.step(g)
	now := g.all()
	if diff := cmp.Diff([]string{"changed ApexClass:RateCard"}, changes(result.Diff)); diff != "" {
		t.Errorf("changes (-want +got):\n%s", diff)
	}
	if result.Authors[metadata.Component{Type: "ApexClass", FullName: "RateCard"}].Username != "tom.osei@acme.example" {
		t.Errorf("authors are %v", result.Authors)
	}
	extra := slices.DeleteFunc(now, func(c metadata.Component) bool { return slices.Contains(asked, c) })
	if diff := cmp.Diff([]metadata.Component{{Type: "ApexClass", FullName: "RateCard"}}, extra); diff != "" {
		t.Errorf("asked for beside what is asked for each time (-want +got):\n%s", diff)
	}
	same(t, w.truth(leftOut()...), w.head())
}

func TestOneChangeTakesOneRetrieve(t *testing.T) {
	t.Parallel()
	edits := map[string]func(*emulator.Editor) error{
		"nothing": func(*emulator.Editor) error { return nil },
		"a class deleted": func(e *emulator.Editor) error {
			return e.Delete(metadata.Component{Type: "ApexClass", FullName: "WelcomeMailer"})
		},
		"a field deleted": func(e *emulator.Editor) error {
			return e.Delete(metadata.Component{Type: "CustomField", FullName: "Project__c.Budget__c"})
		},
		"a report": func(e *emulator.Editor) error {
			content, err := e.Get("reports/Acme_Sales/Lost_Deals.report")
			if err != nil {
				return err
			}
			return e.Put("reports/Acme_Sales/Forecast/Board/Copy.report", content)
		},
		"a profile": func(e *emulator.Editor) error {
			content, err := e.Get("profiles/Admin.profile")
			if err != nil {
				return err
			}
			return e.Put("profiles/Admin.profile", []byte(strings.Replace(string(content), "<enabled>true</enabled>", "<enabled>false</enabled>", 1)))
		},
	}
	for name, edit := range edits {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, g := settled(t)
			w.edit("tom.osei@acme.example", edit)
			result := w.step(g)
			same(t, w.truth(leftOut()...), w.head())
			if len(g.asked) != 1 || result.Full {
				t.Errorf("%d retrieves were made", len(g.asked))
			}
		})
	}
}

// The row of a profile does not move when something that it speaks of comes or
// goes.
func TestProfilesAreReadWhenWhatTheySpeakOfComesOrGoes(t *testing.T) {
	t.Parallel()
	insert := func(e *emulator.Editor, path, before, text string) error {
		content, err := e.Get(path)
		if err != nil {
			return err
		}
		at := strings.Index(string(content), before)
		if at < 0 {
			return errors.New(before + " is not in " + path)
		}
		return e.Put(path, slices.Concat(content[:at], []byte(text), content[at:]))
	}
	tests := []struct {
		name string
		edit func(*emulator.Editor) error
		want []string
	}{
		{"a new field with rights", func(e *emulator.Editor) error {
			if err := insert(e, "objects/Project__c.object", "    <fields>\n", "    <fields>\n        <fullName>Fresh__c</fullName>\n        <label>Fresh</label>\n        <type>Checkbox</type>\n    </fields>\n"); err != nil {
				return err
			}
			return insert(e, "profiles/Admin.profile", "    <fieldPermissions>\n", "    <fieldPermissions>\n        <editable>true</editable>\n        <field>Project__c.Fresh__c</field>\n        <readable>true</readable>\n    </fieldPermissions>\n")
		}, []string{"added CustomField:Project__c.Fresh__c", "changed Profile:Admin"}},
		{"a field that goes", func(e *emulator.Editor) error {
			return e.Delete(metadata.Component{Type: "CustomField", FullName: "Project__c.Budget__c"})
		}, []string{"deleted CustomField:Project__c.Budget__c", "changed CustomObjectTranslation:Project__c-de", "changed Layout:Project__c-Project Layout", "changed Profile:Acme Sales User", "changed Profile:Admin"}},
		{"a new class with access", func(e *emulator.Editor) error {
			for _, f := range []string{"classes/Fresh.cls", "classes/Fresh.cls-meta.xml"} {
				content, err := e.Get(strings.Replace(f, "Fresh", "RateCard", 1))
				if err != nil {
					return err
				}
				if err := e.Put(f, content); err != nil {
					return err
				}
			}
			return insert(e, "profiles/Admin.profile", "    <classAccesses>\n", "    <classAccesses>\n        <apexClass>Fresh</apexClass>\n        <enabled>true</enabled>\n    </classAccesses>\n")
		}, []string{"added ApexClass:Fresh", "changed Profile:Admin"}},
		{"a new layout, assigned instead of another one", func(e *emulator.Editor) error {
			content, err := e.Get("layouts/Case-Case Layout.layout")
			if err != nil {
				return err
			}
			if err := e.Put("layouts/Case-Fresh Layout.layout", content); err != nil {
				return err
			}
			profile, err := e.Get("profiles/Admin.profile")
			if err != nil {
				return err
			}
			return e.Put("profiles/Admin.profile", []byte(strings.ReplaceAll(string(profile), "<layout>Case-Case Layout</layout>", "<layout>Case-Fresh Layout</layout>")))
		}, []string{"added Layout:Case-Fresh Layout", "changed Profile:Admin"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, demo.Org())
			// Rows of profiles keep the date of the first time.
			first := map[string]mdapi.FileProperties{}
			var mu sync.Mutex
			g := &gateway{Client: w.client, rows: func(rows []mdapi.FileProperties) []mdapi.FileProperties {
				mu.Lock()
				defer mu.Unlock()
				for i, row := range rows {
					if row.Type != "Profile" {
						continue
					}
					if old, ok := first[row.FullName]; ok {
						rows[i] = old
					}
					first[row.FullName] = rows[i]
				}
				return rows
			}}
			w.opts.Full = false
			w.step(g)
			w.clock.advance(time.Hour)
			w.edit("tom.osei@acme.example", test.edit)
			result := w.step(g)
			if diff := cmp.Diff(test.want, changes(result.Diff)); diff != "" {
				t.Errorf("changes (-want +got):\n%s", diff)
			}
			same(t, w.truth(leftOut()...), w.head())
			for c, who := range result.Authors {
				if c.Type == "Profile" {
					t.Errorf("%s is taken to be changed by %s", c, who.Username)
				}
			}
		})
	}
}

// Dates are cut to seconds: the second of two changes in one second leaves no
// trace in a row that the first one has moved.
func TestASecondChangeInTheSameSecondIsSeen(t *testing.T) {
	t.Parallel()
	w, g := settled(t)
	edit := func(text string) {
		if err := w.org.Edit("tom.osei@acme.example", func(e *emulator.Editor) error {
			return e.Put("classes/RateCard.cls", []byte("public class RateCard { "+text+" }\n"))
		}); err != nil {
			t.Fatal(err)
		}
	}
	w.clock.advance(time.Minute)
	at := w.clock.Now()
	edit("Integer one;")
	w.step(g)
	later := w.clock.Now()
	w.clock.set(at)
	edit("Integer two;")
	w.clock.set(later)
	if result := w.step(g); !result.Changed() || result.Full {
		t.Errorf("full: %t, changes: %v", result.Full, changes(result.Diff))
	}
	same(t, w.truth(leftOut()...), w.head())
}

// must is for what cannot fail here.
func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// An unchanged org leaves nothing behind, not even in the machine state.
func TestARunThatFindsNothingWritesNothing(t *testing.T) {
	t.Parallel()
	w, g := settled(t)
	w.step(g)
	objects := func() string { return git(t, w.store.Dir(), "count-objects", "-v") }
	before := objects()
	for range 3 {
		w.step(g)
	}
	if diff := cmp.Diff(before, objects()); diff != "" {
		t.Errorf("objects (-before +after):\n%s", diff)
	}
	git(t, w.store.Dir(), "fsck", "--full", "--strict")
}

// A clone that fetched what is kept beside the branch goes on where the other one
// stopped.
func TestAnotherCloneIsIncrementalToo(t *testing.T) {
	t.Parallel()
	w, _ := settled(t)
	dir := t.TempDir()
	git(t, dir, "clone", "--quiet", "--bare", w.store.Dir(), "clone.git")
	git(t, dir+"/clone.git", "fetch", "--quiet", "origin", "refs/orgkeep/*:refs/orgkeep/*")
	store, err := snapshot.Open(dir+"/clone.git", snapshot.Options{Now: w.clock.Now, Env: environment})
	if err != nil {
		t.Fatal(err)
	}
	w.store = store
	w.edit("tom.osei@acme.example", func(e *emulator.Editor) error {
		return e.Put("classes/RateCard.cls", []byte("public class RateCard { Integer n; }\n"))
	})
	result := w.must()
	if diff := cmp.Diff([]string{"changed ApexClass:RateCard"}, changes(result.Diff)); diff != "" || result.Full {
		t.Errorf("full: %t, changes (-want +got):\n%s", result.Full, diff)
	}
}
