package extract

import (
	"github.com/orgkeep/orgkeep/pkg/emulator/internal/behaviour"
	"github.com/orgkeep/orgkeep/pkg/emulator/internal/orgstate"
	"github.com/orgkeep/orgkeep/pkg/emulator/internal/xmltext"
)

// disordered puts the elements of sets into another order, where the org is said
// to do so: the children of composite files and the entries of profiles and
// permission sets, each among its like. Nothing else has no order.
func (r *run) disordered(f *orgstate.File, content []byte) []byte {
	if !r.view.Set.Is(behaviour.SetOrder, "shuffled") {
		return content
	}
	keys := r.setKeys(f)
	if len(keys) == 0 {
		return content
	}
	root, err := xmltext.Parse(content)
	if err != nil {
		return content
	}
	places := map[string][]int{} // by the element's name
	for i, e := range root.Children {
		if key, ok := keys[e.Name]; ok && e.Get(key) != "" {
			places[e.Name] = append(places[e.Name], i)
		}
	}
	out := make([]*xmltext.Element, len(root.Children))
	copy(out, root.Children)
	for _, e := range root.Children {
		at := places[e.Name]
		delete(places, e.Name) // once, in the file's order: maps have none
		r.rnd.Shuffle(len(at), func(i, j int) { out[at[i]], out[at[j]] = out[at[j]], out[at[i]] })
	}
	return root.With(out).Document()
}

// setKeys gives the elements of a file that are members of sets, each with the
// element that tells them apart.
func (r *run) setKeys(f *orgstate.File) map[string]string {
	switch f.Component.Type {
	case "Profile", "PermissionSet", "MutingPermissionSet":
		return orgstate.AccessKeys()
	}
	keys := map[string]string{}
	if t, ok := r.state.Registry.Type(f.Component.Type); ok && r.state.Composite(f.Component) {
		for _, child := range t.Children {
			if !child.Unaddressable {
				keys[child.Element] = child.Key
			}
		}
	}
	return keys
}
