package deployplan_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/orgkeep/orgkeep/internal/deployplan"
)

// userRules are about people in metadata: of an org in which some of them are
// others.
func userRules() []ruleCase {
	const (
		rules  = "assignmentRules/Case.assignmentRules"
		offers = "queues/Offers.queue"
	)
	const tom, maria = "tom.osei@acme.example", "maria.keller@acme.example"
	named := func(path, was string) change { return swap(path, was, nobody) }
	unnamed := func(path, is string) change { return swap(path, nobody, is) }
	return []ruleCase{
		{
			name: "a queue of a user whom the org has not is left", actions: []string{"? Queue:Offers"}, stages: []string{}, left: []string{"Queue:Offers"},
			target: []change{named(offers, tom)}, live: []change{swap(offers, nobody, tom+"</user>\n            <user>"+maria)},
		},
		{
			name: "where the org names another user, that one stays", actions: []string{"? Queue:Offers"}, stages: []string{}, left: []string{"Queue:Offers"},
			target: []change{named(offers, tom)}, live: []change{unnamed(offers, tom)},
		},
		{
			name: "and what else changed goes back", actions: []string{"~ Settings:Case"}, left: []string{"Settings:Case"},
			target: []change{named(caseRules, "ada.admin@acme.example")}, live: []change{unnamed(caseRules, tom), swap(caseRules, "<enableCaseFeed>true", "<enableCaseFeed>false")},
		},
		{
			name: "one rule is left, and its sibling goes back", actions: []string{"~ AssignmentRule:Case.Holidays", "? AssignmentRule:Case.Standard"}, left: []string{"AssignmentRule:Case.Standard"},
			target: []change{named(rules, maria)}, live: []change{unnamed(rules, maria), swap(rules, "jo.brandt@acme.example", tom)},
		},
		{
			name: "rules that went come back without the one", actions: []string{"+ AssignmentRules:Case", "? AssignmentRule:Case.Standard"}, left: []string{"AssignmentRule:Case.Standard"},
			target: []change{named(rules, maria)}, live: []change{remove("AssignmentRule", "Case.Holidays"), remove("AssignmentRule", "Case.Standard")},
		},
		{
			name: "a dashboard of nobody runs as who deploys", actions: []string{"+ Dashboard:Acme_Boards/Own"}, left: []string{"Dashboard:Acme_Boards/Own"},
			target: []change{doc("dashboards/Acme_Boards/Own.dashboard", "Dashboard", "<dashboardType>SpecifiedUser</dashboardType><runningUser>"+nobody+"</runningUser><title>Own</title>")},
			live:   []change{remove("Dashboard", "Acme_Boards/Own")},
		},
	}
}

func TestUsersAreFoundWhereADeployLooksThemUp(t *testing.T) {
	t.Parallel()
	queue := func(users string) string {
		return xmlOf("Queue", "<email>team@acme.example</email><queueMembers><users>"+users+"</users></queueMembers>")
	}
	names, err := deployplan.UserNames(t.Context(), deployplan.Input{
		Live: stateOf(map[string]string{"queues/A.queue": queue("<user>ada@acme.example</user>"), "queues/Same.queue": queue("<user>same@acme.example</user>")}),
		Target: stateOf(map[string]string{
			"queues/A.queue":    queue("<user>ADA@acme.example</user><user>bo@acme.example</user><user>cy@acme.example</user>"),
			"queues/Same.queue": queue("<user>same@acme.example</user>"),
			"classes/A.cls":     "// dan@acme.example",
		}),
		Users: map[string]string{"Bo@acme.example": "bo@other.example"},
	})
	must(t, err)
	if diff := cmp.Diff([]string{"bo@other.example", "cy@acme.example"}, names); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
