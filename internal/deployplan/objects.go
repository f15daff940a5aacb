package deployplan

import (
	"slices"
	"strings"

	"github.com/beevik/etree"

	"github.com/orgkeep/orgkeep/pkg/metadata"
)

func objectRule(c metadata.Component) rule {
	switch {
	case !isCustom(c.FullName):
		return rule{keeps: "a standard object cannot be deleted"}
	case strings.HasSuffix(c.FullName, "__e"), strings.HasSuffix(c.FullName, "__chn"):
		return rule{}
	}
	return rule{loses: "all its records, their history and everything built on it"}
}

func fieldRule(c metadata.Component) rule {
	object, name, _ := strings.Cut(c.FullName, ".")
	switch {
	case !isCustom(name):
		return rule{keeps: "a standard field cannot be deleted", element: standardField}
	case strings.HasSuffix(object, "__e"):
		return rule{element: customField}
	}
	return rule{loses: "its values in every record", element: customField}
}

// standardField: some elements the platform takes from nobody, and a label not
// where it differs.
func standardField(e *edit) {
	strip := []string{"valueSet", "referenceTo"}
	if e.live != nil && text(e.live, "label") != text(e.target, "label") {
		strip = append(strip, "label")
	}
	for _, name := range strip {
		if is := e.target.SelectElement(name); is != nil {
			e.target.RemoveChild(is)
			e.may(name, "", "it cannot be set on a standard field")
		}
	}
	if e.live == nil {
		return
	}
	if rest := (&edit{action: e.action, live: without(e.live, strip), target: e.target}); rest.same() {
		e.refuse("what differs cannot be set on a standard field", "")
		return
	}
	e.clearAbsent("description", "inlineHelpText")
}

// without gives a copy of an element that lacks children of these names.
func without(e *etree.Element, names []string) *etree.Element {
	out := e.Copy()
	for _, child := range out.ChildElements() {
		if slices.Contains(names, child.Tag) {
			out.RemoveChild(child)
		}
	}
	return out
}

func customField(e *edit) {
	if e.live == nil {
		e.recreated()
		return
	}
	if reason := fixedFieldChange(e.live, e.target); reason != "" {
		e.refuse(reason, "delete the field in Setup › Object Manager, if its values may be lost, and roll back again: it comes back empty, with its layouts and access")
		return
	}
	was, is := text(e.live, "type"), text(e.target, "type")
	if was != is {
		e.action.DataLoss = "values that cannot be converted from " + was + " to " + is
		return // what belongs to the former type goes with it
	}
	e.clearAbsent("description", "inlineHelpText")
	e.fieldValues()
}

// recreated: a field of the same name is a new one.
func (e *edit) recreated() {
	e.action.Reason = "it is made anew, without its values"
	if text(e.target, "type") == "AutoNumber" {
		e.action.Reason = "it is made anew, without its values, and counts from the start"
	}
	if computed(e.target) {
		e.action.Reason = ""
	}
	if text(e.target, "type") == "MasterDetail" {
		object, _, _ := strings.Cut(e.action.Component.FullName, ".")
		e.action.DataLoss = "the records of " + object + " in the recycle bin, for good; and the org refuses it while there are others"
	}
}

// lostWith says what goes with a field: of one that is computed nothing, and of one
// that is tracked its history too.
func lostWith(field *etree.Element, values string) string {
	switch {
	case computed(field):
		return ""
	case values != "" && (is(field, "trackHistory") || is(field, "trackTrending")):
		return values + ", and their history"
	}
	return values
}

// computed tells fields that hold no values of their own.
func computed(field *etree.Element) bool {
	return field.SelectElement("formula") != nil || text(field, "type") == "Summary"
}

// fixedFieldChange gives the reason for which a field cannot become what the
// target has. Source: the refusals that public deploy tools know.
func fixedFieldChange(live, target *etree.Element) string {
	was, is := text(live, "type"), text(target, "type")
	formula := func(e *etree.Element) bool { return e.SelectElement("formula") != nil }
	switch {
	case formula(live) != formula(target):
		return "a formula does not become a field that holds values, nor the other way round"
	case was != is && (was == "Summary" || is == "Summary"):
		return "a roll-up summary does not become another type, nor the other way round"
	case was != is && (was == "AutoNumber" || is == "AutoNumber" || was == "MasterDetail" || is == "MasterDetail"):
		return "the type does not change between " + was + " and " + is + " by a deploy of which nobody knows the records"
	}
	set := func(e *etree.Element) string { return strings.TrimSuffix(text(e, "valueSet", "valueSetName"), "__gvs") }
	if was == is && set(live) != set(target) {
		return "a picklist does not change the value set that it uses"
	}
	return ""
}

// clearAbsent sends, for what live has and target lacks, the form that clears it:
// false for a flag, an empty element for the texts named. What has no such form
// is sent as the target has it. All of it may stay, because whether it goes is
// not documented.
func (e *edit) clearAbsent(texts ...string) {
	if e.live == nil {
		return
	}
	for _, had := range e.live.ChildElements() {
		if e.target.SelectElement(had.Tag) != nil {
			continue
		}
		e.clear(had, texts)
	}
}

func (e *edit) clear(had *etree.Element, texts []string) {
	switch {
	case isFlag(had):
		if strings.TrimSpace(had.Text()) == "true" {
			insertBesideSiblings(e.target, leaf(had.Tag, "false"))
		}
		e.may(had.Tag, "", "it is set to false; a deploy has no way to take it out")
	case slices.Contains(texts, had.Tag):
		insertBesideSiblings(e.target, etree.NewElement(had.Tag))
		e.may(had.Tag, "", "it is sent empty, and the org may keep it")
	default:
		e.may(had.Tag, "", "the org may keep what a deploy leaves out")
	}
}

// objectItself plans what is the object's own: the file's elements replace their
// counterparts, and what the file lacks stays.
func objectItself(e *edit) {
	e.clearAbsent("description")
	override := func(o *etree.Element) string { return text(o, "actionName") + "/" + text(o, "formFactor") }
	have := map[string]bool{}
	for _, o := range e.target.SelectElements("actionOverrides") {
		have[override(o)] = true
	}
	for _, o := range e.live.SelectElements("actionOverrides") {
		if have[override(o)] {
			continue
		}
		off := o.Copy()
		for _, name := range []string{"content", "skipRecordTypeSelect", "comment"} {
			if child := off.SelectElement(name); child != nil {
				off.RemoveChild(child)
			}
		}
		setText(off, "type", "Default")
		insertBesideSiblings(e.target, off)
		e.may("actionOverrides", "", "it is set to the default, and the org may go on showing it")
	}
}
