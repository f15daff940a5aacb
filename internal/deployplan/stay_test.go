package deployplan_test

import "github.com/orgkeep/orgkeep/internal/demo"

// stayRules are about what no deploy takes back: the plan leaves it and says what
// a person can do, and does the rest.
func stayRules() []ruleCase {
	const path = "pathAssistants/Project_Path.pathAssistant"
	return []ruleCase{
		{
			name: "what the API does not delete", stages: []string{},
			actions: []string{
				"? BusinessProcess:Case.Extra", "? DataCategoryGroup:Parts", "? EntitlementProcess:Gold", "? InstalledPackage:other", "? MilestoneType:First_Answer",
				"? Skill:Welding", "? StandardValueSet:AccountRating", "? Territory2Model:World", "? TopicsForObjects:Account",
			},
			left: []string{
				"BusinessProcess:Case.Extra", "DataCategoryGroup:Parts", "EntitlementProcess:Gold", "InstalledPackage:other", "MilestoneType:First_Answer",
				"Skill:Welding", "StandardValueSet:AccountRating", "Territory2Model:World", "TopicsForObjects:Account",
			},
			live: []change{
				extra("objects/Case.object", "<businessProcesses><fullName>Extra</fullName><isActive>true</isActive><values><fullName>New</fullName><default>true</default></values></businessProcesses>"),
				doc("datacategorygroups/Parts.datacategorygroup", "DataCategoryGroup", "<active>true</active><dataCategory><label>All</label><name>All</name></dataCategory><label>Parts</label>"),
				doc("entitlementProcesses/Gold.entitlementProcess", "EntitlementProcess", "<active>true</active><name>Gold</name>"),
				doc("installedPackages/other.installedPackage", "InstalledPackage", "<versionNumber>1.2</versionNumber>"),
				doc("milestoneTypes/First_Answer.milestoneType", "MilestoneType", "<description>x</description>"),
				doc("skills/Welding.skill", "Skill", "<label>Welding</label>"),
				doc("standardValueSets/AccountRating.standardValueSet", "StandardValueSet", value("standardValue", "Hot")),
				doc("territory2Models/World/World.territory2Model", "Territory2Model", "<name>World</name>"),
				doc("topicsForObjects/Account.topicsForObjects", "TopicsForObjects", "<enableTopics>true</enableTopics><entityApiName>Account</entityApiName>"),
			},
		},
		{
			name: "a category that the target lacks would be destroyed with what is in it", actions: []string{"? DataCategoryGroup:Parts"}, stages: []string{}, left: []string{"DataCategoryGroup:Parts"},
			target: []change{doc("datacategorygroups/Parts.datacategorygroup", "DataCategoryGroup", "<active>true</active><label>Parts</label>")},
			live:   []change{extra("datacategorygroups/Parts.datacategorygroup", "<dataCategory><label>All</label><name>All</name></dataCategory>")},
		},
		{
			name: "what a path is about is set once: it is made anew", actions: []string{"~ PathAssistant:Project_Path"}, sends: []string{"PathAssistant:Project_Path"},
			live:     []change{swap(path, "<recordTypeName>Customer_Project<", "<recordTypeName>__MASTER__<")},
			readings: []string{"same-name-pre-and-package=deleted", "refuse-set-once-change=off"},
		},
		{
			name: "a page is made anew that nothing shows", actions: []string{"~ FlexiPage:Free_Page"},
			target:   []change{twin("flexipages/Project_Page.flexipage", "flexipages/Free_Page.flexipage")},
			live:     []change{swap("flexipages/Free_Page.flexipage", "<sobjectType>Project__c<", "<sobjectType>Account<")},
			readings: []string{"same-name-pre-and-package=deleted", "leaf-element-absent=keep"},
		},
		{
			name: "one that something shows is left", actions: []string{"? FlexiPage:Project_Page"}, stages: []string{}, left: []string{"FlexiPage:Project_Page"},
			live: []change{swap("flexipages/Project_Page.flexipage", "<sobjectType>Project__c<", "<sobjectType>Account<")},
		},
		{
			name: "a report type is made anew that no report uses", actions: []string{"~ ReportType:Unused_Type"},
			target: []change{twin("reportTypes/Projects_with_Tasks.reportType", "reportTypes/Unused_Type.reportType")},
			live:   []change{swap("reportTypes/Unused_Type.reportType", "<baseObject>Project__c<", "<baseObject>Account<")},
		},
		{
			name: "one that a report uses is left", actions: []string{"? ReportType:Projects_with_Tasks"}, stages: []string{}, left: []string{"ReportType:Projects_with_Tasks"},
			live: []change{swap("reportTypes/Projects_with_Tasks.reportType", "<baseObject>Project__c<", "<baseObject>Account<")},
		},
		{
			name: "code of a package that the platform hides, and what stands beside it", actions: []string{"~ ApexClass:RateCard", "? ApexClass:acmepkg__SyncJob"}, left: []string{"ApexClass:acmepkg__SyncJob"},
			live: []change{put("classes/acmepkg__SyncJob.cls", "(hidden)\n\n"), swap("classes/RateCard.cls", "return null;", "return 1;")},
		},
		{
			name: "access to what a package had is not sent to an org without the package", actions: []string{"~ PermissionSet:Dispatcher", "? ApexClass:acmepkg__SyncJob"},
			left:   []string{"ApexClass:acmepkg__SyncJob", "PermissionSet:Dispatcher"},
			target: []change{extra(dispatcher, "<classAccesses><apexClass>acmepkg__SyncJob</apexClass><enabled>true</enabled></classAccesses>")},
			live: []change{
				swap(dispatcher, "<classAccesses><apexClass>acmepkg__SyncJob</apexClass><enabled>true</enabled></classAccesses>", "<userPermissions><enabled>true</enabled><name>ApiEnabled</name></userPermissions>"),
				remove("ApexClass", "acmepkg__SyncJob"),
			},
		},
		{
			name: "a label of a standard field stays", actions: []string{"? CustomField:Account.Sic"}, stages: []string{}, left: []string{"CustomField:Account.Sic"},
			target: []change{extra(account, "<fields><fullName>Sic</fullName><label>Branch</label><type>Picklist</type></fields>")},
			live:   []change{swap(account, "<label>Branch</label>", "<label>Trade</label>")},
		},
		{
			name: "a roll-up summary does not become a number", actions: []string{"? CustomField:Account.Sum__c"}, stages: []string{}, left: []string{"CustomField:Account.Sum__c"},
			target: []change{extra(account, field("Sum__c", "<precision>18</precision><scale>0</scale><type>Number</type>"))},
			live:   []change{swap(account, "<precision>18</precision><scale>0</scale><type>Number</type>", "<summaryForeignKey>Project__c.Account__c</summaryForeignKey><summaryOperation>count</summaryOperation><type>Summary</type>")},
		},
		{
			name: "folders of documents, mails and dashboards come before what lies in them", actions: []string{
				"+ Dashboard:Acme_Boards", "+ Dashboard:Acme_Boards/Sales_Board", "+ Dashboard:Acme_Boards/Service_Board",
				"+ Document:Acme_Images", "+ Document:Acme_Images/Logo.png", "+ Document:Acme_Images/Terms.txt",
				"+ EmailTemplate:Acme_Mails", "+ EmailTemplate:Acme_Mails/Case_Received", "+ EmailTemplate:Acme_Mails/Case_Solved",
				"+ EmailTemplate:Acme_Mails/Discount_Request", "+ EmailTemplate:Acme_Mails/Machine_Down",
			},
			live: []change{remove("Dashboard", "Acme_Boards"), remove("Document", "Acme_Images"), remove("EmailTemplate", "Acme_Mails")},
		},
		{
			name: "a folder's shares go back", actions: []string{"~ Report:Acme_Sales"},
			live: []change{swap("reports/Acme_Sales-meta.xml", "</ReportFolder>", "<folderShares><accessLevel>View</accessLevel><sharedTo>"+demo.Users()[1].Username+"</sharedTo><sharedToType>User</sharedToType></folderShares></ReportFolder>")},
		},
		{
			name: "bundles of each kind are sent whole", actions: []string{"~ AuraDefinitionBundle:SiteMap", "~ StaticResource:acmeStyle"},
			live: []change{put("aura/SiteMap/SiteMapHelper.js", "({})\n"), put("staticresources/acmeStyle.resource", "body { color: red }\n")},
		},
	}
}
