package rollback_test

import (
	"testing"

	"github.com/orgkeep/orgkeep/internal/demo"
	"github.com/orgkeep/orgkeep/internal/deployplan"
	"github.com/orgkeep/orgkeep/pkg/emulator"
)

func TestEverythingThatTwoPeopleChangedIsTakenBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t, demo.Org())
	before := w.snapshot()
	for _, c := range demo.Changes() {
		w.edit(func(e *emulator.Editor) error { return c.Apply(e) })
	}
	w.snapshot()
	result := w.back(before)
	if n := len(result.Diff.Changes); n != 0 {
		t.Errorf("%d differences are left\n%s", n, leftText(result))
	}
	if len(result.Deploys) != 1 {
		t.Errorf("%d deploys, not one", len(result.Deploys))
	}
	if !result.Snapshot.Changed() {
		t.Error("no snapshot was taken")
	}
	again := w.plan(before)
	if !again.Empty() || len(again.Actions) != 0 {
		t.Errorf("a second rollback would do something:\n%v", again.Actions)
	}
}

func TestEachChangeIsTakenBackAlone(t *testing.T) {
	t.Parallel()
	w := newWorld(t, demo.Org())
	before := w.snapshot()
	for _, c := range demo.Changes() {
		w.edit(func(e *emulator.Editor) error { return c.Apply(e) })
		result := w.back(before)
		if n := len(result.Diff.Changes); n != 0 {
			t.Errorf("%s: %d differences are left", c.Name, n)
		}
		if len(c.Touched) == 0 {
			if !result.Plan.Empty() {
				t.Errorf("%s: the plan is not empty: %v", c.Name, result.Plan.Actions)
			}
			continue
		}
		if n := result.Plan.Count(deployplan.Leave); n != 0 || len(result.Plan.Stages) != 1 {
			t.Errorf("%s: %d things are left, %d deploys", c.Name, n, len(result.Plan.Stages))
		}
		for _, touched := range c.Touched {
			found := false
			for _, a := range result.Plan.Actions {
				found = found || a.Component == touched
			}
			if !found {
				t.Errorf("%s: the plan does not touch %s: %s", c.Name, touched, planText(result))
			}
		}
	}
}
