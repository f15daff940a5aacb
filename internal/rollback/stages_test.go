package rollback_test

import (
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/orgkeep/orgkeep/internal/demo"
	"github.com/orgkeep/orgkeep/internal/deploy"
	"github.com/orgkeep/orgkeep/internal/deployplan"
	"github.com/orgkeep/orgkeep/internal/rollback"
	"github.com/orgkeep/orgkeep/pkg/emulator"
	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// meanwhile edits an org before the nth deploy or validation is taken.
type meanwhile struct {
	before atomic.Int64
	edit   func(*emulator.Editor) error
	user   string
	failed atomic.Pointer[error]
}

func (m *meanwhile) hook(s *emulator.Server, call string, _ int) {
	if call == "deploy" && m.before.Add(-1) == 0 {
		if err := s.Edit(m.user, m.edit); err != nil {
			m.failed.Store(&err)
		}
	}
}

// inTwo is an org with four classes, all of them changed, whose rollback takes two
// deploys: A and B, then C and D, as these say.
func inTwo(t *testing.T, says map[string]string, gone string, options ...emulator.Option) (*world, rollback.Options) {
	t.Helper()
	files := few()
	for _, name := range []string{"A", "B", "C", "D"} {
		text := says[name]
		if text == "" {
			text = "{}"
		}
		files["classes/"+name+".cls"] = &fstest.MapFile{Data: []byte("public class " + name + " " + text + "\n")}
		files["classes/"+name+".cls-meta.xml"] = files["classes/Hello.cls-meta.xml"]
	}
	w := newWorld(t, files, options...)
	must(t, w.org.Inject(others()...))
	before := w.snapshot()
	for _, name := range []string{"A", "B", "C", "D"} {
		if name == gone {
			w.edit(func(e *emulator.Editor) error { return e.Delete(metadata.Component{Type: "ApexClass", FullName: gone}) })
			continue
		}
		w.edit(change("classes/"+name+".cls", "public class", "/* bad */ public class"))
	}
	opts := w.to(before)
	opts.Limits = deployplan.Limits{Files: 4}
	return w, opts
}

// sent gives what the journal notes of deploys, in order.
func (w *world) sent() []string {
	w.t.Helper()
	dir, err := w.deps.Store.PrivateDir()
	must(w.t, err)
	noted, err := deploy.NewJournal(w.deps.FS, dir).Operations()
	must(w.t, err)
	var out []string
	for _, o := range noted {
		what := "deploy "
		if o.CheckOnly {
			what = "validate "
		}
		out = append(out, what+o.Stage)
	}
	return out
}

func TestAllPartsAreValidatedBeforeTheFirstIsDeployed(t *testing.T) {
	t.Parallel()
	w, opts := inTwo(t, nil, "")
	result, err := rollback.Run(t.Context(), w.deps, opts)
	must(t, err)
	want := []string{"validate main, part 1 of 2", "validate main, part 2 of 2", "deploy main, part 1 of 2", "deploy main, part 2 of 2"}
	if diff := cmp.Diff(want, w.sent()); diff != "" || !result.Clean() || len(result.Diff.Changes) != 0 {
		t.Errorf("(-want +sent):\n%s%s", diff, leftText(result))
	}
}

func TestAPartThatTheOrgRefusesStopsBeforeAnythingIsDeployed(t *testing.T) {
	t.Parallel()
	w, opts := inTwo(t, nil, "")
	must(t, w.org.Inject(emulator.Fault{Kind: emulator.FaultFailComponent, Nth: 2, Type: "ApexClass", Name: "C", Message: "no"}))
	result, err := rollback.Run(t.Context(), w.deps, opts)
	var kept *rollback.KeptError
	if !errors.Is(err, deploy.ErrRejected) || errors.As(err, &kept) || len(result.Deploys) != 0 {
		t.Fatalf("%v", err)
	}
	if diff := cmp.Diff([]string{"validate main, part 1 of 2", "validate main, part 2 of 2"}, w.sent()); diff != "" {
		t.Errorf("(-want +sent):\n%s", diff)
	}
	if pending, err := w.plans().Pending(); err != nil || len(pending) != 0 {
		t.Errorf("the run is still open: %v %v", pending, err)
	}
}

func TestAPartThatNeedsAnEarlierOneIsValidatedInItsTurn(t *testing.T) {
	t.Parallel()
	w, opts := inTwo(t, map[string]string{"D": "{ A a; }"}, "A")
	result, err := rollback.Run(t.Context(), w.deps, opts)
	must(t, err)
	want := []string{"validate main, part 1 of 2", "deploy main, part 1 of 2", "validate main, part 2 of 2", "deploy main, part 2 of 2"}
	if diff := cmp.Diff(want, w.sent()); diff != "" || len(result.Diff.Changes) != 0 {
		t.Errorf("(-want +sent):\n%s%s", diff, leftText(result))
	}
	if why := result.Plan.Stages[1].Needs; why != "ApexClass:D needs ApexClass:A, which is created before it" {
		t.Errorf("the plan says %q", why)
	}
}

func TestAPartThatDeletesWhatIsInUseIsValidatedInItsTurn(t *testing.T) {
	t.Parallel()
	w, opts := inTwo(t, nil, "")
	w.edit(func(e *emulator.Editor) error {
		return errors.Join(e.Put("classes/X.cls", []byte("public class X {}\n")), e.Put("classes/X.cls-meta.xml", few()["classes/Hello.cls-meta.xml"].Data))
	})
	w.edit(change("classes/A.cls", "{}", "{ X x; }"))
	result, err := rollback.Run(t.Context(), w.deps, opts)
	must(t, err)
	if why := result.Plan.Stages[1].Needs; why != "it deletes ApexClass:X, which ApexClass:A names until then" || len(result.Diff.Changes) != 0 {
		t.Errorf("the plan says %q\n%s", why, leftText(result))
	}
}

// What an earlier part only changes may be why the org refuses a later one as it is:
// that is no reason to stop, and is asked again.
func TestARefusalThatMayComeFromTheOrderIsAskedAgain(t *testing.T) {
	t.Parallel()
	w, opts := inTwo(t, map[string]string{"D": "{ A a; }"}, "")
	must(t, w.org.Inject(emulator.Fault{Kind: emulator.FaultFailComponent, Nth: 2, Type: "ApexClass", Name: "D", Message: "no such method"}))
	var said []string
	opts.Say = func(text string) { said = append(said, text) }
	result, err := rollback.Run(t.Context(), w.deps, opts)
	must(t, err)
	want := []string{
		"validate main, part 1 of 2", "validate main, part 2 of 2", "deploy main, part 1 of 2", "validate main, part 2 of 2", "deploy main, part 2 of 2",
	}
	if diff := cmp.Diff(want, w.sent()); diff != "" || len(result.Diff.Changes) != 0 {
		t.Errorf("(-want +sent):\n%s%s", diff, leftText(result))
	}
	if len(said) != 1 || !strings.Contains(said[0], "ApexClass:D names ApexClass:A") {
		t.Errorf("it says %q", said)
	}
}

func TestACheckLooksAtEveryPartThatItCan(t *testing.T) {
	t.Parallel()
	w, opts := inTwo(t, nil, "")
	opts.CheckOnly = true
	result, err := rollback.Run(t.Context(), w.deps, opts)
	must(t, err)
	if len(result.Deploys) != 2 || len(result.NotValidated) != 0 || result.Undo != "" {
		t.Errorf("%+v", result)
	}
}

// While the parts are deployed somebody else changes what the second is about.
func TestWhatMovesBetweenTheDeploysStopsTheNext(t *testing.T) {
	t.Parallel()
	m := &meanwhile{user: demo.Users()[1].Username, edit: change("classes/D.cls", "public class", "/* mine */ public class")}
	w, opts := inTwo(t, nil, "", emulator.WithHook(m.hook))
	m.before.Store(3)
	result, err := rollback.Run(t.Context(), w.deps, opts)
	var stale *deployplan.StaleError
	var kept *rollback.KeptError
	if !errors.As(err, &stale) || !errors.As(err, &kept) || len(result.Deploys) != 1 || len(stale.Moved) != 1 || stale.Moved[0].FullName != "D" {
		t.Fatalf("%v", err)
	}
	for _, part := range []string{demo.Users()[1].Username, "the org has kept main, part 1 of 2 (0Af"} {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("it does not say %q: %v", part, err)
		}
	}
	if !strings.Contains(string(w.org.Files()["classes/D.cls"]), "mine") || w.deploys() != 3 {
		t.Error("what somebody else did is gone")
	}
	if pending, err := w.plans().Pending(); err != nil || len(pending) != 0 {
		t.Errorf("the run is still open: %v %v", pending, err)
	}
	// The next plan is about what is left, what moved included.
	if w.back(opts.Target); len(w.drift(opts.Target)) != 0 {
		t.Error("the target is not reached")
	}
}

// The same between the deploys that the rules of the platform ask for: a class of
// the second, and a rule that the first has switched off.
func TestEachLaterStageIsComparedWithThePlan(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		path, was, is string
		moved         string
	}{
		"nothing moves":                    {rateCard, "nothing of the kind", "", ""},
		"what only the second touches":     {rateCard, "return 0;", "return 1;", "ApexClass:RateCard"},
		"what the first has touched":       {"matchingRules/Account.matchingRule", "MatchBlanks", "NullNotAllowed", "MatchingRule:Account.Same_Customer_Number"},
		"what the plan has nothing to say": {"layouts/Contact-Contact Layout.layout", "<showEmailCheckbox>false", "<showEmailCheckbox>true", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var w *world
			m := &meanwhile{user: demo.Users()[1].Username, edit: func(e *emulator.Editor) error { return change(tc.path, tc.was, tc.is)(e) }}
			w = newWorld(t, demo.Org(), emulator.WithHook(func(s *emulator.Server, call string, n int) {
				if call == "checkDeployStatus" { // the first deploy was kept
					m.hook(s, "deploy", n)
				}
			}))
			before := w.snapshot()
			w.edit(change("matchingRules/Account.matchingRule", "NullNotAllowed", "MatchBlanks"))
			w.edit(change(rateCard, "return null;", "return 0;"))
			m.before.Store(2)
			if tc.is == "" {
				m.before.Store(0)
			}
			result, err := rollback.Run(t.Context(), w.deps, w.to(before))
			if p := m.failed.Load(); p != nil {
				t.Fatal(*p)
			}
			if tc.moved == "" {
				must(t, err)
				return
			}
			var stale *deployplan.StaleError
			if !errors.As(err, &stale) || len(result.Deploys) == 0 || stale.Moved[0].String() != tc.moved {
				t.Fatalf("%v, %d deploys", err, len(result.Deploys))
			}
		})
	}
}

// A version that the second deploy makes active goes while the first runs. No file
// shows it.
func TestTheVersionsOfFlowsAreComparedBetweenTheDeploys(t *testing.T) {
	t.Parallel()
	for _, moves := range []bool{false, true} {
		m := &meanwhile{user: demo.Users()[1].Username, edit: func(e *emulator.Editor) error { return e.DeleteVersion("Site_Check_In", 1) }}
		w := newWorld(t, demo.Org(), emulator.WithHook(func(s *emulator.Server, call string, n int) {
			if call == "checkDeployStatus" { // the first deploy was kept
				m.hook(s, "deploy", n)
			}
		}))
		before := w.snapshot()
		w.edit(change("matchingRules/Account.matchingRule", "NullNotAllowed", "MatchBlanks"))
		w.edit(change(checkIn, "inspection went.</description>", "visit went.</description>"))
		if moves {
			m.before.Store(1)
		}
		result, err := rollback.Run(t.Context(), w.deps, w.to(before))
		if p := m.failed.Load(); p != nil {
			t.Fatal(*p)
		}
		var stale *deployplan.StaleError
		if got := errors.As(err, &stale); got != moves || !moves && err != nil || len(result.Deploys) == 0 {
			t.Fatalf("%v, %d deploys", err, len(result.Deploys))
		}
		if moves && stale.Moved[0].String() != "Flow:Site_Check_In" {
			t.Errorf("%v", stale.Moved)
		}
	}
}

// A profile changes along with what the first part deploys: then it bears the name of
// who deploys, and nobody has moved it.
func TestWhatChangesAlongWithAnEarlierPartIsNotMoved(t *testing.T) {
	t.Parallel()
	for name, user := range map[string]string{"by the deploy": demo.Administrator().Username, "by somebody else": demo.Users()[1].Username} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			const profile = "profiles/Acme Sales User.profile"
			m := &meanwhile{user: user, edit: change(profile, "New ", "Newer ")}
			w := newWorld(t, demo.Org(), emulator.WithHook(m.hook))
			before := w.snapshot()
			w.edit(change("classes/CaseRouter.cls", "{", "{ // new\n"))
			w.edit(change(rateCard, "return null;", "return 0;"))
			w.edit(change(profile, "<description>", "<description>New "))
			opts := w.to(before)
			opts.Limits = deployplan.Limits{Files: 4}
			m.before.Store(3) // after both parts were validated, before the first is deployed
			result, err := rollback.Run(t.Context(), w.deps, opts)
			if p := m.failed.Load(); p != nil {
				t.Fatal(*p)
			}
			if moved := errors.Is(err, deployplan.ErrStalePlan); moved != (name == "by somebody else") || !moved && err != nil || len(result.Plan.Stages) != 2 {
				t.Errorf("%v\n%s", err, planText(result))
			}
		})
	}
}
