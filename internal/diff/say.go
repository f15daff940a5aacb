package diff

import (
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// String gives the change in one line, without its elements: CustomField
// Account.Region__c.
func (c Change) String() string {
	name := strings.TrimSpace(c.TypeWords() + " " + c.Component.FullName)
	switch was := c.OldComponent; {
	case was == (metadata.Component{}):
	case c.Kind == Added:
		name += " (same content as " + was.FullName + ")"
	default:
		name += " (was " + was.FullName + ")"
	}
	if c.Summary != "" {
		name += ": " + c.Summary
	}
	return name
}

// TypeWords gives the component's type as people call it: where a flow definition
// differs in nothing but its active version, it is the flow that does.
func (c Change) TypeWords() string {
	other := func(e Element) bool { return e.Name != activeVersion }
	if c.Component.Type == "FlowDefinition" && len(c.Elements) > 0 && !slices.ContainsFunc(c.Elements, other) {
		return "Flow"
	}
	return c.Component.Type
}

// String gives the element in one line of plain words: fieldPermissions
// Account.Phone editable true → false. Lines of text are counted, not shown.
func (e Element) String() string {
	where := e.where()
	switch {
	case len(e.Hunks) == 0 && e.LeftOut > 0:
		return where + ": " + strconv.Itoa(e.LeftOut) + " more differences"
	case len(e.Hunks) > 0:
		return mark(e.Kind) + where + ": " + e.lines()
	case e.Kind == Moved:
		if strings.Contains(e.New, placeSeparator) {
			// Both places name their containers.
			where = Element{Steps: e.Steps[len(e.Steps)-1:]}.where()
		}
		return where + " moved: " + e.Old + " → " + e.New
	case e.Kind == Added:
		return "+ " + where + tail(e.New, e.lastKey())
	case e.Kind == Deleted:
		return "- " + where + tail(e.Old, e.lastKey())
	}
	return where + " " + Quote(e.Old) + " → " + Quote(e.New)
}

func mark(k Kind) string {
	if k == Added || k == Deleted {
		return k.Mark() + " "
	}
	return ""
}

func (e Element) where() string {
	var parts []string
	for _, s := range e.Steps {
		parts = append(parts, s.Words())
		if s.Key != "" {
			parts = append(parts, Quote(s.Key))
		}
	}
	return strings.Join(parts, " ")
}

func (e Element) lastKey() string {
	if len(e.Steps) == 0 {
		return ""
	}
	return e.Steps[len(e.Steps)-1].Key
}

// tail gives what is known of a whole element, unless its key says the same.
func tail(what, key string) string {
	switch {
	case what == key:
		return ""
	case key != "" && what != "":
		return ": " + what
	case what == "":
		return ""
	}
	return " " + Quote(what)
}

func (e Element) lines() string {
	added, deleted := 0, 0
	for _, h := range e.Hunks {
		for _, l := range h.Lines {
			switch l.Op {
			case "+":
				added++
			case "-":
				deleted++
			}
		}
	}
	said := ""
	switch {
	case deleted == 0:
		said = countLines(added) + " added"
	case added == 0:
		said = countLines(deleted) + " deleted"
	default:
		said = countLines(added) + " added, " + strconv.Itoa(deleted) + " deleted"
	}
	if e.LeftOut > 0 {
		said += ", " + strconv.Itoa(e.LeftOut) + " more"
	}
	return said
}

// Quote gives a value as it is, or in quotes where it would be misread: when it is
// empty, begins or ends with a blank, or holds what a terminal would not show.
func Quote(s string) string {
	hidden := strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsPrint(r) })
	if s == "" || hidden || s != strings.TrimSpace(s) {
		return strconv.Quote(s)
	}
	return s
}
