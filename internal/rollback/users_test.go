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
	w := newWorld(t, demo.Org())
	named := tom
	for _, tc := range []struct {
		user string
		want deployplan.Verb
	}{
		{tom + ".uat", deployplan.Change}, // the same, of a sandbox
		{"o'hara_1@acme.example", deployplan.Leave},
		{tom + ".uat.two", deployplan.Leave},
	} {
		w.edit(change(queue, named, tc.user))
		before := w.snapshot()
		named = "ada.admin@acme.example</user>\n            <user>" + demo.Users()[1].Username
		w.edit(change(queue, tc.user, named))
		plan := w.plan(before)
		if len(plan.Actions) != 1 || plan.Actions[0].Verb != tc.want || w.deploys() != 0 {
			t.Errorf("%s: %+v", tc.user, plan.Actions)
		}
	}
}
