package apply

import (
	"slices"
	"strings"

	"github.com/orgkeep/orgkeep/pkg/emulator/internal/behaviour"
	"github.com/orgkeep/orgkeep/pkg/emulator/internal/xmltext"
)

// refuseContent: what a file of the type cannot hold, though the org shows such files.
// Source: refusals that public deploy tools know; the words are a guess but for that of
// scopes.
func (r *runner) refuseContent(typ string, e *xmltext.Element) error {
	if e == nil || !r.Set.Refuses(behaviour.RefuseContent) {
		return nil
	}
	switch typ {
	case "Layout":
		return refuseTwice(e)
	case "FlexiPage":
		return refuseFacets(e)
	case "AssignmentRule":
		if slices.ContainsFunc(e.All("ruleEntry"), func(entry *xmltext.Element) bool { return entry.Child("team") != nil }) {
			return refused("A predefined case team cannot be deployed")
		}
	case "ListView":
		if scope := e.Get("filterScope"); scope == "MyTerritory" || scope == "MyTeamTerritory" {
			return refused("Invalid scope:%s, not allowed", scope)
		}
	case "GlobalValueSetTranslation", "StandardValueSetTranslation":
		if len(e.All("valueTranslation")) == 0 {
			return refused("Required field is missing: valueTranslation")
		}
	}
	return nil
}

func refuseTwice(layout *xmltext.Element) error {
	seen := map[string]bool{}
	for _, section := range layout.All("layoutSections") {
		for _, column := range section.All("layoutColumns") {
			for _, item := range column.All("layoutItems") {
				field := item.Get("field")
				if field != "" && seen[field] {
					return refused("Duplicate layout item: %s", field)
				}
				seen[field] = true
			}
		}
	}
	return nil
}

func refuseFacets(page *xmltext.Element) error {
	regions := map[string]bool{}
	for _, region := range page.All("flexiPageRegions") {
		regions[region.Get("name")] = true
	}
	var missing func(e *xmltext.Element) string
	missing = func(e *xmltext.Element) string {
		if e.Name == "componentInstanceProperties" {
			if name := e.Get("value"); strings.HasPrefix(name, "Facet-") && !regions[name] {
				return name
			}
		}
		for _, child := range e.Children {
			if name := missing(child); name != "" {
				return name
			}
		}
		return ""
	}
	if name := missing(page); name != "" {
		return refused("The region %s does not exist on the page", name)
	}
	return nil
}
