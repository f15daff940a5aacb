package apply

import (
	"slices"
	"strings"

	"github.com/orgkeep/orgkeep/pkg/emulator/internal/behaviour"
	"github.com/orgkeep/orgkeep/pkg/emulator/internal/orgstate"
	"github.com/orgkeep/orgkeep/pkg/emulator/internal/xmltext"
	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// mergeProfile overlays a profile: entries by their key, address ranges as a
// list, layout assignments and the login flow as the platform is known to treat
// them. Source: Metadata API Developer Guide, Profile; notes on deploys.
func (r *runner) mergeProfile(u *unit, old, now *xmltext.Element) (*xmltext.Element, error) {
	if err := r.checkAccess(old, now); err != nil {
		return nil, err
	}
	if old == nil {
		old = minimum(now)
	}
	now, err := r.standardObjects(old, now)
	if err != nil {
		return nil, err
	}
	now = r.revocable(now)
	keys := orgstate.AccessKeys()
	kept := slices.Clone(old.Children)
	if r.Set.Is(behaviour.ProfileMinor, "clear") {
		for _, name := range []string{
			"customSettingAccesses", "externalDataSourceAccesses", "categoryGroupVisibilities", "agentAccesses", "servicePresenceStatusAccesses",
		} {
			kept = drop(kept, name)
		}
	}
	if r.Set.Is(behaviour.ProfileUserPermissions, "disable") {
		kept = drop(kept, "userPermissions")
	}
	kept = r.lists(kept, now)
	kept = overlayEntries(kept, now, keys)
	for _, e := range now.Children {
		_, keyed := keys[e.Name]
		switch {
		case keyed:
		case e.Name == "loginIpRanges" || e.Name == "layoutAssignments" || e.Name == "loginFlows" || e.Name == "loginHours":
			kept = insert(kept, e)
		default:
			kept = insert(drop(kept, e.Name), e)
		}
	}
	return old.With(sameOrder(old.Children, r.granting(u.c, old, kept))), nil
}

// revocable leaves out what a profile cannot take away, where it is said to be so.
func (r *runner) revocable(now *xmltext.Element) *xmltext.Element {
	if r.Set.Is(behaviour.ProfileRevoke, "works") {
		return now
	}
	return now.With(slices.DeleteFunc(slices.Clone(now.Children), func(e *xmltext.Element) bool {
		return (e.Name == "customPermissions" || e.Name == "customMetadataTypeAccesses") && e.Get("enabled") == "false"
	}))
}

// minimum is what a new profile begins with: a minimum profile has nothing that
// a retrieve shows beside its licence.
func minimum(now *xmltext.Element) *xmltext.Element {
	return now.With(nil)
}

// lists clears the sections that are not merged entry by entry.
func (r *runner) lists(kept []*xmltext.Element, now *xmltext.Element) []*xmltext.Element {
	if now.Child("loginIpRanges") != nil || r.Set.Is(behaviour.ProfileIPRanges, "clear") {
		kept = drop(kept, "loginIpRanges")
	}
	if now.Child("loginHours") != nil {
		kept = drop(kept, "loginHours")
	}
	kept = drop(kept, "loginFlows")
	given := now.All("layoutAssignments")
	switch {
	case len(given) == 0 && r.Set.Is(behaviour.ProfileLayouts, "keep"):
	case len(given) == 0 || r.Set.Is(behaviour.ProfileLayouts, "whole"):
		kept = drop(kept, "layoutAssignments")
	default:
		objects := map[string]bool{}
		for _, e := range given {
			objects[layoutObject(e)] = true
		}
		kept = slices.DeleteFunc(kept, func(e *xmltext.Element) bool {
			return e.Name == "layoutAssignments" && objects[layoutObject(e)]
		})
	}
	return kept
}

func layoutObject(e *xmltext.Element) string {
	object, _, _ := strings.Cut(e.Get("layout"), "-")
	return object
}

func drop(elements []*xmltext.Element, name string) []*xmltext.Element {
	return slices.DeleteFunc(slices.Clone(elements), func(e *xmltext.Element) bool { return e.Name == name })
}

// overlayEntries puts entries in the place of those of the same key.
func overlayEntries(kept []*xmltext.Element, now *xmltext.Element, keys map[string]string) []*xmltext.Element {
	at := make(map[string]int, len(kept))
	for i, e := range kept {
		if key, ok := keys[e.Name]; ok {
			at[e.Name+"|"+e.Get(key)] = i
		}
	}
	out := slices.Clone(kept)
	var added []*xmltext.Element
	for _, e := range now.Children {
		key, keyed := keys[e.Name]
		if !keyed {
			continue
		}
		if i, ok := at[e.Name+"|"+e.Get(key)]; ok {
			out[i] = asBefore(out[i], e)
			continue
		}
		added = append(added, e)
	}
	return insertEntries(out, added, keys)
}

// insertEntries puts each entry behind the last one that comes before it by name and
// key. Keys are read once, as there may be thousands of either.
func insertEntries(elements, added []*xmltext.Element, keys map[string]string) []*xmltext.Element {
	keyOf := func(e *xmltext.Element) string {
		if key, ok := keys[e.Name]; ok {
			return e.Get(key)
		}
		return ""
	}
	read := make([]string, len(elements), len(elements)+len(added))
	for i, e := range elements {
		read[i] = keyOf(e)
	}
	for _, e := range added {
		key, at := keyOf(e), len(elements)
		for at > 0 {
			if o := elements[at-1]; byName(o, e) < 0 || o.Name == e.Name && read[at-1] <= key {
				break
			}
			at--
		}
		elements, read = slices.Insert(elements, at, e), slices.Insert(read, at, key)
	}
	return elements
}

// granting leaves out entries that grant nothing, as the platform does: user
// permissions that are off, objects that cannot be read, and others unless the
// profile showed them before.
func (r *runner) granting(c metadata.Component, old *xmltext.Element, entries []*xmltext.Element) []*xmltext.Element {
	keys := orgstate.AccessKeys()
	r.s.RememberRefusals(c, old)
	return slices.DeleteFunc(slices.Clone(entries), func(e *xmltext.Element) bool {
		key, ok := keys[e.Name]
		if !ok || !orgstate.GrantsNothing(e) {
			return false
		}
		if e.Name == "userPermissions" || e.Name == "objectPermissions" {
			return true
		}
		return !r.s.Remembers(c, e.Name+"|"+e.Get(key))
	})
}

// standardObjects: from 50.0 the permissions of standard objects on standard
// profiles cannot be edited.
func (r *runner) standardObjects(old, now *xmltext.Element) (*xmltext.Element, error) {
	how := r.Set.Get(behaviour.ProfileStandardObjects)
	if old.Get("custom") != "false" || how == "allowed" || r.p.manifest.Version < 50 {
		return now, nil
	}
	var kept []*xmltext.Element
	for _, e := range now.Children {
		if e.Name != "objectPermissions" || orgstate.Custom(e.Get("object")) || !changesAccess(old, e) {
			kept = append(kept, e)
			continue
		}
		if how == "refused" {
			return nil, refused("You can't edit the object permissions of %s on a standard profile", e.Get("object"))
		}
	}
	return now.With(kept), nil
}

func changesAccess(old, e *xmltext.Element) bool {
	for _, o := range old.All("objectPermissions") {
		if o.Get("object") == e.Get("object") {
			return o.Canonical() != e.Canonical()
		}
	}
	return !orgstate.GrantsNothing(e)
}

// replaceFrom is the version from which a permission set replaces what the org
// has. Source: Metadata API Developer Guide, PermissionSet.
const replaceFrom = 40

func (r *runner) mergePermissionSet(u *unit, old, now *xmltext.Element) (*xmltext.Element, error) {
	if err := r.checkAccess(old, now); err != nil {
		return nil, err
	}
	if old == nil || r.p.manifest.Version >= replaceFrom || r.p.manifest.Version == 0 {
		return now, nil
	}
	return r.addPermissions(u, old, now)
}

// addPermissions adds entries to those that are there.
func (r *runner) addPermissions(u *unit, old, now *xmltext.Element) (*xmltext.Element, error) {
	if old == nil {
		return now, nil
	}
	keys := orgstate.AccessKeys()
	kept := slices.Clone(old.Children)
	for _, e := range now.Children {
		if _, keyed := keys[e.Name]; !keyed {
			kept = insert(drop(kept, e.Name), e)
		}
	}
	kept = overlayEntries(kept, now, keys)
	return old.With(sameOrder(old.Children, r.granting(u.c, old, kept))), nil
}

// checkAccess: field permissions of required fields cannot be deployed.
func (r *runner) checkAccess(old, now *xmltext.Element) error {
	if err := r.checkPermissions(now); err != nil {
		return err
	}
	if err := r.checkPresent(now); err != nil {
		return err
	}
	if !r.Set.Refuses(behaviour.RefuseRequiredField) {
		return nil
	}
	for _, e := range now.All("fieldPermissions") {
		field := e.Get("field")
		if r.required(field) && !slices.ContainsFunc(old.All("fieldPermissions"), func(o *xmltext.Element) bool { return o.Get("field") == field }) {
			return refused("You cannot deploy to a required field: %s", field)
		}
	}
	return nil
}

// checkPermissions refuses user permissions that the org does not know, switched off
// or on.
func (r *runner) checkPermissions(now *xmltext.Element) error {
	if !r.Set.Refuses(behaviour.RefusePermission) {
		return nil
	}
	for _, e := range now.All("userPermissions") {
		if name := e.Get("name"); slices.Contains(r.Without, name) {
			return refused("Unknown user permission: %s", name)
		}
	}
	return nil
}

// checkPresent refuses access to what has to be there when the deploy begins. Source:
// Metadata API Developer Guide, LoginFlow, and reports of deploys; the words are a
// guess.
func (r *runner) checkPresent(now *xmltext.Element) error {
	if !r.Set.Refuses(behaviour.RefuseLateAccess) {
		return nil
	}
	for _, e := range now.All("loginFlows") {
		if flow, ok := r.State.Flow(e.Get("flow")); ok && flow.Active == 0 || !ok && r.s.Has(metadata.Component{Type: "Flow", FullName: e.Get("flow")}) {
			return refused("The flow %s is not active: a login flow has to be", e.Get("flow"))
		}
	}
	for _, e := range now.All("externalCredentialPrincipalAccesses") {
		name, _, _ := strings.Cut(e.Get("externalCredentialPrincipal"), "-")
		c := metadata.Component{Type: "ExternalCredential", FullName: name}
		if !r.State.Has(c) && r.s.Has(c) {
			return refused("In field: externalCredentialPrincipal - no ExternalCredentialParameter named %s found", e.Get("externalCredentialPrincipal"))
		}
	}
	return nil
}

// required tells whether a custom field is required or master-detail.
func (r *runner) required(field string) bool {
	object, name, _ := strings.Cut(field, ".")
	if !orgstate.Custom(name) {
		return false
	}
	fields := r.fields(object)
	e := fields[name]
	return e != nil && (e.Get("required") == "true" || e.Get("type") == "MasterDetail")
}

// fields gives an object's fields by name, read once per content of its file.
func (r *runner) fields(object string) map[string]*xmltext.Element {
	f, ok := r.s.File("objects/" + object + ".object")
	if !ok {
		return nil
	}
	return orgstate.Memo(f, "fields", func() map[string]*xmltext.Element {
		byName := map[string]*xmltext.Element{}
		if root, err := f.Root(); err == nil {
			for _, e := range root.All("fields") {
				byName[e.Get("fullName")] = e
			}
		}
		return byName
	})
}
