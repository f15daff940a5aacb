package diff_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/orgkeep/orgkeep/internal/diff"
	"github.com/orgkeep/orgkeep/internal/tree"
	"github.com/orgkeep/orgkeep/pkg/metadata"
	"github.com/orgkeep/orgkeep/pkg/normalize"
)

// blobs is a store in memory.
type blobs map[tree.Hash][]byte

var errNoBlob = errors.New("no such blob")

func (b blobs) Blob(_ context.Context, h tree.Hash) ([]byte, error) {
	content, ok := b[h]
	if !ok {
		return nil, fmt.Errorf("%s: %w", h, errNoBlob)
	}
	return content, nil
}

// state makes a tree of files by path.
func (b blobs) state(files map[string]string) tree.Tree {
	var entries []tree.Entry
	for path, content := range files {
		h := tree.HashOf([]byte(content))
		b[h] = []byte(content)
		entries = append(entries, tree.Entry{Path: path, Hash: h})
	}
	return tree.New(entries)
}

// input compares one file on both sides.
func input(path, old, now string) diff.Input {
	store := blobs{}
	return diff.Input{
		Old: store.state(map[string]string{path: old}), OldBlobs: store,
		New: store.state(map[string]string{path: now}), NewBlobs: store,
	}
}

func compare(t *testing.T, old, now map[string]string) diff.Result {
	t.Helper()
	store := blobs{}
	return run(t, diff.Input{Old: store.state(old), New: store.state(now), OldBlobs: store, NewBlobs: store})
}

func run(t *testing.T, in diff.Input) diff.Result {
	t.Helper()
	result, err := diff.Trees(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	return result
}

const permissionSet = "permissionsets/Sales.permissionset"

func TestCommentsAreComparedOnRequest(t *testing.T) {
	t.Parallel()
	in := input(permissionSet,
		complete("<PermissionSet>\n    <!-- one -->\n    <label>A<!-- x --></label>\n</PermissionSet>\n"),
		complete("<PermissionSet>\n    <!-- two -->\n    <label>A<!-- y --></label>\n</PermissionSet>\n"))
	if got := render(run(t, in)); got != "nothing\n" {
		t.Errorf("by default:\n%s", got)
	}
	in.Comments = true
	want := `~ changed PermissionSet Sales
    in permissionsets/Sales.permissionset
    #comment " one " → " two "  (line 3)
    label #comment " x " → " y "  (line 4)
`
	if d := cmp.Diff(want, render(run(t, in))); d != "" {
		t.Errorf("-want +got:\n%s", d)
	}
}

func TestRulesOfTheUserSayWhatIsASet(t *testing.T) {
	t.Parallel()
	column := func(names ...string) string {
		var out strings.Builder
		for _, n := range names {
			out.WriteString("    <columns>" + n + "</columns>\n")
		}
		return complete("<ListView>\n    <fullName>A</fullName>\n" + out.String() + "</ListView>\n")
	}
	in := input("objects/A/listViews/A.listView-meta.xml", column("A", "B"), column("B", "A"))
	if got := run(t, in); len(got.Changes) != 1 || got.Changes[0].Elements[0].Kind != diff.Moved {
		t.Errorf("without a rule:\n%s", render(got))
	}
	n, err := normalize.New(normalize.WithRules(normalize.Rule{Type: "ListView", Path: "columns", Key: []string{"."}}))
	if err != nil {
		t.Fatal(err)
	}
	in.Normalizer = n
	if got := render(run(t, in)); got != "nothing\n" {
		t.Errorf("with a rule:\n%s", got)
	}
}

func TestTypesThatOnlyTheOrgKnowsAreNamed(t *testing.T) {
	t.Parallel()
	in := input("gadgets/Lamp.gadget", complete("<Gadget>\n<on>true</on></Gadget>"), complete("<Gadget>\n<on>false</on></Gadget>"))
	in.Registry = metadata.Default().With(metadata.Type{Name: "Gadget", Directory: "gadgets", Suffix: "gadget"})
	want := "~ changed Gadget Lamp\n    in gadgets/Lamp.gadget\n    on true → false  (line 3)\n"
	if d := cmp.Diff(want, render(run(t, in))); d != "" {
		t.Errorf("-want +got:\n%s", d)
	}
}

func TestAComponentIsChangedWhenAFileOfItComesBesideOthers(t *testing.T) {
	t.Parallel()
	got := compare(t,
		map[string]string{"lwc/a/a.js": "x", "lwc/b/b.js": "x"},
		map[string]string{"lwc/a/a.js": "x", "lwc/a/a.css": "y", "lwc/b/b.js": "x"})
	want := "~ changed LightningComponentBundle a\n    in lwc/a/a.css\n    + a.css 1 line\n"
	if d := cmp.Diff(want, render(got)); d != "" {
		t.Errorf("-want +got:\n%s", d)
	}
}

func TestOnlyFilesThatDifferAreRead(t *testing.T) {
	t.Parallel()
	in := input(permissionSet, complete("<PermissionSet>\n<label>A</label></PermissionSet>"), complete("<PermissionSet>\n<label>B</label></PermissionSet>"))
	unread := tree.HashOf([]byte("never stored"))
	for _, t := range []*tree.Tree{&in.Old, &in.New} {
		e := t.Edit()
		e.Set("classes/A.cls", unread)
		*t = e.Tree()
	}
	if got := run(t, in); len(got.Changes) != 1 {
		t.Errorf("%s", render(got))
	}
}

func TestWhatCannotBeReadIsAnErrorThatNamesTheFile(t *testing.T) {
	t.Parallel()
	in := input(permissionSet, "old", "new")
	in.OldBlobs = blobs{}
	_, err := diff.Trees(t.Context(), in)
	if !errors.Is(err, errNoBlob) || !strings.Contains(err.Error(), permissionSet) || !strings.Contains(err.Error(), "PermissionSet:Sales") {
		t.Errorf("got %v", err)
	}
}

func TestAComparisonEndsWithItsContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := diff.Trees(ctx, input(permissionSet, "old", "new")); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func TestCountsPutRenamedToChanged(t *testing.T) {
	t.Parallel()
	var r diff.Result
	for _, k := range []diff.Kind{diff.Added, diff.Added, diff.Changed, diff.Renamed, diff.Deleted} {
		r.Changes = append(r.Changes, diff.Change{Kind: k})
	}
	added, changed, deleted := r.Counts()
	if d := cmp.Diff([]int{2, 2, 1}, []int{added, changed, deleted}); d != "" {
		t.Error(d)
	}
}

func TestAnElementInJSON(t *testing.T) {
	t.Parallel()
	entry := func(editable string) string {
		return complete("<PermissionSet>\n    <fieldPermissions>\n        <editable>" + editable + "</editable>\n        <field>Account.Phone</field>\n    </fieldPermissions>\n</PermissionSet>\n")
	}
	got := run(t, input(permissionSet, entry("true"), entry("false")))
	raw, err := json.MarshalIndent(got.Changes[0].Elements, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	want := `[
  {
    "line": 4,
    "name": "fieldPermissions.editable",
    "key": "Account.Phone",
    "steps": [
      {
        "name": "fieldPermissions",
        "key": "Account.Phone"
      },
      {
        "name": "editable"
      }
    ],
    "kind": "changed",
    "old": "true",
    "new": "false"
  }
]`
	if d := cmp.Diff(want, string(raw)); d != "" {
		t.Errorf("-want +got:\n%s", d)
	}
}

func TestValuesThatWouldBeMisreadAreQuoted(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]string{
		"80": "80", "two words": "two words", "": `""`, " a": `" a"`, "a\tb": `"a\tb"`, "\x1b[31m": `"\x1b[31m"`, "a\u202eb": `"a\u202eb"`, "Größe": "Größe",
	} {
		if got := diff.Quote(s); got != want {
			t.Errorf("%q: got %s, want %s", s, got, want)
		}
	}
}

func TestPatternsSelectComponents(t *testing.T) {
	t.Parallel()
	field := metadata.Component{Type: "CustomField", FullName: "Account.Region__c"}
	report := metadata.Component{Type: "Report", FullName: "Sales/Pipeline"}
	tests := map[string]struct{ field, report bool }{
		"CustomField":                   {true, false},
		"CustomField:*":                 {true, false},
		"*:Account.*":                   {true, false},
		"CustomField:Account.Region_?c": {true, false},
		"CustomField:Account":           {false, false},
		"customfield:*":                 {false, false},
		"CustomField:ACCOUNT.region__*": {true, false},
		"Report:*line":                  {false, true},
		"Report:Sales/*":                {false, true},
		"Report:[ST]ales/Pipeline":      {false, true},
		"*":                             {true, true},
	}
	for s, want := range tests {
		p, err := diff.ParsePattern(s)
		if err != nil {
			t.Errorf("%s: %v", s, err)
			continue
		}
		if p.Match(field) != want.field || p.Match(report) != want.report {
			t.Errorf("%s: got %v and %v", s, p.Match(field), p.Match(report))
		}
	}
	for _, s := range []string{"", ":Name", "Type:", "Type:[a"} {
		if _, err := diff.ParsePattern(s); !errors.Is(err, diff.ErrPattern) {
			t.Errorf("%q: got %v", s, err)
		}
	}
}

func TestOnlyKeepsWhatIsApprovedOf(t *testing.T) {
	t.Parallel()
	r := diff.Result{Changes: []diff.Change{{Kind: diff.Added}, {Kind: diff.Deleted}}}
	got := r.Only(func(c diff.Change) bool { return c.Kind == diff.Deleted })
	if len(got.Changes) != 1 || got.Changes[0].Kind != diff.Deleted || len(r.Changes) != 2 {
		t.Errorf("got %+v of %+v", got, r)
	}
}

func TestWhatCameIsDescribedUpToALimit(t *testing.T) {
	t.Parallel()
	files := map[string]string{}
	for i := range 300 {
		files[fmt.Sprintf("classes/C%03d.cls", i)] = "class C {}\n"
	}
	described := 0
	for _, c := range compare(t, nil, files).Changes {
		if c.Summary == "1 line" {
			described++
		}
	}
	if described != 200 {
		t.Errorf("%d are described, want 200", described)
	}
	// What cannot be read is there all the same.
	store := blobs{}
	lost := run(t, diff.Input{Old: store.state(nil), New: store.state(files), OldBlobs: store, NewBlobs: blobs{}})
	if len(lost.Changes) != 300 || lost.Changes[0].Summary != "" {
		t.Errorf("%d changes, %q", len(lost.Changes), lost.Changes[0].Summary)
	}
}
