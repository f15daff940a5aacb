package capture_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"

	"github.com/orgkeep/orgkeep/internal/capture"
	"github.com/orgkeep/orgkeep/internal/demo"
	"github.com/orgkeep/orgkeep/internal/retrieve"
	"github.com/orgkeep/orgkeep/pkg/emulator"
	"github.com/orgkeep/orgkeep/pkg/mdapi"
	"github.com/orgkeep/orgkeep/pkg/metadata"
	"github.com/orgkeep/orgkeep/pkg/normalize"
)

// troubled is an org that fails in several ways at once: lists fail, lists have
// holes, retrieves fail for some components, others come with a message only, and
// a retrieve may be small only.
type troubled struct {
	*mdapi.Client
	failing, holes []string // types
	poison, broken []metadata.Component
	most           int

	mu        sync.Mutex
	manifests map[mdapi.AsyncID][]metadata.Component
}

func (o *troubled) ListMetadata(ctx context.Context, queries ...mdapi.ListQuery) ([]mdapi.FileProperties, error) {
	for _, q := range queries {
		if slices.Contains(o.failing, q.Type) {
			return nil, &mdapi.Fault{Code: "UNKNOWN_EXCEPTION", Message: "UNKNOWN_EXCEPTION: not now"}
		}
	}
	rows, err := o.Client.ListMetadata(ctx, queries...)
	return slices.DeleteFunc(rows, func(r mdapi.FileProperties) bool { return slices.Contains(o.holes, r.Type) }), err
}

// Retrieve leaves out what comes with a message only.
func (o *troubled) Retrieve(ctx context.Context, req mdapi.RetrieveRequest) (mdapi.AsyncID, error) {
	asked := req.Manifest.Components()
	left := slices.DeleteFunc(slices.Clone(asked), func(c metadata.Component) bool { return slices.Contains(o.broken, c) })
	req.Manifest = metadata.NewManifest(req.Manifest.Version, left...)
	id, err := o.Client.Retrieve(ctx, req)
	o.mu.Lock()
	defer o.mu.Unlock()
	o.manifests[id] = asked
	return id, err
}

func (o *troubled) WaitRetrieve(ctx context.Context, id mdapi.AsyncID, zip string, progress func(mdapi.RetrieveStatus)) (mdapi.RetrieveResult, error) {
	o.mu.Lock()
	asked := o.manifests[id]
	o.mu.Unlock()
	failed := mdapi.RetrieveResult{ID: id, Done: true, Status: "Failed"}
	for _, c := range o.poison {
		if slices.Contains(asked, c) {
			failed.ErrorCode, failed.ErrorMessage = "UNKNOWN_EXCEPTION", "UNKNOWN_EXCEPTION: An unexpected error occurred"
			return failed, nil
		}
	}
	if o.most > 0 && len(asked) > o.most {
		failed.ErrorCode, failed.ErrorMessage = "LIMIT_EXCEEDED", "LIMIT_EXCEEDED: Too many files in retrieve call"
		return failed, nil
	}
	result, err := o.Client.WaitRetrieve(ctx, id, zip, progress)
	for _, c := range o.broken {
		if slices.Contains(asked, c) {
			result.Messages = append(result.Messages, mdapi.RetrieveMessage{Problem: "Load of metadata from db failed for metadata of type:" + c.Type + " and file name:" + c.FullName + "."})
		}
	}
	return result, err
}

func (m *mutator) trouble(client *mdapi.Client, org []metadata.Component) *troubled {
	o := &troubled{Client: client, manifests: map[mdapi.AsyncID][]metadata.Component{}}
	types := []string{"ApexClass", "CustomField", "CustomObject", "CustomLabel", "Layout", "Profile", "ReportFolder", "Report", "ListView", "PermissionSet", "StaticResource", "CustomTab", "ValidationRule"}
	for range m.rnd.IntN(3) {
		o.failing = append(o.failing, pick(m, types))
	}
	for range m.rnd.IntN(3) {
		o.holes = append(o.holes, pick(m, types))
	}
	for range m.rnd.IntN(3) {
		o.poison = append(o.poison, pick(m, org))
	}
	for range m.rnd.IntN(3) {
		o.broken = append(o.broken, pick(m, org))
	}
	if m.rnd.IntN(2) == 0 {
		o.most = 30 + m.rnd.IntN(200)
	}
	return o
}

// Whatever goes wrong in a run: nothing that the org still has leaves the
// repository, everything listed is accounted for, and the next run without trouble
// finds everything.
func TestTroubleLosesNothing(t *testing.T) {
	t.Parallel()
	for seed := range uint64(rounds(1, 60)) {
		for mode, how := range map[string]func(*capture.Options){"full": func(*capture.Options) {}, "incremental": incremental} {
			t.Run(fmt.Sprintf("%s runs, seed %d", mode, seed), func(t *testing.T) {
				t.Parallel()
				trouble(t, seed, how)
			})
		}
	}
}

func trouble(t *testing.T, seed uint64, how func(*capture.Options)) {
	t.Helper()
	norm, err := normalize.New()
	if err != nil {
		t.Fatal(err)
	}
	w := newWorld(t, demo.Org(), emulator.WithSeed(int64(seed)))
	w.opts.AllowDeletions = 1000 // somebody may delete all of a type
	w.must(how)
	m := &mutator{rnd: rand.New(rand.NewPCG(seed, 11))}
	for range 4 {
		start := w.moment(norm)
		var done []string
		for range 1 + m.rnd.IntN(4) {
			what, change := m.change(w.org.Files())
			w.edit("tom.osei@acme.example", change)
			done = append(done, what)
		}
		end := w.moment(norm)
		var org []metadata.Component
		for _, f := range end.tree.Components(metadata.Default()) {
			if f.Component.Type != "" && !slices.Contains([]string{"Flow"}, f.Component.Type) {
				org = append(org, f.Component)
			}
		}
		o := m.trouble(w.client, org)
		what := fmt.Sprintf("%q with lists %v failing, %v missing, %v poisoned, %v broken, %d at most", done, o.failing, o.holes, o.poison, o.broken, o.most)
		spoilt, err := w.runOn(o, how, limited(9000))
		if err != nil {
			t.Fatalf("after %s: %v", what, err)
		}
		if lost := unaccounted(spoilt); len(lost) > 0 {
			t.Errorf("listed, and neither stored, left out nor named: %v after %s", lost, what)
		}
		head := w.head()
		for e := range start.tree.All() {
			if _, still := end.tree.Get(e.Path); !still {
				continue
			}
			if _, there := head.Get(e.Path); !there {
				t.Errorf("%s was lost after %s", e.Path, what)
			}
		}
		kids(t, start, end, w, what)
		if result := w.must(how); len(missing(result.State.Coverage)) > 0 {
			t.Errorf("missing after %s: %v", what, missing(result.State.Coverage))
		}
		same(t, end.tree, w.head())
		if t.Failed() {
			t.Fatalf("after %s", what)
		}
	}
}

// kids looks for children that the org still has and the repository has lost.
func kids(t *testing.T, start, end moment, w *world, what string) {
	t.Helper()
	head := w.head()
	for e := range start.tree.All() {
		c, ok := metadata.Default().ComponentAt(e.Path)
		typ, known := metadata.Default().Type(c.Type)
		if !ok || !known || len(typ.Children) == 0 || typ.Bundle {
			continue
		}
		children := func(content []byte, err error) []metadata.Component {
			if err != nil {
				t.Fatal(err)
			}
			out, err := retrieve.Children(typ, c.FullName, content)
			if err != nil {
				t.Fatal(err)
			}
			return out
		}
		now, there := end.tree.Get(e.Path)
		recorded, kept := head.Get(e.Path)
		if !there || !kept || recorded == now || recorded == e.Hash {
			continue
		}
		still := children(end.blobs.Blob(t.Context(), now))
		has := children(w.store.Blob(t.Context(), recorded))
		for _, child := range children(start.blobs.Blob(t.Context(), e.Hash)) {
			if slices.Contains(still, child) && !slices.Contains(has, child) {
				t.Errorf("%s was lost after %s", child, what)
			}
		}
	}
}
