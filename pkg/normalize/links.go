package normalize

import (
	"slices"
	"strings"

	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// link says that one element is written in two places: within its parent's file
// in metadata format, and as the root of a file of its own in source format.
type link struct{ parent, element, child string }

func linksOf(r *metadata.Registry) []link {
	var links []link
	for _, t := range r.Types() {
		for _, c := range t.Children {
			links = append(links, link{t.Name, c.Element, c.Type})
		}
	}
	return links
}

// rootsOf names the root elements that rules can be about.
func rootsOf(rules []Rule, r *metadata.Registry) map[string]bool {
	roots := map[string]bool{}
	for _, rule := range rules {
		roots[rule.Type] = true
	}
	for _, t := range r.Types() {
		roots[t.Name] = true
		for _, c := range t.Children {
			roots[c.Type] = true
		}
	}
	return roots
}

// linked adds to rules those that say the same of the same element in the other
// format, so that a component comes out alike in both. What a rule says of a
// place itself is never added to.
func linked(rules []Rule, links []link) []Rule {
	all := slices.Clone(rules)
	taken := map[string]bool{}
	for _, r := range rules {
		taken[r.place()] = true
	}
	for _, r := range rules {
		for _, l := range links {
			other, ok := l.translate(r)
			if ok && !taken[other.place()] {
				taken[other.place()] = true
				all = append(all, other)
			}
		}
	}
	return all
}

// translate gives the rule for the other end of the link. One for any depth has
// no counterpart in the parent, where it would hold below one element alone.
func (l link) translate(r Rule) (Rule, bool) {
	anywhere := strings.HasPrefix(r.Path, anyDepth)
	rest, within := strings.CutPrefix(r.Path, l.element+".")
	switch {
	case r.Type == l.parent && (within || anywhere):
		r.Type, r.Path = l.child, rest
	case r.Type == l.child && !anywhere:
		r.Type, r.Path = l.parent, l.element+"."+r.Path
	default:
		return Rule{}, false
	}
	return r, true
}
