package deployplan

import (
	"slices"
	"strings"

	"github.com/beevik/etree"
)

// fixedSettings are members that a deploy cannot change, by the settings' name,
// wherever they are. Source: Metadata API Developer Guide, the field texts of each;
// not complete.
func fixedSettings() map[string][]string {
	return map[string][]string{
		"Activities": {"allowUsersToRelateMultipleContactsToTasksAndEvents"},
		"Address":    {"label", "standard"},
		"Case":       {"emailServicesAddress", "isVerified"},
		"Forecasting": {
			"displayedCategoryApiNames", "isAmount", "isAvailable", "isQuantity", "managerAdjustableCategoryApiNames", "masterLabel",
			"opportunityListFieldsLabelMappings", "ownerAdjustableCategoryApiNames",
		},
		"MyDomain": {"domainPartition", "edgeRoutingMethod", "myDomainName", "myDomainSuffix", "useEdge"},
	}
}

// oneWaySettings are switches that cannot be set back once they are on, by the
// settings' name and path. Source: the same.
func oneWaySettings() map[string][][]string {
	return map[string][][]string{
		"Case":               {{"emailToCase", "enableEmailToCase"}},
		"CustomAddressField": {{"enableCustomAddressField"}},
		"SingleSignOn":       {{"enableMultipleSamlConfigs"}},
		"Topics":             {{"enableTopicTimeSlot"}},
		"Mobile":             {{"enableS1DesktopEnabled"}},
		"FieldService":       {{"fieldServiceOrgPref"}},
		"Apex":               {{"enableCompileOnDeploy"}},
	}
}

// losingSettings are switches that take data along when they are switched off, by
// the settings' name. Source: the same.
func losingSettings() map[string]map[string]string {
	return map[string]map[string]string{
		"Account":     {"enableRelateContactToMultipleAccounts": "the contacts' relations to further accounts"},
		"Forecasting": {"enableForecasts": "the forecasts with their quotas and adjustments"},
		"Pardot":      {"enableProspectActivityDataset": "the dataset of what prospects did"},
	}
}

// losing notes what data goes when a switch is turned off.
func (e *edit) losing(switches map[string]string) {
	for name, what := range switches {
		if text(e.live, name) == "true" && text(e.target, name) == "false" {
			e.action.DataLoss = what
		}
	}
}

// influenceModel: switched off, it loses what it has worked out.
func influenceModel(e *edit) {
	if e.live != nil {
		e.losing(map[string]string{"isActive": "the campaign influence that it has worked out"})
	}
}

// settings sends only the elements that differ and can be written: a deploy keeps
// what the file lacks.
func settings(e *edit) {
	if e.live == nil {
		return
	}
	name := e.action.Component.FullName
	e.keepFixed(e.target, e.live, fixedSettings()[name])
	for _, path := range oneWaySettings()[name] {
		e.keepOn(path)
	}
	switch name {
	case "Account":
		e.ownerReport()
	case "Address":
		e.places(e.target.SelectElement("countriesAndStates"), e.live.SelectElement("countriesAndStates"))
	case "Forecasting":
		e.losesForecasts()
	case "Mobile":
		e.chatterMobile()
	}
	e.clearAbsent()
	e.losing(losingSettings()[name])
	had := map[string]string{}
	for _, was := range e.live.ChildElements() {
		had[was.Tag] += canonical(was)
	}
	has := map[string]string{}
	for _, now := range e.target.ChildElements() {
		has[now.Tag] += canonical(now)
	}
	for _, now := range e.target.ChildElements() {
		if had[now.Tag] == has[now.Tag] {
			e.target.RemoveChild(now)
			continue
		}
		e.b.enables = e.b.enables || switchesOn(e.live.SelectElement(now.Tag), now)
	}
	if len(e.target.ChildElements()) == 0 {
		e.refuse("what differs in these settings cannot be set by a deploy", "change it in Setup")
	}
}

// pathOf gives the dotted path of an element below a root.
func pathOf(e, root *etree.Element) string {
	names := []string{e.Tag}
	for at := e.Parent(); at != nil && at != root; at = at.Parent() {
		names = append(names, at.Tag)
	}
	slices.Reverse(names)
	return strings.Join(names, ".")
}

// keepOn leaves a one-way switch on where the org has it on.
func (e *edit) keepOn(path []string) {
	if text(e.live, path...) != "true" || text(e.target, path...) == "true" {
		return
	}
	at := e.target
	for _, name := range path {
		if at = at.SelectElement(name); at == nil {
			return // a deploy keeps what the file lacks
		}
	}
	at.SetText("true")
	e.may(pathOf(at, e.target), "", "it cannot be switched off once it is on")
}

// switchesOn tells whether a flag becomes true.
func switchesOn(live, target *etree.Element) bool {
	if isFlag(target) {
		return is(target) && (live == nil || !is(live))
	}
	return slices.ContainsFunc(target.ChildElements(), func(c *etree.Element) bool {
		was := (*etree.Element)(nil)
		if live != nil {
			was = live.SelectElement(c.Tag)
		}
		return switchesOn(was, c)
	})
}
