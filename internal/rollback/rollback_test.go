package rollback_test

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/orgkeep/orgkeep/internal/capture"
	"github.com/orgkeep/orgkeep/internal/demo"
	"github.com/orgkeep/orgkeep/internal/deploy"
	"github.com/orgkeep/orgkeep/internal/deployplan"
	"github.com/orgkeep/orgkeep/internal/rollback"
	"github.com/orgkeep/orgkeep/internal/snapshot"
	"github.com/orgkeep/orgkeep/internal/tree"
	"github.com/orgkeep/orgkeep/pkg/emulator"
	"github.com/orgkeep/orgkeep/pkg/metadata"
)

const rateCard = "classes/RateCard.cls"

// change gives a file of the org other text.
func change(path, was, is string) func(*emulator.Editor) error {
	return func(e *emulator.Editor) error {
		content, err := e.Get(path)
		if err != nil {
			return err
		}
		return e.Put(path, []byte(strings.Replace(string(content), was, is, 1)))
	}
}

// deploys counts the deploys that the org has.
func (w *world) deploys() int {
	w.t.Helper()
	rows, err := w.deps.Org.ToolingQuery(w.t.Context(), "SELECT Id FROM DeployRequest")
	must(w.t, err)
	return len(rows)
}

func TestARollbackIsRecorded(t *testing.T) {
	t.Parallel()
	w := newWorld(t, demo.Org())
	before := w.snapshot()
	w.edit(change(rateCard, "return null;", "return 0;"))
	opts := w.to(before)
	opts.TargetName = "v1"
	opts.TestLevel = "RunLocalTests"
	result, err := rollback.Run(t.Context(), w.deps, opts)
	must(t, err)
	digest, err := result.Plan.Digest()
	must(t, err)
	head, err := w.deps.Store.Head(t.Context(), branch)
	must(t, err)
	if result.Digest != digest || len(result.Deploys) != 1 || result.Deploys[0].Result.TestsRun == 0 {
		t.Errorf("digest %s, deploys %+v", result.Digest, result.Deploys)
	}
	if head != result.Snapshot.New {
		t.Errorf("the newest snapshot is %s, not that of the rollback", head.Short())
	}
	commit, err := w.deps.Store.Load(t.Context(), head)
	must(t, err)
	if commit.Subject != "prod: rolled back to v1 ("+before.Short()+")" {
		t.Errorf("the subject is %q", commit.Subject)
	}
	for key, want := range map[string]string{
		rollback.TrailerRolledBackTo: before.String(), rollback.TrailerPlan: result.Digest,
		rollback.TrailerDeploy: string(result.Deploys[0].ID), capture.TrailerSnapshot: "prod",
	} {
		if got, _ := commit.Trailer(key); got != want {
			t.Errorf("trailer %s is %q, not %q", key, got, want)
		}
	}
	if tests, _ := commit.Trailer(rollback.TrailerTests); !strings.HasSuffix(tests, " run, 0 failed") || strings.HasPrefix(tests, "0") {
		t.Errorf("the tests are %q", tests)
	}
}

func TestNothingIsDeployedWithoutConsent(t *testing.T) {
	t.Parallel()
	w := newWorld(t, demo.Org())
	before := w.snapshot()
	w.edit(change(rateCard, "return null;", "return 0;"))
	no := errors.New("no")
	opts := w.to(before)
	opts.Confirm = func(_ context.Context, p *deployplan.Plan) error {
		if p.Count(deployplan.Change) != 1 {
			t.Errorf("shown %v", p.Actions)
		}
		return no
	}
	if _, err := rollback.Run(t.Context(), w.deps, opts); !errors.Is(err, no) || w.deploys() != 0 {
		t.Errorf("%v, %d deploys", err, w.deploys())
	}
}

func TestAStalePlanIsRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t, demo.Org())
	before := w.snapshot()
	w.edit(change(rateCard, "return null;", "return 0;"))
	w.edit(change("profiles/Acme Sales User.profile", "<description>", "<description>New "))
	plan := w.plan(before)
	w.edit(change("layouts/Contact-Contact Layout.layout", "<showEmailCheckbox>false", "<showEmailCheckbox>true"))
	w.edit(change(rateCard, "return 0;", "return 1;"))
	result, err := rollback.Apply(t.Context(), w.deps, plan, w.to(before))
	var stale *deployplan.StaleError
	if !errors.As(err, &stale) || !errors.Is(err, deployplan.ErrStalePlan) || w.deploys() != 0 || len(result.Deploys) != 0 {
		t.Fatalf("%v, %d deploys", err, w.deploys())
	}
	if len(stale.Moved) != 1 || stale.Moved[0].FullName != "RateCard" || !strings.Contains(err.Error(), demo.Users()[1].Username) {
		t.Errorf("it does not say what moved and who did it: %v", err)
	}
	w.edit(change(rateCard, "return 1;", "return 0;"))
	if _, err := rollback.Apply(t.Context(), w.deps, plan, w.to(before)); err != nil {
		t.Errorf("what moved is back, and the layout is not the plan's: %v", err)
	}
}

func TestAPlanOfAnotherOrgIsRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t, demo.Org())
	before := w.snapshot()
	plan := w.plan(before)
	plan.OrgID = "00D000000000000AAA"
	if _, err := rollback.Apply(t.Context(), w.deps, plan, w.to(before)); !errors.Is(err, rollback.ErrOtherOrg) {
		t.Errorf("the plan: %v", err)
	}
	opts := w.to(before)
	opts.OrgID = "00D000000000000AAA"
	if _, err := rollback.Plan(t.Context(), w.deps, opts); !errors.Is(err, rollback.ErrOtherOrg) {
		t.Errorf("the target: %v", err)
	}
}

func TestAPlanIsAppliedFromItsFile(t *testing.T) {
	t.Parallel()
	w := newWorld(t, demo.Org())
	before := w.snapshot()
	for _, c := range demo.Changes() {
		w.edit(func(e *emulator.Editor) error { return c.Apply(e) })
	}
	var file bytes.Buffer
	must(t, w.plan(before).Write(t.Context(), &file))
	plan, err := deployplan.Read(&file, nil)
	must(t, err)
	result, err := rollback.Apply(t.Context(), w.deps, plan, w.opts)
	must(t, err)
	if len(result.Diff.Changes) != 0 || !result.Clean() {
		t.Errorf("left:\n%s", leftText(result))
	}
}

func TestACheckDeploysNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t, demo.Org())
	before := w.snapshot()
	w.edit(change(rateCard, "return null;", "return 0;"))
	w.edit(change("matchingRules/Account.matchingRule", "NullNotAllowed", "MatchBlanks"))
	opts := w.to(before)
	opts.CheckOnly = true
	result, err := rollback.Run(t.Context(), w.deps, opts)
	must(t, err)
	if len(result.Deploys) != 1 || len(result.NotValidated) != 2 || result.Snapshot != nil || result.Verify != nil {
		t.Errorf("%+v", result)
	}
	if !strings.Contains(string(w.org.Files()[rateCard]), "return 0;") {
		t.Error("the class was changed")
	}
}

func TestARejectedRollbackChangesNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t, demo.Org())
	before := w.snapshot()
	w.edit(change(rateCard, "return null;", "return 0;"))
	must(t, w.org.Inject(emulator.Fault{Kind: emulator.FaultFailComponent, Type: "ApexClass", Name: "RateCard", Message: "Variable does not exist: x"}))
	result, err := rollback.Run(t.Context(), w.deps, w.to(before))
	if !errors.Is(err, deploy.ErrRejected) || !strings.Contains(err.Error(), "Variable does not exist: x") || len(result.Deploys) != 0 {
		t.Errorf("%v", err)
	}
}

func TestAStageThatFailsSaysWhatWasKept(t *testing.T) {
	t.Parallel()
	w := newWorld(t, demo.Org())
	before := w.snapshot()
	w.edit(change("matchingRules/Account.matchingRule", "NullNotAllowed", "MatchBlanks"))
	w.edit(change(rateCard, "return null;", "return 0;"))
	must(t, w.org.Inject(emulator.Fault{Kind: emulator.FaultFailComponent, Nth: 2, Type: "ApexClass", Name: "RateCard", Message: "no"}))
	result, err := rollback.Run(t.Context(), w.deps, w.to(before))
	if !errors.Is(err, deploy.ErrRejected) || !strings.Contains(err.Error(), "the org has kept switch off (0Af") || len(result.Deploys) != 1 {
		t.Fatalf("%v", err)
	}
	// The next plan is the rest, and reaches the target.
	result = w.back(before)
	if len(result.Diff.Changes) != 0 || stageNames(result.Plan) != "main, switch on" {
		t.Errorf("stages %s, left:\n%s", stageNames(result.Plan), leftText(result))
	}
}

// An org takes its time to make a matching rule active: the duplicate rule that
// needs it is sent when it is, and so is what is read back.
func TestARollbackWaitsForWhatTheOrgWorksIn(t *testing.T) {
	t.Parallel()
	files := fstest.MapFS{emulator.ScriptFile: {Data: []byte("settle: 50s\n")}}
	must(t, fs.WalkDir(demo.Org(), ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := fs.ReadFile(demo.Org(), path)
		files[path] = &fstest.MapFile{Data: data}
		return err
	}))
	w := newWorld(t, files)
	before := w.snapshot()
	w.edit(change("duplicateRules/Account.Customer_Twice.duplicateRule", "<isActive>true", "<isActive>false"))
	w.edit(change("matchingRules/Account.matchingRule", ">Active<", ">Inactive<"))
	result := w.back(before)
	if len(result.Diff.Changes) != 0 || stageNames(result.Plan) != "main, duplicate rules" || w.deploys() < 3 {
		t.Errorf("stages %s, %d deploys, left:\n%s", stageNames(result.Plan), w.deploys(), leftText(result))
	}
	w.edit(change("matchingRules/Account.matchingRule", "NullNotAllowed", "MatchBlanks"))
	result = w.back(before)
	if len(result.Diff.Changes) != 0 || stageNames(result.Plan) != "switch off, main, switch on" {
		t.Errorf("stages %s, left:\n%s", stageNames(result.Plan), leftText(result))
	}
}

func stageNames(p *deployplan.Plan) string {
	var names []string
	for _, s := range p.Stages {
		names = append(names, s.Name)
	}
	return strings.Join(names, ", ")
}

// Of a rollback that is cut into parts the second one fails: what became of each
// component is noted, and the next plan is about exactly the others.
func TestWhatIsLeftOfACutRollbackIsTheNextPlan(t *testing.T) {
	t.Parallel()
	w := newWorld(t, few())
	must(t, w.org.Inject(others()...))
	for _, name := range []string{"A", "B", "C", "D"} {
		w.edit(func(e *emulator.Editor) error {
			return errors.Join(e.Put("classes/"+name+".cls", []byte("public class "+name+" {}\n")), e.Put("classes/"+name+".cls-meta.xml", few()["classes/Hello.cls-meta.xml"].Data))
		})
	}
	before := w.snapshot()
	for _, name := range []string{"A", "B", "C", "D"} {
		w.edit(change("classes/"+name+".cls", "{}", "{ /* new */ }"))
	}
	opts := w.to(before)
	opts.Limits = deployplan.Limits{Files: 4}
	must(t, w.org.Inject(emulator.Fault{Kind: emulator.FaultFailComponent, Nth: 4, Type: "ApexClass", Name: "C", Message: "no"}))
	result, err := rollback.Run(t.Context(), w.deps, opts)
	var kept *rollback.KeptError
	if !errors.As(err, &kept) || !errors.Is(err, deploy.ErrRejected) || len(kept.Kept) != 1 {
		t.Fatalf("%v", err)
	}
	dir, err := w.deps.Store.PrivateDir()
	must(t, err)
	noted, err := deploy.NewJournal(w.deps.FS, dir).Operations()
	must(t, err)
	last := noted[len(noted)-1]
	if diff := cmp.Diff([]deploy.Failure{{Component: "ApexClass:C", Problem: "no"}}, last.Failures); diff != "" || last.Stage != result.Plan.Stages[1].Name {
		t.Errorf("noted of %s (-want +got):\n%s", last.Stage, diff)
	}
	plan, err := rollback.Plan(t.Context(), w.deps, opts)
	must(t, err)
	if diff := cmp.Diff(result.Plan.Stages[1].Named, plan.Touched()); diff != "" {
		t.Errorf("the next plan (-what was left +what it is about):\n%s", diff)
	}
	if w.back(before); len(w.drift(before)) != 0 {
		t.Error("the target is not reached")
	}
}

func TestARestThatWasNotAnnouncedIsFound(t *testing.T) {
	t.Parallel()
	// The reading that the planner knows nothing of: what was there stays.
	w := newWorld(t, demo.Org())
	before := w.snapshot()
	w.edit(change(rateCard, "return null;", "return 0;"))
	plan := w.plan(before)
	plan.Stages[0].Files[0].Content, plan.Stages[0].Files[0].Hash = []byte("public class RateCard { }\n"), ""
	result, err := rollback.Apply(t.Context(), w.deps, plan, w.to(before))
	must(t, err)
	if result.Clean() || len(result.Verify.Surprises) != 1 || len(result.Left.Surprises) != 1 {
		t.Errorf("the org has another class than the target, and nobody noticed: %+v", result.Verify)
	}
}

func TestARollbackIsNarrowed(t *testing.T) {
	t.Parallel()
	w := newWorld(t, demo.Org())
	before := w.snapshot()
	for _, c := range demo.Changes() {
		w.edit(func(e *emulator.Editor) error { return c.Apply(e) })
	}
	opts := w.to(before)
	only := metadata.Component{Type: "CustomField", FullName: "Account.Customer_Number__c"}
	opts.Keep = func(c metadata.Component) bool { return c == only }
	result, err := rollback.Run(t.Context(), w.deps, opts)
	must(t, err)
	if !result.Clean() || len(result.Plan.Actions) != 1 || len(result.Diff.Changes) == 0 {
		t.Errorf("%s\n%s", planText(result), leftText(result))
	}
}

func TestADeployThatWasLeftOpenIsSettledFirst(t *testing.T) {
	t.Parallel()
	w := newWorld(t, demo.Org(), emulator.WithLatency(time.Hour))
	before := w.snapshot()
	w.edit(change(rateCard, "return null;", "return 0;"))
	// The network goes while the deploy runs.
	must(t, w.org.Inject(emulator.Fault{Call: "checkDeployStatus", Count: 40, Kind: emulator.FaultHTTP, Status: 503}))
	if _, err := rollback.Run(t.Context(), w.deps, w.to(before)); err == nil {
		t.Fatal("it went on without the network")
	}
	// The next one finds nothing to deploy, and proves and records that one.
	result := w.back(before)
	if !result.Clean() || len(result.Deploys) != 1 || !result.Deploys[0].Earlier || result.Snapshot == nil || w.deploys() != 1 {
		t.Errorf("%d deploys, plan %s", w.deploys(), planText(result))
	}
}

func TestALostReplyDoesNotDeployTwice(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{emulator.FaultHalfBody, emulator.FaultReset} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, demo.Org())
			before := w.snapshot()
			w.edit(change(rateCard, "return null;", "return 0;"))
			must(t, w.org.Inject(emulator.Fault{Call: "deploy", Kind: kind}))
			_, err := rollback.Run(t.Context(), w.deps, w.to(before))
			if had := w.deploys(); had == 1 && err != nil || had == 0 && !errors.Is(err, deploy.ErrUnknown) || had > 1 {
				t.Errorf("the org has %d deploys: %v", had, err)
			}
			w.clock.advance(time.Hour)
			result := w.back(before)
			if len(result.Diff.Changes) != 0 || w.deploys() != 1 {
				t.Errorf("the org has %d deploys, and %d things are left", w.deploys(), len(result.Diff.Changes))
			}
		})
	}
}

func TestATargetThatIsNotThereIsAnError(t *testing.T) {
	t.Parallel()
	w := newWorld(t, demo.Org())
	w.snapshot()
	if _, err := rollback.Plan(t.Context(), w.deps, w.to(snapshot.ID{1})); !errors.Is(err, snapshot.ErrNotFound) {
		t.Errorf("%v", err)
	}
}

func TestWhatARollbackTakesBackStaysInTheHistory(t *testing.T) {
	t.Parallel()
	w := newWorld(t, demo.Org())
	first := w.snapshot()
	// No snapshot sees this before it is taken back.
	w.edit(change(rateCard, "return null;", "return 0;"))
	result, err := rollback.Run(t.Context(), w.deps, w.to(first))
	must(t, err)
	taken := result.Before.New
	if parents, err := w.deps.Store.Load(t.Context(), result.Snapshot.New); err != nil || len(parents.Parents) != 1 || parents.Parents[0] != taken {
		t.Errorf("the snapshot of the rollback does not follow %s: %v, %v", taken.Short(), parents.Parents, err)
	}
	content, err := w.deps.Store.File(t.Context(), taken, root+"/"+rateCard)
	must(t, err)
	if !strings.Contains(string(content), "return 0;") {
		t.Error("what was taken back is nowhere in the history")
	}
	was, err := w.deps.Store.Tree(t.Context(), first, root)
	must(t, err)
	is, err := w.deps.Store.Tree(t.Context(), result.Snapshot.New, root)
	must(t, err)
	for c := range tree.Changed(was, is) {
		t.Errorf("in the end %s differs", c.Path)
	}
	again, err := rollback.Run(t.Context(), w.deps, w.to(first))
	must(t, err)
	if again.Before != nil || again.Snapshot != nil {
		t.Error("a run with nothing to do took a snapshot")
	}
}
