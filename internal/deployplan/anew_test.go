package deployplan_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/orgkeep/orgkeep/internal/deployplan"
	"github.com/orgkeep/orgkeep/internal/diff"
	"github.com/orgkeep/orgkeep/pkg/metadata"
)

func pages(object string, others map[string]string) deployplan.State {
	files := map[string]string{"flexipages/P.flexipage": xmlOf("FlexiPage", "    <masterLabel>P</masterLabel>\n    <sobjectType>"+object+"</sobjectType>\n")}
	for path, content := range others {
		files[path] = content
	}
	return stateOf(files)
}

// What is made anew is deleted in the deploy that makes it, also where the rest is
// cut into several.
func TestWhatIsMadeAnewIsDeletedInTheSameDeploy(t *testing.T) {
	t.Parallel()
	page := metadata.Component{Type: "FlexiPage", FullName: "P"}
	more := map[string]string{"roles/A.role": xmlOf("Role", "    <name>A</name>\n"), "roles/Z.role": xmlOf("Role", "    <name>Z</name>\n")}
	plan := build(t, deployplan.Input{Live: pages("Account", nil), Target: pages("Case", more), Limits: deployplan.Limits{Files: 1}})
	if len(plan.Stages) != 3 {
		t.Fatal(text(plan))
	}
	for _, s := range plan.Stages {
		if slices.Contains(s.Named, page) != slices.Contains(s.Before, page) {
			t.Errorf("stage %s sends %v and deletes %v before", s.Name, s.Named, s.Before)
		}
	}
	if plan.Actions[0].Verb != deployplan.Change && plan.Actions[2].Verb != deployplan.Change {
		t.Error(text(plan))
	}
	// It may end deleted, and nothing else of it may differ.
	if s, is := plan.Surprises(diff.Change{Kind: diff.Deleted, Component: page}); is {
		t.Errorf("not announced: %+v", s)
	}
	if _, is := plan.Surprises(diff.Change{Kind: diff.Changed, Component: page, Elements: []diff.Element{{Name: "sobjectType"}}}); !is {
		t.Error("another difference was announced")
	}
}

// What is made anew is left where something names it, and so is a file that cannot
// be read as it is now: that one is sent.
func TestWhatSomethingNamesIsNotMadeAnew(t *testing.T) {
	t.Parallel()
	tab := map[string]string{"tabs/T.tab": xmlOf("CustomTab", "    <flexiPage>P</flexiPage>\n    <label>T</label>\n")}
	plan := build(t, deployplan.Input{Live: pages("Account", tab), Target: pages("Case", nil), Keep: func(c metadata.Component) bool { return c.Type == "FlexiPage" }})
	a := plan.Actions[0]
	if a.Verb != deployplan.Leave || !strings.Contains(a.Reason, "CustomTab:T") || a.ByHand == "" || !plan.Empty() {
		t.Errorf("%+v\n%s", a, text(plan))
	}
	broken := stateOf(map[string]string{"flexipages/P.flexipage": "<FlexiPage"})
	plan = build(t, deployplan.Input{Live: broken, Target: pages("Case", nil)})
	if len(plan.Stages) != 1 || len(plan.Stages[0].Before) != 0 || len(plan.Stages[0].Files) != 1 {
		t.Error(text(plan))
	}
}
