package deployplan_test

import (
	"strings"
	"testing"

	"github.com/orgkeep/orgkeep/internal/deployplan"
)

// What is set once is left with what a person can do. Done by hand, the next plan
// brings the field back with all that it was taken from: layouts, lists and access.
func TestAFieldThatWasDeletedByHandComesBackWhole(t *testing.T) {
	t.Parallel()
	o := ruleCase{live: []change{
		swap(account, "<valueSetName>Region</valueSetName>", "<valueSetName>Acme_Other</valueSetName>"),
		twin(region, "globalValueSets/Acme_Other.globalValueSet"),
	}}.org(t)
	plan := o.back()
	left := plan.Actions[0]
	if left.Verb != deployplan.Leave || !strings.Contains(left.ByHand, "delete the field in Setup") {
		t.Fatalf("%+v", plan.Actions)
	}
	o.edit(remove("CustomField", "Account.Region__c"))
	plan = o.back()
	if all, surprises := o.left(plan); len(all) > 0 || len(surprises) > 0 {
		t.Errorf("left: %v\n%v", all, actionsOf(plan))
	}
	if len(plan.Actions) < 3 || plan.Count(deployplan.Leave) > 0 {
		t.Errorf("the field was used nowhere, or not all comes back: %v", actionsOf(plan))
	}
}
