package apply

import (
	"slices"

	"github.com/orgkeep/orgkeep/pkg/emulator/internal/behaviour"
	"github.com/orgkeep/orgkeep/pkg/emulator/internal/xmltext"
)

// readOnly are members of settings that a deploy cannot change, by the settings'
// name. Source: field texts of the Metadata API Developer Guide; not complete.
func readOnly() map[string][]string {
	return map[string][]string{
		"MyDomain": {"domainPartition", "edgeRoutingMethod", "myDomainName", "myDomainSuffix", "useEdge"},
	}
}

// oneWay are switches that cannot be set back once they are on, by settings and
// path. Source: the same; not complete.
func oneWay() map[string][][]string {
	return map[string][][]string{
		"Case":               {{"emailToCase", "enableEmailToCase"}},
		"SingleSignOn":       {{"enableMultipleSamlConfigs"}},
		"Topics":             {{"enableTopicTimeSlot"}},
		"CustomAddressField": {{"enableCustomAddressField"}},
	}
}

// mergeSettings: what the file leaves out stays.
func (r *runner) mergeSettings(u *unit, old, now *xmltext.Element) (*xmltext.Element, error) {
	if old == nil {
		return now, nil
	}
	ignored := map[string]bool{}
	for _, name := range readOnly()[u.c.FullName] {
		if now.Child(name) == nil || now.Get(name) == old.Get(name) {
			continue
		}
		if r.Set.Is(behaviour.SettingsReadOnly, "refused") {
			return nil, refused("You can't change the value of %s", name)
		}
		ignored[name] = true
	}
	for _, path := range oneWay()[u.c.FullName] {
		if old.Get(path...) == "true" && now.Get(path...) == "false" && r.Set.Refuses(behaviour.RefuseOneWay) {
			return nil, refused("%s can't be disabled once it is enabled", path[len(path)-1])
		}
	}
	now, err := r.mergeEntries(u.c.FullName, old, now)
	if err != nil {
		return nil, err
	}
	if err := r.refuseTogether(u.c.FullName, old, now); err != nil {
		return nil, err
	}
	return asBefore(old, overlay(old, now, ignored)), nil
}

// refuseTogether: members that an org takes only as others are. Source: the same; the
// words are a guess.
func (r *runner) refuseTogether(name string, old, now *xmltext.Element) error {
	switch {
	case !r.Set.Refuses(behaviour.RefuseContent):
	case name == "Account" && now.Child("enableAccountOwnerReport") != nil && r.accountsShared():
		return refused("You can't set enableAccountOwnerReport unless the default access of accounts is private")
	case name == "Mobile" && old.Get("chatterMobile", "enableChatterMobile") == "true" && now.Get("chatterMobile", "enableChatterMobile") == "false":
		for _, e := range now.Child("chatterMobile").Children {
			if e.Name != "enableChatterMobile" && e.Text() != old.Get("chatterMobile", e.Name) {
				return refused("You can't change %s while Chatter Mobile is disabled", e.Name)
			}
		}
	}
	return nil
}

// overlay replaces what is given, by the element's name.
func overlay(old, now *xmltext.Element, ignored map[string]bool) *xmltext.Element {
	given := map[string]bool{}
	for _, e := range now.Children {
		given[e.Name] = true
	}
	kept := slices.DeleteFunc(slices.Clone(old.Children), func(e *xmltext.Element) bool { return given[e.Name] && !ignored[e.Name] })
	for _, e := range now.Children {
		if !ignored[e.Name] {
			kept = insert(kept, e)
		}
	}
	return old.With(sameOrder(old.Children, kept))
}

// accountsShared tells whether not only their owners see accounts.
func (r *runner) accountsShared() bool {
	f, ok := r.s.File("objects/Account.object")
	if !ok {
		return false
	}
	root, err := f.Root()
	model := root.Get("sharingModel")
	return err == nil && model != "" && model != "Private"
}
