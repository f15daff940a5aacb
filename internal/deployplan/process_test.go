package deployplan_test

import "github.com/orgkeep/orgkeep/pkg/emulator"

const (
	checkIn   = "flows/Site_Check_In.flow"
	matching  = "matchingRules/Account.matchingRule"
	duplicate = "duplicateRules/Account.Customer_Twice.duplicateRule"
	discount  = "approvalProcesses/Opportunity.Discount_Approval.approvalProcess"
	caseRules = "settings/Case.settings"
)

func flowRules() []ruleCase {
	const active, draft, obsolete = "<status>Active</status>", "<status>Draft</status>", "<status>Obsolete</status>"
	edited := extra(checkIn, "<description>edited</description>")
	changed := []string{"~ Flow:Site_Check_In"}
	flow := []string{"Flow:Site_Check_In"}
	return []ruleCase{
		{
			name: "an older version that has the content is made active again", live: []change{edited}, actions: changed,
			sends: []string{"FlowDefinition:Site_Check_In"}, readings: []string{"flow-details=refused"},
		},
		{
			name: "of several versions between, none of which has it", actions: changed, sends: []string{"FlowDefinition:Site_Check_In"},
			live: []change{edited, extra(checkIn, "<environments>Slack</environments>"), swap(checkIn, active, draft)},
		},
		{
			name: "it becomes a new version where the org does not tell what the others hold", live: []change{edited}, actions: changed,
			sends: []string{"Flow:Site_Check_In"}, under: []string{"flow-details=refused"},
		},
		{
			name: "content that no version has becomes a new one", actions: changed, sends: []string{"Flow:Site_Check_In"},
			live: []change{edited, deleteVersion("Site_Check_In", 1)},
		},
		{name: "a flow that was switched off is switched on by number", live: []change{swap(checkIn, active, obsolete)}, actions: changed},
		{
			name: "it is left when the org does not tell its versions", noFlows: true, live: []change{swap(checkIn, active, obsolete)},
			actions: []string{"? Flow:Site_Check_In"}, stages: []string{}, left: flow,
		},
		{
			name: "a flow that was switched on is switched off", actions: changed,
			target: []change{swap(checkIn, active, obsolete)}, live: []change{swap(checkIn, obsolete, active)},
		},
		{
			name: "an active flow of other content is switched off with the content", actions: changed,
			target: []change{swap(checkIn, active, draft)}, live: []change{swap(checkIn, draft, active), edited},
		},
		{
			name: "drafts and obsolete versions are all off", actions: []string{"? Flow:Site_Check_In"}, stages: []string{}, left: flow,
			target: []change{swap(checkIn, active, draft)}, live: []change{swap(checkIn, draft, obsolete)},
		},
		{
			name: "a flow that came goes version by version", actions: []string{"- Flow:Extra"},
			live: []change{twin(checkIn, "flows/Extra.flow"), extra("flows/Extra.flow", "<description>two</description>")},
		},
		{
			name: "one that paused interviews keep is switched off and stays", actions: []string{"? Flow:Extra"}, left: []string{"Flow:Extra"},
			live:  []change{twin(checkIn, "flows/Extra.flow"), extra("flows/Extra.flow", "<description>two</description>"), pause("Extra", 1, 3)},
			sends: []string{"FlowDefinition:Extra"},
		},
		{
			name: "one that is off and kept by them stays as it is", actions: []string{"? Flow:Extra"}, stages: []string{}, left: []string{"Flow:Extra"},
			live: []change{twin(checkIn, "flows/Extra.flow"), swap("flows/Extra.flow", active, obsolete), pause("Extra", 1, 1)},
		},
		{
			name: "without being told of interviews it goes as well", actions: []string{"- Flow:Extra"}, under: []string{"flow-details=refused"},
			live: []change{twin(checkIn, "flows/Extra.flow")},
		},
		{
			name: "without its versions it is left", noFlows: true, actions: []string{"? Flow:Extra"}, stages: []string{}, left: []string{"Flow:Extra"},
			live: []change{twin(checkIn, "flows/Extra.flow")},
		},
		{
			name: "in production it arrives active where the org says so", production: true, live: []change{edited}, actions: changed,
		},
		{
			name: "in production a new version arrives inactive where the org says so", production: true, live: []change{edited, deleteVersion("Site_Check_In", 1)}, actions: changed, left: flow,
			target: []change{swap("settings/Flow.settings", "<enableFlowDeployAsActiveEnabled>true<", "<enableFlowDeployAsActiveEnabled>false<")},
			sends:  []string{"Flow:Site_Check_In"},
		},
		{
			name: "there an older one may become active by its number, or not", production: true, live: []change{edited}, actions: changed,
			target: []change{swap("settings/Flow.settings", "<enableFlowDeployAsActiveEnabled>true<", "<enableFlowDeployAsActiveEnabled>false<")},
			sends:  []string{"FlowDefinition:Site_Check_In"}, readings: []string{"flow-activation-by-number=ignored"},
		},
		{name: "a flow that went comes back", live: []change{remove("Flow", "Old_Newsletter_Signup")}, actions: []string{"+ Flow:Old_Newsletter_Signup"}},
	}
}

// deleteVersion deletes a version of a flow.
func deleteVersion(flow string, number int) change {
	return func(e *emulator.Editor) error { return e.DeleteVersion(flow, number) }
}

// pause pauses interviews of a flow's version.
func pause(flow string, number, interviews int) change {
	return func(e *emulator.Editor) error {
		e.Pause(flow, number, interviews)
		return nil
	}
}

func processRules() []ruleCase {
	another := func(order string) change {
		return doc("duplicateRules/Account.Another.duplicateRule", "DuplicateRule", "<actionOnInsert>Allow</actionOnInsert><actionOnUpdate>Allow</actionOnUpdate><isActive>true</isActive>"+
			"<masterLabel>Another</masterLabel><securityOption>EnforceSharingRules</securityOption><sortOrder>"+order+"</sortOrder>")
	}
	return []ruleCase{
		{
			name: "an active matching rule is switched off, changed and switched on", actions: []string{"~ MatchingRule:Account.Same_Customer_Number"},
			live: []change{swap(matching, "NullNotAllowed", "MatchBlanks")}, stages: []string{"switch off", "main", "switch on"},
		},
		{
			name: "its status alone is one deploy", actions: []string{"~ MatchingRule:Account.Same_Customer_Number"},
			live: []change{swap(matching, ">Active<", ">Inactive<"), swap(duplicate, "<isActive>true", "<isActive>false"), swap(duplicate, "<isActive>false", "<isActive>true")},
		},
		{
			name: "a matching rule that came is switched off and goes", actions: []string{"- MatchingRule:Account.Extra"}, stages: []string{"switch off", "main"},
			live: []change{extra(matching, "<matchingRules><fullName>Extra</fullName><label>Extra</label><matchingRuleItems><blankValueBehavior>MatchBlanks</blankValueBehavior><fieldName>Name</fieldName><matchingMethod>Exact</matchingMethod></matchingRuleItems><ruleStatus>Active</ruleStatus></matchingRules>")},
		},
		{
			name: "rules that went come back in order", actions: []string{"+ DuplicateRule:Account.Customer_Twice", "+ MatchingRules:Account"},
			live: []change{remove("DuplicateRule", "Account.Customer_Twice"), remove("MatchingRule", "Account.Same_Customer_Number")}, stages: []string{"main"},
		},
		{
			name:    "a duplicate rule gives its number back",
			actions: []string{"~ DuplicateRule:Account.Customer_Twice", "- DuplicateRule:Account.Another"}, stages: []string{"switch off", "main"},
			live: []change{swap(duplicate, "<sortOrder>1<", "<sortOrder>2<"), another("1")},
		},
		{
			name:    "a duplicate rule waits for its matching rule",
			actions: []string{"~ DuplicateRule:Account.Customer_Twice", "~ MatchingRule:Account.Same_Customer_Number"}, stages: []string{"main", "duplicate rules"},
			live: []change{swap(duplicate, "<isActive>true", "<isActive>false"), swap(matching, ">Active<", ">Inactive<")},
		},
		{
			name: "whom a sharing rule includes is set once", actions: []string{"~ SharingCriteriaRule:Project__c.Building_Projects"}, stages: []string{"switch off", "main"},
			live:     []change{swap("sharingRules/Project__c.sharingRules", "<includeRecordsOwnedByAll>true<", "<includeRecordsOwnedByAll>false<")},
			readings: []string{"same-name-pre-and-package=deleted"},
		},
		{
			name: "a workflow's parts go one by one", actions: []string{
				"- WorkflowAlert:Contact.Tell", "- WorkflowRule:Contact.When",
			},
			live: []change{doc("workflows/Contact.workflow", "Workflow", "<alerts><fullName>Tell</fullName><description>Tell</description><protected>false</protected><senderType>CurrentUser</senderType><template>Acme_Mails/Case_Solved</template></alerts>"+
				"<rules><fullName>When</fullName><actions><name>Tell</name><type>Alert</type></actions><active>true</active><formula>true</formula><triggerType>onCreateOnly</triggerType></rules>")},
		},
		{
			name: "the steps of an approval process stay", actions: []string{"? ApprovalProcess:Opportunity.Discount_Approval"}, stages: []string{}, left: []string{"ApprovalProcess:Opportunity.Discount_Approval"},
			live: []change{swap(discount, "<label>Board</label>", "<label>Directors</label>")},
		},
		{
			name: "its criteria stay", actions: []string{"~ ApprovalProcess:Opportunity.Discount_Approval"}, left: []string{"ApprovalProcess:Opportunity.Discount_Approval"},
			target: []change{swap(discount, "    <entryCriteria>\n        <formula>ISPICKVAL(Approval_Status__c, &quot;Requested&quot;)</formula>\n    </entryCriteria>\n", "")},
			live:   []change{extra(discount, "<entryCriteria><formula>true</formula></entryCriteria>"), swap(discount, "<label>Discount approval</label>", "<label>Discounts</label>")},
		},
		{
			name: "an active process is switched off and goes", actions: []string{"- ApprovalProcess:Opportunity.Extra !"}, stages: []string{"switch off", "main"},
			live: []change{twin(discount, "approvalProcesses/Opportunity.Extra.approvalProcess")},
		},
	}
}

// forecastType is one entry of the settings of forecasts.
func forecastType(name, label, active string) string {
	return "<forecastingTypeSettings><active>" + active + "</active><masterLabel>" + label + "</masterLabel><name>" + name + "</name></forecastingTypeSettings>"
}

// place is one entry of the settings of addresses.
func place(element, code, label, active, visible, states string) string {
	return "<" + element + "><active>" + active + "</active><isoCode>" + code + "</isoCode><label>" + label + "</label>" + states + "<visible>" + visible + "</visible></" + element + ">"
}

func settingsRules() []ruleCase {
	return []ruleCase{
		{
			name: "only what differs is sent, and what cannot be taken out is announced", actions: []string{"~ Settings:Case"}, left: []string{"Settings:Case"},
			live: []change{swap(caseRules, "<enableCaseFeed>true", "<enableCaseFeed>false"), extra(caseRules, "<enableExtra>true</enableExtra>")},
		},
		{
			name: "a switch that goes one way stays on", actions: []string{"? Settings:Topics"}, stages: []string{}, left: []string{"Settings:Topics"},
			target:   []change{doc("settings/Topics.settings", "TopicsSettings", "<enableTopicTimeSlot>false</enableTopicTimeSlot>")},
			live:     []change{swap("settings/Topics.settings", "false", "true")},
			readings: []string{"refuse-one-way-setting=off"},
		},
		{
			name: "a member that is read-only stays", actions: []string{"~ Settings:MyDomain"}, left: []string{"Settings:MyDomain"},
			target:   []change{doc("settings/MyDomain.settings", "MyDomainSettings", "<canOnlyLoginWithMyDomainUrl>true</canOnlyLoginWithMyDomainUrl><myDomainName>acme</myDomainName>")},
			live:     []change{swap("settings/MyDomain.settings", "acme", "other"), swap("settings/MyDomain.settings", "true", "false")},
			readings: []string{"settings-read-only=ignored"},
		},
		{
			name: "so it does in an entry of a list, which is otherwise sent, with what goes", actions: []string{"~ Settings:Forecasting !"}, left: []string{"Settings:Forecasting"},
			target:   []change{doc("settings/Forecasting.settings", "ForecastingSettings", forecastType("OpportunityQuantity", "Units", "false")+forecastType("OpportunityRevenue", "Revenue", "false"))},
			live:     []change{doc("settings/Forecasting.settings", "ForecastingSettings", forecastType("OpportunityQuantity", "Units", "false")+forecastType("OpportunityRevenue", "Turnover", "true"))},
			readings: []string{"settings-read-only=ignored"},
		},
		{
			name: "places do not go, and do not become inactive", actions: []string{"~ Settings:Address"}, left: []string{"Settings:Address"},
			target: []change{doc("settings/Address.settings", "AddressSettings", "<countriesAndStates>"+place("countries", "DE", "Germany", "true", "true", place("states", "BY", "Bavaria", "false", "true", ""))+"</countriesAndStates>")},
			live: []change{doc("settings/Address.settings", "AddressSettings", "<countriesAndStates>"+place("countries", "DE", "Deutschland", "true", "false",
				place("states", "BY", "Bayern", "true", "false", "")+place("states", "HB", "Bremen", "true", "true", ""))+place("countries", "FR", "France", "true", "true", "")+"</countriesAndStates>")},
			readings: []string{"settings-read-only=ignored", "refuse-one-way-setting=off"},
		},
		{
			name: "Chatter Mobile is switched off alone", actions: []string{"~ Settings:Mobile"}, left: []string{"Settings:Mobile"},
			target: []change{doc("settings/Mobile.settings", "MobileSettings", "<chatterMobile><IPadAuthorized>false</IPadAuthorized><enableChatterMobile>false</enableChatterMobile></chatterMobile>")},
			live:   []change{doc("settings/Mobile.settings", "MobileSettings", "<chatterMobile><IPadAuthorized>true</IPadAuthorized><enableChatterMobile>true</enableChatterMobile></chatterMobile>")},
		},
		{
			name: "a report of account owners is of private accounts", actions: []string{"~ Settings:Account"},
			target: []change{doc("settings/Account.settings", "AccountSettings", "<enableAccountOwnerReport>true</enableAccountOwnerReport>")},
			live:   []change{swap("settings/Account.settings", "true", "false")},
		},
		{
			name: "of others it stays as it is", actions: []string{"? Settings:Account"}, stages: []string{}, left: []string{"Settings:Account"},
			target: []change{
				doc("settings/Account.settings", "AccountSettings", "<enableAccountOwnerReport>true</enableAccountOwnerReport>"),
				swap("objects/Account.object", "<sharingModel>Private<", "<sharingModel>Read<"),
			},
			live: []change{swap("settings/Account.settings", "true", "false")},
		},
		{
			name:    "what is switched on for others is a deploy of its own",
			actions: []string{"~ Settings:Case", "+ RemoteSiteSetting:Old_Parts_Shop"}, stages: []string{"settings", "main"},
			live: []change{swap(caseRules, "<enableCaseFeed>true", "<enableCaseFeed>false"), remove("RemoteSiteSetting", "Old_Parts_Shop")},
		},
		{
			name: "a switch that takes data along needs leave", actions: []string{"~ Settings:Account !"},
			target: []change{doc("settings/Account.settings", "AccountSettings", "<enableRelateContactToMultipleAccounts>false</enableRelateContactToMultipleAccounts>")},
			live:   []change{swap("settings/Account.settings", "false", "true")},
		},
		{
			name: "a model of campaign influence that is switched off does so too", actions: []string{"~ CampaignInfluenceModel:First !"},
			target: []change{doc("campaignInfluenceModels/First.campaignInfluenceModel", "CampaignInfluenceModel", "<isActive>false</isActive><name>First</name>")},
			live:   []change{swap("campaignInfluenceModels/First.campaignInfluenceModel", "false", "true")},
		},
		{
			name: "settings that came stay", actions: []string{"? Settings:Quote"}, stages: []string{}, left: []string{"Settings:Quote"},
			live: []change{doc("settings/Quote.settings", "QuoteSettings", "<enableQuote>true</enableQuote>")},
		},
	}
}

func contentRules() []ruleCase {
	const plus = "customMetadata/Rate_Card.Plus_North.md"
	const app = "connectedApps/Till.connectedApp"
	const remark = "    <values>\n        <field>Remark__c</field>\n        <value xsi:type=\"xsd:string\"> from January on</value>\n    </values>\n"
	return []ruleCase{
		{
			name: "a value of a record that came is emptied", actions: []string{"~ CustomMetadata:Rate_Card.Plus_North"}, left: []string{"CustomMetadata:Rate_Card.Plus_North"},
			target: []change{swap(plus, remark, "")}, live: []change{extra(plus, remark)}, readings: []string{"custom-metadata-value-absent=null"},
		},
		{
			name: "entries of a translation stay", actions: []string{"? Translations:fr"}, stages: []string{}, left: []string{"Translations:fr"},
			live: []change{extra("translations/fr.translation", "<customLabels><label>Merci</label><name>Close_Hint</name></customLabels>")},
		},
		{
			name: "what else changed in a translation goes back", actions: []string{"~ Translations:fr"}, left: []string{"Translations:fr"},
			live: []change{extra("translations/fr.translation", "<customLabels><label>Merci</label><name>Close_Hint</name></customLabels>"), swap("translations/fr.translation", "Bienvenue", "Salut")},
		},
		{
			name: "a language that came stays", actions: []string{"? Translations:it"}, stages: []string{}, left: []string{"Translations:it"},
			live: []change{twin("translations/fr.translation", "translations/it.translation")},
		},
		{
			name: "labels come and go one by one", actions: []string{"~ CustomLabel:Greeting", "+ CustomLabel:Close_Hint", "- CustomLabel:Extra"},
			live: []change{
				extra("labels/CustomLabels.labels", "<labels><fullName>Extra</fullName><language>en_US</language><protected>false</protected><shortDescription>x</shortDescription><value>x</value></labels>"),
				remove("CustomLabel", "Close_Hint"), swap("labels/CustomLabels.labels", "<fullName>Greeting</fullName>", "<fullName>Greeting</fullName><categories>New</categories>"),
			},
		},
		{
			name: "folders go after what lies in them", actions: []string{"- Report:Extra", "- Report:Extra/Inner", "- Report:Extra/Inner/Lost", "- Report:Extra/Lost"},
			live: []change{
				doc("reports/Extra-meta.xml", "ReportFolder", "<name>Extra</name>"), doc("reports/Extra/Inner-meta.xml", "ReportFolder", "<name>Inner</name>"),
				twin("reports/Acme_Sales/Lost_Deals.report", "reports/Extra/Inner/Lost.report"), twin("reports/Acme_Sales/Lost_Deals.report", "reports/Extra/Lost.report"),
			},
		},
		{
			name: "a folder that went comes back with its reports", actions: []string{
				"+ Report:Acme_Sales/Forecast", "+ Report:Acme_Sales/Forecast/Board", "+ Report:Acme_Sales/Forecast/Board/Discounts_by_Region", "+ Report:Acme_Sales/Forecast/Open_Pipeline",
			},
			live: []change{remove("Report", "Acme_Sales/Forecast")},
		},
		{
			name: "a dashboard goes before its report", actions: []string{"- Dashboard:Acme_Boards/Extra", "- Report:Acme_Sales/Extra"},
			live: []change{
				twin("reports/Acme_Sales/Lost_Deals.report", "reports/Acme_Sales/Extra.report"),
				doc("dashboards/Acme_Boards/Extra.dashboard", "Dashboard", "<dashboardType>LoggedInUser</dashboardType><leftSection><columnSize>Medium</columnSize><components><report>Acme_Sales/Extra</report></components></leftSection><title>Extra</title>"),
			},
		},
		{
			name: "code goes before the code that it calls", actions: []string{"- ApexClass:Aaa", "- ApexClass:Zzz", "- ApexTrigger:Ccc", "- LightningComponentBundle:zed"},
			live: []change{
				put("classes/Aaa.cls", "public class Aaa {}\n"), twin("classes/RateCard.cls-meta.xml", "classes/Aaa.cls-meta.xml"),
				put("classes/Zzz.cls", "public class Zzz { Aaa a; }\n"), twin("classes/RateCard.cls-meta.xml", "classes/Zzz.cls-meta.xml"),
				put("triggers/Ccc.trigger", "trigger Ccc on Case (before insert) { Zzz z; }\n"), twin("triggers/CaseTrigger.trigger-meta.xml", "triggers/Ccc.trigger-meta.xml"),
				put("lwc/zed/zed.js", "import x from '@salesforce/apex/Aaa.x';\n"), doc("lwc/zed/zed.js-meta.xml", "LightningComponentBundle", "<apiVersion>62.0</apiVersion>"),
			},
		},
		{
			name: "a bundle is sent whole, so that files that came go", actions: []string{"~ LightningComponentBundle:caseTile"},
			live: []change{put("lwc/caseTile/more.js", "export const more = 1;\n")},
		},
		{
			name: "an app's key is never sent", actions: []string{"~ ConnectedApp:Till"}, left: []string{"ConnectedApp:Till"},
			target: []change{doc(app, "ConnectedApp", "<contactEmail>a@acme.example</contactEmail><label>Till</label><oauthConfig><callbackUrl>https://till.acme.example</callbackUrl><consumerKey>one</consumerKey></oauthConfig>")},
			live:   []change{swap(app, ">one<", ">two<"), swap(app, "<label>Till<", "<label>Tills<")},
		},
		{
			name: "an app is no profile's default when it goes", actions: []string{"~ Profile:Acme Sales User", "- CustomApplication:Extra"}, stages: []string{"main", "clear"},
			live: []change{
				twin("applications/Acme_Sales.app", "applications/Extra.app"),
				swap(sales, "<application>Acme_Sales</application>\n        <default>true</default>", "<application>Extra</application>\n        <default>true</default>"),
			},
		},
		{
			name: "what a page is about is set once", actions: []string{"? FlexiPage:Project_Page"}, stages: []string{}, left: []string{"FlexiPage:Project_Page"},
			live: []change{swap("flexipages/Project_Page.flexipage", "<sobjectType>Project__c<", "<sobjectType>Account<")},
		},
		{
			name: "code that the platform hides is left", actions: []string{"? ApexClass:RateCard"}, stages: []string{}, left: []string{"ApexClass:RateCard"},
			target: []change{put("classes/RateCard.cls", "(hidden)")}, live: []change{put("classes/RateCard.cls", "public class RateCard {}\n")},
		},
		{
			name: "a sealed value is not sent", actions: []string{"~ NamedCredential:Ledger"}, left: []string{"NamedCredential:Ledger"},
			target: []change{extra("namedCredentials/Ledger.namedCredential", "<password>orgkeep-sealed:v1:abc</password>")},
			live:   []change{swap("namedCredentials/Ledger.namedCredential", "orgkeep-sealed:v1:abc", "secret"), swap("namedCredentials/Ledger.namedCredential", "<label>", "<label>The ")},
		},
	}
}
