package retrieve

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/orgkeep/orgkeep/pkg/mdapi"
	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// inventory is an org as a few rows.
type inventory struct {
	types []string
	rows  []mdapi.FileProperties
	fail  func(q mdapi.ListQuery) error
}

func (i inventory) DescribeMetadata(context.Context) (mdapi.DescribeResult, error) {
	var out mdapi.DescribeResult
	for _, name := range i.types {
		t, ok := metadata.Default().Type(name)
		if !ok {
			t = metadata.Type{Name: name, Directory: name, Suffix: name}
		}
		out.Types = append(out.Types, metadata.Type{Name: t.Name, Directory: t.Directory, Suffix: t.Suffix, InFolder: t.InFolder, MetaFile: t.MetaFile})
	}
	return out, nil
}

func (i inventory) ListMetadata(_ context.Context, queries ...mdapi.ListQuery) ([]mdapi.FileProperties, error) {
	var out []mdapi.FileProperties
	for _, q := range queries {
		if i.fail != nil {
			if err := i.fail(q); err != nil {
				return nil, err
			}
		}
		for _, row := range i.rows {
			if row.Type == q.Type && q.Folder == "" {
				out = append(out, row)
			}
		}
	}
	return out, nil
}

func listingOf(t rapid.TB, org Inventory) *Listing {
	t.Helper()
	l, err := List(context.Background(), org, ListOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func row(typ, name string) mdapi.FileProperties {
	return mdapi.FileProperties{Type: typ, FullName: name, ID: "x", ManageableState: "unmanaged"}
}

func c(typ, name string) metadata.Component { return metadata.Component{Type: typ, FullName: name} }

func TestWhatBelongsTogetherIsAskedForTogether(t *testing.T) {
	t.Parallel()
	l := listingOf(t, inventory{types: []string{"ApexClass", "CustomObject", "CustomObjectTranslation", "GlobalValueSet", "GlobalValueSetTranslation", "Layout", "Profile", "Translations"}})
	wanted := []metadata.Component{
		c("ApexClass", "A"), c("CustomObject", "Account"), c("CustomObject", "Case"), c("CustomObjectTranslation", "Case-de"),
		c("GlobalValueSet", "Region"), c("GlobalValueSetTranslation", "Region-de"),
		c("Layout", "Account-Account Layout"), c("Layout", "Case-Case Layout"), c("Layout", "Global-Global Layout"), c("Profile", "Admin"), c("Translations", "de"),
	}
	companions := []metadata.Component{c("Profile", "Admin"), c("Translations", "de")}
	want := []Request{
		{Members: []metadata.Component{c("ApexClass", "A")}, Companions: companions},
		{Members: []metadata.Component{c("CustomObject", "Account"), c("Layout", "Account-Account Layout")}, Companions: companions},
		{Members: []metadata.Component{c("CustomObject", "Case"), c("CustomObjectTranslation", "Case-de"), c("Layout", "Case-Case Layout")}, Companions: companions},
		{Members: []metadata.Component{c("Layout", "Global-Global Layout"), c("GlobalValueSet", "Region"), c("GlobalValueSetTranslation", "Region-de")}, Companions: companions},
	}
	got := Plan(l, wanted, PlanOptions{Version: 66, Limits: Limits{Files: 5, Bytes: 39 << 20}})
	if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(Request{}, "Estimate")); diff != "" {
		t.Errorf("the plan (-want +got):\n%s", diff)
	}
}

// Whatever the limits: every member is asked for, together with every companion,
// and no request is above the limits unless one family alone is.
func TestPlanAsksForEverything(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		org := inventory{types: []string{"ApexClass", "CustomObject", "Layout", "Profile", "StaticResource"}}
		var wanted []metadata.Component
		for i := range rapid.IntRange(0, 30).Draw(rt, "objects") {
			o := fmt.Sprintf("O%d__c", i)
			wanted = append(wanted, c("CustomObject", o))
			org.rows = append(org.rows, row("CustomObject", o))
			for f := range rapid.IntRange(0, 5).Draw(rt, "fields") {
				org.rows = append(org.rows, row("CustomField", fmt.Sprintf("%s.F%d__c", o, f)))
			}
			for n := range rapid.IntRange(0, 3).Draw(rt, "layouts") {
				wanted = append(wanted, c("Layout", fmt.Sprintf("%s-L%d", o, n)))
			}
		}
		for i := range rapid.IntRange(0, 20).Draw(rt, "profiles") {
			wanted = append(wanted, c("Profile", fmt.Sprintf("P%d", i)))
		}
		for i := range rapid.IntRange(0, 40).Draw(rt, "classes") {
			wanted = append(wanted, c("ApexClass", fmt.Sprintf("C%d", i)))
		}
		l := listingOf(rt, org)
		limits := Limits{Files: rapid.IntRange(1, 60).Draw(rt, "files"), Bytes: int64(rapid.IntRange(1<<10, 1<<20).Draw(rt, "bytes"))}
		opts := PlanOptions{Version: 66, Limits: limits}
		companions, members := split(wanted, 66)
		together := map[[2]metadata.Component]bool{}
		p := planner{listing: l, opts: opts}
		for _, r := range Plan(l, wanted, opts) {
			var size Size
			for _, m := range r.Members {
				size = size.plus(p.size(m)).plus(p.mention(m, p.rate(r.Companions)))
				for _, companion := range r.Companions {
					together[[2]metadata.Component{m, companion}] = true
				}
				if len(r.Companions) == 0 {
					together[[2]metadata.Component{m}] = true
				}
				if h := head(m); slices.Contains(wanted, h) && !slices.Contains(r.Members, h) {
					rt.Errorf("%s is asked for without %s", m, h)
				}
			}
			for range r.Companions {
				size = size.plus(emptyCompanion())
			}
			if size != r.Estimate {
				rt.Errorf("a request of %+v says that it brings %+v", size, r.Estimate)
			}
			if len(families(r.Members)) > 1 && !size.within(limits) {
				rt.Errorf("%d families take %+v, over %+v", len(families(r.Members)), size, limits)
			}
		}
		for _, m := range members {
			if len(companions) == 0 && !together[[2]metadata.Component{m}] {
				rt.Errorf("%s is not asked for", m)
			}
			for _, companion := range companions {
				if !together[[2]metadata.Component{m, companion}] {
					rt.Errorf("%s is not asked for together with %s", m, companion)
				}
			}
		}
	})
}
