package capture

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// auditForm is a form in which the setup audit trail writes that something was done:
// the action, and a text that has to match as a whole. Group 1 of the text is a name
// or a label of a component. Source: public tables of audit trail rows. Texts in
// another language match nothing, which makes no hint.
type auditForm struct {
	action, text *regexp.Regexp
	typeName     string
	// subject is the type of what group 2 names, for profiles.
	subject        string
	plain, layouts bool
}

const (
	apiName = `(\w+)`
	label   = `(.+)`
	short   = `([^:]+)` // a label before a colon
	// longestText is beyond what the service writes, longestName beyond what it takes.
	longestText = 4000
	longestName = 255
)

func form(typeName, action, text string) auditForm {
	return auditForm{action: regexp.MustCompile(`^(?:` + action + `)$`), text: regexp.MustCompile(`^(?:` + text + `)$`), typeName: typeName}
}

// auditForms are tried in their order.
func auditForms() []auditForm {
	const did = `(?:created|changed|deleted|updated)`
	forms := []auditForm{
		form("ApexClass", did+`ApexClass`, `\w+ (?:Apex Class(?: code)? )?`+apiName+`(?: Apex Class(?: code)?)?`),
		form("ApexTrigger", did+`ApexTrigger`, `\w+ (?:.+ )?Trigger code:? `+apiName),
		form("ApexPage", did+`ApexPage`, `\w+ Page `+apiName),
		form("ApexComponent", did+`ApexComponent`, `\w+ Component `+apiName),
		form("LightningComponentBundle", did+`LightningWebComponent`, `\w+ `+apiName+` Lightning Web Component`),
		form("AuraDefinitionBundle", did+`AuraComponent`, `\w+ `+apiName+` Aura Component`),
		form("StaticResource", did+`StaticResource`, `\w+ Static Resource `+apiName),
		form("FlexiPage", did+`FlexiPage`, `\w+ Lightning Page:? `+label),
		form("Flow", `\w*interactiondef\w*`, `.* Unique Name "`+apiName+`"`),
		form("GlobalValueSet", `createGlobalPicklist`, `Created global picklist ?: `+label),
		form("CustomObject", `\w+CF\w*|\w*[pP]icklist\w*|\w+CompactLayout`, `.* (?:on|from) `+label),
		form("CustomObject", `\w+FieldSet`, `\w+ Field Set .* on `+label),
		form("CustomObject", `\w+Validation\w*`, `(?:New|Removed|Deleted|Changed .* for) `+label+` validation(?: rule)? "\w+".*`),
		form("CustomObject", `\w+CustEnt`, `\w+ custom object: `+label),
		form("PermissionSet", `PermSet\w+|SetupEntityAccessAudit_PermissionSet_\w+`, `\w+ permission set `+short+`(?::.*)?`),
		form("PermissionSetGroup", `PermissionSetGroup\w+`, `\w+ permission set group `+short+`(?::.*)?`),
		form("CustomPermission", `CustomPermission\w+`, `\w+ custom permission `+apiName+`\b.*`),
		form("Queue", did+`queue|queueMembership`, `\w+ (?:membership (?:for|of) )?Queue `+label),
		form("Group", did+`group|groupMembership`, `\w+ (?:membership (?:for|of) )?Group `+label),
		form("Role", did+`?role`, `\w+ role `+label),
		form("NamedCredential", `namedCredential\w+`, `.* named credential `+apiName+`(?: .*)?`),
		form("ExternalCredential", `externalCredential\w+`, `.* external credential `+apiName+`(?: .*)?`),
		form("RemoteSiteSetting", `remoteproxy`, `Remote Proxy \w+ `+apiName+`: .*`),
		form("ConnectedApp", `(?:insert|update|delete)Application`, `\w+ Connected App `+label),
		form("CustomApplication", did+`TabSet\w*`, `\w+ (?:tabs of )?custom app `+label),
	}
	return append(forms, profileForms()...)
}

// profileForms: what else has to come depends on what of a profile was changed. The
// last one is for everything of which the rest of the text does not tell.
func profileForms() []auditForm {
	const of = `Changed profile ` + short + `: `
	about := func(subject, action, text string) auditForm {
		f := form("Profile", action, of+text)
		f.subject = subject
		return f
	}
	layouts := about("CustomObject", `profilePageLayout\w+`, label+` page layout for .* record type was changed from .*`)
	layouts.layouts = true
	permission := form("Profile", `profilePerm\w+`, of+`general user permission .*`)
	permission.plain = true
	return []auditForm{
		about("CustomObject", `profileFls\w+`, `field-level security for `+short+`: .*`),
		about("CustomObject", `profileOlp\w+`, label+` object permissions were changed from .*`),
		layouts, permission,
		about("ApexClass", `SetupEntityAccessAudit_Profile_ApexClass_\w+`, apiName+` .*access was \w+`),
		about("ApexPage", `SetupEntityAccessAudit_Profile_ApexPage_\w+`, apiName+` .*access was \w+`),
		about("Flow", `SetupEntityAccessAudit_Profile_FlowDefinition_\w+`, apiName+` .*access was \w+`),
		about("CustomPermission", `SetupEntityAccessAudit_Profile_CustomPermission_\w+`, apiName+` .*access was \w+`),
		form("Profile", `profile\w+|SetupEntityAccessAudit_Profile_\w+`, of+`.*`),
	}
}

// hintOf reads a row. Actions and texts that are not known make none.
func hintOf(forms []auditForm, action, text string) (hint, bool) {
	if len(text) > longestText || !utf8.ValidString(text) || strings.ContainsFunc(text, unicode.IsControl) {
		return hint{}, false
	}
	for _, f := range forms {
		if !f.action.MatchString(action) {
			continue
		}
		found := f.text.FindStringSubmatch(text)
		if found == nil || slices.ContainsFunc(found[1:], func(name string) bool { return len(name) > longestName }) {
			continue
		}
		h := hint{typeName: f.typeName, names: namesOf(f.typeName, found[1]), plain: f.plain, layouts: f.layouts}
		if f.subject != "" {
			h.about = &hint{typeName: f.subject, names: namesOf(f.subject, found[2])}
		}
		return h, true
	}
	return hint{}, false
}

var notInNames = regexp.MustCompile(`[^A-Za-z0-9]+`)

// namesOf gives the names that a component may have of which a text gives the name
// or the label: Setup makes names of labels so, unless somebody types another one.
func namesOf(typeName, text string) []string {
	names := []string{text}
	made := strings.Trim(notInNames.ReplaceAllString(text, "_"), "_")
	switch typeName {
	case "Profile":
		if name, ok := standardProfiles()[text]; ok {
			names = append(names, name)
		}
		return names
	case "CustomObject":
		names = append(names, made+"__c", made+"__mdt", made+"__e")
	}
	if made != text {
		names = append(names, made)
	}
	return names
}

// standardProfiles have other names in the Metadata API than in Setup.
func standardProfiles() map[string]string {
	return map[string]string{
		"System Administrator": "Admin", "Standard User": "Standard", "Read Only": "ReadOnly", "Solution Manager": "SolutionManager",
		"Marketing User": "MarketingProfile", "Contract Manager": "ContractManager", "Standard Platform User": "StandardAul",
	}
}
