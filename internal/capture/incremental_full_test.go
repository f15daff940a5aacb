package capture_test

import (
	"strings"
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

func TestARowThatLiesIsFoundOutByAFullRun(t *testing.T) {
	t.Parallel()
	w := newWorld(t, demo.Org())
	g := &gateway{Client: w.client}
	w.opts.Full = false
	w.step(g)
	w.clock.advance(time.Hour)
	page := metadata.Component{}
	for _, f := range w.head().Components(metadata.Default()) {
		if f.Component.Type == "ApexPage" {
			page = f.Component
		}
	}
	edit := func(text string) {
		w.edit("tom.osei@acme.example", func(e *emulator.Editor) error {
			return e.Slip("pages/"+page.FullName+".page", []byte("<apex:page>"+text+"</apex:page>\n"))
		})
	}
	edit("one")
	if result := w.step(g); result.Changed() || result.Full {
		t.Fatalf("an incremental run saw what no row tells: %v", changes(result.Diff))
	}
	result := w.step(g, func(o *capture.Options) { o.Full = true })
	if diff := cmp.Diff([]metadata.Component{page}, result.Missed); diff != "" || !result.Full {
		t.Errorf("missed (-want +got):\n%s", diff)
	}
	same(t, w.truth(leftOut()...), w.head())
	edit("two")
	if result := w.step(g); len(result.Diff.Changes) != 1 || result.Full {
		t.Errorf("the type was seen to lie, and is still trusted: %v", changes(result.Diff))
	}
	same(t, w.truth(leftOut()...), w.head())
}

func TestAFullRunIsMadeWhenTheRowsSayNothing(t *testing.T) {
	t.Parallel()
	const stateRef = "refs/orgkeep/state/" + branch
	publish := func(w *world, fill func(*snapshot.Batch) error) {
		unlock, err := w.store.Lock(w.t.Context(), "test")
		if err != nil {
			w.t.Fatal(err)
		}
		defer unlock()
		head, err := w.store.Head(w.t.Context(), branch)
		if err != nil {
			w.t.Fatal(err)
		}
		batch, err := w.store.Begin(w.t.Context())
		if err != nil {
			w.t.Fatal(err)
		}
		if err := fill(batch); err != nil {
			w.t.Fatal(err)
		}
		if _, err := batch.Publish(w.t.Context(), branch, head); err != nil {
			w.t.Fatal(err)
		}
	}
	commit := func(w *world, root, path string) {
		publish(w, func(b *snapshot.Batch) error {
			tree, err := w.store.Tree(w.t.Context(), must(w.store.Head(w.t.Context(), branch)), root)
			if err != nil {
				return err
			}
			e := tree.Edit()
			e.Set(path, must(b.Blob([]byte("x"))))
			_, err = b.Commit(w.t.Context(), snapshot.CommitSpec{Root: root, Tree: e.Tree(), Author: snapshot.Signature{Name: "x", Email: "x@x"}, Message: "by hand"})
			return err
		})
	}
	tests := []struct {
		name   string
		happen func(*world)
		how    func(*capture.Options)
		full   bool
	}{
		{"nothing happened", func(*world) {}, nil, false},
		{"a full run is asked for", func(*world) {}, func(o *capture.Options) { o.Full = true }, true},
		{"the last full run is a week ago", func(w *world) { w.clock.advance(capture.FullEvery) }, nil, true},
		{"the last full run is six days ago", func(w *world) { w.clock.advance(capture.FullEvery - 24*time.Hour) }, nil, false},
		{"the last full run is longer ago than the settings allow", func(*world) {}, func(o *capture.Options) { o.FullEvery = time.Minute }, true},
		{"the listing is gone", func(w *world) { git(w.t, w.store.Dir(), "update-ref", "-d", stateRef) }, nil, true},
		{"the listing is damaged", func(w *world) {
			publish(w, func(b *snapshot.Batch) error { return b.Keep("listing.json", []byte("no json")) })
		}, nil, true},
		{"the API version is another one", func(*world) {}, func(o *capture.Options) { o.Read.Version = 65 }, true},
		{"somebody else reads", func(w *world) {
			token, err := w.org.NewSession("maria.keller@acme.example")
			if err != nil {
				w.t.Fatal(err)
			}
			w.client = w.signIn(mdapi.StaticToken(token))
		}, nil, true},
		{"somebody committed other files to the branch", func(w *world) { commit(w, "notes", "a") }, nil, false},
		{"somebody committed to the org's files", func(w *world) { commit(w, root, "classes/CaseRouter.cls") }, nil, true},
		{"a run about some types came in between", func(w *world) {
			w.edit("tom.osei@acme.example", func(e *emulator.Editor) error {
				return e.Put("classes/RateCard.cls", []byte("public class RateCard { Integer n; }\n"))
			})
			if r := w.must(func(o *capture.Options) {
				o.Read.KeepType = func(t string) bool { return t == "ApexClass" }
				o.Read.Keep = func(c metadata.Component) bool { return c.Type == "ApexClass" }
			}); !r.Changed() {
				w.t.Error("it found nothing")
			}
		}, nil, false},
		{"the run before died after its commit", func(w *world) {
			before := strings.TrimSpace(git(w.t, w.store.Dir(), "rev-parse", stateRef))
			w.edit("tom.osei@acme.example", func(e *emulator.Editor) error {
				return e.Put("classes/RateCard.cls", []byte("public class RateCard { Integer n; }\n"))
			})
			w.must()
			git(w.t, w.store.Dir(), "update-ref", stateRef, before)
		}, nil, true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w, _ := settled(t)
			test.happen(w)
			how := test.how
			if how == nil {
				how = func(*capture.Options) {}
			}
			w.edit("maria.keller@acme.example", func(e *emulator.Editor) error {
				return e.Put("classes/CaseRouter.cls", []byte("public class CaseRouter { Integer n; }\n"))
			})
			result := w.must(how)
			if result.Full != test.full {
				t.Errorf("the run is full: %t", result.Full)
			}
			if diff := cmp.Diff([]string{"changed ApexClass:CaseRouter"}, changes(result.Diff)); diff != "" {
				t.Errorf("changes (-want +got):\n%s", diff)
			}
			if len(result.Missed) > 0 {
				t.Errorf("missed: %v", result.Missed)
			}
			same(t, w.truth(leftOut()...), w.head())
		})
	}
}
