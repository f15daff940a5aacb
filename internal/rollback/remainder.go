package rollback

import (
	"slices"

	"github.com/orgkeep/orgkeep/internal/capture"
	"github.com/orgkeep/orgkeep/internal/diff"
	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// Remainder is what of an org is not as the target has it after a deploy.
type Remainder struct {
	Announced []diff.Change // the plan had said so
	Rest      []diff.Change // the plan had not
	// Others were changed by somebody else since the plan was made, and are no
	// business of it.
	Others  []diff.Change
	Authors map[metadata.Component]capture.Author // of those
}

// Remainder unites what reading back found in what was touched, and what the
// snapshot afterwards shows of everything else. There a difference is somebody
// else's where the org says so; what a deploy takes along bears the name of who
// deployed, or none.
func (r *Result) Remainder() Remainder {
	out := Remainder{Authors: map[metadata.Component]capture.Author{}}
	seen := map[metadata.Component]bool{}
	each := func(changes []diff.Change, do func(diff.Change)) {
		for _, c := range changes {
			if !seen[c.Component] {
				seen[c.Component] = true
				do(c)
			}
		}
	}
	rest := func(c diff.Change) { out.Rest = append(out.Rest, c) }
	announced := func(c diff.Change) { out.Announced = append(out.Announced, c) }
	if r.Verify != nil {
		each(r.Verify.Surprises, rest)
	}
	if r.Left != nil {
		touched := r.Plan.Touched()
		each(r.Left.Surprises, func(c diff.Change) {
			if author, others := r.others(c, touched); others {
				out.Others, out.Authors[c.Component] = append(out.Others, c), author
				return
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

// others tells whether the org says that somebody else has made a change that the
// plan has not touched.
func (r *Result) others(c diff.Change, touched []metadata.Component) (capture.Author, bool) {
	if r.Snapshot == nil || slices.Contains(touched, c.Component) {
		return capture.Author{}, false
	}
	author, ok := r.Snapshot.Authors[c.Component]
	if !ok && r.Before != nil {
		author = r.Before.Authors[c.Component]
	}
	return author, author.Known() && author.Username != r.Username
}

// Clean tells whether nothing is left that the plan had not announced. What
// somebody else has changed since is not a rest of it.
func (r *Result) Clean() bool {
	return len(r.Remainder().Rest) == 0 && (r.Verify == nil || len(r.Verify.Unread) == 0) && (r.Left == nil || len(r.Left.Unread) == 0)
}
