package deployplan_test

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/beevik/etree"
	"github.com/google/go-cmp/cmp"

	"github.com/orgkeep/orgkeep/internal/demo"
	"github.com/orgkeep/orgkeep/internal/deployplan"
	"github.com/orgkeep/orgkeep/pkg/emulator"
	"github.com/orgkeep/orgkeep/pkg/metadata"
)

func TestAFlowOfAsManyVersionsAsThereMayBeIsLeft(t *testing.T) {
	t.Parallel()
	flow := func(label string) map[string]string {
		return map[string]string{"flows/F.flow": xmlOf("Flow", "    <label>"+label+"</label>\n    <status>Active</status>\n")}
	}
	all := deployplan.FlowVersions{Active: 50}
	for n := range 50 {
		all.Numbers = append(all.Numbers, n+1)
	}
	plan := build(t, deployplan.Input{Live: stateOf(flow("two")), Target: stateOf(flow("one")), Flows: map[string]deployplan.FlowVersions{"F": all}})
	if diff := cmp.Diff([]string{"? Flow:F"}, actionsOf(plan)); diff != "" || plan.Actions[0].ByHand == "" || !plan.Empty() {
		t.Errorf("actions (-want +got):\n%s", diff)
	}
}

// Where the org does not tell of interviews, it refuses to delete a version with a
// paused one, and then keeps nothing of the deploy.
func TestAPausedInterviewKeepsItsFlow(t *testing.T) {
	t.Parallel()
	org := fstest.MapFS{emulator.ScriptFile: {Data: []byte("interviews: {Paused-1: 2}\n")}}
	for path, content := range newOrg(t, demo.Org()).server.Files() {
		org[path] = &fstest.MapFile{Data: content}
	}
	org["flows/Paused.flow"] = org[checkIn]
	for details, want := range map[string]struct {
		action, says string
		taken        bool // the plan is
	}{
		"told":    {"? Flow:Paused", "2 interviews of it are paused", true},
		"refused": {"- Flow:Paused", "does not tell whether interviews", false},
	} {
		o := newOrg(t, org, emulator.WithBehaviour("flow-details", details))
		e := o.target.Tree.Edit()
		e.Delete("flows/Paused.flow")
		o.target.Tree = e.Tree()
		plan := o.plan()
		if diff := cmp.Diff([]string{want.action}, actionsOf(plan)); diff != "" || !strings.Contains(plan.Actions[0].Reason, want.says) {
			t.Errorf("actions (-want +got):\n%s\n%s", diff, text(plan))
		}
		if o.tries(plan) != want.taken || !o.server.Has(metadata.Component{Type: "Flow", FullName: "Paused"}) {
			t.Error("the flow went with its interviews, or the plan was refused")
		}
	}
}

// A snapshot of an old version is deployed by that version, by which a permission
// set is added to and not replaced.
func TestADeployIsOfTheSnapshotsVersion(t *testing.T) {
	t.Parallel()
	o := newOrg(t, demo.Org())
	o.edit(extra(dispatcher, "<userPermissions><enabled>true</enabled><name>ApiEnabled</name></userPermissions>"))
	in := o.input()
	in.Version = 39
	plan, err := deployplan.Build(t.Context(), in)
	must(t, err)
	if plan.Stages[0].Version != 39 || !o.deploy(plan) {
		t.Fatal(text(plan))
	}
	all, surprises := o.left(plan)
	if len(all) != 1 || len(surprises) != 0 {
		t.Errorf("left:\n%s", changesText(all))
	}
}

// Each kind of child is named by itself, comes back alone, and leaves its siblings
// as they are.
func TestEachKindOfChildComesBackAlone(t *testing.T) {
	t.Parallel()
	kinds := oneOfEachKind(t, newOrg(t, demo.Org()).server.Files())
	if len(kinds) < 15 {
		t.Errorf("only %d kinds: %v", len(kinds), kinds)
	}
	for kind, c := range kinds {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			o := newOrg(t, demo.Org())
			o.edit(remove(c.Type, c.FullName))
			plan := o.back()
			if !slices.ContainsFunc(plan.Stages, func(s deployplan.Stage) bool { return slices.Contains(s.Named, c) }) {
				t.Errorf("%s is not named:\n%s", c, text(plan))
			}
			if all, _ := o.left(plan); len(all) != 0 {
				t.Errorf("left:\n%s", changesText(all))
			}
		})
	}
}

// oneOfEachKind gives a child of each type that the files hold.
func oneOfEachKind(t *testing.T, files map[string][]byte) map[string]metadata.Component {
	t.Helper()
	out := map[string]metadata.Component{}
	r := metadata.Default()
	for _, path := range slices.Sorted(maps.Keys(files)) {
		top, ok := r.ComponentAt(path)
		typ, _ := r.Type(top.Type)
		if !ok || len(typ.Children) == 0 || typ.Bundle || strings.Contains(path, "acmepkg") {
			continue
		}
		doc := etree.NewDocument()
		must(t, doc.ReadFromBytes(files[path]))
		for _, def := range typ.Children {
			for _, e := range doc.Root().SelectElements(def.Element) {
				if key := e.SelectElement(def.Key); !def.Unaddressable && key != nil && out[def.Type].Type == "" && (def.Type != "CustomField" || strings.HasSuffix(key.Text(), "__c")) {
					out[def.Type] = metadata.Component{Type: def.Type, FullName: def.FullName(top.FullName, key.Text())}
				}
			}
		}
	}
	return out
}
