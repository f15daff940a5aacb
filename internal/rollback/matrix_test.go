package rollback_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/orgkeep/orgkeep/internal/capture"
	"github.com/orgkeep/orgkeep/internal/demo"
	"github.com/orgkeep/orgkeep/internal/rollback"
	"github.com/orgkeep/orgkeep/internal/snapshot"
	"github.com/orgkeep/orgkeep/internal/tree"
	"github.com/orgkeep/orgkeep/pkg/emulator"
	"github.com/orgkeep/orgkeep/pkg/mdapi"
	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// session is a source of tokens that may or may not renew.
type session struct {
	org   *emulator.Server
	renew bool
	mu    sync.Mutex
	token string
}

func (s *session) Token(context.Context) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.token, nil
}

func (s *session) Refresh(_ context.Context, stale string) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.renew {
		return "", mdapi.ErrNoRefresh
	}
	if s.token != stale {
		return s.token, nil
	}
	var err error
	s.token, err = s.org.NewSession(demo.Administrator().Username)
	return s.token, err
}

// trial is a world in which things go wrong one at a time. The org goes back and
// forth between two states, so that one world does for many runs.
type trial struct {
	*world
	first   snapshot.ID // of the first state
	changed bool        // the org is in the second one
	seen    snapshot.ID // what was looked at up to here
	kept    int         // deploys
}

// newTrial has an org with one snapshot.
func newTrial(t *testing.T) *trial {
	t.Helper()
	w := &trial{world: newWorld(t, few(), emulator.WithSandbox(true), emulator.WithFaults(others()...))}
	w.connect(true)
	w.first = w.snapshot()
	w.seen = w.first
	return w
}

// change is what somebody else does: a class gets another text and a second one
// comes, or all that is taken back.
func (w *trial) change() {
	w.t.Helper()
	w.edit(func(e *emulator.Editor) error {
		if w.changed {
			return errors.Join(e.Put("classes/Hello.cls", few()["classes/Hello.cls"].Data), e.Delete(metadata.Component{Type: "ApexClass", FullName: "More"}))
		}
		return errors.Join(
			e.Put("classes/Hello.cls", []byte("public class Hello { /* new */ }\n")),
			e.Put("classes/More.cls", []byte("public class More {}\n")),
			e.Put("classes/More.cls-meta.xml", few()["classes/Hello.cls-meta.xml"].Data))
	})
	w.changed = !w.changed
}

// connect makes a client that does not wait long for what stalls.
func (w *trial) connect(renew bool) {
	w.t.Helper()
	token, err := w.org.NewSession(demo.Administrator().Username)
	must(w.t, err)
	client, err := mdapi.New(mdapi.Config{
		InstanceURL: w.org.URL(), Version: version, Tokens: &session{org: w.org, renew: renew, token: token}, TempDir: w.t.TempDir(),
		Now: w.clock.Now, Sleep: w.clock.sleep, StallTimeout: 150 * time.Millisecond, ReplyTimeout: 10 * time.Second,
	})
	must(w.t, err)
	w.deps.Org = client
}

// ending is how a run ended.
type ending string

const (
	complete   ending = "complete"
	incomplete ending = "incomplete"
	failed     ending = "failed"
)

// story is a run after a change of the org.
type story struct {
	run func(*trial) (ending, error)
	// back tells that it takes the change back, with one deploy.
	back bool
}

func stories() map[string]story {
	return map[string]story{"snapshot": {takeSnapshot, false}, "rollback": {takeBack, true}}
}

func takeSnapshot(w *trial) (ending, error) {
	taken, err := capture.Run(w.t.Context(), w.deps.Org, w.deps.Normalizer, w.deps.Store, capture.Options{
		Read: w.opts.Read, Alias: w.opts.Alias, OrgID: w.opts.OrgID, Branch: branch, Root: root, Tool: "test", Now: w.clock.Now,
		AllowDeletions: 1,
	})
	switch {
	case err != nil:
		return failed, err
	case !taken.State.Coverage.Complete():
		return incomplete, nil
	}
	return complete, nil
}

func takeBack(w *trial) (ending, error) {
	result, err := rollback.Run(w.t.Context(), w.deps, w.to(w.first))
	switch {
	case err != nil:
		return failed, err
	case !result.Clean() || result.Snapshot != nil && !result.Snapshot.State.Coverage.Complete():
		return incomplete, nil
	}
	return complete, nil
}

// TestEveryFaultAtEveryCall strikes each call of a snapshot and of a rollback with
// each kind of fault: the result is right or the error is, nothing that was
// recorded is lost, nothing is taken for deleted, no deploy is kept twice, and a
// rerun ends where an undisturbed run ends. Of calls that are made more than twice a
// kind strikes every second one, the next kind the others; in a study each strikes
// all.
func TestEveryFaultAtEveryCall(t *testing.T) {
	t.Parallel()
	for _, name := range slices.Sorted(maps.Keys(stories())) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			told := stories()[name]
			calm := newTrial(t)
			states := map[bool]tree.Tree{false: calm.state(calm.first)}
			calm.change()
			before := calls(calm)
			if end, err := told.run(calm); end != complete {
				t.Fatalf("undisturbed: %s, %v", end, err)
			}
			strikes := since(before, calls(calm))
			states[true] = calm.state(calm.head())
			var sum tally
			t.Run("kinds", func(t *testing.T) {
				for i, k := range slices.Sorted(maps.Keys(kinds())) {
					t.Run(k, func(t *testing.T) {
						t.Parallel()
						sum.add(told.all(t, k, i, strikes, states))
					})
				}
			})
			t.Logf("%s: %d runs: %d complete, %d incomplete, %d failed, over %v",
				name, sum.count[complete]+sum.count[incomplete]+sum.count[failed], sum.count[complete], sum.count[incomplete], sum.count[failed], strikes)
		})
	}
}

// tally counts how runs ended.
type tally struct {
	mu    sync.Mutex
	count map[ending]int
}

func (s *tally) add(more map[ending]int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.count == nil {
		s.count = map[ending]int{}
	}
	for end, n := range more {
		s.count[end] += n
	}
}

// all strikes every call with one kind, or every second one from some on.
func (told story) all(t *testing.T, name string, from int, strikes map[string]int, states map[bool]tree.Tree) map[ending]int {
	t.Helper()
	k, count := kinds()[name], map[ending]int{}
	var w *trial
	for _, call := range slices.Sorted(maps.Keys(strikes)) {
		if k.only != nil && !slices.Contains(k.only, call) {
			continue
		}
		for nth := 1; nth <= strikes[call]; nth++ {
			if strikes[call] > 2 && (nth+from)%2 != 0 && os.Getenv("ORGKEEP_STUDY") == "" {
				continue
			}
			// What goes on for long would reach into the next run.
			if w == nil || k.fault.Count > 1 {
				w = newTrial(t)
			}
			w.change()
			end, err := told.strike(w, k, call, nth)
			where := fmt.Sprintf("at %s %d", call, nth)
			k.judge(t, where, call, end, err)
			told.settle(w, where, end, states)
			count[end]++
		}
	}
	if w != nil {
		w.whole()
	}
	t.Logf("complete %d, incomplete %d, failed %d", count[complete], count[incomplete], count[failed])
	return count
}

// calls counts what the org was asked, by name.
func calls(w *trial) map[string]int {
	out := map[string]int{}
	for _, c := range w.org.Calls() {
		out[c.Name]++
	}
	return out
}

func since(before, after map[string]int) map[string]int {
	out := map[string]int{}
	for name, n := range after {
		if n > before[name] {
			out[name] = n - before[name]
		}
	}
	return out
}

// strike runs a story with one fault.
func (told story) strike(w *trial, k kind, call string, nth int) (ending, error) {
	w.t.Helper()
	w.connect(!k.still)
	k.fault.Call, k.fault.Nth = call, nth
	must(w.t, w.org.Inject(k.fault))
	return told.run(w)
}

// settle runs the story again when the trouble is over, if it did not end well,
// and looks at what is there. What was sent and cannot be found is settled once
// it cannot be on its way any more.
func (told story) settle(w *trial, where string, end ending, states map[bool]tree.Tree) {
	w.t.Helper()
	w.connect(true)
	var err error
	for range 16 {
		if end == complete {
			break
		}
		w.clock.advance(3 * time.Minute)
		end, err = told.run(w)
	}
	if end != complete {
		w.t.Fatalf("%s: a rerun is %s: %v", where, end, err)
	}
	want := 0
	if told.back {
		want, w.changed = 1, false
	}
	for c := range tree.Changed(states[w.changed], w.state(w.head())) {
		w.t.Errorf("%s: in the end %s differs", where, c.Path)
	}
	if kept := w.deploys(); kept-w.kept != want {
		w.t.Errorf("%s: the org kept %d deploys, not %d", where, kept-w.kept, want)
	} else {
		w.kept = kept
	}
	w.nothingLost(where)
}

func (w *trial) head() snapshot.ID {
	w.t.Helper()
	id, err := w.deps.Store.Head(w.t.Context(), branch)
	must(w.t, err)
	return id
}

func (w *trial) state(id snapshot.ID) tree.Tree {
	w.t.Helper()
	state, err := w.deps.Store.Tree(w.t.Context(), id, root)
	must(w.t, err)
	return state
}

// errSeen ends a walk through the history.
var errSeen = errors.New("seen before")

// nothingLost: what was recorded before is still there, every commit since goes on
// from it and holds all files of the first state.
func (w *trial) nothingLost(where string) {
	w.t.Helper()
	before := w.state(w.first)
	err := w.deps.Store.Snapshots(w.t.Context(), branch, func(c snapshot.Commit) error {
		if c.ID == w.seen {
			return errSeen
		}
		has := map[string]bool{}
		for e := range w.state(c.ID).All() {
			has[e.Path] = true
		}
		for e := range before.All() {
			if !has[e.Path] {
				w.t.Errorf("%s: %s is deleted in %s", where, e.Path, c.ID.Short())
			}
		}
		return nil
	})
	if !errors.Is(err, errSeen) {
		w.t.Errorf("%s: what was recorded before is lost (%v)", where, err)
	}
	w.seen = w.head()
}

// whole: the repository is.
func (w *trial) whole() {
	w.t.Helper()
	report, err := w.deps.Store.Fsck(w.t.Context(), snapshot.FsckOptions{ReadData: true})
	if err != nil || len(report.Findings) > 0 {
		w.t.Errorf("%v, %v", report.Findings, err)
	}
}

// deploys asks the org itself how many it kept.
func (w *trial) deploys() int {
	w.t.Helper()
	rows, err := w.deps.Org.ToolingQuery(w.t.Context(), "SELECT Id, Status FROM DeployRequest")
	must(w.t, err)
	kept := 0
	for _, row := range rows {
		if row.Text("Status") == "Succeeded" {
			kept++
		}
	}
	return kept
}
