package apply

import (
	"path"
	"regexp"
	"slices"

	"github.com/orgkeep/orgkeep/pkg/emulator/internal/behaviour"
	"github.com/orgkeep/orgkeep/pkg/emulator/internal/xmltext"
)

// memberTypes hold lists of members.
func memberTypes() []string { return []string{"Queue", "Group", "Role", "SharingSet"} }

// replaceOrAdd replaces a component, unless its type is one of those in doubt and
// the switch says that what is left out stays.
func (r *runner) replaceOrAdd(u *unit) error {
	t := u.c.Type
	switch {
	case u.folder || u.root == nil:
	case t == "PermissionSetGroup" && r.Set.Is(behaviour.SetGroup, "keep"):
		return r.mergeOne(u, keepLists("permissionSets", "mutingPermissionSets"))
	case slices.Contains(memberTypes(), t) && r.Set.Is(behaviour.MemberList, "keep"):
		return r.mergeOne(u, keepAbsent)
	case len(u.paths) == 1 && r.Set.Is(behaviour.LeafElement, "keep"):
		return r.mergeOne(u, keepAbsent)
	}
	return r.replace(u)
}

// keepAbsent keeps elements of names that the file does not have; lists that it
// has grow by what it leaves out in the case of members.
func keepAbsent(u *unit, old, now *xmltext.Element) (*xmltext.Element, error) {
	if old == nil {
		return now, nil
	}
	out := now
	for _, e := range old.Children {
		if now.Child(e.Name) == nil {
			out = out.With(insert(out.Children, e))
		}
	}
	if slices.Contains(memberTypes(), u.c.Type) {
		for _, list := range out.Children {
			was := old.Child(list.Name)
			if was == nil || list.Leaf() || len(out.All(list.Name)) > 1 {
				continue
			}
			out = replaceChild(out, list, keepDeep(was, list))
		}
	}
	return asBefore(old, out), nil
}

// keepDeep adds what a list of members had and has no more.
func keepDeep(was, is *xmltext.Element) *xmltext.Element {
	out := is
	for _, e := range was.Children {
		same := is.All(e.Name)
		switch {
		case slices.ContainsFunc(same, func(o *xmltext.Element) bool { return o.Canonical() == e.Canonical() }):
		case !e.Leaf() && len(same) == 1:
			out = replaceChild(out, same[0], keepDeep(e, same[0]))
		default:
			out = out.With(insert(out.Children, e))
		}
	}
	return out
}

// keepLists keeps the entries of these lists that the file leaves out.
func keepLists(names ...string) func(*unit, *xmltext.Element, *xmltext.Element) (*xmltext.Element, error) {
	return func(_ *unit, old, now *xmltext.Element) (*xmltext.Element, error) {
		out := now
		for _, name := range names {
			if old != nil {
				out = keepEntries(old, out, name, "")
			}
		}
		return out, nil
	}
}

// keepEntries adds the entries of one name that old has and now lacks, told apart
// by the element of that key, or by their text where there is none.
func keepEntries(old, now *xmltext.Element, name, key string) *xmltext.Element {
	of := func(e *xmltext.Element) string {
		if key == "" {
			return e.Text()
		}
		return e.Get(key)
	}
	given := map[string]bool{}
	for _, e := range now.All(name) {
		given[of(e)] = true
	}
	out := now
	for _, e := range old.All(name) {
		if !given[of(e)] {
			out = out.With(insertAfterSiblings(out.Children, e))
		}
	}
	return out
}

// variant is the file of a site's content in one language.
var variant = regexp.MustCompile(`^[a-z]{2,3}(_[A-Z]{2})?\.json$`)

// checkVariants: a translated variant that the org has cannot be left out. Source:
// Metadata API Developer Guide, DigitalExperienceBundle.
func (r *runner) checkVariants(u *unit) error {
	for _, p := range r.s.FilesOf(u.c) {
		if variant.MatchString(path.Base(p)) && !slices.Contains(u.paths, p) && r.Set.Refuses(behaviour.RefuseVariant) {
			return refused("The bundle doesn't contain the translated variant %s", path.Base(p))
		}
	}
	return nil
}
