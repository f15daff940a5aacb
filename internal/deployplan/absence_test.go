package deployplan_test

// absenceRules are about what a file leaves out, where it is not known whether a
// deploy takes it away: each runs under both readings.
func absenceRules() []ruleCase {
	const (
		group  = "permissionsetgroups/Service_Desk.permissionsetgroup"
		muting = "mutingpermissionsets/No_Gate_Codes.mutingpermissionset"
		queue  = "queues/Offers.queue"
		words  = "globalValueSetTranslations/Region-de.globalValueSetTranslation"
		ledger = "namedCredentials/Ledger.namedCredential"
	)
	return []ruleCase{
		{
			name: "a permission set leaves a group", actions: []string{"~ PermissionSetGroup:Service_Desk"},
			live: []change{swap(group, "<permissionSets>Pricing<", "<permissionSets>Ledger_Integration</permissionSets>\n    <permissionSets>Pricing<")}, readings: []string{"permission-set-group-absent=keep"},
		},
		{
			name: "an entry leaves a muting permission set", actions: []string{"~ MutingPermissionSet:No_Gate_Codes"},
			live:     []change{extra(muting, "<userPermissions><enabled>true</enabled><name>ApiEnabled</name></userPermissions>")},
			readings: []string{"muting-permission-set-absent=keep"},
		},
		{
			name: "a member leaves a queue", actions: []string{"~ Queue:Offers"},
			live:     []change{swap(queue, "<user>tom.osei@acme.example</user>", "<user>ada.admin@acme.example</user>\n            <user>tom.osei@acme.example</user>")},
			readings: []string{"member-list-absent=keep"},
		},
		{
			name: "members leave a group, and a role loses a text", actions: []string{"~ Group:Pricing_Board", "~ Role:Finance"},
			live:     []change{extra("groups/Pricing_Board.group", "<description>Those who set prices</description>"), extra("roles/Finance.role", "<description>Money</description>")},
			readings: []string{"member-list-absent=keep"},
		},
		{
			name: "an element leaves a layout, a report, a page and a remote site", actions: []string{"~ FlexiPage:Project_Page", "~ Layout:Contact-Contact Layout", "~ RemoteSiteSetting:Ledger", "~ Report:Acme_Sales/Lost_Deals"},
			live: []change{
				extra("layouts/Contact-Contact Layout.layout", "<showKnowledgeComponent>true</showKnowledgeComponent>"), extra("reports/Acme_Sales/Lost_Deals.report", "<numSubscriptions>3</numSubscriptions>"),
				extra("flexipages/Project_Page.flexipage", "<pageTemplate>x</pageTemplate>"), extra("remoteSiteSettings/Ledger.remoteSite", "<numCalls>3</numCalls>"),
			},
			readings: []string{"leaf-element-absent=keep"},
		},
		{
			name: "an element leaves an alert, a list view, a mail and a channel", actions: []string{
				"~ ListView:Account.AllAccounts", "~ EmailTemplate:Acme_Mails/Case_Received", "~ LightningMessageChannel:Case_Selected", "~ WorkflowAlert:Case.Tell_Customer",
			},
			live: []change{
				swap("workflows/Case.workflow", "<description>Tell the customer that the case was solved<", "<ccEmails>x@acme.example</ccEmails>\n        <description>Tell the customer that the case was solved<"),
				swap(account, "<label>All Accounts<", "<language>de</language>\n        <label>All Accounts<"),
				extra("email/Acme_Mails/Case_Received.email-meta.xml", "<description>Thanks</description>"), extra("messageChannels/Case_Selected.messageChannel", "<isDeprecated>true</isDeprecated>"),
			},
			readings: []string{"leaf-element-absent=keep"},
		},
		{
			name: "entries of a translated value set stay", actions: []string{"? GlobalValueSetTranslation:Region-de"}, stages: []string{}, left: []string{"GlobalValueSetTranslation:Region-de"},
			live:     []change{extra(words, "<valueTranslation><masterLabel>Centre</masterLabel><translation>Mitte</translation></valueTranslation>")},
			readings: []string{"value-set-translation-absent=replace"},
		},
		{
			name: "what else changed in it goes back", actions: []string{"~ GlobalValueSetTranslation:Region-de"}, left: []string{"GlobalValueSetTranslation:Region-de"},
			live:     []change{swap(words, ">Nord<", ">Norden<"), extra(words, "<valueTranslation><masterLabel>Centre</masterLabel><translation>Mitte</translation></valueTranslation>")},
			readings: []string{"value-set-translation-absent=replace"},
		},
		{
			name: "a secret that is not sent may go", actions: []string{"~ NamedCredential:Ledger"}, left: []string{"NamedCredential:Ledger"},
			target:   []change{extra(ledger, "<password>orgkeep-sealed:v1:abc</password>")},
			live:     []change{swap(ledger, "orgkeep-sealed:v1:abc", "secret"), swap(ledger, "<label>", "<label>The ")},
			readings: []string{"secret-absent=clear"},
		},
		{
			name: "a value of a record type is taken back", actions: []string{"~ RecordType:Case.Complaint"},
			live: []change{swap("objects/Case.object", `            <picklist>Severity__c</picklist>
            <values>
                <fullName>2</fullName>
                <default>false</default>
            </values>
            <values>
                <fullName>3</fullName>
                <default>true</default>
            </values>
`, `            <picklist>Severity__c</picklist>
            <values>
                <fullName>1</fullName>
                <default>false</default>
            </values>
            <values>
                <fullName>2</fullName>
                <default>false</default>
            </values>
            <values>
                <fullName>3</fullName>
                <default>true</default>
            </values>
`)},
			readings: []string{"record-type-value-absent=keep"},
		},
		{
			name: "access to a custom setting is revoked", actions: []string{"~ Profile:Acme Sales User"},
			live:     []change{extra(sales, "<customSettingAccesses><enabled>true</enabled><name>Acme_Settings__c</name></customSettingAccesses>")},
			readings: []string{"profile-minor-sections-absent=clear"},
		},
		{
			name: "a custom permission is revoked, and may stay", actions: []string{"~ Profile:Acme Sales User"},
			live:     []change{extra(sales, "<customPermissions><enabled>true</enabled><name>Skip_Escort</name></customPermissions>")},
			readings: []string{"profile-custom-permission-revoke=ignored"},
		},
		{
			name: "a value of a field's own set is off, whether the org shows it or not", actions: []string{"~ CustomField:Service_Site__c.Access__c"}, left: []string{"CustomField:Service_Site__c.Access__c"},
			live:     []change{swap(site, "<sorted>false</sorted>\n                <value>\n                    <fullName>Free", "<sorted>false</sorted>"+value("value", "Closed")+"\n                <value>\n                    <fullName>Free")},
			readings: []string{"local-inactive-values=shown"},
		},
		{
			name: "a value of a standard set is switched off", actions: []string{"~ StandardValueSet:Industry"}, left: []string{"StandardValueSet:Industry"},
			live: []change{extra("standardValueSets/Industry.standardValueSet", value("standardValue", "Space"))},
		},
		{
			name: "a rule's entries are replaced as a list", actions: []string{"~ AssignmentRule:Case.Standard"},
			live: []change{swap("assignmentRules/Case.assignmentRules", "            <template>Acme_Mails/Case_Received</template>\n        </ruleEntry>\n", "            <template>Acme_Mails/Case_Received</template>\n        </ruleEntry>\n        <ruleEntry>\n            <assignedTo>Offers</assignedTo>\n            <assignedToType>Queue</assignedToType>\n        </ruleEntry>\n")},
		},
	}
}
