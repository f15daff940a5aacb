package rollback_test

import (
	"context"
	"io/fs"
	"sync"
	"testing"
	"time"

	"github.com/orgkeep/orgkeep/internal/capture"
	"github.com/orgkeep/orgkeep/internal/demo"
	"github.com/orgkeep/orgkeep/internal/deployplan"
	"github.com/orgkeep/orgkeep/internal/diff"
	"github.com/orgkeep/orgkeep/internal/retrieve"
	"github.com/orgkeep/orgkeep/internal/rollback"
	"github.com/orgkeep/orgkeep/internal/snapshot"
	"github.com/orgkeep/orgkeep/internal/state/statetest"
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

// clock moves only when it is told to, and with every wait.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

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

func (c *clock) sleep(ctx context.Context, d time.Duration) error {
	c.advance(d)
	return ctx.Err()
}

// world is an org behind a real HTTP server, and a repository for its snapshots.
type world struct {
	t     *testing.T
	clock *clock
	org   *emulator.Server
	deps  rollback.Deps
	opts  rollback.Options
}

func newWorld(t *testing.T, files fs.FS, options ...emulator.Option) *world {
	t.Helper()
	w := &world{t: t, clock: &clock{now: time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC)}}
	admin := demo.Administrator()
	var err error
	w.org, err = emulator.New(append([]emulator.Option{
		emulator.WithOrg(files), emulator.WithClock(w.clock.Now), emulator.WithUsername(admin.Username), emulator.WithUserFullName(admin.Name),
	}, options...)...)
	must(t, err)
	for _, u := range demo.Users() {
		w.org.AddUser(u.Username, u.Name)
	}
	must(t, w.org.Start(t.Context(), "127.0.0.1:0"))
	t.Cleanup(func() { _ = w.org.Close() })
	signedIn := w.org.Credentials()
	client, err := mdapi.New(mdapi.Config{
		InstanceURL: w.org.URL(), Version: version, Tokens: mdapi.StaticToken(signedIn.AccessToken), TempDir: t.TempDir(),
		Now: w.clock.Now, Sleep: w.clock.sleep,
	})
	must(t, err)
	info, err := client.UserInfo(t.Context())
	must(t, err)
	store, err := snapshot.Init(t.Context(), t.TempDir(), snapshot.Options{FS: statetest.Unsynced(), Now: w.clock.Now, Env: environment})
	must(t, err)
	unlock, err := store.Lock(t.Context(), "test")
	must(t, err)
	t.Cleanup(unlock)
	norm, err := normalize.New()
	must(t, err)
	w.deps = rollback.Deps{Org: client, Normalizer: norm, Store: store, FS: statetest.Unsynced()}
	w.opts = rollback.Options{
		Alias: "prod", OrgID: signedIn.OrgID, OrgName: "Acme", UserID: info.UserID, Username: admin.Username, Branch: branch, Root: root, Tool: "test",
		Read: capture.ReadOptions{Version: version, ZipDir: t.TempDir(), Limits: retrieve.DefaultLimits(), Wait: w.clock.sleep},
		Now:  w.clock.Now, Wait: w.clock.sleep,
	}
	return w
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func environment(name string) string {
	return map[string]string{
		"GIT_COMMITTER_NAME": "Rita Release", "GIT_COMMITTER_EMAIL": "rita@acme.example", "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": "/dev/null",
	}[name]
}

// snapshot records the org as it is.
func (w *world) snapshot() snapshot.ID {
	w.t.Helper()
	taken, err := capture.Run(w.t.Context(), w.deps.Org, w.deps.Normalizer, w.deps.Store, capture.Options{
		Read: w.opts.Read, Alias: w.opts.Alias, OrgID: w.opts.OrgID, Branch: branch, Root: root, Tool: "test", Now: w.clock.Now,
		AllowDeletions: 1000,
	})
	must(w.t, err)
	if !taken.State.Coverage.Complete() {
		w.t.Fatalf("the snapshot is not complete: %v", taken.State.Coverage.Missing)
	}
	return taken.New
}

// edit changes the org as somebody does in Setup, a minute later.
func (w *world) edit(f func(*emulator.Editor) error) {
	w.t.Helper()
	w.clock.advance(time.Minute)
	must(w.t, w.org.Edit(demo.Users()[1].Username, f))
	w.clock.advance(time.Minute)
}

// to gives the options for going back to a commit.
func (w *world) to(id snapshot.ID) rollback.Options {
	opts := w.opts
	opts.Target, opts.TargetName = id, id.Short()
	return opts
}

func (w *world) plan(id snapshot.ID) *deployplan.Plan {
	w.t.Helper()
	plan, err := rollback.Plan(w.t.Context(), w.deps, w.to(id))
	must(w.t, err)
	return plan
}

// back goes back, and fails when something is left that was not announced.
func (w *world) back(id snapshot.ID) *rollback.Result {
	w.t.Helper()
	result, err := rollback.Run(w.t.Context(), w.deps, w.to(id))
	if err != nil {
		w.t.Fatalf("%v\n%s", err, planText(result))
	}
	if !result.Clean() {
		w.t.Errorf("surprises:\n%s\n%s", leftText(result), planText(result))
	}
	return result
}

func planText(r *rollback.Result) string {
	if r == nil || r.Plan == nil {
		return "no plan"
	}
	out := "plan:\n"
	for _, a := range r.Plan.Actions {
		out += "  " + a.Verb.Mark() + " " + a.Component.String() + " " + a.Reason + "\n"
		for _, m := range a.MayStay {
			out += "      may stay: " + m.String() + "\n"
		}
	}
	for _, s := range r.Plan.Stages {
		out += "  stage " + s.Name + "\n"
	}
	return out
}

func leftText(r *rollback.Result) string {
	out := ""
	add := func(from string, changes []diff.Change) {
		for _, c := range changes {
			out += "  " + from + " " + c.Kind.Mark() + " " + c.Component.String() + "\n"
			for _, e := range c.Elements {
				out += "      " + string(e.Kind) + " " + e.Name + " " + e.Key + " " + e.Old + " -> " + e.New + "\n"
			}
		}
	}
	if r.Verify != nil {
		add("verify", r.Verify.Surprises)
	}
	if r.Left != nil {
		add("left", r.Left.Surprises)
	}
	return out
}
