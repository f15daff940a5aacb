package deployplan_test

import (
	"slices"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/orgkeep/orgkeep/internal/demo"
	"github.com/orgkeep/orgkeep/internal/deployplan"
	"github.com/orgkeep/orgkeep/internal/diff"
	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// What is said to be restorable is deployed to an org that has nothing, and is
// there afterwards as it was.
func TestWhatIsRestorableComesToAnEmptyOrg(t *testing.T) {
	t.Parallel()
	full, empty := newOrg(t, demo.Org()), newOrg(t, fstest.MapFS{})
	found, plan, err := deployplan.Restorable(t.Context(), full.target, nil, version)
	must(t, err)
	if !empty.deploy(plan) {
		t.Fatal("the empty org refused the restore")
	}
	empty.target = full.target
	missing, surprises := empty.left(plan)
	if len(surprises) > 0 {
		t.Errorf("left and not announced:\n%s", changesText(surprises))
	}
	classes := map[deployplan.Class]int{}
	for _, r := range found {
		classes[r.Class]++
		gone := slices.ContainsFunc(missing, func(c diff.Change) bool { return c.Component == r.Component })
		switch r.Class {
		case deployplan.AsStored:
			if gone || !empty.server.Has(r.Component) {
				t.Errorf("%s is said to be restorable, and did not come as it was", r.Component)
			}
		case deployplan.WithTransform:
			if !empty.server.Has(r.Component) {
				t.Errorf("%s did not come", r.Component)
			}
			if r.Reason == "" {
				t.Errorf("%s: no reason", r.Component)
			}
		default:
			if empty.server.Has(r.Component) || r.Reason == "" {
				t.Errorf("%s is said to be %s (%s)", r.Component, r.Class, r.Reason)
			}
		}
	}
	t.Logf("%d components: %v", len(found), classes)
	if classes[deployplan.AsStored] < 200 || classes[deployplan.WithTransform] == 0 || classes[deployplan.ByHand] == 0 {
		t.Errorf("that proves little: %v", classes)
	}
}

func TestEveryComponentHasAClass(t *testing.T) {
	t.Parallel()
	full := newOrg(t, demo.Org())
	found, _, err := deployplan.Restorable(t.Context(), full.target, nil, version)
	must(t, err)
	got := map[metadata.Component]deployplan.Class{}
	for _, r := range found {
		if _, twice := got[r.Component]; twice {
			t.Errorf("%s is there twice", r.Component)
		}
		got[r.Component] = r.Class
	}
	for _, f := range full.target.Tree.Components(metadata.Default()) {
		if _, ok := got[f.Component]; !ok && f.Component.Type != "" {
			t.Errorf("%s is not there", f.Component)
		}
	}
	want := map[string]deployplan.Class{
		"ApexClass:RateCard": deployplan.AsStored, "CustomField:Account.Customer_Number__c": deployplan.AsStored, "Profile:Admin": deployplan.WithTransform,
		"InstalledPackage:acmepkg": deployplan.ByHand, "ApexClass:acmepkg__SyncJob": deployplan.ByHand,
	}
	for name, class := range want {
		c, err := metadata.ParseComponent(name)
		must(t, err)
		if diff := cmp.Diff(class, got[c]); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func TestHiddenCodeCannotBeRestored(t *testing.T) {
	t.Parallel()
	found, plan, err := deployplan.Restorable(t.Context(), stateOf(map[string]string{
		"classes/A.cls": "(hidden)", "classes/A.cls-meta.xml": xmlOf("ApexClass", "    <apiVersion>66.0</apiVersion>\n"),
	}), nil, version)
	must(t, err)
	if len(found) != 1 || found[0].Class != deployplan.Impossible || !plan.Empty() {
		t.Errorf("%+v", found)
	}
}
