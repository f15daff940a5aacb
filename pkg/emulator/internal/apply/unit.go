package apply

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/orgkeep/orgkeep/pkg/emulator/internal/behaviour"
	"github.com/orgkeep/orgkeep/pkg/emulator/internal/orgstate"
	"github.com/orgkeep/orgkeep/pkg/emulator/internal/xmltext"
	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// unit is one component of the package: a message in the result.
type unit struct {
	c      metadata.Component
	paths  []string // its files, relative to the package
	folder bool
	// of is the composite component in whose file the unit lies: for the parent
	// itself it is the unit's own component.
	of   *metadata.Component
	e    *xmltext.Element // the child's element, or the file's root
	root *xmltext.Element // parsed main file, where it is XML
	bad  *Message
}

func (u *unit) file() string { return u.paths[0] }

// units takes the package apart into components and holds it against the
// manifest: what is not named and what is named but missing are failures.
func (r *runner) units() ([]*unit, []Message) {
	b := &builder{runner: r, byName: map[metadata.Component]*unit{}}
	for _, p := range slices.Sorted(maps.Keys(r.p.files)) {
		b.file(p)
	}
	for _, u := range b.byName {
		b.pairs(u)
	}
	b.missing()
	units := slices.SortedFunc(maps.Values(b.byName), func(x, y *unit) int {
		return cmp.Or(cmp.Compare(rank(x), rank(y)), x.c.Compare(y.c))
	})
	for _, u := range units {
		if (u.c.Type == "ApexClass" || u.c.Type == "ApexTrigger") && !u.folder {
			r.out.Apex = append(r.out.Apex, u.c)
		}
	}
	return units, b.wrong
}

// rank: folders before what lies in them, settings and objects before what needs
// them, access last. The server sorts types itself.
func rank(u *unit) int {
	switch {
	case u.folder:
		return 0
	case u.c.Type == "Settings":
		return 1
	case u.c.Type == "CustomObject", u.c.Type == "GlobalValueSet", u.c.Type == "StandardValueSet":
		return 2
	case u.c.Type == "CustomField":
		return 3
	case u.c.Type == "FlowDefinition":
		return 6
	case u.c.Type == "Profile" || strings.HasSuffix(u.c.Type, "PermissionSet"):
		return 7
	case u.c.Type == "PermissionSetGroup":
		return 8
	}
	return 5
}

type builder struct {
	*runner
	byName map[metadata.Component]*unit
	wrong  []Message
}

func (b *builder) fail(c metadata.Component, file, problem string) {
	b.wrong = append(b.wrong, Message{
		ComponentType: c.Type, FullName: c.FullName, FileName: b.p.root + file, Problem: problem, ProblemType: problemError,
	})
}

func (b *builder) file(p string) {
	c, ok := b.s.Registry.ComponentAt(p)
	if !ok {
		b.fail(metadata.Component{FullName: p}, p, "Not in package.xml")
		return
	}
	if b.s.Composite(c) {
		b.composite(c, p)
		return
	}
	if !b.p.named(c) && b.Set.Refuses(behaviour.RefuseUnlisted) {
		if u := b.byName[c]; u == nil && !metadata.IsMetaFile(p) || b.s.Registry.IsFolder(p) {
			b.fail(c, p, "Not in package.xml")
		}
		return
	}
	u := b.byName[c]
	if u == nil {
		u = &unit{c: c, folder: b.s.Registry.IsFolder(p)}
		b.byName[c] = u
	}
	u.paths = append(u.paths, p)
	b.parse(u, p)
}

// parse reads the XML of a file where the type has XML there.
func (b *builder) parse(u *unit, p string) {
	t, _ := b.s.Registry.Type(u.c.Type)
	if t.Bundle || t.Suffix == "" || t.MetaFile && !metadata.IsMetaFile(p) {
		return
	}
	root, err := xmltext.Parse(b.p.files[p])
	if err != nil {
		u.bad = b.syntax(u.c, p, err)
		return
	}
	u.root = root
	if want, ok := rootName(u, root.Name); !ok {
		u.bad = b.failure(u.c, p, fmt.Sprintf("Error parsing file: the root element is %s, not %s", root.Name, want))
	}
}

// rootName: the root element is the type's name but for settings and folders.
func rootName(u *unit, root string) (want string, ok bool) {
	switch {
	case u.folder:
		return "a folder", strings.HasSuffix(root, "Folder")
	case u.c.Type == "Settings":
		return u.c.FullName + "Settings", strings.HasSuffix(root, "Settings")
	}
	return u.c.Type, root == u.c.Type
}

func (b *builder) syntax(c metadata.Component, p string, err error) *Message {
	m := b.failure(c, p, "Error parsing file: "+err.Error())
	var at *xmltext.SyntaxError
	if errors.As(err, &at) {
		m.Problem, m.Line, m.Column = "Error parsing file: "+at.Reason, at.Line, at.Column
	}
	return m
}

// failure makes the message of a unit that fails.
func (r *runner) failure(c metadata.Component, p, problem string) *Message {
	row, _ := r.State.Row(c)
	return &Message{
		ComponentType: messageType(c), FullName: c.FullName, FileName: r.p.root + p, ID: row.ID,
		Problem: problem, ProblemType: problemError,
	}
}

// messageType: messages call settings by the name of their root element.
func messageType(c metadata.Component) string {
	if c.Type == "Settings" {
		return c.FullName + "Settings"
	}
	return c.Type
}

// composite makes units of a file's children, and of the parent if it is named.
func (b *builder) composite(c metadata.Component, p string) {
	root, err := xmltext.Parse(b.p.files[p])
	if err != nil {
		b.byName[c] = &unit{c: c, paths: []string{p}, bad: b.syntax(c, p, err)}
		return
	}
	if root.Name != c.Type {
		problem := fmt.Sprintf("Error parsing file: the root element is %s, not %s", root.Name, c.Type)
		b.byName[c] = &unit{c: c, paths: []string{p}, bad: b.failure(c, p, problem)}
		return
	}
	whole := b.p.named(c) && (c.Type != "CustomObject" || orgstate.Custom(c.FullName) || !b.onlyStar(c))
	if whole {
		b.byName[c] = &unit{c: c, paths: []string{p}, of: &c, e: root, root: root}
	}
	for _, e := range root.Children {
		kid, ok := b.s.ChildOf(c, e)
		switch {
		case !ok && !whole && e.Name != "fullName" && b.Set.Refuses(behaviour.RefuseUnlisted):
			b.fail(c, p, "Not in package.xml")
			whole = true // once is enough
		case !ok:
		case b.p.named(c) || b.p.named(kid):
			if first := b.byName[kid]; first != nil {
				first.bad = b.failure(kid, p, fmt.Sprintf("Duplicate name '%s' in the file", kid.FullName))
				continue
			}
			b.byName[kid] = &unit{c: kid, paths: []string{p}, of: &c, e: e, root: root}
		case b.Set.Refuses(behaviour.RefuseUnlisted):
			b.fail(kid, p, "Not in package.xml")
		}
	}
}

// onlyStar tells whether a component is covered by a star alone: the star of
// CustomObject does not stand for standard objects.
func (b *builder) onlyStar(c metadata.Component) bool {
	for _, t := range b.p.manifest.Types {
		if t.Name == c.Type && slices.Contains(t.Members, c.FullName) {
			return false
		}
	}
	return true
}

// pairs: a content file and its meta file need each other.
func (b *builder) pairs(u *unit) {
	t, _ := b.s.Registry.Type(u.c.Type)
	if !t.MetaFile || u.folder || u.bad != nil || t.Suffix == "" {
		return
	}
	content, meta := "", ""
	for _, p := range u.paths {
		if metadata.IsMetaFile(p) {
			meta = p
		} else {
			content = p
		}
	}
	switch {
	case content == "":
		u.bad = b.failure(u.c, meta, "Required file is missing: "+strings.TrimSuffix(meta, metadata.MetaSuffix))
	case meta == "":
		u.bad = b.failure(u.c, content, "Required file is missing: "+content+metadata.MetaSuffix)
	}
}

// missing: members that the zip does not hold.
func (b *builder) missing() {
	for _, t := range b.p.manifest.Types {
		_, known := b.s.Registry.Type(t.Name)
		if _, child, ok := b.s.Registry.Parent(t.Name); !known && (!ok || child.Unaddressable) {
			b.fail(metadata.Component{FullName: t.Name}, manifestName, fmt.Sprintf("Unknown type name '%s' specified in package.xml", t.Name))
			continue
		}
		for _, name := range t.Members {
			c := metadata.Component{Type: t.Name, FullName: strings.TrimSuffix(name, "/")}
			if name == "*" || b.byName[c] != nil || b.Options.AllowMissingFiles {
				continue
			}
			b.fail(c, manifestName, fmt.Sprintf("An object '%s' of type %s was named in package.xml, but was not found in zipped directory", c.FullName, t.Name))
		}
	}
}
