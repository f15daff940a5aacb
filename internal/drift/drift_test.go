package drift_test

import (
	"context"
	"errors"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/orgkeep/orgkeep/internal/capture"
	"github.com/orgkeep/orgkeep/internal/demo"
	"github.com/orgkeep/orgkeep/internal/diff"
	"github.com/orgkeep/orgkeep/internal/drift"
	"github.com/orgkeep/orgkeep/internal/retrieve"
	"github.com/orgkeep/orgkeep/internal/tree"
	"github.com/orgkeep/orgkeep/pkg/emulator"
	"github.com/orgkeep/orgkeep/pkg/mdapi"
	"github.com/orgkeep/orgkeep/pkg/metadata"
	"github.com/orgkeep/orgkeep/pkg/normalize"
)

const version = metadata.Version(66)

// world is an org behind a real HTTP server, and the state that it is expected
// to be in.
type world struct {
	t        *testing.T
	server   *emulator.Server
	deps     drift.Deps
	now      time.Time
	read     capture.ReadOptions
	expected capture.Base
	began    time.Time
}

func newWorld(t *testing.T, options ...emulator.Option) *world {
	t.Helper()
	w := &world{t: t, now: time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC)}
	clock := func() time.Time { return w.now }
	var err error
	w.server, err = emulator.New(append([]emulator.Option{
		emulator.WithOrg(demo.Org()), emulator.WithUsername(demo.Administrator().Username), emulator.WithClock(clock),
	}, options...)...)
	must(t, err)
	for _, u := range demo.Users() {
		w.server.AddUser(u.Username, u.Name)
	}
	must(t, w.server.Start(t.Context(), "127.0.0.1:0"))
	t.Cleanup(func() { _ = w.server.Close() })
	sleep := func(ctx context.Context, _ time.Duration) error { return ctx.Err() }
	client, err := mdapi.New(mdapi.Config{
		InstanceURL: w.server.URL(), Version: version, Tokens: mdapi.StaticToken(w.server.Credentials().AccessToken), TempDir: t.TempDir(), Now: clock, Sleep: sleep,
	})
	must(t, err)
	norm, err := normalize.New()
	must(t, err)
	w.deps = drift.Deps{Org: client, Normalizer: norm}
	w.read = capture.ReadOptions{Version: version, ZipDir: t.TempDir(), Limits: retrieve.DefaultLimits(), Wait: sleep}
	live, err := drift.Read(t.Context(), w.deps, capture.Base{}, w.read)
	must(t, err)
	t.Cleanup(live.Close)
	w.expected, w.began = capture.Base{Tree: live.Tree, Blobs: live.Blobs}, live.ListedAt
	w.now = w.now.Add(time.Hour)
	return w
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (w *world) run(change ...func(*drift.Options)) *drift.Result {
	w.t.Helper()
	opts := drift.Options{Read: w.read, Expected: w.expected, Since: w.began}
	for _, f := range change {
		f(&opts)
	}
	result, err := drift.Run(w.t.Context(), w.deps, opts)
	must(w.t, err)
	return result
}

func lines(r *drift.Result) []string {
	var out []string
	for _, c := range r.Diff.Changes {
		line := c.Kind.Mark() + " " + c.Component.String()
		if a := r.Authors[c.Component]; a.Known() {
			line += " by " + a.Username
		}
		out = append(out, line)
	}
	return out
}

func TestAnOrgThatDidNotChangeHasNoDrift(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	if r := w.run(); !r.Same() || !r.Complete() || !r.ListedAt.After(w.began) {
		t.Errorf("%v, %+v", lines(r), r.Coverage.Missing)
	}
}

func TestDriftIsToldWithItsAuthors(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var want []metadata.Component
	for _, c := range demo.Changes() {
		must(t, w.server.Edit(c.User.Username, func(e *emulator.Editor) error { return c.Apply(e) }))
		want = append(want, c.Touched...)
	}
	slices.SortFunc(want, metadata.Component.Compare)
	r := w.run()
	var got []metadata.Component
	for _, c := range r.Diff.Changes {
		got = append(got, c.Component)
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("drift (-want +got):\n%s", d)
	}
	said := strings.Join(lines(r), "\n")
	for _, line := range []string{
		"+ ApexClass:CaseAging by tom.osei@acme.example", "~ CustomField:Account.Customer_Number__c by tom.osei@acme.example",
		"~ FlexiPage:Dispatch_Board by maria.keller@acme.example",
	} {
		if !strings.Contains(said, line) {
			t.Errorf("it does not say %q:\n%s", line, said)
		}
	}
}

func TestDriftIsNarrowed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, c := range demo.Changes() {
		must(t, w.server.Edit(c.User.Username, func(e *emulator.Editor) error { return c.Apply(e) }))
	}
	r := w.run(func(o *drift.Options) {
		o.Read.Keep = func(c metadata.Component) bool { return c.Type == "CustomObject" }
		o.Read.KeepType = func(t string) bool { return t == "CustomObject" }
		o.Compare = func(c metadata.Component) bool { return c.Type == "ListView" }
	})
	if d := cmp.Diff([]string{"- ListView:Inspection__c.Failed"}, cutAuthors(lines(r))); d != "" {
		t.Errorf("drift (-want +got):\n%s", d)
	}
}

func cutAuthors(lines []string) []string {
	for i, l := range lines {
		lines[i], _, _ = strings.Cut(l, " by ")
	}
	return lines
}

func TestDriftIsMaskedAndCounted(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	queue := func(user string) []byte {
		return []byte(`<?xml version="1.0" encoding="UTF-8"?>` + "\n<Queue xmlns=\"http://soap.sforce.com/2006/04/metadata\">\n    <name>Night</name>\n" +
			"    <queueMembers>\n        <users>\n            <user>" + user + "</user>\n        </users>\n    </queueMembers>\n</Queue>\n")
	}
	must(t, w.server.Edit(demo.Users()[1].Username, func(e *emulator.Editor) error { return e.Put("queues/Night.queue", queue("a@acme.example.uat")) }))
	expected := blobs{}
	edit := w.expected.Tree.Edit()
	h := tree.HashOf(queue("a@acme.example"))
	expected[h] = queue("a@acme.example")
	edit.Set("queues/Night.queue", h)
	masked := func(o *drift.Options) {
		o.Expected = capture.Base{Tree: edit.Tree(), Blobs: either{expected, w.expected.Blobs}}
		o.Masking = diff.Masking{Masks: diff.CertainMasks(), NewSandbox: "uat"}
	}
	if r := w.run(masked); !r.Same() || r.Diff.Masked != 2 {
		t.Errorf("%v, %d masked", lines(r), r.Diff.Masked)
	}
	other := func(o *drift.Options) { masked(o); o.Masking.NewSandbox = "dev" }
	if r := w.run(other); r.Same() || r.Diff.Masked != 0 {
		t.Errorf("%v, %d masked", lines(r), r.Diff.Masked)
	}
}

// either looks into one store, then into another.
type either struct{ first, second tree.Blobs }

// Blob gives a content.
func (b either) Blob(ctx context.Context, h tree.Hash) ([]byte, error) {
	if content, err := b.first.Blob(ctx, h); err == nil && content != nil {
		return content, nil
	}
	return b.second.Blob(ctx, h)
}

func TestWhatCannotBeReadIsNoDriftAndNotComplete(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	must(t, w.server.Edit(demo.Users()[1].Username, func(e *emulator.Editor) error {
		return e.Delete(metadata.Component{Type: "Report", FullName: "Acme_Service/Complaints"})
	}))
	must(t, w.server.Inject(emulator.Fault{Call: "listMetadata", Count: -1, Kind: emulator.FaultSOAP, Code: "UNKNOWN_EXCEPTION", Message: "later"}))
	r := w.run()
	if !r.Same() || r.Complete() {
		t.Errorf("nothing could be listed, and it says %v, complete %v", lines(r), r.Complete())
	}
}

// blobs are contents by their ids.
type blobs map[tree.Hash][]byte

// Blob gives a content.
func (b blobs) Blob(_ context.Context, h tree.Hash) ([]byte, error) { return b[h], nil }

func TestAnOrgIsComparedWithAFolder(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	held := blobs{}
	var entries []tree.Entry
	for e := range w.expected.Tree.All() {
		content, err := w.expected.Blobs.Blob(t.Context(), e.Hash)
		must(t, err)
		if e.Path == "classes/RateCard.cls" {
			content = []byte("public class RateCard {}\n")
		}
		h := tree.HashOf(content)
		held[h] = content
		entries = append(entries, tree.Entry{Path: e.Path, Hash: h})
	}
	extra := []byte(`<?xml version="1.0" encoding="UTF-8"?>` + "\n<Role xmlns=\"http://soap.sforce.com/2006/04/metadata\">\n    <name>X</name>\n</Role>\n")
	held[tree.HashOf(extra)] = extra
	entries = append(entries, tree.Entry{Path: "roles/X.role", Hash: tree.HashOf(extra)})
	r := w.run(func(o *drift.Options) {
		o.Expected, o.Since = capture.Base{Tree: tree.New(entries), Blobs: held}, time.Time{}
	})
	if d := cmp.Diff([]string{"~ ApexClass:RateCard", "- Role:X"}, cutAuthors(lines(r))); d != "" {
		t.Errorf("drift (-want +got):\n%s", d)
	}
	if !r.Complete() {
		t.Errorf("missing: %v", r.Coverage.Missing)
	}
}

func TestNothingIsLeftOnTheDisk(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.read.ZipDir = t.TempDir()
	w.run()
	must(t, w.server.Inject(emulator.Fault{Call: "describeMetadata", Count: -1, Kind: emulator.FaultSOAP, Code: "INVALID_SESSION_ID", Message: "x"}))
	if _, err := drift.Run(t.Context(), w.deps, drift.Options{Read: w.read, Expected: w.expected}); !errors.Is(err, mdapi.ErrSessionExpired) {
		t.Errorf("%v", err)
	}
	entries, err := os.ReadDir(w.read.ZipDir)
	must(t, err)
	if len(entries) != 0 {
		t.Errorf("left: %v", entries)
	}
}

func TestAnEmptyOrgDriftsFromNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t, emulator.WithOrg(fstest.MapFS{}))
	if r := w.run(func(o *drift.Options) { o.Expected = capture.Base{} }); !r.Same() {
		t.Errorf("%v", lines(r))
	}
}
