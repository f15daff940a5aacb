package deployplan_test

import (
	"strings"
	"testing"

	"github.com/orgkeep/orgkeep/internal/deployplan"
)

// refusedRules are about what an org shows and takes from no file: it is left, and
// the rest of the plan is done.
func refusedRules() []ruleCase {
	const (
		contact = "layouts/Contact-Contact Layout.layout"
		page    = "flexipages/Project_Page.flexipage"
		bank    = "authproviders/Bank.authprovider"
		relay   = "eventRelays/Out.eventRelay"
	)
	style := swap("classes/RateCard.cls", "return null;", "return 1;")
	off := []string{"refuse-content=off"}
	left := func(name string) []string { return []string{name} }
	actions := func(name string) []string { return []string{"~ ApexClass:RateCard", "? " + name} }
	return []ruleCase{
		{
			name: "a layout that holds a field twice", actions: actions("Layout:Contact-Contact Layout"), left: left("Layout:Contact-Contact Layout"), readings: off,
			target: []change{extra(contact, "<layoutSections><layoutColumns><layoutItems><behavior>Edit</behavior><field>Twice__c</field></layoutItems><layoutItems><behavior>Edit</behavior><field>Twice__c</field></layoutItems></layoutColumns><style>OneColumn</style></layoutSections>")},
			live:   []change{swap(contact, "<style>OneColumn</style></layoutSections></Layout>", "<style>TwoColumnsTopToBottom</style></layoutSections></Layout>"), style},
		},
		{
			name: "a page that shows a region it has not", actions: actions("FlexiPage:Project_Page"), left: left("FlexiPage:Project_Page"), readings: off,
			target: []change{extra(page, "<flexiPageRegions><itemInstances><componentInstance><componentInstanceProperties><name>tabs</name><value>Facet-none</value></componentInstanceProperties><componentName>flexipage:tabset</componentName><identifier>t</identifier></componentInstance></itemInstances><name>extra</name><type>Region</type></flexiPageRegions>")},
			live:   []change{swap(page, "<identifier>t</identifier>", "<identifier>u</identifier>"), style},
		},
		{
			name: "a rule with a case team", actions: actions("AssignmentRule:Case.Standard"), left: left("AssignmentRule:Case.Standard"), readings: off,
			target: []change{swap("assignmentRules/Case.assignmentRules", "            <template>Acme_Mails/Case_Received</template>\n        </ruleEntry>\n", "            <team>Helpers</team>\n            <template>Acme_Mails/Case_Received</template>\n        </ruleEntry>\n")},
			live:   []change{swap("assignmentRules/Case.assignmentRules", "            <team>Helpers</team>\n", ""), style},
		},
		{
			name: "a view of the territories of whoever looks", actions: actions("ListView:Account.My_Accounts"), left: left("ListView:Account.My_Accounts"), readings: off,
			target: []change{swap(account, "<filterScope>Mine<", "<filterScope>MyTerritory<")}, live: []change{swap(account, "<filterScope>MyTerritory<", "<filterScope>Mine<"), style},
		},
		{
			name: "a translation without entries", actions: actions("GlobalValueSetTranslation:Region-fr"), left: left("GlobalValueSetTranslation:Region-fr"), readings: off,
			target: []change{doc("globalValueSetTranslations/Region-fr.globalValueSetTranslation", "GlobalValueSetTranslation", "")},
			live:   []change{remove("GlobalValueSetTranslation", "Region-fr"), style},
		},
		{
			name: "addresses that the org works out are as it has them", actions: []string{"~ AuthProvider:Bank"}, left: left("AuthProvider:Bank"),
			target: []change{doc(bank, "AuthProvider", "<friendlyName>Bank</friendlyName><oauthKickoffUrl>https://acme.example/one</oauthKickoffUrl><providerType>OpenIdConnect</providerType>")},
			live:   []change{swap(bank, "/one", "/two"), swap(bank, ">Bank<", ">Banks<")},
		},
		{
			name: "a relay that is stopped needs leave", actions: []string{"~ EventRelayConfig:Out !"},
			target: []change{doc(relay, "EventRelayConfig", "<destinationResourceName>x</destinationResourceName><eventChannel>y</eventChannel><state>STOP</state>")},
			live:   []change{swap(relay, ">STOP<", ">RUN<")},
		},
	}
}

// A process that names a user of another name is not edited: it is left.
func TestAProcessIsSentAsItIsOrNotAtAll(t *testing.T) {
	t.Parallel()
	process := func(kind, label, user string) deployplan.State {
		return stateOf(map[string]string{"flows/F.flow": xmlOf("Flow", "    <label>"+label+"</label>\n    <processType>"+kind+"</processType>\n    <status>Active</status>\n    <variables>\n        <value>\n            <stringValue>"+user+"</stringValue>\n        </value>\n    </variables>\n")})
	}
	users := map[string]string{"ann@acme.example": "ann@acme.example.uat"}
	for name, tc := range map[string]struct {
		kind, user string
		want       deployplan.Verb
	}{
		"a process":                  {"Workflow", "ann@acme.example", deployplan.Leave},
		"one that names nobody else": {"Workflow", "bo@acme.example", deployplan.Change},
		"a flow":                     {"AutoLaunchedFlow", "ann@acme.example", deployplan.Change},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			plan := build(t, deployplan.Input{Live: process(tc.kind, "two", tc.user), Target: process(tc.kind, "one", tc.user), Users: users})
			a := plan.Actions[0]
			if a.Verb != tc.want || tc.want == deployplan.Leave && (!strings.Contains(a.Reason, "process") || !plan.Empty()) {
				t.Errorf("%+v\n%s", a, text(plan))
			}
		})
	}
}

// What goes with a field is said of each: values, the history of those that are
// tracked, and of a formula nothing.
func TestWhatGoesWithAFieldIsSaid(t *testing.T) {
	t.Parallel()
	object := func(fields string) deployplan.State {
		return stateOf(map[string]string{"objects/A__c.object": xmlOf("CustomObject", fields+"    <label>A</label>\n")})
	}
	for name, tc := range map[string]struct{ field, loses string }{
		"values":        {"<trackHistory>false</trackHistory><type>Checkbox</type>", "its values in every record"},
		"their history": {"<trackHistory>true</trackHistory><type>Checkbox</type>", "its values in every record, and their history"},
		"nothing":       {"<formula>1</formula><trackHistory>true</trackHistory><type>Number</type>", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			plan := build(t, deployplan.Input{Live: object("    <fields><fullName>F__c</fullName>" + tc.field + "</fields>\n"), Target: object("")})
			if len(plan.Actions) != 1 || plan.Actions[0].Verb != deployplan.Delete || plan.Actions[0].DataLoss != tc.loses {
				t.Errorf("%+v", plan.Actions)
			}
		})
	}
}

// What keeps the org from deleting something, and no file tells, is said beforehand.
func TestADeletionThatMayBeRefusedSaysSo(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]string{
		"permissionsets/P.permissionset": "users have it", "permissionsetgroups/P.permissionsetgroup": "users have it", "profiles/P.profile": "users have it",
		"roles/P.role": "users have it", "queues/P.queue": "it owns records", "groups/P.group": "shared with it", "remoteSiteSettings/P.remoteSite": "",
	} {
		name, _, _ := strings.Cut(path, "/")
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			live := stateOf(map[string]string{path: xmlOf("Any", "    <custom>true</custom>\n    <label>P</label>\n")})
			plan := build(t, deployplan.Input{Live: live, Target: stateOf(nil)})
			if len(plan.Actions) != 1 || plan.Actions[0].Verb != deployplan.Delete || !strings.Contains(plan.Actions[0].Reason, want) || want == "" && plan.Actions[0].Reason != "" {
				t.Errorf("%+v", plan.Actions)
			}
		})
	}
}
