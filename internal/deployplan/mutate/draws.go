package mutate

import (
	"bytes"
	"fmt"
	"maps"
	"math/rand/v2"
	"path"
	"slices"
	"strings"

	"github.com/beevik/etree"

	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// isText tells elements of words for people, which can be anything.
func isText(e *etree.Element) bool {
	switch e.Tag {
	case "description", "label", "masterLabel", "inlineHelpText", "helpText", "errorMessage", "subject", "shortDescription", "fullDescription", "pluralLabel", "comments":
		return strings.TrimSpace(e.Text()) != ""
	}
	return false
}

// textChange gives words for people another end, with what needs care in XML.
func textChange(r *rand.Rand, o Org, path string, c metadata.Component) (Mutation, bool) {
	doc := o.document(path)
	if doc == nil {
		return Mutation{}, false
	}
	e, ok := pick(r, leaves(doc.Root(), isText))
	if !ok {
		return Mutation{}, false
	}
	e.SetText(e.Text() + [...]string{" & more", " <2", " äß€", " (new)"}[r.IntN(4)])
	return Mutation{"text of " + e.Tag + " changed", c, put(doc, path)}, true
}

// flagChange turns a flag over, but for those that say what a thing is.
func flagChange(r *rand.Rand, o Org, path string, c metadata.Component) (Mutation, bool) {
	doc := o.document(path)
	if doc == nil || c.Type == "InstalledPackage" {
		return Mutation{}, false
	}
	e, ok := pick(r, leaves(doc.Root(), func(e *etree.Element) bool {
		switch e.Tag {
		case "custom", "protected", "default", "allowInChatterGroups", "required", "editable", "isDefaultVersion", "allowRead", "plural":
			return false
		}
		if e.Parent().Tag == "userPermissions" {
			return false // those that are off are not shown
		}
		return e.Text() == "true" || e.Text() == "false"
	}))
	if !ok {
		return Mutation{}, false
	}
	e.SetText(map[string]string{"true": "false", "false": "true"}[e.Text()])
	return Mutation{"flag " + e.Tag + " turned", c, put(doc, path)}, true
}

// elementGone takes a text that need not be there away.
func elementGone(r *rand.Rand, o Org, path string, c metadata.Component) (Mutation, bool) {
	doc := o.document(path)
	if doc == nil {
		return Mutation{}, false
	}
	e, ok := pick(r, leaves(doc.Root(), func(e *etree.Element) bool {
		return slices.Contains([]string{"description", "inlineHelpText", "helpText", "trackHistory"}, e.Tag)
	}))
	if !ok {
		return Mutation{}, false
	}
	e.Parent().RemoveChild(e)
	return Mutation{"element " + e.Tag + " gone", c, put(doc, path)}, true
}

// deletion deletes a component that Setup lets one delete.
func deletion(_ *rand.Rand, o Org, path string, c metadata.Component) (Mutation, bool) {
	switch c.Type {
	case "Settings", "StandardValueSet", "InstalledPackage", "TopicsForObjects", "CustomLabels", "AppMenu":
		return Mutation{}, false
	case "CustomObject":
		if !strings.Contains(c.FullName, "__") {
			return Mutation{}, false
		}
	case "Profile":
		if bytes.Contains(o.Files[path], []byte("<custom>false")) {
			return Mutation{}, false
		}
	}
	return Mutation{"deleted", c, func(e Editor) error { return e.Delete(c) }}, true
}

// copied adds a component of one file, or of a file with its XML beside it, as a
// copy of another.
func copied(r *rand.Rand, o Org, p string, c metadata.Component) (Mutation, bool) {
	t, _ := o.Registry.Type(c.Type)
	switch c.Type {
	case "CustomObject", "Settings", "StandardValueSet", "InstalledPackage", "CustomLabels", "Workflow", "SharingRules", "AssignmentRules", "AutoResponseRules",
		"EscalationRules", "MatchingRules", "Translations", "CustomObjectTranslation", "GlobalValueSetTranslation", "StandardValueSetTranslation",
		"TopicsForObjects", "DuplicateRule", "CustomTab", "AppMenu":
		return Mutation{}, false
	}
	if t.Bundle || t.Suffix == "" || o.Registry.IsFolder(p) {
		return Mutation{}, false
	}
	content := strings.TrimSuffix(p, metadata.MetaSuffix)
	ext := path.Ext(content)
	name := fmt.Sprintf("%s_Copy%d%s", strings.TrimSuffix(content, ext), r.IntN(1000), ext)
	to, ok := o.Registry.ComponentAt(name)
	if !ok || o.Files[name] != nil {
		return Mutation{}, false
	}
	return Mutation{"copied", to, func(e Editor) error {
		for _, suffix := range []string{"", metadata.MetaSuffix} {
			if file, ok := o.Files[content+suffix]; ok {
				if err := e.Put(name+suffix, file); err != nil {
					return err
				}
			}
		}
		return nil
	}}, true
}

// childCopied adds a child to a parent's file as a copy of a sibling.
func childCopied(r *rand.Rand, o Org, path string, c metadata.Component) (Mutation, bool) {
	doc := o.document(path)
	if doc == nil {
		return Mutation{}, false
	}
	var kids []*etree.Element
	for _, e := range doc.Root().ChildElements() {
		kid, ok := o.childAt(c, e)
		_, own, _ := strings.Cut(kid.FullName, ".")
		if ok && (kid.Type != "CustomField" || strings.HasSuffix(own, "__c")) {
			kids = append(kids, e)
		}
	}
	e, ok := pick(r, kids)
	if !ok {
		return Mutation{}, false
	}
	twin := e.Copy()
	key := twin.SelectElement("fullName")
	if key == nil {
		return Mutation{}, false
	}
	name, suffix := key.Text(), ""
	if strings.HasSuffix(name, "__c") {
		name, suffix = strings.TrimSuffix(name, "__c"), "__c"
	}
	key.SetText(fmt.Sprintf("%s_Copy%d%s", name, r.IntN(1000), suffix))
	if rel := twin.SelectElement("relationshipName"); rel != nil {
		rel.SetText(rel.Text() + key.Text()[:4])
	}
	doc.Root().InsertChildAt(e.Index()+1, twin)
	kid, _ := o.childAt(c, twin)
	return Mutation{"child copied", kid, put(doc, path)}, true
}

// childGone deletes a child.
func childGone(r *rand.Rand, o Org, path string, c metadata.Component) (Mutation, bool) {
	doc := o.document(path)
	if doc == nil {
		return Mutation{}, false
	}
	var kids []metadata.Component
	for _, e := range doc.Root().ChildElements() {
		kid, ok := o.childAt(c, e)
		_, own, _ := strings.Cut(kid.FullName, ".")
		if ok && (kid.Type != "CustomField" || strings.HasSuffix(own, "__c")) {
			kids = append(kids, kid)
		}
	}
	kid, ok := pick(r, kids)
	return Mutation{"child deleted", kid, func(e Editor) error { return e.Delete(kid) }}, ok
}

// isEntry names the elements of which a file has a list that people lengthen and
// shorten.
func isEntry(e *etree.Element) bool {
	switch e.Tag {
	case "fieldPermissions", "classAccesses", "pageAccesses", "tabVisibilities", "tabSettings", "userPermissions", "objectPermissions", "recordTypeVisibilities",
		"customPermissions", "flowAccesses", "applicationVisibilities", "loginIpRanges", "layoutAssignments", "customValue", "standardValue", "value", "values",
		"valueTranslation", "customLabels", "customTabs", "columns", "layoutItems", "actionOverrides", "picklistValues", "quickActionListItems", "queueSobject":
		return len(e.ChildElements()) > 0
	}
	return false
}

// entryGone takes one entry of a list away.
func entryGone(r *rand.Rand, o Org, path string, c metadata.Component) (Mutation, bool) {
	doc := o.document(path)
	if doc == nil {
		return Mutation{}, false
	}
	var entries []*etree.Element
	for _, e := range doc.Root().FindElements(".//*") {
		if isEntry(e) && len(e.Parent().SelectElements(e.Tag)) > 1 {
			entries = append(entries, e)
		}
	}
	e, ok := pick(r, entries)
	if !ok {
		return Mutation{}, false
	}
	e.Parent().RemoveChild(e)
	return Mutation{"entry of " + e.Tag + " gone", c, put(doc, path)}, true
}

// reordered brings children of an object or entries of access into another order.
func reordered(_ *rand.Rand, o Org, path string, c metadata.Component) (Mutation, bool) {
	doc := o.document(path)
	if doc == nil || !slices.Contains([]string{"CustomObject", "Profile", "PermissionSet", "CustomLabels"}, c.Type) {
		return Mutation{}, false
	}
	for _, tag := range []string{"fields", "fieldPermissions", "labels"} {
		all := doc.Root().SelectElements(tag)
		if len(all) < 2 {
			continue
		}
		first, last := all[0].Copy(), all[len(all)-1].Copy()
		at, end := all[0].Index(), all[len(all)-1].Index()
		doc.Root().RemoveChildAt(end)
		doc.Root().InsertChildAt(end, first)
		doc.Root().RemoveChildAt(at)
		doc.Root().InsertChildAt(at, last)
		return Mutation{"reordered", c, put(doc, path)}, true
	}
	return Mutation{}, false
}

// moved swaps two neighbours of a list whose order means something.
func moved(r *rand.Rand, o Org, path string, c metadata.Component) (Mutation, bool) {
	doc := o.document(path)
	if doc == nil {
		return Mutation{}, false
	}
	lists := []string{"columns", "customValue", "standardValue", "layoutItems", "layoutSections", "flexiPageRegions", "tabs", "quickActionListItems", "ruleEntry", "sections"}
	var pairs [][2]*etree.Element
	for _, e := range doc.Root().FindElements(".//*") {
		if !slices.Contains(lists, e.Tag) {
			continue
		}
		all := e.Parent().SelectElements(e.Tag)
		if i := slices.Index(all, e); i > 0 {
			pairs = append(pairs, [2]*etree.Element{all[i-1], e})
		}
	}
	pair, ok := pick(r, pairs)
	if !ok {
		return Mutation{}, false
	}
	parent, at := pair[1].Parent(), pair[0].Index()
	parent.RemoveChild(pair[1])
	parent.InsertChildAt(at, pair[1])
	return Mutation{"moved " + pair[1].Tag, c, put(doc, path)}, true
}

// contentChange changes what is no XML: code, markup, templates, archives are
// left.
func contentChange(r *rand.Rand, o Org, path string, c metadata.Component) (Mutation, bool) {
	for _, ext := range []string{".cls", ".trigger", ".js", ".css", ".email", ".txt", ".html"} {
		if strings.HasSuffix(path, ext) {
			content := slices.Concat(o.Files[path], []byte(strings.Repeat("\n", r.IntN(3))), []byte("// "+fmt.Sprint(r.IntN(1000))+"\n"))
			return Mutation{"content changed", c, func(e Editor) error { return e.Put(path, content) }}, true
		}
	}
	return Mutation{}, false
}

// broughtBack gives a file the content that it had before.
func broughtBack(_ *rand.Rand, o Org, path string, c metadata.Component) (Mutation, bool) {
	content, had := o.Before[path]
	if !had || bytes.Equal(content, o.Files[path]) || c.Type == "Flow" {
		return Mutation{}, false
	}
	return Mutation{"brought back", c, func(e Editor) error { return e.Put(path, content) }}, true
}

// restored brings a component that is gone back with all its files.
func restored(r *rand.Rand, o Org) (Mutation, bool) {
	gone := map[metadata.Component][]string{}
	for _, paths := range o.byType(o.Before) {
		for _, p := range paths {
			c, _ := o.Registry.ComponentAt(p)
			gone[c] = append(gone[c], p)
		}
	}
	maps.DeleteFunc(gone, func(_ metadata.Component, paths []string) bool {
		return slices.ContainsFunc(paths, func(p string) bool { return o.Files[p] != nil })
	})
	c, ok := pick(r, slices.SortedFunc(maps.Keys(gone), metadata.Component.Compare))
	return Mutation{"restored", c, func(e Editor) error {
		for _, p := range gone[c] {
			if err := e.Put(p, o.Before[p]); err != nil {
				return err
			}
		}
		return nil
	}}, ok
}
