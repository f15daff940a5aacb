package rollback_test

import (
	"testing"

	"github.com/orgkeep/orgkeep/internal/demo"
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
