package deployplan

import (
	"strings"

	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// rule is what is particular about deploying one type back.
type rule struct {
	// keeps says why the API does not delete a component of the type; empty when
	// it does.
	keeps string
	// fixed says why the API does not write it at all.
	fixed string
	// byHand is what a person can do instead.
	byHand string
	// once are elements that are set when a component is made, of a type that holds
	// no data: where they differ it is deleted and made anew.
	once []string
	// inUse is what keeps a component from being deleted, and no file tells.
	inUse string
	// loses says what customer data a deletion takes along.
	loses string
	// transform changes what is sent of a component with a file of its own.
	transform func(*edit)
	// element changes a child's element before it is sent.
	element func(*edit)
}

// ruleFor gives the rule for one component. The zero rule stands for a type that
// is sent and replaced whole, and deleted by name.
func ruleFor(c metadata.Component) rule {
	switch c.Type {
	case "CustomObject":
		return objectRule(c)
	case "CustomField":
		return fieldRule(c)
	}
	return rules()[c.Type]
}

// rules is the table. Its reasons are what the plan tells the user.
func rules() map[string]rule {
	return map[string]rule{
		"ApprovalProcess": {loses: "its history, and what waits for approval", transform: approval},
		"AssignmentRule":  {element: both(caseTeam, elementsMayStay)},
		"AuthProvider":    {transform: both(authProvider, elementsMayStay)},
		"BusinessProcess": {
			keeps: "the API does not delete business processes", byHand: "delete it in Setup › Object Manager",
		},
		"CampaignInfluenceModel":  {transform: influenceModel},
		"ConnectedApp":            {transform: connectedApp},
		"CustomMetadata":          {transform: customMetadata},
		"CustomObjectTranslation": translation("remove its entries in Setup › Translation Workbench"),
		"DataCategoryGroup": {
			keeps: "deleting it destroys how records are categorised", fixed: "a category that the file lacks is destroyed with how records are categorised",
			byHand: "change it in Setup › Data Category Setup",
		},
		"EntitlementProcess": {
			keeps: "the API is not known to delete entitlement processes", byHand: "delete it in Setup › Entitlement Processes",
		},
		"CspTrustedSite":         {transform: elementsMayStay},
		"CustomNotificationType": {transform: elementsMayStay},
		"CustomPermission":       {transform: elementsMayStay},
		"CustomSite":             {transform: fixedMembers("guestProfile", "subdomain")},
		"CustomTab":              {transform: elementsMayStay},
		"Dashboard":              {transform: elementsMayStay},
		"EventRelayConfig":       {transform: both(eventRelay, elementsMayStay)},
		"ExternalCredential":     {transform: elementsMayStay},
		"FlexiPage": {
			once: []string{"sobjectType"}, byHand: "take it out there and delete the page in Setup › Lightning App Builder, then roll back again",
			transform: both(facetMissing, elementsMayStay),
		},
		"FlowDefinition": {
			keeps: "it goes with its flow", fixed: "its number means another version in another state; the flow itself is sent",
		},
		"GlobalValueSet":            {transform: keepValues("customValue")},
		"GlobalValueSetTranslation": {transform: keepEntries},
		"Group":                     {transform: membersMayStay, inUse: "something is shared with it"},
		"HomePageLayout":            {transform: elementsMayStay},
		"InstalledPackage": {
			keeps: "a package is not uninstalled by a deploy", fixed: "a package is not installed or changed by a deploy",
			byHand: "install or uninstall it in Setup › Installed Packages",
		},
		"Layout":        {transform: both(fieldTwice, elementsMayStay)},
		"ListView":      {element: both(viewScope, elementsMayStay)},
		"MatchingRule":  {element: both(matchingRule, elementsMayStay)},
		"MilestoneType": {keeps: "the API is not known to delete milestones", byHand: "delete it in Setup › Milestones"},
		"Network":       {transform: network},
		"PathAssistant": {
			once: []string{"entityName", "fieldName", "recordTypeName"}, byHand: "take it out there and delete the path in Setup › Path Settings, then roll back again",
		},
		"PermissionSet":       {loses: "its assignments to users", inUse: "users have it", transform: permissionSet},
		"MutingPermissionSet": {transform: both(dropAbsent, addedTo)},
		"NamedCredential":     {transform: elementsMayStay},
		"PermissionSetGroup":  {transform: entriesMayStay("permissionSets", "mutingPermissionSets"), inUse: "users have it"},
		"Profile":             {transform: revokeProfile, inUse: "users have it"},
		"Queue":               {transform: membersMayStay, inUse: "it owns records"},
		"QuickAction":         {transform: elementsMayStay},
		"RecordType": {
			keeps: "the API does not delete record types", byHand: "delete it in Setup › Object Manager › the object › Record Types",
			element: recordType,
		},
		"RemoteSiteSetting": {transform: elementsMayStay},
		"Report":            {transform: elementsMayStay},
		"ReportType": {
			once: []string{"baseObject"}, byHand: "take it out there and delete the report type in Setup › Report Types, then roll back again",
			transform: elementsMayStay,
		},
		"Role":                        {transform: membersMayStay, inUse: "users have it"},
		"Settings":                    {keeps: "settings belong to the org; they can be changed and not deleted", transform: settings},
		"SharingSet":                  {transform: membersMayStay},
		"Skill":                       {keeps: "the API does not delete skills", byHand: "delete it in Setup › Skills"},
		"StandardValueSet":            {keeps: "a standard value set belongs to the platform", transform: keepValues("standardValue")},
		"StandardValueSetTranslation": {keeps: "translations are changed and not deleted", transform: keepEntries},
		"Territory2Model": {
			keeps: "a territory model goes with its account assignments", byHand: "delete it in Setup › Territory Models",
		},
		"TopicsForObjects": {keeps: "it is switched off, not deleted", byHand: "switch it off in Setup › Topics for Objects"},
		"Translations":     translation("remove the language in Setup › Translation Language Settings"),
	}
}

// isWord tells the signs of API names.
func isWord(r rune) bool {
	return r == '_' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
}

// isCustom tells custom API names, which end in __c, __mdt, __e and the like.
func isCustom(name string) bool { return strings.Contains(name, "__") }

// namespace gives the prefix of the installed package that a component comes
// from, or nothing. A field of ours on an object of a package is ours.
func namespace(c metadata.Component) string {
	name := c.FullName
	if i := strings.LastIndexAny(name, "./"); i >= 0 {
		name = name[i+1:]
	}
	switch first, rest, ok := strings.Cut(name, "-"); {
	case ok && c.Type == "Layout":
		name = rest
	case ok && c.Type == "CustomObjectTranslation":
		name = first // and the language
	}
	prefix, rest, ok := strings.Cut(name, "__")
	const longest = 15 // of a namespace. Source: ISVforce Guide.
	if !ok || prefix == "" || rest == "" || len(prefix) > longest || strings.ContainsFunc(prefix, func(r rune) bool { return !isWord(r) }) {
		return ""
	}
	if !strings.Contains(rest, "__") && kindSuffixes()[strings.ToLower(rest)] {
		return ""
	}
	return prefix
}

// kindSuffixes say what kind of thing a custom name is of.
func kindSuffixes() map[string]bool {
	return map[string]bool{
		"c": true, "mdt": true, "e": true, "b": true, "x": true, "r": true, "kav": true, "ka": true, "chn": true, "gvs": true, "pc": true,
		"hd": true, "dlm": true, "dll": true, "dlo": true, "changeevent": true, "share": true, "history": true, "feed": true, "tag": true,
	}
}
