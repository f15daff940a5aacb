package deployplan

import (
	"slices"
	"strings"

	"github.com/beevik/etree"
)

// What an org shows in a file and does not take from one, whatever else the file
// says: the whole deploy would fail. Source: refusals that public deploy tools know.

// fieldTwice: a layout has a field once.
func fieldTwice(e *edit) {
	seen := map[string]bool{}
	for _, item := range e.target.FindElements("layoutSections/layoutColumns/layoutItems") {
		field := text(item, "field")
		if field != "" && seen[field] {
			e.refuse("it holds the field "+field+" twice, and the org takes no such layout", "change it in Setup › Object Manager › the object › Page Layouts")
			return
		}
		seen[field] = true
	}
}

// facetMissing: what a component of a page shows inside of it is a region of the page.
func facetMissing(e *edit) {
	const prefix = "Facet-"
	regions := map[string]bool{}
	for _, region := range e.target.SelectElements("flexiPageRegions") {
		regions[text(region, "name")] = true
	}
	for _, value := range e.target.FindElements(".//componentInstanceProperties/value") {
		if name := strings.TrimSpace(value.Text()); strings.HasPrefix(name, prefix) && !regions[name] {
			e.refuse("it shows the region "+name+", which it has not, and the org takes no such page", "change it in Setup › Lightning App Builder")
			return
		}
	}
}

// caseTeam: rules that name a predefined case team are not taken.
func caseTeam(e *edit) {
	if slices.ContainsFunc(e.target.SelectElements("ruleEntry"), func(entry *etree.Element) bool { return entry.SelectElement("team") != nil }) {
		e.refuse("it names a predefined case team, and a deploy of such a rule is refused", "change it in Setup › Case Assignment Rules")
	}
}

// viewScope: views of the territories of whoever looks are not taken.
func viewScope(e *edit) {
	if scope := text(e.target, "filterScope"); scope == "MyTerritory" || scope == "MyTeamTerritory" {
		e.refuse("a list view of the scope "+scope+" is refused", "change it in the list view itself")
	}
}

// authProvider: its addresses are worked out by the org, and how it names users is set
// once.
func authProvider(e *edit) {
	addresses := []string{"linkKickoffUrl", "oauthKickoffUrl", "ssoKickoffUrl"}
	if e.live != nil {
		fixedMembers(append(addresses, "includeOrgIdInIdentifier")...)(e)
		return
	}
	for _, name := range addresses {
		if is := e.target.SelectElement(name); is != nil {
			e.target.RemoveChild(is)
			e.may(name, "", "the org works it out")
		}
	}
}

// eventRelay: one that is stopped does not go on where it was.
func eventRelay(e *edit) {
	if e.live != nil && text(e.live, "state") == "RUN" && text(e.target, "state") != "RUN" {
		e.action.DataLoss = "the events that come while it does not run"
	}
}

// isProcess tells flows that were made in Process Builder. Once its file was edited
// one cannot be opened any more. Source: Metadata API Developer Guide, Flow.
func isProcess(root *etree.Element) bool {
	return slices.Contains([]string{"Workflow", "InvocableProcess", "CustomEvent"}, text(root, "processType"))
}
