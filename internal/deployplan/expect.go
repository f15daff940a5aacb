package deployplan

import (
	"slices"
	"strings"

	"github.com/orgkeep/orgkeep/internal/diff"
	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// Surprises gives of a difference that is left after the deploy what the plan did
// not announce: nothing when all of it was expected, the change itself when none
// of it was.
func (p *Plan) Surprises(left diff.Change) (diff.Change, bool) {
	var rests []Rest
	for _, a := range p.Actions {
		if !sameName(a.Component, left.Component) {
			continue
		}
		if _, touched := p.Base[a.Component.String()]; a.Verb == Leave && (!touched || len(a.MayStay) == 0) {
			return diff.Change{}, false
		}
		rests = append(rests, a.MayStay...)
	}
	if left.Kind == diff.Deleted && slices.ContainsFunc(rests, func(r Rest) bool { return r.Gone }) {
		return diff.Change{}, false
	}
	if len(rests) == 0 || left.Kind != diff.Changed {
		return left, true
	}
	rest := left
	rest.Elements = slices.DeleteFunc(slices.Clone(left.Elements), func(e diff.Element) bool {
		return slices.ContainsFunc(rests, func(r Rest) bool { return r.covers(e) })
	})
	return rest, len(rest.Elements) > 0
}

// sameName: the platform takes names that differ in case for one.
func sameName(a, b metadata.Component) bool {
	return a.Type == b.Type && strings.EqualFold(a.FullName, b.FullName)
}

// everything stands for all of a component.
const everything = "*"

// covers tells whether a difference is the rest that was announced, or lies in
// it.
func (r Rest) covers(e diff.Element) bool {
	if r.Element == everything {
		return !r.Gone
	}
	if e.Name != r.Element && !strings.HasPrefix(e.Name, r.Element+".") {
		return false
	}
	return r.Key == "" || slices.ContainsFunc(e.Steps, func(s diff.Step) bool { return s.Key == r.Key })
}
