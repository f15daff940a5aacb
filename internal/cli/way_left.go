package cli

import (
	"slices"

	"github.com/orgkeep/orgkeep/internal/diff"
	"github.com/orgkeep/orgkeep/internal/rollback"
	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// wayLeft is what of an org is not as the target has it after a deploy.
type wayLeft struct {
	announced []change // the plan had said so
	rest      []change // the plan had not
	// others were changed by somebody else since the plan was made, and are no
	// business of it.
	others []change
}

// leftOf unites what reading back found in what was touched, and what the snapshot
// afterwards shows of everything else. There a difference is somebody else's where
// the org says so; what a deploy takes along bears the name of who deployed, or
// none.
func leftOf(r *rollback.Result, username string) wayLeft {
	var out wayLeft
	seen := map[metadata.Component]bool{}
	each := func(changes []diff.Change, do func(change)) {
		for _, c := range changes {
			if !seen[c.Component] {
				seen[c.Component] = true
				do(change{Change: c})
			}
		}
	}
	rest := func(c change) { out.rest = append(out.rest, c) }
	announced := func(c change) { out.announced = append(out.announced, c) }
	if r.Verify != nil {
		each(r.Verify.Surprises, rest)
	}
	if r.Left != nil {
		touched := r.Plan.Touched()
		each(r.Left.Surprises, func(c change) {
			if r.Snapshot != nil && !slices.Contains(touched, c.Component) {
				author := r.Snapshot.Authors[c.Component]
				if author.Known() && author.Username != username {
					c.Author, c.When = author.Username, author.When
					out.others = append(out.others, c)
					return
				}
			}
			rest(c)
		})
	}
	if r.Verify != nil {
		each(r.Verify.Announced, announced)
	}
	if r.Left != nil {
		each(r.Left.Announced, announced)
	}
	return out
}
