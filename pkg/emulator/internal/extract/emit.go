package extract

import (
	"bytes"
	"fmt"
	"maps"
	"slices"

	"github.com/orgkeep/orgkeep/pkg/emulator/internal/behaviour"
	"github.com/orgkeep/orgkeep/pkg/emulator/internal/orgstate"
	"github.com/orgkeep/orgkeep/pkg/emulator/internal/xmltext"
	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// emit writes the files and rows of a selection.
func (r *run) emit(sel *selection, root string) {
	for _, c := range slices.SortedFunc(maps.Keys(sel.whole), metadata.Component.Compare) {
		r.whole(sel, c, root)
	}
	for _, parent := range slices.SortedFunc(maps.Keys(sel.kids), metadata.Component.Compare) {
		if !sel.whole[parent] {
			r.partial(sel, parent, root)
		}
		for _, kid := range r.state.Children(parent) {
			if sel.kids[parent][kid.String()] {
				r.row(kid, root)
			}
		}
	}
}

func (r *run) row(c metadata.Component, root string) {
	p := r.state.Retrieved(c, r.view)
	p.FileName = root + p.FileName
	r.out.Properties = append(r.out.Properties, p)
}

func (r *run) whole(sel *selection, c metadata.Component, root string) {
	paths := r.state.FilesOf(c)
	if len(paths) == 0 && c.Type == "FlowDefinition" {
		r.flowDefinition(c, root)
		return
	}
	for _, p := range paths {
		f, _ := r.state.File(p)
		content := r.disordered(f, r.shown(sel, f))
		e := Entry{Path: root + p, Content: content}
		if bytes.Equal(content, f.Content) {
			e.file = f
		}
		r.add(e)
		if r.view.Set.Is(behaviour.FileLimit, "children") {
			r.counted += len(r.state.Children(c))
		}
	}
	r.row(c, root)
}

// shown is what of a file's content this request brings.
func (r *run) shown(sel *selection, f *orgstate.File) []byte {
	if r.view.Blind && hasSetup(f.Component.Type) {
		return r.withoutSetup(f, r.inFull(sel, f))
	}
	return r.inFull(sel, f)
}

// hasSetup tells the types whose files are cut for those who do not see Setup.
func hasSetup(typ string) bool {
	return typ == "Profile" || typ == "PermissionSet" || typ == "MutingPermissionSet"
}

func (r *run) withoutSetup(f *orgstate.File, content []byte) []byte {
	root, err := xmltext.Parse(content)
	if err != nil {
		return f.Content
	}
	return root.With(slices.DeleteFunc(slices.Clone(root.Children), func(e *xmltext.Element) bool {
		return e.Name == "fieldPermissions" || e.Name == "layoutAssignments" || e.Name == "recordTypeVisibilities"
	})).Document()
}

func (r *run) inFull(sel *selection, f *orgstate.File) []byte {
	switch f.Component.Type {
	case "Profile":
		return r.filtered(f, profileFilter(r.state, sel))
	case "PermissionSet", "MutingPermissionSet":
		if r.version < 40 {
			return r.filtered(f, profileFilter(r.state, sel))
		}
	case "Translations":
		return r.filtered(f, translationFilter(r.state, sel))
	case "CustomObject":
		return r.object(f)
	}
	return f.Content
}

// object is an object's file without what nobody is shown.
func (r *run) object(f *orgstate.File) []byte {
	content := f.Content
	if r.state.HasPrivate() {
		if root, err := f.Root(); err == nil && r.state.Public(f.Component, root) != root {
			content = r.state.Public(f.Component, root).Document()
		}
	}
	if !r.view.Set.Is(behaviour.InactiveValues, "shown") && bytes.Contains(content, []byte("<isActive>false</isActive>")) {
		return withoutInactive(content)
	}
	return content
}

func (r *run) filtered(f *orgstate.File, keep func(*xmltext.Element) bool) []byte {
	if r.view.Set.Is(behaviour.ProfileContent, "whole") {
		return f.Content
	}
	root, err := f.Root()
	if err != nil {
		return f.Content
	}
	var kept []*xmltext.Element
	for _, e := range root.Children {
		if keep(e) {
			kept = append(kept, e)
		}
	}
	if len(kept) == len(root.Children) {
		return f.Content
	}
	return root.With(kept).Document()
}

// partial brings of a composite file the children asked for and nothing else.
func (r *run) partial(sel *selection, parent metadata.Component, root string) {
	for _, p := range r.state.FilesOf(parent) {
		f, _ := r.state.File(p)
		doc, err := f.Root()
		if err != nil {
			continue
		}
		var kept []*xmltext.Element
		for _, e := range doc.Children {
			if kid, ok := r.state.ChildOf(parent, e); ok && sel.kids[parent][kid.String()] {
				kept = append(kept, alone(sel, parent, e))
			}
		}
		r.add(Entry{Path: root + p, Content: r.disordered(f, doc.With(kept).Document())})
	}
	r.row(parent, root)
}

// alone: a record type shows picklists only of fields in the same request.
func alone(sel *selection, parent metadata.Component, e *xmltext.Element) *xmltext.Element {
	if e.Name != "recordTypes" {
		return e
	}
	return e.With(slices.DeleteFunc(slices.Clone(e.Children), func(v *xmltext.Element) bool {
		field := metadata.Component{Type: "CustomField", FullName: parent.FullName + "." + v.Get("picklist")}
		return v.Name == "picklistValues" && !sel.asked[field]
	}))
}

// withoutInactive: of a picklist of its own that is not restricted, only the
// active values come.
func withoutInactive(content []byte) []byte {
	root, err := xmltext.Parse(content)
	if err != nil {
		return content
	}
	changed := false
	fields := make([]*xmltext.Element, len(root.Children))
	for i, e := range root.Children {
		fields[i] = e
		if set := e.Child("valueSet"); e.Name == "fields" && set != nil && set.Get("restricted") != "true" {
			if active := activeOnly(set); active != nil {
				fields[i] = replaced(e, set, active)
				changed = true
			}
		}
	}
	if !changed {
		return content
	}
	return root.With(fields).Document()
}

func activeOnly(set *xmltext.Element) *xmltext.Element {
	def := set.Child("valueSetDefinition")
	if def == nil {
		return nil
	}
	kept := slices.DeleteFunc(slices.Clone(def.Children), func(v *xmltext.Element) bool {
		return v.Name == "value" && v.Get("isActive") == "false"
	})
	if len(kept) == len(def.Children) {
		return nil
	}
	return replaced(set, def, def.With(kept))
}

func replaced(parent, old, now *xmltext.Element) *xmltext.Element {
	kids := slices.Clone(parent.Children)
	for i := range kids {
		if kids[i] == old {
			kids[i] = now
		}
	}
	return parent.With(kids)
}

// flowDefinition makes the file that the org does not store.
func (r *run) flowDefinition(c metadata.Component, root string) {
	flow, ok := r.state.Flow(c.FullName)
	if !ok {
		return
	}
	content := fmt.Sprintf("%s<FlowDefinition xmlns=%q>\n    <activeVersionNumber>%d</activeVersionNumber>\n</FlowDefinition>\n",
		xmltext.Header, metadata.Namespace, flow.Active)
	path := "flowDefinitions/" + c.FullName + ".flowDefinition"
	r.add(Entry{Path: root + path, Content: []byte(content)})
	r.out.Properties = append(r.out.Properties, orgstate.Properties{
		FileName: root + path, FullName: c.FullName, Type: c.Type, ID: flow.ID,
		Created: r.view.Caller, Modified: r.view.Caller, ManageableState: "unmanaged",
	})
}
