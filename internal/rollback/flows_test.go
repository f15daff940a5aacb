package rollback_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/orgkeep/orgkeep/internal/demo"
	"github.com/orgkeep/orgkeep/internal/deployplan"
	"github.com/orgkeep/orgkeep/internal/rollback"
	"github.com/orgkeep/orgkeep/pkg/emulator"
)

const checkIn = "flows/Site_Check_In.flow"

// A flow goes back to the version that has the target's content, and forth again to
// the one that it had: no version is added.
func TestAFlowGoesBackByTheNumberOfItsVersion(t *testing.T) {
	t.Parallel()
	w := newWorld(t, demo.Org())
	before := w.snapshot()
	w.edit(change(checkIn, "inspection went.</description>", "visit went.</description>"))
	was := w.tree()
	back := w.back(before)
	forth := w.undo(back)
	for _, plan := range []*deployplan.Plan{back.Plan, forth.Plan} {
		if len(plan.Stages) != 1 || len(plan.Stages[0].Named) != 1 || plan.Stages[0].Named[0].Type != "FlowDefinition" {
			t.Errorf("it sends %v", plan.Stages)
		}
	}
	if diff := cmp.Diff(was, w.tree()); diff != "" {
		t.Errorf("the org is not what it was (-want +got):\n%s", diff)
	}
}

// A flow of a package has the same name but for its prefix, and versions of its own.
func TestAFlowOfAPackageIsAnother(t *testing.T) {
	t.Parallel()
	w := newWorld(t, demo.Org())
	w.edit(func(e *emulator.Editor) error {
		content, err := e.Get(checkIn)
		if err != nil {
			return err
		}
		for _, label := range []string{"One", "Two", "Three"} {
			if err := e.Put("flows/acmepkg__Site_Check_In.flow", []byte(strings.Replace(string(content), "<label>Site Check-In<", "<label>"+label+"<", 1))); err != nil {
				return err
			}
		}
		return nil
	})
	before := w.snapshot()
	w.edit(change(checkIn, "inspection went.</description>", "visit went.</description>"))
	plan := w.back(before).Plan
	if base := plan.Flows["Site_Check_In"]; base.Number != 1 || len(plan.Flows) != 1 {
		t.Errorf("%+v", plan.Flows)
	}
}

// In a version of the API below the target's the org would tell less of a flow than
// the target says: it is not asked what the versions hold.
func TestAnOlderCallIsNotAskedForVersions(t *testing.T) {
	t.Parallel()
	w := newWorld(t, demo.Org())
	before := w.snapshot()
	w.edit(change(checkIn, "inspection went.</description>", "visit went.</description>"))
	w.opts.Read.Version--
	plan := w.back(before).Plan
	if len(plan.Flows) != 0 || len(plan.Actions) != 1 || !strings.Contains(plan.Actions[0].Reason, "becomes a new version") {
		t.Errorf("%+v %+v", plan.Flows, plan.Actions)
	}
}

// The version that a plan uses was deleted since: nothing shows it but the list of
// versions.
func TestAPlanOfAVersionThatWentIsStale(t *testing.T) {
	t.Parallel()
	w := newWorld(t, demo.Org())
	before := w.snapshot()
	w.edit(change(checkIn, "inspection went.</description>", "visit went.</description>"))
	plan := w.plan(before)
	w.edit(func(e *emulator.Editor) error { return e.DeleteVersion("Site_Check_In", 1) })
	_, err := rollback.Apply(t.Context(), w.deps, plan, w.to(before))
	if !errors.Is(err, deployplan.ErrStalePlan) || !strings.Contains(err.Error(), "Flow:Site_Check_In") || w.deploys() != 0 {
		t.Errorf("%v, %d deploys", err, w.deploys())
	}
}

// Interviews are counted before a flow goes: one that they keep is switched off, and
// the rest of the plan is done.
func TestInterviewsAreCountedBeforeAFlowGoes(t *testing.T) {
	t.Parallel()
	w := newWorld(t, demo.Org())
	before := w.snapshot()
	w.edit(func(e *emulator.Editor) error {
		content, err := e.Get(checkIn)
		if err != nil {
			return err
		}
		for _, name := range []string{"Kept", "Free"} {
			if err := e.Put("flows/"+name+".flow", content); err != nil {
				return err
			}
		}
		e.Pause("Kept", 1, 2)
		return nil
	})
	plan := w.back(before).Plan
	said := map[string]string{}
	for _, a := range plan.Actions {
		said[a.Component.FullName] = a.Verb.Mark() + " " + a.Reason
	}
	if !strings.Contains(said["Kept"], "? 2 interviews of it are paused") || !strings.Contains(said["Free"], "no interview of it is paused") {
		t.Errorf("%q", said)
	}
	files := w.org.Files()
	if files["flows/Free.flow"] != nil || !strings.Contains(string(files["flows/Kept.flow"]), "<status>Obsolete<") {
		t.Errorf("they are\n%s\n%s", files["flows/Free.flow"], files["flows/Kept.flow"])
	}
}
