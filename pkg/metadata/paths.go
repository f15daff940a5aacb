package metadata

import (
	"errors"
	"fmt"
	"path"
	"strings"
)

// MetaSuffix ends the name of the XML that stands beside a content file, and
// the name of a folder's own file.
const MetaSuffix = "-meta.xml"

// IsMetaFile tells whether a path names the XML beside a content file, or a
// folder's own file.
func IsMetaFile(p string) bool { return strings.HasSuffix(p, MetaSuffix) }

// ErrPath is what every refusal of [CheckPath] is.
var ErrPath = errors.New("path cannot be used")

// maxPathLength keeps paths below what common file systems take, with room for
// the folder in which a repository lies.
const maxPathLength = 1024

// CheckPath refuses a path that a package must not hold: names from outside
// become paths, so everything that could leave the root, plant a file that Git
// or a shell reads, or write to a terminal is turned down. Paths are relative
// to the package root and separated by slashes. Every error is an [ErrPath].
func CheckPath(p string) error {
	if reason := badPath(p); reason != "" {
		return fmt.Errorf("%w: %q %s", ErrPath, p, reason)
	}
	return nil
}

func badPath(p string) string {
	switch {
	case p == "":
		return "is empty"
	case len(p) > maxPathLength:
		return "is too long"
	case strings.HasPrefix(p, "/"):
		return "is absolute"
	case strings.Contains(p, `\`):
		return "holds a backslash"
	case len(p) > 1 && p[1] == ':':
		return "names a drive"
	case strings.ContainsFunc(p, isControl):
		return "holds a control character"
	}
	for part := range strings.SplitSeq(p, "/") {
		if reason := badPart(part); reason != "" {
			return reason
		}
	}
	return ""
}

func isControl(r rune) bool {
	// Bidirectional overrides make a name read as another one; U+FFFD stands for
	// bytes that are no UTF-8.
	return r < 0x20 || r >= 0x7f && r < 0xa0 || r == 0xfffd || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069
}

func badPart(part string) string {
	lower := strings.ToLower(part)
	switch {
	case part == "":
		return "has an empty part"
	case part == "." || part == "..":
		return "has a part that is . or .."
	case strings.HasPrefix(lower, ".git") || lower == "git~1":
		return "has a part that Git reads"
	case strings.HasSuffix(part, " ") || strings.HasSuffix(part, "."):
		return "has a part that ends with a blank or a dot"
	}
	return ""
}

// ComponentAt tells which component the file at p belongs to; p is relative to
// the package root. A folder's own file belongs to a component of the content
// type that has the folder's name (Report:Sales), as in a manifest. False means
// that the table does not know the file.
func (r *Registry) ComponentAt(p string) (Component, bool) {
	dir, rest, ok := strings.Cut(p, "/")
	if !ok || rest == "" {
		return Component{}, false
	}
	if dir == territoryDir {
		return territoryAt(rest)
	}
	for _, t := range r.byDir[dir] {
		if name, ok := t.nameOf(rest); ok {
			return Component{Type: t.Name, FullName: name}, true
		}
	}
	return Component{}, false
}

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
	name, ok := strings.CutSuffix(strings.TrimSuffix(rest, MetaSuffix), "."+t.Suffix)
	return name, ok && name != ""
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

// documentType keeps the ending of its files in the fullName.
const documentType = "Document"

// folderName reads both forms of a folder's file: Sales-meta.xml, and
// Sales.reportFolder-meta.xml as newer documentation spells it.
func (t Type) folderName(rest string) (string, bool) {
	name, ok := strings.CutSuffix(rest, MetaSuffix)
	if !ok || name == "" {
		return "", false
	}
	if ext := path.Ext(name); strings.HasSuffix(ext, "Folder") {
		return strings.TrimSuffix(name, ext), true
	}
	if t.Name == documentType {
		return name, !strings.Contains(name, "/")
	}
	return name, !strings.HasSuffix(name, "."+t.Suffix)
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
	file := parts[len(parts)-1]
	switch {
	case len(parts) == 2 && strings.HasSuffix(file, ".territory2Model"):
		return Component{Type: "Territory2Model", FullName: parts[0]}, true
	case len(parts) == 3 && strings.HasSuffix(file, ".territory2Rule"):
		return Component{Type: "Territory2Rule", FullName: parts[0] + "." + strings.TrimSuffix(file, ".territory2Rule")}, true
	case len(parts) == 3 && strings.HasSuffix(file, ".territory2"):
		return Component{Type: "Territory2", FullName: parts[0] + "." + strings.TrimSuffix(file, ".territory2")}, true
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
// the parent's file. False means an unknown type or a child named without its
// parent in a way that does not tell the file.
func (r *Registry) Path(c Component) (string, bool) {
	t, ok := r.byName[c.Type]
	if !ok {
		return r.parentPath(c)
	}
	base := t.Directory + "/" + c.FullName
	if t.Bundle || t.Suffix == "" || t.Name == documentType {
		return base, true
	}
	if model, name, ok := strings.Cut(c.FullName, "."); ok && strings.HasPrefix(t.Name, "Territory2") {
		return territoryPath(t.Name, model, name), true
	}
	if t.Name == "Territory2Model" {
		return territoryDir + "/" + c.FullName + "/" + c.FullName + ".territory2Model", true
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

func territoryPath(typ, model, name string) string {
	folder, suffix := "territories", "territory2"
	if typ == "Territory2Rule" {
		folder, suffix = "rules", "territory2Rule"
	}
	return territoryDir + "/" + model + "/" + folder + "/" + name + "." + suffix
}

// FolderPath gives the own file of a folder: reports/Sales-meta.xml.
func (r *Registry) FolderPath(c Component) (string, bool) {
	t, ok := r.byName[c.Type]
	if !ok || !t.InFolder {
		return "", false
	}
	return t.Directory + "/" + c.FullName + MetaSuffix, true
}
