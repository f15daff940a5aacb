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
