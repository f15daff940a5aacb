package deployplan_test

const (
	sales      = "profiles/Acme Sales User.profile"
	dispatcher = "permissionsets/Dispatcher.permissionset"
)

func accessRules() []ruleCase {
	entry := func(section, inner string) string { return "<" + section + ">" + inner + "</" + section + ">" }
	changed := []string{"~ Profile:Acme Sales User"}
	onlyProfile := []string{"Profile:Acme Sales User"}
	return []ruleCase{
		{
			name: "a profile's access that came since is revoked", actions: changed,
			target: []change{swap(sales, entry("classAccesses", "\n        <apexClass>LetterController</apexClass>\n        <enabled>true</enabled>\n    "), "")},
			live:   []change{extra(sales, entry("classAccesses", "<apexClass>LetterController</apexClass><enabled>true</enabled>"))},
		},
		{
			name: "a user permission is revoked, whatever its absence means", actions: changed,
			live:     []change{extra(sales, entry("userPermissions", "<enabled>true</enabled><name>ManageUsers</name>"))},
			readings: []string{"profile-user-permission-absent=disable"},
		},
		{
			name: "an object permission and a tab are revoked", actions: changed,
			live: []change{
				extra(sales, entry("objectPermissions", "<allowCreate>true</allowCreate><allowDelete>false</allowDelete><allowEdit>true</allowEdit><allowRead>true</allowRead><modifyAllRecords>false</modifyAllRecords><object>Acme_Settings__c</object><viewAllRecords>true</viewAllRecords>")),
				extra(sales, entry("tabVisibilities", "<tab>standard-Solution</tab><visibility>DefaultOn</visibility>")),
			},
		},
		{
			name: "what a profile cannot be rid of is announced", actions: changed, left: onlyProfile,
			live: []change{
				extra(sales, entry("loginIpRanges", "<endAddress>198.51.100.9</endAddress><startAddress>198.51.100.1</startAddress>")),
				extra(sales, entry("loginHours", "<mondayEnd>1080</mondayEnd><mondayStart>480</mondayStart>")),
				extra(sales, entry("profileActionOverrides", "<actionName>View</actionName><formFactor>Large</formFactor><pageOrSobjectType>Account</pageOrSobjectType><type>Default</type>")),
			},
			readings: []string{"profile-login-ip-ranges-empty=clear"},
		},
		{
			name: "a list of addresses takes the place of another", actions: changed,
			target: []change{extra(sales, entry("loginIpRanges", "<endAddress>198.51.100.9</endAddress><startAddress>198.51.100.1</startAddress>"))},
			live:   []change{swap(sales, "198.51.100.9", "198.51.100.200"), extra(sales, entry("loginIpRanges", "<endAddress>203.0.113.9</endAddress><startAddress>203.0.113.1</startAddress>"))},
		},
		{
			name: "layouts of an object are assigned anew", actions: changed,
			live:     []change{swap(sales, "<layout>Case-Complaint Layout</layout>\n        <recordType>Case.Complaint</recordType>", "<layout>Case-Case Layout</layout>\n        <recordType>Case.Complaint</recordType>")},
			readings: []string{"profile-layout-assignments=keep", "profile-layout-assignments=whole"},
		},
		{
			name: "an assignment for an object that the target assigns nothing of may stay", actions: changed, left: onlyProfile,
			target:   []change{twin("layouts/Contact-Contact Layout.layout", "layouts/Lead-Lead Layout.layout")},
			live:     []change{extra(sales, entry("layoutAssignments", "<layout>Lead-Lead Layout</layout>"))},
			readings: []string{"profile-layout-assignments=keep", "profile-layout-assignments=whole"},
		},
		{
			name: "a login flow goes because the file lacks it", actions: changed,
			live: []change{extra(sales, entry("loginFlows", "<flow>Site_Check_In</flow><flowType>UI</flowType><friendlyName>Hello</friendlyName><useLightningRuntime>true</useLightningRuntime>"))},
		},
		{
			name: "a login flow comes back", actions: changed,
			target: []change{extra(sales, entry("loginFlows", "<flow>Site_Check_In</flow><flowType>UI</flowType><friendlyName>Hello</friendlyName><useLightningRuntime>true</useLightningRuntime>"))},
			live:   []change{swap(sales, "<flow>Site_Check_In</flow><flowType>UI</flowType><friendlyName>Hello</friendlyName><useLightningRuntime>true</useLightningRuntime>", "<flow>Site_Check_In</flow><flowType>UI</flowType><friendlyName>Bye</friendlyName><useLightningRuntime>true</useLightningRuntime>")},
		},
		{
			name: "a login flow is on before its profile names it", actions: []string{"~ Flow:Site_Check_In", "~ Profile:Acme Sales User"}, stages: []string{"main", "access"},
			target: []change{extra(sales, entry("loginFlows", "<flow>Site_Check_In</flow><flowType>UI</flowType><friendlyName>Hello</friendlyName><useLightningRuntime>true</useLightningRuntime>"))},
			live: []change{
				swap(sales, "<loginFlows><flow>Site_Check_In</flow><flowType>UI</flowType><friendlyName>Hello</friendlyName><useLightningRuntime>true</useLightningRuntime></loginFlows>", ""),
				swap(checkIn, "<status>Active<", "<status>Obsolete<"),
			},
		},
		{
			name: "a credential is there before access to it, and what names the one that gives it", stages: []string{"main", "access"},
			actions: []string{"~ PermissionSetGroup:Service_Desk", "+ ExternalCredential:Bank", "+ PermissionSet:Clerk"},
			target: []change{
				doc("externalCredentials/Bank.externalCredential", "ExternalCredential", "<authenticationProtocol>Custom</authenticationProtocol><label>Bank</label>"),
				doc("permissionsets/Clerk.permissionset", "PermissionSet", entry("externalCredentialPrincipalAccesses", "<enabled>true</enabled><externalCredentialPrincipal>Bank-Main</externalCredentialPrincipal>")+"<label>Clerk</label>"),
				swap("permissionsetgroups/Service_Desk.permissionsetgroup", "<permissionSets>Pricing<", "<permissionSets>Clerk</permissionSets>\n    <permissionSets>Pricing<"),
			},
			live: []change{
				swap("permissionsetgroups/Service_Desk.permissionsetgroup", "<permissionSets>Clerk</permissionSets>\n    ", ""),
				remove("PermissionSet", "Clerk"), remove("ExternalCredential", "Bank"),
			},
			readings: []string{"refuse-access-to-what-comes=off"},
		},
		{
			name: "a description cannot be emptied", actions: changed, left: onlyProfile,
			target: []change{swap(sales, "    <description>Sales, inside &amp; outside</description>\n", "")},
			live:   []change{extra(sales, "<description>Sales</description>")},
		},
		{
			name: "a custom permission may stay", actions: changed,
			live: []change{extra(sales, entry("customPermissions", "<enabled>true</enabled><name>Skip_Escort</name>"))},
		},
		{
			name: "what a deleted field had is not revoked", actions: []string{"~ Profile:Acme Sales User", "- CustomField:Account.Late__c !"},
			live: []change{
				extra("objects/Account.object", "<fields><fullName>Late__c</fullName><label>Late</label><length>10</length><type>Text</type></fields>"),
				extra(sales, entry("fieldPermissions", "<editable>true</editable><field>Account.Late__c</field><readable>true</readable>")),
			},
		},
		{
			name:     "permissions of standard objects on standard profiles stay as they are",
			live:     []change{swap("profiles/Admin.profile", adminAccount("true"), adminAccount("false")), extra("profiles/Admin.profile", entry("userPermissions", "<enabled>true</enabled><name>BulkApiHardDelete</name>"))},
			actions:  []string{"~ Profile:Admin"},
			left:     []string{"Profile:Admin"},
			readings: []string{"standard-profile-object-permissions=ignored", "standard-profile-object-permissions=allowed"},
		},
		{
			name:    "a standard profile that differs in nothing else is left",
			live:    []change{swap("profiles/Admin.profile", adminAccount("true"), adminAccount("false"))},
			actions: []string{"? Profile:Admin"}, stages: []string{}, left: []string{"Profile:Admin"},
		},
		{
			name: "a new profile goes, an old one comes back", actions: []string{"+ Profile:Acme Technician", "- Profile:Guests"}, left: []string{"Profile:Acme Technician"},
			live: []change{remove("Profile", "Acme Technician"), twin(sales, "profiles/Guests.profile")},
		},
		{
			name: "a permission set is replaced whole", actions: []string{"~ PermissionSet:Dispatcher"},
			live: []change{extra(dispatcher, entry("userPermissions", "<enabled>true</enabled><name>ApiEnabled</name>"))},
		},
		{
			name: "a user permission that the org has no licence for is not taken away from it", actions: []string{"~ PermissionSet:Dispatcher", "~ Profile:Acme Sales User"},
			without: []string{"ManageQuotas"}, left: []string{"PermissionSet:Dispatcher", "Profile:Acme Sales User"},
			target: []change{
				extra(dispatcher, entry("userPermissions", "<enabled>false</enabled><name>ManageQuotas</name>")), extra(sales, entry("userPermissions", "<enabled>false</enabled><name>ManageQuotas</name>")),
			},
			live: []change{
				swap(dispatcher, quotas("false"), entry("userPermissions", "<enabled>true</enabled><name>ApiEnabled</name>")),
				swap(sales, quotas("false"), entry("userPermissions", "<enabled>true</enabled><name>ManageUsers</name>")),
			},
			readings: []string{"refuse-unknown-permission=off"},
		},
		{
			name: "one that the target gives is told, and its set left", actions: []string{"~ Profile:Acme Sales User", "? PermissionSet:Dispatcher"},
			without: []string{"ManageQuotas"}, left: []string{"PermissionSet:Dispatcher"},
			target: []change{extra(dispatcher, entry("userPermissions", "<enabled>true</enabled><name>ManageQuotas</name>"))},
			live: []change{
				swap(dispatcher, quotas("true"), ""), extra(sales, entry("userPermissions", "<enabled>true</enabled><name>ManageUsers</name>")),
			},
		},
		{
			name: "a permission set that came goes with its assignments", actions: []string{"- PermissionSet:Extra !"},
			live: []change{twin(dispatcher, "permissionsets/Extra.permissionset")},
		},
	}
}

func quotas(enabled string) string {
	return "<userPermissions><enabled>" + enabled + "</enabled><name>ManageQuotas</name></userPermissions>"
}

func adminAccount(edit string) string {
	return "<allowEdit>" + edit + "</allowEdit>\n        <allowRead>true</allowRead>\n        <modifyAllRecords>true</modifyAllRecords>\n        <object>Account</object>"
}
