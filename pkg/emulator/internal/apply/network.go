package apply

import (
	"github.com/orgkeep/orgkeep/pkg/emulator/internal/behaviour"
	"github.com/orgkeep/orgkeep/pkg/emulator/internal/xmltext"
)

// mergeNetwork: of a site that is there a deploy changes neither the address that it
// sends from, nor the templates about a changed address, and a site that was published
// is never again under construction. Source: Metadata API Developer Guide, Network;
// that such a change is refused is not verified.
func (r *runner) mergeNetwork(_ *unit, old, now *xmltext.Element) (*xmltext.Element, error) {
	if old == nil {
		return now, nil
	}
	fixed := []string{"emailSenderAddress", "chgEmailVerNewTemplate", "chgEmailVerOldTemplate"}
	if old.Get("status") != "UnderConstruction" && now.Get("status") == "UnderConstruction" {
		fixed = append(fixed, "status")
	}
	out := now
	for _, name := range fixed {
		was, is := old.Child(name), now.Child(name)
		if old.Get(name) == now.Get(name) {
			continue
		}
		if is != nil && r.Set.Is(behaviour.SettingsReadOnly, "refused") {
			return nil, refused("You can't change the value of %s", name)
		}
		kept := drop(out.Children, name)
		if was != nil {
			kept = insert(kept, was)
		}
		out = out.With(kept)
	}
	return out, nil
}
