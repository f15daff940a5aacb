package deployplan

import (
	"maps"
	"slices"
	"strings"

	"github.com/beevik/etree"

	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// section is what a profile's entries of one name speak of, and how they are
// taken back.
type section struct {
	subject string // element that names what it is about
	typ     string // type of that; empty where it is no component
	revoke  func(e *etree.Element)
	// stays says why an entry may stay although it is revoked in so many words.
	stays string
}

const notKnown = "it is not known whether a deploy takes it away"

// profileSections: a profile is deployed as an overlay, so what the target lacks
// has to be revoked in so many words. Source: Metadata API Developer Guide,
// Profile, and what public tools say that they cannot take back.
func profileSections() map[string]section {
	return map[string]section{
		"agentAccesses":              {subject: "agentName", revoke: setFlags, stays: notKnown},
		"applicationVisibilities":    {subject: "application", typ: "CustomApplication", revoke: setFlags},
		"classAccesses":              {subject: "apexClass", typ: "ApexClass", revoke: setFlags},
		"customMetadataTypeAccesses": {subject: "name", typ: "CustomObject", revoke: setFlags, stays: notKnown},
		"customPermissions":          {subject: "name", typ: "CustomPermission", revoke: setFlags, stays: notKnown},
		"customSettingAccesses":      {subject: "name", typ: "CustomObject", revoke: setFlags, stays: notKnown},
		"externalDataSourceAccesses": {subject: "externalDataSource", typ: "ExternalDataSource", revoke: setFlags, stays: notKnown},
		"fieldPermissions":           {subject: "field", typ: "CustomField", revoke: setFlags},
		"flowAccesses":               {subject: "flow", typ: "Flow", revoke: setFlags},
		"objectPermissions":          {subject: "object", typ: "CustomObject", revoke: setFlags},
		"pageAccesses":               {subject: "apexPage", typ: "ApexPage", revoke: setFlags},
		"recordTypeVisibilities":     {subject: "recordType", typ: "RecordType", revoke: setFlags},
		"tabVisibilities":            {subject: "tab", typ: "CustomTab", revoke: hideTab},
		"userPermissions":            {subject: "name", revoke: setFlags},
	}
}

func setFlags(e *etree.Element) {
	for _, c := range e.ChildElements() {
		if isFlag(c) {
			c.SetText("false")
		}
	}
}

func hideTab(e *etree.Element) {
	if v := e.SelectElement("visibility"); v != nil {
		v.SetText("Hidden")
	}
}

// revokeProfile sends the whole profile of the target, and a revocation for each
// entry that only the org has.
func revokeProfile(e *edit) {
	dropAbsent(e)
	if e.live == nil {
		e.may(everything, "", "the platform gives a new profile permissions of its own")
		return
	}
	e.fixedObjects()
	have := map[string]bool{}
	for _, entry := range e.target.ChildElements() {
		have[e.b.keys.identity("Profile", entry)] = true
	}
	sections := profileSections()
	for _, entry := range e.live.ChildElements() {
		if have[e.b.keys.identity("Profile", entry)] {
			continue
		}
		if s, ok := sections[entry.Tag]; ok {
			e.revoke(s, entry)
			continue
		}
		e.unrevoked(entry)
	}
}

// revoke takes one entry back, unless it goes with what it speaks of.
func (e *edit) revoke(s section, entry *etree.Element) {
	name := text(entry, s.subject)
	if s.typ != "" && e.b.goes(metadata.Component{Type: s.typ, FullName: name}) && entry.Tag != "applicationVisibilities" {
		return // but an app does not go while it is a profile's default
	}
	if s.typ == "CustomField" && e.b.requiredField(name) {
		// "You cannot deploy to a required field": required, it is for everybody.
		return
	}
	key := e.b.keys.key("Profile", entry)
	if entry.Tag == "applicationVisibilities" && is(entry, "default") && !e.hasDefaultApp() {
		e.may(entry.Tag, key, "a profile keeps its only default app")
		return
	}
	off := entry.Copy()
	s.revoke(off)
	insertBesideSiblings(e.target, off)
	if s.stays != "" {
		e.may(entry.Tag, key, s.stays)
	}
	if canonical(off) == canonical(entry) {
		e.may(entry.Tag, key, "it gives nothing, and the org may go on showing it")
	}
}

// unrevoked deals with what has no form of its own that takes it back.
func (e *edit) unrevoked(entry *etree.Element) {
	key := e.b.keys.key("Profile", entry)
	switch entry.Tag {
	case "loginFlows":
		return // a profile without it loses it
	case "loginIpRanges":
		if e.target.SelectElement(entry.Tag) != nil {
			return // the target's list takes the place of the org's
		}
		e.may(entry.Tag, key, "an empty list may not clear the org's; remove it in Setup › Profiles")
	case "layoutAssignments":
		object := objectOf(text(entry, "layout"))
		same := func(o *etree.Element) bool { return objectOf(text(o, "layout")) == object }
		if e.b.goes(metadata.Component{Type: "Layout", FullName: text(entry, "layout")}) || slices.ContainsFunc(e.target.SelectElements(entry.Tag), same) {
			return // goes with the layout, or is replaced with the object's others
		}
		e.may(entry.Tag, key, "the target assigns no layout of "+object+", and the org may keep its own")
	default:
		e.may(entry.Tag, key, "a profile's deploy is not known to take it back")
	}
}

// objectOf gives the object of a layout's name.
func objectOf(layout string) string {
	object, _, _ := strings.Cut(layout, "-")
	return object
}

func (e *edit) hasDefaultApp() bool {
	return slices.ContainsFunc(e.target.SelectElements("applicationVisibilities"), func(a *etree.Element) bool { return is(a, "default") })
}

// lockedFrom is the version from which the permissions of standard objects on
// standard profiles cannot be edited. Source: Metadata API Developer Guide,
// Profile, objectPermissions.
const lockedFrom = 50

// fixedObjects sends of a standard profile the permissions of standard objects as
// the org has them: a changed one would fail the whole deploy.
func (e *edit) fixedObjects() {
	if text(e.live, "custom") != "false" || e.b.in.Version < lockedFrom {
		return
	}
	const tag = "objectPermissions"
	live := map[string]*etree.Element{}
	for _, o := range e.live.SelectElements(tag) {
		live[text(o, "object")] = o
	}
	stays := func(name string) {
		e.may(tag, name, "a standard profile's permissions of standard objects cannot be edited")
	}
	for _, o := range e.target.SelectElements(tag) {
		name := text(o, "object")
		if isCustom(name) || live[name] != nil && canonical(live[name]) == canonical(o) {
			delete(live, name)
			continue
		}
		e.target.RemoveChild(o)
		if live[name] == nil {
			stays(name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(live)) {
		if o := live[name]; !isCustom(name) {
			insertBesideSiblings(e.target, o.Copy())
			stays(name)
		}
	}
}
