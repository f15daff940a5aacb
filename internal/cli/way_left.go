package cli

import (
	"github.com/orgkeep/orgkeep/internal/diff"
	"github.com/orgkeep/orgkeep/internal/rollback"
)

// wayLeft is what of an org is not as the target has it after a deploy.
type wayLeft struct{ announced, rest, others []change }

func leftOf(r *rollback.Result) wayLeft {
	found := r.Remainder()
	shown := func(changes []diff.Change) []change {
		out := make([]change, len(changes))
		for i, c := range changes {
			out[i].Change = c
			if author, ok := found.Authors[c.Component]; ok {
				out[i].Author, out[i].When = author.Username, author.When
			}
		}
		return out
	}
	return wayLeft{shown(found.Announced), shown(found.Rest), shown(found.Others)}
}
