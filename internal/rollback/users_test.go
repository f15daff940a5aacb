package rollback_test

import (
	"testing"

	"github.com/orgkeep/orgkeep/internal/demo"
	"github.com/orgkeep/orgkeep/internal/deployplan"
)

// The org is asked for the users whom the target names: one with the suffix of a
// sandbox is the same, one whom it has not is told of before any deploy.
func TestUsersAreLookedUpBeforeThePlan(t *testing.T) {
	t.Parallel()
	const queue, tom = "queues/Offers.queue", "tom.osei@acme.example"
	for name, tc := range map[string]struct {
		user string
		want deployplan.Verb
	}{
		"the same with a suffix": {tom + ".uat", deployplan.Change},
		"nobody":                 {"o'hara_1@acme.example", deployplan.Leave},
		"nobody, of two parts":   {tom + ".uat.two", deployplan.Leave},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, demo.Org())
			w.edit(change(queue, tom, tc.user))
			before := w.snapshot()
			w.edit(change(queue, tc.user, "ada.admin@acme.example</user>\n            <user>"+demo.Users()[1].Username))
			plan := w.plan(before)
			if len(plan.Actions) != 1 || plan.Actions[0].Verb != tc.want || w.deploys() != 0 {
				t.Errorf("%+v", plan.Actions)
			}
		})
	}
}
