package refs

import (
	"strings"

	"github.com/orgkeep/orgkeep/pkg/emulator/internal/orgstate"
	"github.com/orgkeep/orgkeep/pkg/emulator/internal/xmltext"
	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// object: a custom or standard object and its children.
func (c *collector) object(root *xmltext.Element, object string) {
	for _, e := range root.Children {
		c.from = c.file.Component
		if kid, ok := c.state.ChildOf(c.file.Component, e); ok {
			c.from = kid
		}
		switch e.Name {
		case "fields":
			c.field(e, object)
		case "validationRules":
			soft := e.Get("active") != "true"
			c.formula(e, object, soft, "errorConditionFormula")
			c.fields(e, object, soft, "errorDisplayField")
		case "listViews":
			c.fields(e, object, true, "columns")
			c.fields(e, object, true, "filters", "field")
		case "recordTypes":
			c.recordType(e, object)
		case "compactLayouts":
			c.fields(e, object, true, "fields")
		case "fieldSets":
			c.fields(e, object, true, "displayedFields", "field")
			c.fields(e, object, true, "availableFields", "field")
		case "webLinks":
			c.each(e, "ApexPage", false, "page")
		case "actionOverrides":
			c.actionOverride(e)
		case "compactLayoutAssignment":
			if name := strings.TrimSpace(e.Text()); name != "SYSTEM" {
				c.add("CompactLayout", object+"."+name, e.Name, false)
			}
		case "searchLayouts":
			for _, list := range e.Children {
				c.fields(e, object, true, list.Name)
			}
		}
	}
}

func (c *collector) field(e *xmltext.Element, object string) {
	c.each(e, "CustomObject", false, "referenceTo")
	c.each(e, "GlobalValueSet", false, "valueSet", "valueSetName")
	c.fields(e, object, false, "valueSet", "controllingField")
	c.formula(e, object, false, "formula")
	c.qualified(e, false, "summaryForeignKey")
	c.qualified(e, false, "summarizedField")
	c.qualified(e, false, "lookupFilter", "filterItems", "field")
	for _, set := range descend(e, []string{"valueSet", "valueSetName"}) {
		c.orValueSet(strings.TrimSpace(set.Text()))
	}
}

// orValueSet: from 57.0 the name may carry a suffix, on either side.
func (c *collector) orValueSet(name string) {
	for i := range c.refs {
		if c.refs[i].To == (metadata.Component{Type: "GlobalValueSet", FullName: name}) {
			other := strings.TrimSuffix(name, "__gvs")
			if other == name {
				other += "__gvs"
			}
			c.refs[i].Or = metadata.Component{Type: "GlobalValueSet", FullName: other}
		}
	}
}

func (c *collector) recordType(e *xmltext.Element, object string) {
	c.fields(e, object, true, "picklistValues", "picklist")
	if process := e.Get("businessProcess"); process != "" {
		c.add("BusinessProcess", object+"."+process, "businessProcess", false)
	}
	if layout := e.Get("compactLayoutAssignment"); layout != "" && layout != "SYSTEM" {
		c.add("CompactLayout", object+"."+layout, "compactLayoutAssignment", false)
	}
}

func (c *collector) actionOverride(e *xmltext.Element) {
	content := e.Get("content")
	switch strings.ToLower(e.Get("type")) {
	case "flexipage":
		c.add("FlexiPage", content, "content", false)
	case "visualforce":
		c.add("ApexPage", content, "content", false)
	case "lightningcomponent":
		c.add("AuraDefinitionBundle", content, "content", false)
	}
}

// formula adds the custom fields of the object that a formula names by their
// bare name; names that follow or precede a dot belong to other objects.
func (c *collector) formula(e *xmltext.Element, object string, soft bool, element string) {
	for _, f := range e.All(element) {
		for _, w := range bareWords(f.Text()) {
			if strings.HasSuffix(w, "__c") && orgstate.Custom(w) {
				c.add("CustomField", object+"."+w, element, soft)
			}
		}
	}
}

// bareWords gives the words of a formula outside texts and comments that neither
// follow nor precede a dot.
func bareWords(text string) []string {
	var out []string
	for i := 0; i < len(text); {
		switch ch := text[i]; {
		case ch == '"' || ch == '\'':
			i = after(text, i, ch)
		case isWord(ch) || ch == '$':
			end := i
			for end < len(text) && (isWord(text[end]) || text[end] == '$') {
				end++
			}
			if (i == 0 || text[i-1] != '.' && text[i-1] != ':') && (end == len(text) || text[end] != '.' && text[end] != ':') {
				out = append(out, text[i:end])
			}
			i = end
		default:
			i++
		}
	}
	return out
}

func after(text string, i int, quote byte) int {
	for i++; i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
		case quote:
			return i + 1
		}
	}
	return len(text)
}

func isWord(c byte) bool {
	return c == '_' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}
