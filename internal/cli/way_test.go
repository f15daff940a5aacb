package cli

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/orgkeep/orgkeep/internal/capture"
	"github.com/orgkeep/orgkeep/internal/deployplan"
	"github.com/orgkeep/orgkeep/internal/diff"
	"github.com/orgkeep/orgkeep/internal/readback"
	"github.com/orgkeep/orgkeep/internal/rollback"
	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// What is left after a rollback fails it, unless the plan had said so or the org
// says that somebody else did it to something that the plan does not touch.
func TestWhoseIsWhatIsLeft(t *testing.T) {
	t.Parallel()
	touched := comp("Flow", "Touched")
	changed := func(c metadata.Component) []diff.Change { return []diff.Change{{Kind: diff.Changed, Component: c}} }
	for name, tc := range map[string]struct {
		verify, left readback.Result
		authors      map[metadata.Component]capture.Author
		want         [3]int // announced, rest, others
	}{
		"nothing":                            {want: [3]int{0, 0, 0}},
		"a surprise in what was touched":     {verify: readback.Result{Surprises: changed(touched)}, left: readback.Result{Surprises: changed(touched)}, want: [3]int{0, 1, 0}},
		"what the plan had said":             {verify: readback.Result{Announced: changed(touched)}, left: readback.Result{Announced: changed(touched)}, want: [3]int{1, 0, 0}},
		"elsewhere, by nobody known":         {left: readback.Result{Surprises: changed(comp("Layout", "L"))}, want: [3]int{0, 1, 0}},
		"elsewhere, by the one who deployed": {left: readback.Result{Surprises: changed(comp("Layout", "L"))}, authors: map[metadata.Component]capture.Author{comp("Layout", "L"): {Username: "me"}}, want: [3]int{0, 1, 0}},
		"elsewhere, by somebody else":        {left: readback.Result{Surprises: changed(comp("Layout", "L"))}, authors: map[metadata.Component]capture.Author{comp("Layout", "L"): {Username: "eli"}}, want: [3]int{0, 0, 1}},
		"touched, by somebody else":          {left: readback.Result{Surprises: changed(touched)}, authors: map[metadata.Component]capture.Author{touched: {Username: "eli"}}, want: [3]int{0, 1, 0}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			plan := &deployplan.Plan{Actions: []deployplan.Action{{Verb: deployplan.Change, Component: touched}}, Base: map[string]string{touched.String(): "x"}}
			got := leftOf(&rollback.Result{Plan: plan, Username: "me", Verify: &tc.verify, Left: &tc.left, Snapshot: &capture.Result{Authors: tc.authors}})
			if diff := cmp.Diff(tc.want, [3]int{len(got.announced), len(got.rest), len(got.others)}); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}
