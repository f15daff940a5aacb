package deployplan_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/orgkeep/orgkeep/internal/demo"
	"github.com/orgkeep/orgkeep/internal/deployplan"
	"github.com/orgkeep/orgkeep/internal/tree"
	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// The way back is worked out before the plan is deployed, and holds afterwards:
// it is not stale, the org takes it, and comes to be what it was but for what was
// announced.
func TestTheWayBackIsKnownBeforehand(t *testing.T) {
	t.Parallel()
	for seed := range uint64(scaled(8, 200)) {
		t.Run(fmt.Sprintf("seed %d", seed), func(t *testing.T) {
			t.Parallel()
			o := newOrg(t, demo.Org())
			r := rand.New(rand.NewPCG(seed, 11))
			done := o.mutate(r, 1+r.IntN(20), false)
			if seed%2 == 1 {
				// Forth instead of back: what the plan makes, the way back deletes.
				there := o.state()
				o.back()
				o.target = there
			}
			before := o.state()
			in := o.input()
			plan, err := deployplan.Build(t.Context(), in)
			must(t, err)
			back, err := plan.Inverse(t.Context(), in)
			must(t, err)
			if !o.deploy(plan) {
				t.Fatal(text(plan))
			}
			if err := back.Stale(t.Context(), o.state(), metadata.Default()); err != nil && len(announced(plan)) == 0 {
				t.Errorf("%v\nthe plan:\n%s\nthe way back:\n%s", err, text(plan), text(back))
			}
			o.target = before
			if !o.deploy(back) {
				t.Fatalf("%v\n%s", done, text(back))
			}
			if digest, _ := plan.Digest(); back.Undoes != digest || !back.Narrowed {
				t.Errorf("it undoes %s", back.Undoes)
			}
			all, surprises := o.left(back)
			if len(all) == 0 {
				sameBytes(t, before.Tree, o.state().Tree)
			}
			for _, s := range surprises {
				if _, is := plan.Surprises(s); is && !takenAlong(plan, s.Component) && !takenAlong(back, s.Component) {
					t.Errorf("%v: left\n%s\nthe plan:\n%s\nthe way back:\n%s", done, changesText(surprises), text(plan), text(back))
				}
			}
		})
	}
}

// sameBytes: states that differ in nothing are the same tree, to the byte.
func sameBytes(t *testing.T, before, now tree.Tree) {
	t.Helper()
	for c := range tree.Changed(before, now) {
		t.Errorf("%s is not what it was, byte for byte", c.Path)
	}
}

// announced are the rests of a plan.
func announced(p *deployplan.Plan) []deployplan.Rest {
	var out []deployplan.Rest
	for _, a := range p.Actions {
		out = append(out, a.MayStay...)
	}
	return out
}

// takenAlong tells whether a plan deletes something that takes entries of others
// along.
func takenAlong(p *deployplan.Plan, c metadata.Component) bool {
	switch c.Type {
	case "Layout", "Profile", "PermissionSet", "Report", "ListView":
		return p.Count(deployplan.Delete) > 0
	}
	return false
}
