package deployplan_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/orgkeep/orgkeep/internal/demo"
	"github.com/orgkeep/orgkeep/pkg/emulator"
	"github.com/orgkeep/orgkeep/pkg/metadata"
)

func TestEachChangeOfTheDemoIsTakenBackAlone(t *testing.T) {
	t.Parallel()
	o := newOrg(t, demo.Org())
	for _, c := range demo.Changes() {
		o.edit(func(e *emulator.Editor) error { return c.Apply(e) })
		plan := o.back()
		var touched []metadata.Component
		for _, a := range plan.Actions {
			touched = append(touched, a.Component)
		}
		slices.SortFunc(touched, metadata.Component.Compare)
		if diff := cmp.Diff(c.Touched, touched); diff != "" {
			t.Errorf("%s: the plan is about (-want +got):\n%s", c.Name, diff)
		}
		if all, _ := o.left(plan); len(all) != 0 {
			t.Errorf("%s: left:\n%s", c.Name, changesText(all))
		}
		if want := min(len(c.Touched), 1); len(plan.Stages) != want {
			t.Errorf("%s: %d deploys, not %d", c.Name, len(plan.Stages), want)
		}
	}
}
