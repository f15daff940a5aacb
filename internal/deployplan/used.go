package deployplan

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/orgkeep/orgkeep/internal/impact"
	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// loosely are the types that name others, or say what others are called, and do not
// keep them from being deleted.
// Source: Salesforce Help, deleting custom fields; Metadata API Developer Guide, Profile.
func loosely() map[string]bool {
	return map[string]bool{
		"CustomObjectTranslation": true, "GlobalValueSet": true, "GlobalValueSetTranslation": true, "Layout": true, "ListView": true, "MutingPermissionSet": true, "PermissionSet": true,
		"Profile": true, "RecordType": true, "Report": true, "StandardValueSet": true, "StandardValueSetTranslation": true, "Translations": true,
	}
}

// stillUsed gives what the plan would delete while something that it leaves as it is
// names it: the org would refuse the deletion, and the deploy with it.
func (b *builder) stillUsed(ctx context.Context) (map[metadata.Component]stay, error) {
	gone, left := map[metadata.Component]bool{}, []metadata.Component{}
	for _, a := range b.plan.Actions {
		t, _ := b.in.Registry.Type(a.Component.Type)
		switch {
		case a.Verb == Delete:
			gone[a.Component] = true
		case a.Verb == Leave && !composite(t):
			left = append(left, a.Component)
		}
	}
	out := map[metadata.Component]stay{}
	for len(left) > 0 && len(gone) > 0 {
		by := left[0]
		left = left[1:]
		text, err := b.liveText(ctx, by)
		if err != nil {
			return nil, err
		}
		for _, c := range slices.SortedFunc(maps.Keys(gone), metadata.Component.Compare) {
			if !keepsFromGoing(by, text, c) {
				continue
			}
			delete(gone, c)
			left = append(left, c)
			out[c] = stay{by.String() + ", which stays, refers to it", "change or delete that first, then roll back again"}
		}
	}
	return out, nil
}

// keepsFromGoing tells whether a text names a component for certain: a word may be said
// of something else, unless the name is of no other kind or the text is code.
func keepsFromGoing(by metadata.Component, text string, c metadata.Component) bool {
	if by == c || text == "" || loosely()[by.Type] && c.Type != "QuickAction" {
		return false
	}
	if name := strings.TrimSuffix(c.FullName, "__gvs"); strings.Contains(text, ">"+name+"<") {
		return true
	}
	switch by.Type {
	case "ApexClass", "ApexTrigger", "ApexPage", "ApexComponent":
	default:
		if !isCustom(c.FullName) {
			return false
		}
	}
	_, named := impact.NewNames([]metadata.Component{c}).In(by, text)
	return named
}
