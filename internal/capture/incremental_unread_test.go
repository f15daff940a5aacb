package capture_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/orgkeep/orgkeep/internal/capture"
	"github.com/orgkeep/orgkeep/internal/demo"
	"github.com/orgkeep/orgkeep/pkg/emulator"
	"github.com/orgkeep/orgkeep/pkg/mdapi"
	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// What could not be asked or did not come is asked for again until it comes, though
// its row has long been seen.
func TestWhatAnIncrementalRunCouldNotReadComesLater(t *testing.T) {
	t.Parallel()
	class := metadata.Component{Type: "ApexClass", FullName: "RateCard"}
	editClass := func(e *emulator.Editor) error {
		return e.Put("classes/RateCard.cls", []byte("public class RateCard { Integer n; }\n"))
	}
	editField := func(e *emulator.Editor) error {
		content, err := e.Get("objects/Project__c.object")
		if err != nil {
			return err
		}
		return e.Put("objects/Project__c.object", []byte(strings.Replace(string(content), "<label>Budget</label>", "<label>Budget (net)</label>", 1)))
	}
	tests := []struct {
		name    string
		edit    func(*emulator.Editor) error
		through func(*world, *gateway) capture.Org
		named   string
	}{
		{"a class that cannot be loaded", editClass, func(w *world, g *gateway) capture.Org {
			asked := 0
			return poisoned{poison{Client: w.client, bad: []metadata.Component{class}, code: "UNKNOWN_EXCEPTION", asked: &asked}, map[mdapi.AsyncID]metadata.Manifest{}}
		}, "ApexClass:RateCard carried"},
		{"a class whose list fails", editClass, func(w *world, _ *gateway) capture.Org {
			return failingLists{w.client, mdapi.ListQuery{Type: "ApexClass"}}
		}, "ApexClass:*"},
		{"a field whose list fails", editField, func(w *world, _ *gateway) capture.Org {
			return silent{failingLists{w.client, mdapi.ListQuery{Type: "CustomField"}}}
		}, "CustomField:*"},
		{"a deleted class whose list fails", func(e *emulator.Editor) error { return e.Delete(class) }, func(w *world, _ *gateway) capture.Org {
			return failingLists{w.client, mdapi.ListQuery{Type: "ApexClass"}}
		}, "ApexClass:*"},
		{"a deleted class that nobody can look for", func(e *emulator.Editor) error { return e.Delete(class) }, func(w *world, _ *gateway) capture.Org {
			asked := 0
			return poisoned{poison{Client: w.client, bad: []metadata.Component{class}, code: "UNKNOWN_EXCEPTION", asked: &asked}, map[mdapi.AsyncID]metadata.Manifest{}}
		}, "ApexClass:RateCard carried"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w, g := settled(t)
			before := w.head()
			w.edit("tom.osei@acme.example", test.edit)
			// What names the class or the field may change along with it.
			stays := func() {
				for _, p := range []string{"classes/RateCard.cls", "classes/RateCard.cls-meta.xml", "objects/Project__c.object"} {
					want, _ := before.Get(p)
					if got, _ := w.head().Get(p); got != want {
						t.Errorf("%s was touched", p)
					}
				}
			}
			w.clock.advance(time.Hour)
			result, err := w.runOn(test.through(w, g))
			if err != nil {
				t.Fatal(err)
			}
			if got := missing(result.State.Coverage); !slices.Contains(got, test.named) || result.Full {
				t.Errorf("missing: %v, full: %t", got, result.Full)
			}
			stays()
			w.clock.advance(time.Hour)
			if result := w.step(g); result.Full || !result.State.Coverage.Complete() {
				t.Errorf("missing later: %v, full: %t", missing(result.State.Coverage), result.Full)
			}
			same(t, w.truth(leftOut()...), w.head())
		})
	}
}

// silent is an org whose audit trail may not be read.
type silent struct{ failingLists }

func (silent) Query(context.Context, string) ([]mdapi.Record, error) {
	return nil, &mdapi.Fault{Code: "INSUFFICIENT_ACCESS"}
}

// quarrelling fails for retrieves that name one component together with any of
// a type.
type quarrelling struct {
	poisoned
	one  metadata.Component
	with string
}

func (q quarrelling) WaitRetrieve(ctx context.Context, id mdapi.AsyncID, zip string, progress func(mdapi.RetrieveStatus)) (mdapi.RetrieveResult, error) {
	members := q.manifests[id].Components()
	if slices.Contains(members, q.one) && slices.ContainsFunc(members, func(c metadata.Component) bool { return c.Type == q.with }) {
		return mdapi.RetrieveResult{ID: id, Done: true, Status: "Failed", ErrorCode: "UNKNOWN_EXCEPTION", ErrorMessage: "UNKNOWN_EXCEPTION: x"}, nil
	}
	return q.poisoned.WaitRetrieve(ctx, id, zip, progress)
}

// Nobody has seen it, so each run says so, whatever its row tells, until it comes.
func TestWhatStaysUnreadableStaysNamed(t *testing.T) {
	t.Parallel()
	class := metadata.Component{Type: "ApexClass", FullName: "RateCard"}
	rotten := func(w *world, bad ...metadata.Component) poisoned {
		asked := 0
		return poisoned{poison{Client: w.client, bad: bad, code: "UNKNOWN_EXCEPTION", asked: &asked}, map[mdapi.AsyncID]metadata.Manifest{}}
	}
	tests := []struct {
		name string
		org  func(*world) capture.Org
		want []string
	}{
		{"a class", func(w *world) capture.Org { return rotten(w, class) }, []string{"ApexClass:RateCard"}},
		{"a profile", func(w *world) capture.Org { return rotten(w, metadata.Component{Type: "Profile", FullName: "Admin"}) }, []string{"Profile:Admin"}},
		{"a value set that no list shows", func(w *world) capture.Org {
			return rotten(w, metadata.Component{Type: "StandardValueSet", FullName: "LeadSource"})
		}, []string{"StandardValueSet:LeadSource"}},
		{"what profiles say of a class", func(w *world) capture.Org { return quarrelling{rotten(w), class, "Profile"} }, []string{"ApexClass:RateCard"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, demo.Org())
			for i, full := range []bool{true, false, false} {
				result, err := w.runOn(test.org(w), incremental)
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(test.want, missing(result.State.Coverage)); diff != "" || result.Full != full {
					t.Errorf("run %d, full: %t, misses (-want +got):\n%s", i+1, result.Full, diff)
				}
				w.clock.advance(time.Hour)
			}
			if result := w.must(incremental); result.Full || !result.State.Coverage.Complete() {
				t.Errorf("full: %t, missing at last: %v", result.Full, missing(result.State.Coverage))
			}
			same(t, w.truth(leftOut()...), w.head())
		})
	}
}

// A list with a hole is one witness, and one is not enough.
func TestAHoleInTheListDeletesNothing(t *testing.T) {
	t.Parallel()
	w, g := settled(t)
	before := w.head()
	g.rows = func(rows []mdapi.FileProperties) []mdapi.FileProperties {
		return slices.DeleteFunc(rows, func(r mdapi.FileProperties) bool {
			switch r.Type {
			case "ApexClass", "CustomField", "ReportFolder", "CustomObject", "Profile", "CustomLabel":
				return true
			}
			return false
		})
	}
	for _, how := range []func(*capture.Options){incremental, func(o *capture.Options) { o.Full = true }} {
		if result := w.step(g, how); len(result.Diff.Changes) > 0 || !result.State.Coverage.Complete() {
			t.Errorf("changes: %v, missing: %v", changes(result.Diff), missing(result.State.Coverage))
		}
		same(t, before, w.head())
	}
}
