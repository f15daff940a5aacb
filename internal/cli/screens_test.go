package cli

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/orgkeep/orgkeep/internal/capture"
	"github.com/orgkeep/orgkeep/internal/cli/iostreams"
	"github.com/orgkeep/orgkeep/internal/deployplan"
	"github.com/orgkeep/orgkeep/internal/diff"
	"github.com/orgkeep/orgkeep/pkg/metadata"
)

var update = flag.Bool("update", false, "write what is shown into testdata/screens")

// screen gives what a function shows on a terminal of that width, or in a pipe
// (0), at a fixed time.
func screen(t *testing.T, width int, show func(*Factory) error) string {
	t.Helper()
	var out, errs bytes.Buffer
	io := iostreams.New(iostreams.Options{
		Out: &out, Err: &errs, Getenv: func(string) string { return "" },
		Terminal: &iostreams.Terminal{Out: width > 0, Err: width > 0, Width: width},
	})
	io.NoColor()
	f := newFactory(io, System{Now: func() time.Time { return time.Date(2026, 11, 24, 15, 0, 0, 0, time.UTC) }}.withDefaults())
	if err := show(f); err != nil {
		t.Fatal(err)
	}
	if err := io.Flush(); err != nil {
		t.Fatal(err)
	}
	return out.String() + "--- stderr\n" + errs.String()
}

// TestScreens compares what people and programs see with testdata/screens, at 120,
// 80 and 60 columns and in a pipe.
func TestScreens(t *testing.T) {
	t.Parallel()
	for name, show := range map[string]func(*Factory) error{
		"diff":          func(f *Factory) error { return f.showChanges(someChanges(), changeView{}) },
		"diff-stat":     func(f *Factory) error { return f.showChanges(someChanges(), changeView{Stat: true}) },
		"diff-names":    func(f *Factory) error { return f.showChanges(someChanges(), changeView{NameOnly: true}) },
		"show":          func(f *Factory) error { return f.showChanges(someChanges(), changeView{Authors: true}) },
		"show-stat":     func(f *Factory) error { return f.showChanges(someChanges(), changeView{Authors: true, Stat: true}) },
		"snapshot":      func(f *Factory) error { return f.showSnapshot(someSnapshot(outcomeChanged)) },
		"snapshot-same": func(f *Factory) error { return f.showSnapshot(someSnapshot(outcomeUnchanged)) },
		"snapshot-gaps": func(f *Factory) error { return f.showSnapshot(withGaps(someSnapshot(outcomeFirst))) },
		"drift":         func(f *Factory) error { return f.showDrift([]driftFound{someDrift()}) },
		"plan":          func(f *Factory) error { return f.showPlan(somePlan()) },
		"plan-empty": func(f *Factory) error {
			return f.showPlan(&deployplan.Plan{Alias: "prod", Target: strings.Repeat("9d0e771", 6)[:40]})
		},
		"coverage": func(f *Factory) error { return f.showCoverage(someCoverage(), false) },
	} {
		for _, width := range []int{120, 80, 60, 0} {
			t.Run(fmt.Sprintf("%s at %d columns", name, width), func(t *testing.T) {
				t.Parallel()
				got := screen(t, width, show)
				for line := range strings.SplitSeq(got, "\n") {
					// Code and names are whole where they stand alone.
					whole := strings.Contains(line, "a line of code") || strings.HasSuffix(line, "Nobody Reads It")
					if width > 0 && iostreams.Columns(line) > width && !whole {
						t.Errorf("%d columns: %s", iostreams.Columns(line), line)
					}
				}
				golden(t, fmt.Sprintf("%s-%d.txt", name, width), got)
			})
		}
	}
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", "screens", name)
	if *update {
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestChangedWordsAreSetOff(t *testing.T) {
	t.Parallel()
	io := iostreams.New(iostreams.Options{Out: &bytes.Buffer{}, Err: &bytes.Buffer{}, Terminal: &iostreams.Terminal{Out: true}})
	p := changePrinter{style: io.OutStyle()}
	got := p.codeLine(diff.Line{Op: "+", Text: "a \x1bnew word", Spans: []diff.Span{{From: 2, To: 6}}})
	for _, want := range []string{"a ", "?new", " word"} {
		if !strings.Contains(got, want) {
			t.Errorf("%q has no %q", got, want)
		}
	}
	if strings.Contains(got, "\x1bnew") || strings.Count(got, "\x1b[32;7m") != 1 {
		t.Errorf("got %q", got)
	}
	p.style = iostreams.Style{}
	if got := p.codeLine(diff.Line{Op: "-", Text: "x\r", Open: true}); got != "- x␍ (no line end)" {
		t.Errorf("got %q", got)
	}
}

func comp(typ, name string) metadata.Component { return metadata.Component{Type: typ, FullName: name} }

// steps makes an element's steps of "name key" pairs.
func steps(pairs ...string) []diff.Step {
	var out []diff.Step
	for i := 0; i < len(pairs); i += 2 {
		out = append(out, diff.Step{Name: pairs[i], Key: pairs[i+1]})
	}
	return out
}

func someChanges() []change {
	ago := func(d time.Duration) time.Time { return time.Date(2026, 11, 24, 15, 0, 0, 0, time.UTC).Add(-d) }
	code := diff.Hunk{OldLine: 39, NewLine: 39, Lines: []diff.Line{
		{Op: " ", Text: "    void route() {"},
		{Op: "-", Text: "        if (c.Priority == 'High') { // a line of code that is longer than any terminal is wide"},
		{Op: "+", Text: "        if (c.Priority == 'High' || \x1b[2J) { // a line of code that is longer than any terminal is wide"},
		{Op: "-", Text: "ends in CR\r"},
		{Op: "+", Text: "ends in CR"},
	}}
	return []change{
		{Author: "dev@acme.example", When: ago(5 * time.Hour), Change: diff.Change{
			Kind: diff.Changed, Component: comp("ApexClass", "Router"),
			Elements: []diff.Element{{Name: "Router.cls", Kind: diff.Changed, Hunks: []diff.Hunk{code}}},
		}},
		{Author: "dev@acme.example", When: ago(5 * time.Hour), Change: diff.Change{
			Kind: diff.Added, Component: comp("CustomField", "Account.Region__c"), Summary: "Text(80), required",
		}},
		{Author: "admin@acme.example", When: ago(2 * time.Hour), Change: diff.Change{
			Kind: diff.Changed, Component: comp("Flow", "Route_Case"),
			Elements: []diff.Element{{Name: "activeVersionNumber", Steps: steps("activeVersionNumber", ""), Kind: diff.Changed, Old: "7", New: "6"}},
		}},
		{Author: unknownAuthor, Change: diff.Change{Kind: diff.Deleted, Component: comp("Layout", "Account-Old Layout")}},
		{Author: "admin@acme.example", When: ago(30 * time.Hour), Change: diff.Change{
			Kind: diff.Changed, Component: comp("Layout", "Case-A Layout With A Name That Goes On And On Until Nobody Reads It"),
			Elements: []diff.Element{{Name: "layoutItems", Key: "Phone", Steps: steps("layoutSections", "Details", "layoutItems", "Phone"), Kind: diff.Moved, Old: "place 3 of 4", New: "place 1 of 4"}},
		}},
		{Author: "a.name.that.is.long@one-of-the-sandboxes.acme.example", When: ago(time.Hour), Change: diff.Change{
			Kind: diff.Changed, Component: comp("PermissionSet", "Sales"),
			Elements: []diff.Element{
				{Name: "fieldPermissions.editable", Key: "Account.Phone", Steps: steps("fieldPermissions", "Account.Phone", "editable", ""), Kind: diff.Changed, Old: "true", New: "false"},
				{Name: "objectPermissions", Key: "Opportunity", Steps: steps("objectPermissions", "Opportunity"), Kind: diff.Added, New: "allowDelete true, allowEdit true"},
				{Name: "description", Steps: steps("description", ""), Kind: diff.Changed, Old: "", New: strings.Repeat("what this is for ", 8)},
				{Name: "tabSettings", Key: "Old__c", Steps: steps("tabSettings", "Old__c"), Kind: diff.Deleted},
			},
		}},
		{Author: unknownAuthor, Change: diff.Change{
			Kind: diff.Renamed, Component: comp("Report", "Sales/Pipeline"), OldComponent: comp("Report", "Old/Pipeline"),
		}},
		{Author: unknownAuthor, Change: diff.Change{Kind: diff.Added, Component: comp("", "unknown/\x1b]0;owned\a.txt")}},
	}
}

func someSnapshot(outcome string) snapshotResult {
	r := snapshotResult{
		Org: "prod", Branch: "org/prod", Outcome: outcome, Complete: true, Components: 48870, Asked: 48870, Returned: 48870,
		Revision: strings.Repeat("4f1c2ab", 6)[:40], Since: strings.Repeat("9d0e771", 6)[:40], took: 112 * time.Second,
		since: time.Date(2026, 11, 23, 2, 0, 0, 0, time.UTC),
	}
	if outcome == outcomeChanged {
		r.changes = someChanges()
		for range 5 {
			r.changes = append(r.changes, change{Change: diff.Change{Kind: diff.Changed, Component: comp("Flow", "Another")}, Author: unknownAuthor})
		}
		r.Counts, r.Commits, r.Tag = countsOf(r.changes), []string{"a", "b", "c"}, "v1"
		r.Authors = []string{"admin@acme.example", "dev@acme.example", unknownAuthor}
	}
	return r
}

func withGaps(r snapshotResult) snapshotResult {
	r.Complete, r.Returned, r.Commits = false, 48857, []string{"a"}
	for i := range 13 {
		r.Missing = append(r.Missing, missing{Type: "Report", FullName: fmt.Sprintf("sales_private/Report_%d", i), Reason: "INSUFFICIENT_ACCESS: insufficient access rights on cross-reference id"})
	}
	return r
}

func someDrift() driftFound {
	return driftFound{
		alias: "uat", expected: side{Name: "org prod", Alias: "prod", Live: true}, actual: side{Name: "org uat", Alias: "uat", Live: true},
		changes: someChanges(), asked: 1000, returned: 987, missing: []missing{{"uat", "Report", "sales_private/*", "INSUFFICIENT_ACCESS", true}},
	}
}

func somePlan() *deployplan.Plan {
	return &deployplan.Plan{
		Alias: "prod", OrgID: "00D000000000001AAA", OrgName: "acme", Production: true, TargetName: "v2026.11", Target: strings.Repeat("9d0e771", 6)[:40],
		APIVersion: 66,
		Actions: []deployplan.Action{
			{Verb: deployplan.Change, Component: comp("Flow", "Route_Case"), Elements: []diff.Element{{Name: "activeVersionNumber", Kind: diff.Changed, Old: "7", New: "6"}}},
			{
				Verb: deployplan.Change, Component: comp("Settings", "Case"), Elements: []diff.Element{{Name: "a", Kind: diff.Changed}, {Name: "b", Kind: diff.Changed}},
				MayStay: []deployplan.Rest{{Element: "systemUserEmail", Why: "a deploy keeps what a settings file lacks, and there is no form that clears it"}},
			},
			{Verb: deployplan.Create, Component: comp("CustomField", "Account.Old__c"), Reason: "it is made anew, without the values that it had"},
			{Verb: deployplan.Delete, Component: comp("CustomField", "Account.Region__c"), DataLoss: "its values in every record"},
			{Verb: deployplan.Leave, Component: comp("RecordType", "Case.Legacy"), Reason: "the API does not delete record types", ByHand: "deactivate it in Setup › Object Manager › Case › Record Types"},
		},
		Tests:  []string{"CaseRouterTest", "RouteCaseTest"},
		Stages: []deployplan.Stage{{Files: []deployplan.File{{Path: "flows/Route_Case.flow", Content: make([]byte, 11<<10)}}}},
	}
}

func someCoverage() coverageResult {
	r := coverageResult{Revision: strings.Repeat("4f1c2ab", 6)[:40], Org: "prod", APIVersion: "66.0", Asked: 120, Returned: 107, Managed: 3}
	r.Types = []typeCoverageResult{
		{"ApexClass", capture.TypeCoverage{Asked: 20, Returned: 20, Managed: 3}},
		{"Report", capture.TypeCoverage{Asked: 100, Returned: 87, Carried: 13}},
		{"Territory2", capture.TypeCoverage{Listing: "refused"}},
	}
	r.Missing = withGaps(snapshotResult{}).Missing
	r.Missing[0].Carried = true
	return r
}
