package extract

import (
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/orgkeep/orgkeep/pkg/emulator/internal/behaviour"
	"github.com/orgkeep/orgkeep/pkg/emulator/internal/orgstate"
	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// selection is what a manifest asks for, as far as the org has it.
type selection struct {
	whole map[metadata.Component]bool            // top-level components and folders
	kids  map[metadata.Component]map[string]bool // by parent: "Type:FullName" of the children asked for
	asked map[metadata.Component]bool            // everything named or brought by a star: what profiles speak of
	types map[string]bool                        // types named at all
	named map[string]bool                        // standard tabs and the like, which no file holds
	stars map[string][]string                    // members that stars brought, where the manifest must list them
}

func (r *run) selectMembers(root string) *selection {
	sel := &selection{
		whole: map[metadata.Component]bool{}, kids: map[metadata.Component]map[string]bool{},
		asked: map[metadata.Component]bool{}, types: map[string]bool{}, named: map[string]bool{}, stars: map[string][]string{},
	}
	if len(r.req.SpecificFiles) > 0 {
		r.selectFiles(sel)
		return sel
	}
	for _, t := range r.req.Manifest.Types {
		sel.types[t.Name] = true
		_, known := r.state.Registry.Type(t.Name)
		_, child, isChild := r.state.Registry.Parent(t.Name)
		if !known && (!isChild || child.Unaddressable) {
			r.message(root, fmt.Sprintf("Entity type: '%s' is unknown", t.Name))
			continue
		}
		for _, name := range t.Members {
			r.member(sel, root, t.Name, name)
		}
	}
	return sel
}

func (r *run) message(root, problem string) {
	r.out.Messages = append(r.out.Messages, Message{FileName: root + "package.xml", Problem: problem})
}

func (r *run) selectFiles(sel *selection) {
	for _, p := range r.req.SpecificFiles {
		p = strings.TrimPrefix(p, "unpackaged/")
		if c, ok := r.state.Registry.ComponentAt(p); ok && r.state.Has(c) && r.state.Visible(c, r.view) {
			sel.take(r.state, c)
			continue
		}
		r.message("", fmt.Sprintf("File '%s' cannot be found", p))
	}
}

func (r *run) member(sel *selection, root, typ, name string) {
	if name == "*" {
		r.star(sel, typ)
		return
	}
	c, ok := r.find(metadata.Component{Type: typ, FullName: name})
	if !ok || !r.state.Visible(c, r.view) {
		sel.named[typ+":"+name] = true
		r.message(root, fmt.Sprintf("Entity of type '%s' named '%s' cannot be found", typ, name))
		return
	}
	sel.take(r.state, c)
}

// find allows for the slash after a folder's name and for names that differ in
// their percent-encoding alone.
func (r *run) find(c metadata.Component) (metadata.Component, bool) {
	if folder, ok := strings.CutSuffix(c.FullName, "/"); ok {
		c.FullName = folder
		row, ok := r.state.Row(c)
		return c, ok && row.Folder
	}
	if r.state.Has(c) {
		return c, true
	}
	if c.Type == "FlowDefinition" && r.view.Set.Is(behaviour.FlowDefinitions, "all") {
		_, ok := r.state.Flow(c.FullName)
		return c, ok
	}
	wanted := decoded(c.FullName)
	if wanted == c.FullName && !slices.Contains(encodedTypes(), c.Type) {
		return c, false
	}
	for _, known := range r.state.Components(c.Type) {
		if decoded(known.FullName) == wanted {
			return known, true
		}
	}
	return c, false
}

// encodedTypes are those whose names the service percent-encodes.
func encodedTypes() []string {
	return []string{"Layout", "Profile", "HomePageComponent", "HomePageLayout", "MilestoneType"}
}

func decoded(name string) string {
	if plain, err := url.PathUnescape(name); err == nil {
		return plain
	}
	return name
}

// star brings all members where the service does: custom objects only, nothing
// of folders and value sets, nothing of installed packages but Apex classes.
func (r *run) star(sel *selection, typ string) {
	t, _ := r.state.Registry.Type(typ)
	if t.InFolder || typ == "StandardValueSet" {
		return
	}
	listNames := r.view.Set.Is(behaviour.ZipManifest, "names")
	for _, c := range r.starred(typ) {
		managed := orgstate.Namespace(c) != ""
		if managed && (typ != "ApexClass" || r.view.Set.Is(behaviour.Includes, "none")) {
			continue
		}
		if typ == "CustomObject" && !orgstate.Custom(c.FullName) || !r.state.Visible(c, r.view) {
			continue
		}
		sel.take(r.state, c)
		if listNames {
			sel.stars[typ] = append(sel.stars[typ], c.FullName)
		}
	}
}

func (r *run) starred(typ string) []metadata.Component {
	if typ != "FlowDefinition" || !r.view.Set.Is(behaviour.FlowDefinitions, "all") {
		return r.state.Components(typ)
	}
	var all []metadata.Component
	for _, name := range r.state.FlowNames() {
		all = append(all, metadata.Component{Type: typ, FullName: name})
	}
	return all
}

func (sel *selection) take(s *orgstate.State, c metadata.Component) {
	sel.asked[c] = true
	parent, isChild := s.Parent(c)
	if !isChild {
		sel.whole[c] = true
		return
	}
	if sel.kids[parent] == nil {
		sel.kids[parent] = map[string]bool{}
	}
	sel.kids[parent][c.String()] = true
}
