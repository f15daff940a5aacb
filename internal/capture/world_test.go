package capture_test

import (
	"context"
	"io/fs"
	"sync"
	"testing"
	"time"

	"github.com/orgkeep/orgkeep/internal/capture"
	"github.com/orgkeep/orgkeep/internal/demo"
	"github.com/orgkeep/orgkeep/internal/retrieve"
	"github.com/orgkeep/orgkeep/internal/snapshot"
	"github.com/orgkeep/orgkeep/internal/tree"
	"github.com/orgkeep/orgkeep/pkg/emulator"
	"github.com/orgkeep/orgkeep/pkg/mdapi"
	"github.com/orgkeep/orgkeep/pkg/metadata"
	"github.com/orgkeep/orgkeep/pkg/normalize"
)

const (
	branch  = "org/prod"
	root    = "metadata"
	version = metadata.Version(66)
)

// clock moves only when it is told to.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func newClock() *clock { return &clock{now: time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC)} }

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

func (c *clock) set(to time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = to
}

// sleep lets time pass at once.
func (c *clock) sleep(ctx context.Context, d time.Duration) error {
	c.advance(d)
	return ctx.Err()
}

// world is an org behind a real HTTP server, and a repository for its snapshots.
type world struct {
	t      testing.TB
	clock  *clock
	org    *emulator.Server
	client *mdapi.Client
	store  *snapshot.Store
	opts   capture.Options
}

func newWorld(tb testing.TB, files fs.FS, options ...emulator.Option) *world {
	tb.Helper()
	w := &world{t: tb, clock: newClock()}
	w.serve(files, options...)
	store, err := snapshot.Init(tb.Context(), tb.TempDir(), snapshot.Options{Now: w.clock.Now, Env: environment})
	if err != nil {
		tb.Fatal(err)
	}
	w.store = store
	w.opts = capture.Options{
		Alias: "prod", OrgID: w.org.Credentials().OrgID, Branch: branch, Root: root, Tool: "test", Now: w.clock.Now, Full: true,
		Read: capture.ReadOptions{Version: version, ZipDir: tb.TempDir(), Limits: retrieve.DefaultLimits(), Wait: w.clock.sleep},
	}
	return w
}

func environment(name string) string {
	return map[string]string{
		"GIT_COMMITTER_NAME": "Rita Release", "GIT_COMMITTER_EMAIL": "rita@acme.example", "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": "/dev/null",
	}[name]
}

func (w *world) serve(files fs.FS, options ...emulator.Option) {
	w.t.Helper()
	admin := demo.Administrator()
	all := append([]emulator.Option{
		emulator.WithOrg(files), emulator.WithClock(w.clock.Now), emulator.WithUsername(admin.Username), emulator.WithUserFullName(admin.Name),
	}, options...)
	org, err := emulator.New(all...)
	if err != nil {
		w.t.Fatal(err)
	}
	for _, u := range demo.Users() {
		org.AddUser(u.Username, u.Name)
	}
	if err := org.Start(w.t.Context(), "127.0.0.1:0"); err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { _ = org.Close() })
	w.org = org
	w.client = w.signIn(mdapi.StaticToken(org.Credentials().AccessToken))
}

func (w *world) signIn(tokens mdapi.TokenSource) *mdapi.Client {
	w.t.Helper()
	client, err := mdapi.New(mdapi.Config{
		InstanceURL: w.org.URL(), Version: version, Tokens: tokens, TempDir: w.t.TempDir(), Now: w.clock.Now, Sleep: w.clock.sleep,
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return client
}

// incremental lets a run ask only for what has moved.
func incremental(o *capture.Options) { o.Full = false }

// run takes a snapshot.
func (w *world) run(change ...func(*capture.Options)) (*capture.Result, error) {
	w.t.Helper()
	return w.runOn(w.client, change...)
}

// runOn takes a snapshot through somebody who stands before the org.
func (w *world) runOn(org capture.Org, change ...func(*capture.Options)) (*capture.Result, error) {
	w.t.Helper()
	w.clock.advance(time.Minute)
	opts := w.opts
	for _, c := range change {
		c(&opts)
	}
	norm, err := normalize.New()
	if err != nil {
		w.t.Fatal(err)
	}
	unlock, err := w.store.Lock(w.t.Context(), "snapshot")
	if err != nil {
		w.t.Fatal(err)
	}
	defer unlock()
	return capture.Run(w.t.Context(), org, norm, w.store, opts)
}

// must takes a snapshot that has to succeed.
func (w *world) must(change ...func(*capture.Options)) *capture.Result {
	w.t.Helper()
	result, err := w.run(change...)
	if err != nil {
		w.t.Fatalf("snapshot: %v", err)
	}
	return result
}

// edit changes the org in a user's name.
func (w *world) edit(username string, change func(*emulator.Editor) error) {
	w.t.Helper()
	w.clock.advance(time.Minute)
	if err := w.org.Edit(username, change); err != nil {
		w.t.Fatalf("edit the org: %v", err)
	}
}

// head gives the newest snapshot's files, without the manifest.
func (w *world) head() tree.Tree {
	w.t.Helper()
	id, err := w.store.Head(w.t.Context(), branch)
	if err != nil {
		w.t.Fatal(err)
	}
	t, err := w.store.Tree(w.t.Context(), id, root)
	if err != nil {
		w.t.Fatal(err)
	}
	e := t.Edit()
	e.Delete("package.xml")
	return e.Tree()
}

// truth gives the org's own files as a complete snapshot has them: what leaves
// out what no subscriber can change.
func (w *world) truth(without ...string) tree.Tree {
	w.t.Helper()
	norm, err := normalize.New()
	if err != nil {
		w.t.Fatal(err)
	}
	left := map[string]bool{}
	for _, p := range without {
		left[p] = true
	}
	var entries []tree.Entry
	for p, content := range w.org.Files() {
		if !left[p] {
			entries = append(entries, tree.Entry{Path: p, Hash: tree.HashOf(norm.Bytes(p, content).Output)})
		}
	}
	return tree.New(entries)
}

// same compares trees by path, which says more than two hashes.
func same(tb testing.TB, want, got tree.Tree) {
	tb.Helper()
	for c := range tree.Changed(want, got) {
		switch {
		case c.From.IsZero():
			tb.Errorf("%s is in the snapshot and should not be", c.Path)
		case c.To.IsZero():
			tb.Errorf("%s is not in the snapshot", c.Path)
		default:
			tb.Errorf("%s is in the snapshot with another content", c.Path)
		}
	}
}
