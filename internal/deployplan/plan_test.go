package deployplan_test

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/orgkeep/orgkeep/internal/demo"
	"github.com/orgkeep/orgkeep/internal/deployplan"
	"github.com/orgkeep/orgkeep/internal/diff"
	"github.com/orgkeep/orgkeep/internal/tree"
	"github.com/orgkeep/orgkeep/pkg/emulator"
	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// stateOf makes a state of files that need no server.
func stateOf(files map[string]string) deployplan.State {
	contents := blobs{}
	var entries []tree.Entry
	for path, content := range files {
		h := tree.HashOf([]byte(content))
		contents[h] = []byte(content)
		entries = append(entries, tree.Entry{Path: path, Hash: h})
	}
	return deployplan.State{Tree: tree.New(entries), Blobs: contents}
}

func xmlOf(root, inner string) string {
	return `<?xml version="1.0" encoding="UTF-8"?>` + "\n<" + root + ` xmlns="http://soap.sforce.com/2006/04/metadata">` + "\n" + inner + "</" + root + ">\n"
}

func build(t *testing.T, in deployplan.Input) *deployplan.Plan {
	t.Helper()
	in.Version = version
	plan, err := deployplan.Build(t.Context(), in)
	must(t, err)
	return plan
}

func contentOf(p *deployplan.Plan, path string) string {
	for _, s := range p.Stages {
		for _, f := range s.Files {
			if f.Path == path {
				content, err := f.Bytes(context.Background())
				if err != nil {
					return err.Error()
				}
				return string(content)
			}
		}
	}
	return ""
}

func TestEqualStatesNeedNothing(t *testing.T) {
	t.Parallel()
	o := newOrg(t, demo.Org())
	if plan := o.plan(); !plan.Empty() || len(plan.Actions) != 0 || len(plan.Base) != 0 {
		t.Errorf("a plan for equal states is not empty: %s", text(plan))
	}
}

func TestAChildIsSentWithoutItsSiblings(t *testing.T) {
	t.Parallel()
	one, two := "    <fields>\n        <fullName>One__c</fullName>\n        <label>L</label>\n    </fields>\n", "    <fields>\n        <fullName>Two__c</fullName>\n        <label>L</label>\n    </fields>\n"
	own := "    <label>A &amp; B</label>\n"
	plan := build(t, deployplan.Input{
		Live:   stateOf(map[string]string{"objects/A__c.object": xmlOf("CustomObject", strings.Replace(one, ">L<", ">M<", 1)+two+own)}),
		Target: stateOf(map[string]string{"objects/A__c.object": xmlOf("CustomObject", one+two+own)}),
	})
	if diff := cmp.Diff([]metadata.Component{{Type: "CustomField", FullName: "A__c.One__c"}}, plan.Stages[0].Named); diff != "" {
		t.Errorf("named (-want +got):\n%s", diff)
	}
	got := contentOf(plan, "objects/A__c.object")
	if !strings.Contains(got, "One__c") || strings.Contains(got, "Two__c") || strings.Contains(got, "A &amp; B") {
		t.Errorf("sent:\n%s", got)
	}
}

func TestARequiredFieldIsNotRevoked(t *testing.T) {
	t.Parallel()
	object := func(required string) string {
		return xmlOf("CustomObject", "<fields><fullName>R__c</fullName><label>R</label><required>"+required+"</required><type>Text</type></fields>")
	}
	const entry = "<fieldPermissions><editable>true</editable><field>A__c.R__c</field><readable>true</readable></fieldPermissions>"
	plan := build(t, deployplan.Input{
		Live:   stateOf(map[string]string{"objects/A__c.object": object("false"), "profiles/P.profile": xmlOf("Profile", "<custom>true</custom>"+entry)}),
		Target: stateOf(map[string]string{"objects/A__c.object": object("true"), "profiles/P.profile": xmlOf("Profile", "<custom>true</custom>")}),
	})
	if got := contentOf(plan, "profiles/P.profile"); strings.Contains(got, "R__c") {
		t.Errorf("what everybody may do is revoked:\n%s", got)
	}
}

func TestTextKeepsItsCarriageReturns(t *testing.T) {
	t.Parallel()
	labels := func(value string) string {
		return xmlOf("CustomLabels", "    <labels>\n        <fullName>A</fullName>\n        <value>"+value+"</value>\n    </labels>\n")
	}
	plan := build(t, deployplan.Input{
		Live:   stateOf(map[string]string{"labels/CustomLabels.labels": labels("x")}),
		Target: stateOf(map[string]string{"labels/CustomLabels.labels": labels("  one&#xd;\ntwo &lt;b&gt;")}),
	})
	if got := contentOf(plan, "labels/CustomLabels.labels"); !strings.Contains(got, "<value>  one&#xD;\ntwo &lt;b&gt;</value>") {
		t.Errorf("the text is not what it was:\n%q", got)
	}
}

func TestWhatCouldNotBeReadIsLeft(t *testing.T) {
	t.Parallel()
	page := metadata.Component{Type: "ApexPage", FullName: "P"}
	plan := build(t, deployplan.Input{
		Live:   stateOf(nil),
		Target: stateOf(map[string]string{"pages/P.page": "<apex:page/>", "pages/P.page-meta.xml": xmlOf("ApexPage", "")}),
		Unread: map[metadata.Component]string{page: "listed, but the retrieve did not bring it"},
	})
	if diff := cmp.Diff([]string{"? ApexPage:P"}, actionsOf(plan)); diff != "" || !plan.Empty() {
		t.Errorf("actions (-want +got):\n%s", diff)
	}
}

func TestAFileThatIsNoXMLIsLeft(t *testing.T) {
	t.Parallel()
	live := stateOf(map[string]string{"objects/A__c.object": "<CustomObject", "roles/R.role": xmlOf("Role", "    <name>R</name>\n")})
	plan := build(t, deployplan.Input{
		Live:   live,
		Target: stateOf(map[string]string{"objects/A__c.object": xmlOf("CustomObject", "    <label>A</label>\n"), "roles/R.role": xmlOf("Role", "    <name>S</name>\n")}),
	})
	if diff := cmp.Diff([]string{"~ Role:R", "? CustomObject:A__c"}, actionsOf(plan)); diff != "" {
		t.Errorf("actions (-want +got):\n%s", diff)
	}
	if err := plan.Stale(t.Context(), live, metadata.Default()); err != nil {
		t.Error(err)
	}
}

func TestAPlanIsNarrowed(t *testing.T) {
	t.Parallel()
	o := newOrg(t, demo.Org())
	for _, c := range demo.Changes() {
		o.edit(func(e *emulator.Editor) error { return c.Apply(e) })
	}
	in := o.input()
	only := metadata.Component{Type: "CustomField", FullName: "Account.Customer_Number__c"}
	in.Keep = func(c metadata.Component) bool { return c == only }
	plan, err := deployplan.Build(t.Context(), in)
	must(t, err)
	if diff := cmp.Diff([]string{"~ " + only.String()}, actionsOf(plan)); diff != "" {
		t.Errorf("actions (-want +got):\n%s", diff)
	}
}

func TestAFlowWithANewerDraftMayStay(t *testing.T) {
	t.Parallel()
	flow := func(label, status string) map[string]string {
		return map[string]string{"flows/F.flow": xmlOf("Flow", "    <label>"+label+"</label>\n    <status>"+status+"</status>\n")}
	}
	plan := build(t, deployplan.Input{
		Live: stateOf(flow("two", "Active")), Target: stateOf(flow("one", "Active")),
		Flows: map[string]deployplan.FlowVersions{"F": {Active: 2, Numbers: []int{1, 2, 3}}},
	})
	if len(plan.Actions) != 1 || len(plan.Actions[0].MayStay) != 1 {
		t.Errorf("nothing is said of the draft: %s", text(plan))
	}
}

func TestANameThatDiffersInCaseIsNotDeleted(t *testing.T) {
	t.Parallel()
	class := func(name string) map[string]string {
		return map[string]string{"classes/" + name + ".cls": "class X {}", "classes/" + name + ".cls-meta.xml": xmlOf("ApexClass", "")}
	}
	plan := build(t, deployplan.Input{Live: stateOf(class("Abc")), Target: stateOf(class("ABC"))})
	for _, s := range plan.Stages {
		if slices.ContainsFunc(slices.Concat(s.After, s.Before), func(c metadata.Component) bool { return strings.EqualFold(c.FullName, "abc") }) {
			t.Errorf("the class would be gone: %s", text(plan))
		}
	}
}

func TestAPlanKnowsWhatMoved(t *testing.T) {
	t.Parallel()
	o := newOrg(t, demo.Org())
	number := metadata.Component{Type: "CustomField", FullName: "Account.Customer_Number__c"}
	o.edit(swap(account, "<length>80</length>", "<length>120</length>"))
	plan := o.plan()
	stale := func() error { return plan.Stale(t.Context(), o.state(), metadata.Default()) }
	if err := stale(); err != nil {
		t.Errorf("nothing moved: %v", err)
	}
	o.edit(extra(account, field("Sibling__c", "<type>Checkbox</type>")))
	o.edit(swap("classes/RateCard.cls", "return null;", "return 1;"))
	if err := stale(); err != nil {
		t.Errorf("a sibling and a class moved, which the plan does not touch: %v", err)
	}
	o.edit(swap(account, "<length>120</length>", "<length>121</length>"))
	var moved *deployplan.StaleError
	if err := stale(); !errors.As(err, &moved) || !errors.Is(err, deployplan.ErrStalePlan) || !slices.Equal(moved.Moved, []metadata.Component{number}) {
		t.Errorf("the field moved: %v", err)
	}
}

// encode gives a plan's file.
func encode(t *testing.T, p *deployplan.Plan) []byte {
	t.Helper()
	var file bytes.Buffer
	must(t, p.Write(t.Context(), &file))
	return file.Bytes()
}

func TestAPlanSurvivesItsFile(t *testing.T) {
	t.Parallel()
	o := newOrg(t, demo.Org())
	for _, c := range demo.Changes() {
		o.edit(func(e *emulator.Editor) error { return c.Apply(e) })
	}
	plan := o.plan()
	file := encode(t, plan)
	read, err := deployplan.Read(bytes.NewReader(file), nil)
	must(t, err)
	before, err := plan.Digest()
	must(t, err)
	if after, err := read.Digest(); err != nil || after != before {
		t.Errorf("the digest is %s, not %s (%v)", after, before, err)
	}
	must(t, read.Fill(t.Context(), o.target.Blobs))
	for i := range plan.Stages {
		var a, b bytes.Buffer
		must(t, deployplan.WritePackage(t.Context(), &a, plan.Stages[i]))
		must(t, deployplan.WritePackage(t.Context(), &b, read.Stages[i]))
		if !bytes.Equal(a.Bytes(), b.Bytes()) {
			t.Errorf("the package of stage %s is another one", plan.Stages[i].Name)
		}
	}
	for name, text := range map[string]string{"no JSON": "x", "another version": `{"schema_version":"2"}`} {
		if _, err := deployplan.Read(strings.NewReader(text), nil); !errors.Is(err, deployplan.ErrPlanFile) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestASealedValueIsNeverWritten(t *testing.T) {
	t.Parallel()
	stage := deployplan.Stage{Files: []deployplan.File{{Path: "a/b", Content: []byte("x orgkeep-sealed:v1:abc")}}}
	if err := deployplan.WritePackage(t.Context(), io.Discard, stage); !errors.Is(err, deployplan.ErrSealed) {
		t.Errorf("it was written: %v", err)
	}
}

func TestDeletionsKeepTheirOrder(t *testing.T) {
	t.Parallel()
	var buf bytes.Buffer
	must(t, deployplan.WritePackage(t.Context(), &buf, deployplan.Stage{
		Version: version,
		Before:  []metadata.Component{{Type: "DuplicateRule", FullName: "A.B"}},
		After:   []metadata.Component{{Type: "Report", FullName: "F/Z"}, {Type: "Report", FullName: "F"}, {Type: "ApexClass", FullName: "B&A"}},
	}))
	archive, err := zip.NewReader(bytes.NewReader(buf.Bytes()), int64(buf.Len()))
	must(t, err)
	files := map[string]string{}
	for _, f := range archive.File {
		r, err := f.Open()
		must(t, err)
		content, err := io.ReadAll(r)
		must(t, err)
		files[f.Name] = string(content)
	}
	want := map[string]string{
		"package.xml":               xmlOf("Package", "    <version>66.0</version>\n"),
		"destructiveChangesPre.xml": xmlOf("Package", "    <types>\n        <members>A.B</members>\n        <name>DuplicateRule</name>\n    </types>\n    <version>66.0</version>\n"),
		"destructiveChangesPost.xml": xmlOf("Package", "    <types>\n        <members>F/Z</members>\n        <members>F</members>\n        <name>Report</name>\n    </types>\n"+
			"    <types>\n        <members>B&amp;A</members>\n        <name>ApexClass</name>\n    </types>\n    <version>66.0</version>\n"),
	}
	if diff := cmp.Diff(want, files); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
}

func TestOnlyWhatWasAnnouncedIsExpected(t *testing.T) {
	t.Parallel()
	c, other := metadata.Component{Type: "GlobalValueSet", FullName: "Region"}, metadata.Component{Type: "Skill", FullName: "S"}
	plan := &deployplan.Plan{Actions: []deployplan.Action{
		{Verb: deployplan.Change, Component: c, MayStay: []deployplan.Rest{{Element: "customValue", Key: "West", Why: "w"}}},
		{Verb: deployplan.Leave, Component: other, Reason: "r"},
	}}
	of := func(name, key string) diff.Element {
		return diff.Element{Kind: diff.Added, Name: name, Key: key, Steps: []diff.Step{{Name: name, Key: key}}}
	}
	for name, tc := range map[string]struct {
		left diff.Change
		want int // elements that surprise; -1: nothing does
	}{
		"the value that was named":     {diff.Change{Kind: diff.Changed, Component: c, Elements: []diff.Element{of("customValue", "West")}}, -1},
		"another value":                {diff.Change{Kind: diff.Changed, Component: c, Elements: []diff.Element{of("customValue", "West"), of("customValue", "East")}}, 1},
		"an element of a longer name":  {diff.Change{Kind: diff.Changed, Component: c, Elements: []diff.Element{of("customValues", "West")}}, 1},
		"the set as a whole":           {diff.Change{Kind: diff.Added, Component: c}, 0},
		"a component that was left":    {diff.Change{Kind: diff.Added, Component: other}, -1},
		"a component nobody spoke of":  {diff.Change{Kind: diff.Added, Component: metadata.Component{Type: "Role", FullName: "R"}}, 0},
		"a name of another case, left": {diff.Change{Kind: diff.Added, Component: metadata.Component{Type: "Skill", FullName: "s"}}, -1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, surprise := plan.Surprises(tc.left)
			if surprise != (tc.want >= 0) || surprise && len(got.Elements) != tc.want {
				t.Errorf("surprise %v with %d elements, want %d", surprise, len(got.Elements), tc.want)
			}
		})
	}
}
