package rollback_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/orgkeep/orgkeep/internal/demo"
	"github.com/orgkeep/orgkeep/internal/deploy"
	"github.com/orgkeep/orgkeep/internal/deployplan"
	"github.com/orgkeep/orgkeep/internal/rollback"
	"github.com/orgkeep/orgkeep/internal/state/statetest"
	"github.com/orgkeep/orgkeep/pkg/emulator"
	"github.com/orgkeep/orgkeep/pkg/mdapi"
	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// tree is the org as a snapshot would hold it, by path.
func (w *world) tree() map[string]string {
	out := map[string]string{}
	for path, content := range w.org.Files() {
		out[path] = string(w.deps.Normalizer.Bytes(path, content).Output)
	}
	return out
}

func (w *world) plans() rollback.Plans {
	w.t.Helper()
	plans, err := rollback.OpenPlans(w.deps.Store, w.deps.FS)
	must(w.t, err)
	return plans
}

// undo takes a rollback back by the plan that it kept.
func (w *world) undo(r *rollback.Result) *rollback.Result {
	w.t.Helper()
	back, err := w.plans().Load(r.Undo, nil)
	must(w.t, err)
	result, err := rollback.Apply(w.t.Context(), w.deps, back, w.opts)
	if err != nil {
		w.t.Fatalf("take it back: %v\n%s", err, planText(result))
	}
	return result
}

func TestARollbackIsTakenBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t, demo.Org())
	before := w.snapshot()
	for _, c := range demo.Changes() {
		w.edit(func(e *emulator.Editor) error { return c.Apply(e) })
	}
	was := w.tree()
	result := w.back(before)
	if result.Undo == "" {
		t.Fatal("no way back was kept")
	}
	undone := w.undo(result)
	if diff := cmp.Diff(was, w.tree()); diff != "" {
		t.Errorf("the org is not what it was (-want +got):\n%s", diff)
	}
	if !undone.Clean() {
		t.Errorf("surprises:\n%s", leftText(undone))
	}
	commit, err := w.deps.Store.Load(t.Context(), undone.Snapshot.New)
	must(t, err)
	if got, _ := commit.Trailer(rollback.TrailerUndoes); got != result.Digest {
		t.Errorf("it undoes %q, not %q", got, result.Digest)
	}
	// And forth again, by the way back of the way back.
	w.undo(undone)
	if left := w.drift(before); len(left) != 0 {
		t.Errorf("left: %v", left)
	}
}

// Random changes, a rollback, and the way back: the org has the same tree, but for
// what one of the two plans had announced.
func TestTheWayBackBringsTheSameTree(t *testing.T) {
	t.Parallel()
	for seed := range uint64(4) {
		t.Run(fmt.Sprintf("seed %d", seed), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, demo.Org())
			before := w.snapshot()
			done := w.mutate(rand.New(rand.NewPCG(seed, 21)), 8, false)
			was := w.tree()
			result := w.back(before)
			if result.Undo == "" {
				return // nothing could be taken back
			}
			back, err := w.plans().Load(result.Undo, nil)
			must(t, err)
			w.undo(result)
			now := w.tree()
			for path := range maps.Keys(was) {
				if was[path] != now[path] && !mayStay(result.Plan, path) && !mayStay(back, path) {
					t.Errorf("seed %d: %v: %s differs:\n%s", seed, done, path, cmp.Diff(was[path], now[path]))
				}
			}
		})
	}
}

// mayStay tells whether a plan announces a rest in a file.
func mayStay(p *deployplan.Plan, path string) bool {
	for _, a := range p.Actions {
		if at, ok := metadata.Default().Path(a.Component); ok && at == path && (len(a.MayStay) > 0 || a.Verb == deployplan.Leave) {
			return true
		}
	}
	return false
}

func TestARunThatStoppedGoesOn(t *testing.T) {
	t.Parallel()
	w := newWorld(t, demo.Org())
	before := w.snapshot()
	w.edit(change("matchingRules/Account.matchingRule", "NullNotAllowed", "MatchBlanks"))
	w.edit(change(rateCard, "return null;", "return 0;"))
	// The second of three deploys is accepted, and then nobody answers.
	must(t, w.org.Inject(emulator.Fault{Call: "checkDeployStatus", Nth: 3, Count: 40, Kind: emulator.FaultHTTP, Status: 503}))
	opts := w.to(before)
	opts.Command = "rollback"
	if _, err := rollback.Run(t.Context(), w.deps, opts); err == nil {
		t.Fatal("it went on without the network")
	}
	pending, err := w.plans().Pending()
	must(t, err)
	if len(pending) != 1 || pending[0].Command != "rollback" || pending[0].Undo == "" {
		t.Fatalf("pending: %+v", pending)
	}
	result, err := rollback.Resume(t.Context(), w.deps, pending[0], w.opts)
	must(t, err)
	if !result.Clean() || len(result.Deploys) != 3 || w.deploys() != 3 || len(w.drift(before)) != 0 {
		t.Errorf("%d deploys of %d: %s", len(result.Deploys), w.deploys(), leftText(result))
	}
	if pending, err := w.plans().Pending(); err != nil || len(pending) != 0 {
		t.Errorf("pending: %v, %v", pending, err)
	}
}

func TestARunThatIsInterruptedWaitsForItsDeploy(t *testing.T) {
	t.Parallel()
	w := newWorld(t, demo.Org())
	before := w.snapshot()
	w.edit(change(rateCard, "return null;", "return 0;"))
	opts := w.to(before)
	opts.Cancel = make(chan struct{})
	ctx, interrupt := context.WithCancel(t.Context())
	w.opts.Wait = nil
	plan := w.plan(before)
	opts.Progress = func(mdapi.DeployResult) { interrupt() }
	_, err := rollback.Apply(ctx, w.deps, plan, opts)
	if !errors.Is(err, context.Canceled) || w.deploys() != 1 {
		t.Fatalf("%v, %d deploys", err, w.deploys())
	}
	pending, err := w.plans().Pending()
	must(t, err)
	w.opts.Wait = w.clock.sleep
	result, err := rollback.Resume(t.Context(), w.deps, pending[0], w.opts)
	if err != nil || !result.Clean() || w.deploys() != 1 || !result.Deploys[0].Earlier {
		t.Errorf("%v, %d deploys", err, w.deploys())
	}
}

// Killed at whatever it does on the disk, a run goes on afterwards, and the org
// has one deploy.
func TestAKilledRunGoesOn(t *testing.T) {
	t.Parallel()
	w := newWorld(t, few())
	must(t, w.org.Inject(others()...))
	before := w.snapshot()
	resumed := 0
	// A run has about a hundred points; the study tries each.
	step := 5
	if os.Getenv("ORGKEEP_STUDY") != "" {
		step = 1
	}
	for n := 1; ; n += step {
		w.edit(func(e *emulator.Editor) error {
			return e.Put("classes/Hello.cls", fmt.Appendf(nil, "public class Hello { /* %d */ }\n", n))
		})
		plan, had := w.plan(before), w.deploys()
		dying := w.deps
		disk := statetest.New(statetest.Unsynced(), statetest.Kill(n))
		dying.FS = disk
		_, err := rollback.Apply(t.Context(), dying, plan, w.to(before))
		if _, hit := disk.Hit(); !hit {
			must(t, err)
			break
		}
		w.clock.advance(10 * 60e9)
		_, err = w.deps.Org.ToolingQuery(t.Context(), "SELECT Id FROM DeployRequest")
		must(t, err)
		pending, err := w.plans().Pending()
		must(t, err)
		if len(pending) > 0 {
			resumed++
			_, err = rollback.Resume(t.Context(), w.deps, pending[0], w.opts)
		} else {
			_, err = rollback.Run(t.Context(), w.deps, w.to(before))
		}
		must(t, err)
		if left := w.drift(before); len(left) != 0 || w.deploys()-had != 1 {
			t.Errorf("killed at %d: %d deploys, left %v", n, w.deploys()-had, left)
		}
	}
	if resumed < 3 {
		t.Errorf("only %d runs were resumed", resumed)
	}
	t.Logf("%d resumed", resumed)
}

func TestTheWayBackIsCheckedFirst(t *testing.T) {
	t.Parallel()
	w := newWorld(t, demo.Org())
	before := w.snapshot()
	w.edit(change(rateCard, "return null;", "return 0;"))
	must(t, w.org.Inject(emulator.Fault{Kind: emulator.FaultFailComponent, Type: "ApexClass", Name: "RateCard", Message: "it does not compile"}))
	opts := w.to(before)
	opts.ValidateInverse = true
	_, err := rollback.Run(t.Context(), w.deps, opts)
	if !errors.Is(err, deploy.ErrRejected) || w.kept() != 0 {
		t.Fatalf("%v, %d deploys", err, w.kept())
	}
	result, err := rollback.Run(t.Context(), w.deps, opts)
	if err != nil || result.InverseChecked == "" || !result.Clean() {
		t.Errorf("%v %q", err, result.InverseChecked)
	}
}

// kept counts the deploys that changed the org.
func (w *world) kept() int {
	w.t.Helper()
	rows, err := w.deps.Org.ToolingQuery(w.t.Context(), "SELECT Id, Status, CheckOnly FROM DeployRequest")
	must(w.t, err)
	n := 0
	for _, row := range rows {
		if row.Text("Status") == "Succeeded" && !row.Bool("CheckOnly") {
			n++
		}
	}
	return n
}

func TestAStrictPlanMindsEverything(t *testing.T) {
	t.Parallel()
	w := newWorld(t, demo.Org())
	before := w.snapshot()
	opts := w.to(before)
	opts.Strict = true
	another := func(e *emulator.Editor) error {
		return errors.Join(e.Put("classes/Another.cls", []byte("public class Another {}\n")), e.Put("classes/Another.cls-meta.xml", few()["classes/Hello.cls-meta.xml"].Data))
	}
	for _, since := range []struct {
		what string
		edit func(*emulator.Editor) error
		want string
		gone bool
	}{
		{"changed", change("layouts/Contact-Contact Layout.layout", "<showEmailCheckbox>false", "<showEmailCheckbox>true"), "Layout:Contact-Contact Layout", false},
		{"came", another, "ApexClass:Another", false},
		{"went", func(e *emulator.Editor) error {
			return e.Delete(metadata.Component{Type: "ApexClass", FullName: "WelcomeMailer"})
		}, "ApexClass:WelcomeMailer", true},
	} {
		w.edit(change(rateCard, "return null;", "return 0;"))
		plan := w.plan(before)
		w.edit(since.edit)
		var stale *deployplan.StaleError
		if _, err := rollback.Apply(t.Context(), w.deps, plan, opts); !errors.As(err, &stale) ||
			stale.Moved[0].String() != since.want || stale.Gone[stale.Moved[0]] != since.gone || w.deploys() != 0 {
			t.Fatalf("something %s: %v, %d deploys", since.what, err, w.deploys())
		}
		if since.gone && !strings.Contains(stale.Error(), demo.Users()[1].Username) {
			t.Errorf("it does not say who deleted it: %v", stale)
		}
	}
	plan := w.plan(before)
	w.edit(func(*emulator.Editor) error { return nil })
	if _, err := rollback.Apply(t.Context(), w.deps, plan, opts); err != nil {
		t.Errorf("nothing changed since: %v", err)
	}
}
