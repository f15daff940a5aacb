package deployplan

import (
	"strings"

	"github.com/beevik/etree"

	"github.com/orgkeep/orgkeep/internal/diff"
	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// customMetadata: whether a value that the file lacks stays or becomes empty is
// not known, so it is sent as empty.
func customMetadata(e *edit) {
	if e.live == nil {
		return
	}
	have := map[string]bool{}
	for _, v := range e.target.SelectElements("values") {
		have[text(v, "field")] = true
	}
	object, _, _ := strings.Cut(e.action.Component.FullName, ".")
	for _, v := range e.live.SelectElements("values") {
		field := text(v, "field")
		if have[field] || e.b.gone[metadata.Component{Type: "CustomField", FullName: object + "__mdt." + field}] {
			continue
		}
		empty := etree.NewElement("values")
		empty.AddChild(leaf("field", field))
		value := empty.CreateElement("value")
		value.CreateAttr("xmlns:xsi", "http://www.w3.org/2001/XMLSchema-instance")
		value.CreateAttr("xsi:nil", "true")
		insertBesideSiblings(e.target, empty)
		e.may("values", field, "it is sent empty")
	}
}

// recordType: a picklist that the file does not mention may stay as it is.
func recordType(e *edit) {
	if e.live == nil {
		return
	}
	e.clearAbsent("description")
	have := map[string]bool{}
	for _, p := range e.target.SelectElements("picklistValues") {
		have[text(p, "picklist")] = true
	}
	for _, p := range e.live.SelectElements("picklistValues") {
		if name := text(p, "picklist"); !have[name] {
			e.may("picklistValues", name, "the org may keep the values of a picklist that the record type does not mention")
		}
	}
	e.kept(func(el diff.Element) bool { return el.Name == "picklistValues.values" })
}

// connectedApp: its key is unique and given once, so it is never sent.
func connectedApp(e *edit) {
	config := e.target.SelectElement("oauthConfig")
	if config == nil {
		return
	}
	for _, name := range []string{"consumerKey", "consumerSecret"} {
		if key := config.SelectElement(name); key != nil {
			config.RemoveChild(key)
		}
	}
	if e.live == nil {
		e.may("oauthConfig.consumerKey", "", "an app that is made anew gets a new key")
		return
	}
	e.may("oauthConfig.consumerKey", "", "an app keeps its own key")
	for _, name := range []string{"permissionSetName", "profileName"} {
		if e.live.SelectElement(name) != nil && e.target.SelectElement(name) == nil {
			insertBesideSiblings(e.target, etree.NewElement(name))
			e.may(name, "", "it is sent empty")
		}
	}
}

// approval: the steps of a process that was ever active cannot change, and
// whether it was, nothing tells.
func approval(e *edit) {
	if e.live == nil {
		return
	}
	steps := func(root *etree.Element) string {
		var b strings.Builder
		for _, step := range root.SelectElements("approvalStep") {
			b.WriteString(canonical(step))
		}
		return b.String()
	}
	if steps(e.live) != steps(e.target) {
		e.refuse("the steps of an approval process cannot change once it was active", "clone it in Setup › Approval Processes and change the clone")
		return
	}
	if e.live.SelectElement("entryCriteria") != nil && e.target.SelectElement("entryCriteria") == nil {
		e.may("entryCriteria", "", "a deploy keeps the criteria that the file lacks; remove them in Setup › Approval Processes")
	}
}

// translation is the rule of the types that translate: their entries can be added
// and changed, never removed.
func translation(byHand string) rule {
	return rule{keeps: "translations are changed and not deleted", byHand: byHand, transform: keepEntries}
}

// keepEntries announces the entries that only the org has. Where there is nothing
// else, nothing is sent.
func keepEntries(e *edit) {
	if strings.HasSuffix(e.target.Tag, "ValueSetTranslation") && e.target.SelectElement("valueTranslation") == nil {
		e.refuse("a translation without entries cannot be deployed", "remove its entries in Setup › Translation Workbench")
		return
	}
	if e.live == nil {
		return
	}
	changes := false
	had := map[string]string{}
	for _, entry := range e.live.ChildElements() {
		had[e.b.keys.identity(e.live.Tag, entry)] = canonical(entry)
	}
	for _, entry := range e.target.ChildElements() {
		id := e.b.keys.identity(e.target.Tag, entry)
		changes = changes || had[id] != canonical(entry)
		delete(had, id)
	}
	for _, entry := range e.live.ChildElements() {
		if _, only := had[e.b.keys.identity(e.live.Tag, entry)]; only {
			e.may(entry.Tag, e.b.keys.key(e.live.Tag, entry), "an entry of a translation is not removed by a deploy")
		}
	}
	if !changes {
		e.refuse("an entry of a translation is not removed by a deploy", "remove it in Setup › Translation Workbench")
	}
}
