package readback_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/orgkeep/orgkeep/internal/deployplan"
	"github.com/orgkeep/orgkeep/internal/diff"
	"github.com/orgkeep/orgkeep/internal/readback"
	"github.com/orgkeep/orgkeep/pkg/metadata"
)

func c(typ, name string) metadata.Component { return metadata.Component{Type: typ, FullName: name} }

func TestTheScopeHoldsWhatTouchedComponentsComeWith(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		touched metadata.Component
		version metadata.Version
		inside  []metadata.Component
		outside []metadata.Component
	}{
		"a class":          {c("ApexClass", "A"), 66, []metadata.Component{c("ApexClass", "A")}, []metadata.Component{c("ApexClass", "B"), c("Profile", "A")}},
		"a field":          {c("CustomField", "Account.X__c"), 66, []metadata.Component{c("CustomObject", "Account")}, []metadata.Component{c("CustomObject", "Case")}},
		"a label":          {c("CustomLabel", "Hello"), 66, []metadata.Component{c("CustomLabels", "CustomLabels")}, nil},
		"a profile":        {c("Profile", "Admin"), 66, []metadata.Component{c("Profile", "Admin"), c("ApexClass", "B"), c("Layout", "X-Y"), c("CustomObject", "Z")}, []metadata.Component{c("Profile", "Other"), c("Role", "R")}},
		"a permission set": {c("PermissionSet", "P"), 66, []metadata.Component{c("PermissionSet", "P")}, []metadata.Component{c("ApexClass", "B")}},
		"an old one":       {c("PermissionSet", "P"), 39, []metadata.Component{c("PermissionSet", "P"), c("ApexClass", "B")}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			keep, keepType := readback.Scope([]metadata.Component{tc.touched}, metadata.Default(), tc.version)
			for _, in := range tc.inside {
				if !keep(in) || !keepType(in.Type) {
					t.Errorf("%s is not read", in)
				}
			}
			for _, out := range tc.outside {
				if keep(out) {
					t.Errorf("%s is read", out)
				}
			}
		})
	}
}

func TestWhatIsLeftIsPartedByWhatWasAnnounced(t *testing.T) {
	t.Parallel()
	plan := &deployplan.Plan{Actions: []deployplan.Action{{Verb: deployplan.Leave, Component: c("Skill", "S")}}}
	left := diff.Result{Changes: []diff.Change{{Kind: diff.Added, Component: c("Skill", "S")}, {Kind: diff.Changed, Component: c("Role", "R")}}}
	got := readback.Judge(plan, left)
	if diff := cmp.Diff(&readback.Result{Announced: left.Changes[:1], Surprises: left.Changes[1:]}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got.Clean() || !(readback.Result{Announced: got.Announced}).Clean() {
		t.Error("surprises are not clean, what was announced is")
	}
}
