package metadata

import (
	"path"
	"strings"
)

// MetaSuffix ends the name of the XML that stands beside a content file, and
// the name of a folder's own file.
const MetaSuffix = "-meta.xml"

// IsMetaFile tells whether a path names the XML beside a content file, or a
// folder's own file.
func IsMetaFile(p string) bool { return strings.HasSuffix(p, MetaSuffix) }

// ComponentAt tells which component the file at p belongs to; p is relative to
// the package root. A folder's own file belongs to a component of the content
// type that has the folder's name (Report:Sales), as in a manifest. Names are
// kept as the path spells them: the platform percent-encodes those of some types.
// False means that the table does not know the file.
func (r *Registry) ComponentAt(p string) (Component, bool) {
	dir, rest, ok := strings.Cut(p, "/")
	if !ok || rest == "" {
		return Component{}, false
	}
	if dir == territoryDir {
		return territoryAt(rest)
	}
	for _, t := range r.byDir[dir] {
		if name, ok := t.nameOf(rest); ok && isName(name) {
			return Component{Type: t.Name, FullName: name}, true
		}
	}
	return Component{}, false
}

// isName: an ending with nothing in front of it names nothing.
func isName(name string) bool { return name != "" && !strings.HasSuffix(name, "/") }

// nameOf gives the fullName of the component of type t that the file at rest,
// relative to the type's directory, belongs to.
func (t Type) nameOf(rest string) (string, bool) {
	switch {
	case t.Bundle:
		return t.bundleName(rest)
	case t.InFolder:
		return t.folderedName(rest)
	case t.Suffix == "":
		return suffixlessName(rest)
	}
	return strings.CutSuffix(strings.TrimSuffix(rest, MetaSuffix), "."+t.Suffix)
}

// bundleName: the folder is the component. Digital experiences lie one level
// deeper, below the kind of site.
func (t Type) bundleName(rest string) (string, bool) {
	parts := strings.Split(rest, "/")
	depth := 1
	if t.Name == "DigitalExperienceBundle" {
		depth = 2
	}
	if len(parts) <= depth {
		return "", false
	}
	return strings.Join(parts[:depth], "/"), true
}

// folderedName: names keep their folders. A meta file that belongs to no
// content file is a folder's own.
func (t Type) folderedName(rest string) (string, bool) {
	if name, ok := t.folderName(rest); ok {
		return name, true
	}
	name := strings.TrimSuffix(rest, MetaSuffix)
	if !strings.Contains(name, "/") {
		return "", false
	}
	if t.Name == documentType {
		return name, true
	}
	return strings.CutSuffix(name, "."+t.Suffix)
}

// documentType keeps the ending of its files in the fullName, whatever that is,
// and its folders do not lie in each other.
const documentType = "Document"

// folderName reads both forms of a folder's file: Sales-meta.xml, and
// Sales.reportFolder-meta.xml as newer documentation spells it.
func (t Type) folderName(rest string) (string, bool) {
	name, ok := strings.CutSuffix(rest, MetaSuffix)
	if !ok || t.Name == documentType && strings.Contains(name, "/") {
		return "", false
	}
	switch ext := path.Ext(name); {
	case strings.HasSuffix(ext, "Folder"):
		name = strings.TrimSuffix(name, ext)
	case t.Name != documentType && strings.HasSuffix(name, "."+t.Suffix):
		return "", false
	}
	return name, isName(name)
}

// suffixlessName: X.site-meta.xml beside a folder X (ExperienceBundle).
func suffixlessName(rest string) (string, bool) {
	first, _, nested := strings.Cut(rest, "/")
	if nested {
		return first, true
	}
	name, ok := strings.CutSuffix(rest, MetaSuffix)
	return strings.TrimSuffix(name, path.Ext(name)), ok
}

const territoryDir = "territory2Models"

// territoryAt: a model's rules and territories lie in folders below the
// model's own, and carry its name.
func territoryAt(rest string) (Component, bool) {
	parts := strings.Split(rest, "/")
	name, suffix, ok := strings.Cut(parts[len(parts)-1], ".territory2")
	switch {
	case !ok || name == "":
	case len(parts) == 2 && suffix == "Model":
		return Component{Type: "Territory2Model", FullName: parts[0]}, true
	case len(parts) == 3 && suffix == "Rule":
		return Component{Type: "Territory2Rule", FullName: parts[0] + "." + name}, true
	case len(parts) == 3 && suffix == "":
		return Component{Type: "Territory2", FullName: parts[0] + "." + name}, true
	}
	return Component{}, false
}

// IsFolder tells whether p is the own file of a folder of reports, dashboards,
// documents or e-mail templates.
func (r *Registry) IsFolder(p string) bool {
	dir, rest, _ := strings.Cut(p, "/")
	for _, t := range r.byDir[dir] {
		if !t.InFolder {
			continue
		}
		if _, ok := t.folderName(rest); ok {
			return true
		}
	}
	return false
}

// Path gives the main file of a component, relative to the package root: the
// content file where there is one, the folder of a bundle. For a child it is
// the parent's file. False means an unknown type or directory, no name, or a child named
// without its parent in a way that does not tell the file. The path holds the name
// as it is: one that comes from outside is for [CheckPath] to judge.
func (r *Registry) Path(c Component) (string, bool) {
	if !isName(c.FullName) {
		return "", false
	}
	t, ok := r.byName[c.Type]
	if !ok {
		return r.parentPath(c)
	}
	if t.Directory == "" {
		return "", false
	}
	base := t.Directory + "/" + c.FullName
	if t.Bundle || t.Suffix == "" || t.Name == documentType {
		return base, true
	}
	model, name, ok := strings.Cut(c.FullName, ".")
	switch {
	case t.Name == "Territory2Model":
		return territoryDir + "/" + c.FullName + "/" + c.FullName + ".territory2Model", true
	case t.Name == "Territory2" && ok:
		return territoryDir + "/" + model + "/territories/" + name + ".territory2", true
	case t.Name == "Territory2Rule" && ok:
		return territoryDir + "/" + model + "/rules/" + name + ".territory2Rule", true
	}
	return base + "." + t.Suffix, true
}

func (r *Registry) parentPath(c Component) (string, bool) {
	t, child, ok := r.Parent(c.Type)
	if !ok {
		return "", false
	}
	if child.Bare {
		return t.Directory + "/" + t.Name + "." + t.Suffix, true
	}
	parent, _, ok := strings.Cut(c.FullName, ".")
	if !ok {
		return "", false
	}
	return r.Path(Component{Type: t.Name, FullName: parent})
}

// FolderPath gives the own file of a folder: reports/Sales-meta.xml.
func (r *Registry) FolderPath(c Component) (string, bool) {
	t, ok := r.byName[c.Type]
	if !ok || !t.InFolder || !isName(c.FullName) {
		return "", false
	}
	return t.Directory + "/" + c.FullName + MetaSuffix, true
}
