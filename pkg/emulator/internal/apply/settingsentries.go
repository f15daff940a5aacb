package apply

import (
	"slices"

	"github.com/orgkeep/orgkeep/pkg/emulator/internal/behaviour"
	"github.com/orgkeep/orgkeep/pkg/emulator/internal/xmltext"
)

// entries is a list of settings whose entries a deploy changes only in part.
type entries struct {
	path  []string // down to the list
	key   string   // of each level
	fixed []string // members that do not change
	on    string   // a switch that does not go back
	whole bool     // entries are neither made nor removed
}

// settingsEntries gives them by the settings' name. Source: field texts of the
// Metadata API Developer Guide; not complete.
func settingsEntries(name string) []entries {
	switch name {
	case "Address":
		place := entries{key: "isoCode", fixed: []string{"label", "standard"}, on: "active", whole: true}
		country, state := place, place
		country.path = []string{"countriesAndStates", "countries"}
		state.path = []string{"countriesAndStates", "countries", "states"}
		return []entries{country, state}
	case "Case":
		return []entries{{path: []string{"emailToCase", "routingAddresses"}, key: "emailAddress", fixed: []string{"emailServicesAddress", "isVerified"}}}
	case "Forecasting":
		return []entries{{path: []string{"forecastingTypeSettings"}, key: "name", fixed: []string{
			"displayedCategoryApiNames", "isAmount", "isAvailable", "isQuantity", "managerAdjustableCategoryApiNames", "masterLabel",
			"opportunityListFieldsLabelMappings", "ownerAdjustableCategoryApiNames",
		}}}
	}
	return nil
}

// mergeEntries gives the settings as far as they are taken.
func (r *runner) mergeEntries(name string, old, now *xmltext.Element) (*xmltext.Element, error) {
	for _, list := range settingsEntries(name) {
		var err error
		if now, err = r.mergeList(list, list.path, old, now); err != nil {
			return nil, err
		}
	}
	return now, nil
}

// mergeList goes down to the entries of a list.
func (r *runner) mergeList(list entries, path []string, old, now *xmltext.Element) (*xmltext.Element, error) {
	if len(path) == 0 {
		return r.mergeEntry(list, old, now)
	}
	var children []*xmltext.Element
	for _, e := range now.Children {
		if e.Name == path[0] {
			had := counterpart(old, e, list.key)
			if had == nil && len(path) == 1 && list.whole {
				return nil, refused("You can't create %s", e.Get(list.key))
			}
			merged, err := r.mergeList(list, path[1:], had, e)
			if err != nil {
				return nil, err
			}
			e = merged
		}
		children = append(children, e)
	}
	if now.Leaf() {
		return now, nil
	}
	return now.With(children), nil
}

// counterpart gives the element of the same name and key.
func counterpart(old, now *xmltext.Element, key string) *xmltext.Element {
	for _, e := range old.All(now.Name) {
		if e.Get(key) == now.Get(key) {
			return e
		}
	}
	return nil
}

// mergeEntry refuses or ignores what an entry's fixed members should become.
func (r *runner) mergeEntry(list entries, old, now *xmltext.Element) (*xmltext.Element, error) {
	if old == nil {
		return now, nil
	}
	if list.on != "" && old.Get(list.on) == "true" && now.Get(list.on) == "false" && r.Set.Refuses(behaviour.RefuseOneWay) {
		return nil, refused("%s can't be disabled once it is enabled", list.on)
	}
	for _, name := range list.fixed {
		had, given := old.All(name), now.All(name)
		if len(given) == 0 || sameText(had, given) {
			continue
		}
		if r.Set.Is(behaviour.SettingsReadOnly, "refused") {
			return nil, refused("You can't change the value of %s", name)
		}
		kept := slices.DeleteFunc(slices.Clone(now.Children), func(e *xmltext.Element) bool { return e.Name == name })
		for _, e := range had {
			kept = insert(kept, e)
		}
		now = now.With(kept)
	}
	return now, nil
}

func sameText(a, b []*xmltext.Element) bool {
	return slices.EqualFunc(a, b, func(x, y *xmltext.Element) bool { return x.Canonical() == y.Canonical() })
}
