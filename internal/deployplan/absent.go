package deployplan

import (
	"github.com/beevik/etree"

	"github.com/orgkeep/orgkeep/internal/diff"
	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// learnAbsent notes what the target has, the org has not, and no deploy brings:
// parts of packages. What names it would be refused ("no CustomField named X
// found").
func (b *builder) learnAbsent(changes []diff.Change) {
	for _, c := range changes {
		if c.Kind != diff.Added {
			continue
		}
		if reason, _ := b.untouchable(c.Component); reason != "" {
			b.absent[c.Component] = true
		}
	}
}

// isAbsent tells whether a component, or the object that it is of, is one of
// these.
func (b *builder) isAbsent(c metadata.Component) bool {
	if b.absent[c] {
		return true
	}
	object, ok := b.objectAbove(c)
	return ok && b.absent[metadata.Component{Type: "CustomObject", FullName: object}]
}

// wholeFrom is the version from which a permission set is replaced as a whole; below
// it a deploy adds to what the org has. Source: Metadata API Developer Guide,
// PermissionSet.
const wholeFrom = 40

func permissionSet(e *edit) {
	dropAbsent(e)
	if e.b.in.Version < wholeFrom {
		addedTo(e)
	}
}

// dropAbsent takes out of a profile or permission set the entries about what the
// org has not and cannot be given.
func dropAbsent(e *edit) {
	e.unknownPermissions()
	sections := profileSections()
	sections["tabSettings"] = sections["tabVisibilities"]
	sections["layoutAssignments"] = section{subject: "layout", typ: "Layout"}
	for _, entry := range e.target.ChildElements() {
		s, ok := sections[entry.Tag]
		if !ok || s.typ == "" {
			continue
		}
		if c := (metadata.Component{Type: s.typ, FullName: text(entry, s.subject)}); e.b.isAbsent(c) {
			e.drop(entry, c)
		}
	}
}

func (e *edit) drop(entry *etree.Element, about metadata.Component) {
	e.leaveOut(entry, "the org has no "+about.Type+" "+about.FullName+", and a deploy cannot bring it")
}
