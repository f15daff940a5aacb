package deployplan_test

import (
	"testing"

	"github.com/orgkeep/orgkeep/pkg/metadata"
)

const (
	account = "objects/Account.object"
	site    = "objects/Service_Site__c.object"
	region  = "globalValueSets/Region.globalValueSet"
)

// Two values as the sample org has them.
const (
	north = "    <customValue>\n        <fullName>North</fullName>\n        <default>false</default>\n        <label>North</label>\n    </customValue>\n"
	south = "    <customValue>\n        <fullName>South</fullName>\n        <default>false</default>\n        <label>South</label>\n    </customValue>\n"
)

func field(name, rest string) string {
	return "<fields><fullName>" + name + "</fullName><label>X</label>" + rest + "</fields>"
}

func value(element, name string) string {
	return "<" + element + "><fullName>" + name + "</fullName><default>false</default><label>" + name + "</label></" + element + ">"
}

func schemaRules() []ruleCase {
	const textField = "<length>10</length><type>Text</type>"
	return []ruleCase{
		{
			name: "a field that came goes by its name", actions: []string{"- CustomField:Account.New__c !"},
			live:     []change{extra(account, field("New__c", textField))},
			readings: []string{"missing-delete-warning=passes"},
		},
		{
			name: "a field that went is made anew", actions: []string{"+ CustomField:Service_Site__c.Old_Code__c"},
			live: []change{remove("CustomField", "Service_Site__c.Old_Code__c")},
		},
		{
			name: "a master-detail field that went empties the bin", actions: []string{"+ CustomField:Extra__c.Account__c !"},
			target: []change{doc("objects/Extra__c.object", "CustomObject", field("Account__c", "<referenceTo>Account</referenceTo><relationshipName>Extras</relationshipName><type>MasterDetail</type>")+"<label>Extra</label>")},
			live:   []change{remove("CustomField", "Extra__c.Account__c")},
		},
		{
			name: "a formula goes before the field that it reads", actions: []string{"- CustomField:Account.Abc__c !", "- CustomField:Account.Xyz__c"},
			live:     []change{extra(account, field("Xyz__c", "<formula>Abc__c + 1</formula><type>Number</type><precision>18</precision><scale>0</scale>")+field("Abc__c", "<type>Number</type><precision>18</precision><scale>0</scale>"))},
			readings: []string{"destructive-order=sorted"},
		},
		{
			name: "a text that came is cleared as far as that goes", actions: []string{"~ CustomField:Service_Site__c.City__c"}, left: []string{"CustomField:Service_Site__c.City__c"},
			live:     []change{swap(site, "<fullName>City__c</fullName>", "<fullName>City__c</fullName><description>Where</description><inlineHelpText>Here</inlineHelpText>")},
			readings: []string{"plain-element-absent=reset"},
		},
		{
			name: "a field does not become a formula", actions: []string{"? CustomField:Account.Risk__c"}, stages: []string{}, left: []string{"CustomField:Account.Risk__c"},
			target: []change{extra(account, field("Risk__c", textField))},
			live:   []change{swap(account, textField, "<formula>\"x\"</formula><type>Text</type>")},
		},
		{
			name: "a changed type may cost values", actions: []string{"~ CustomField:Account.Risk__c !"},
			target: []change{extra(account, field("Risk__c", textField))},
			live:   []change{swap(account, textField, "<type>TextArea</type>")},
		},
		{
			name: "a picklist keeps its value set", actions: []string{"? CustomField:Account.Region__c"}, stages: []string{}, left: []string{"CustomField:Account.Region__c"},
			live: []change{swap(account, "<valueSetName>Region</valueSetName>", "<valueSetName>Acme_Other</valueSetName>"), twin(region, "globalValueSets/Acme_Other.globalValueSet"), remove("GlobalValueSet", "Acme_Other")},
		},
		{
			name: "what it refers to stays with it", actions: []string{"? CustomField:Account.Region__c", "? GlobalValueSet:Acme_Other"}, stages: []string{},
			live: []change{swap(account, "<valueSetName>Region</valueSetName>", "<valueSetName>Acme_Other</valueSetName>"), twin(region, "globalValueSets/Acme_Other.globalValueSet")},
			left: []string{"CustomField:Account.Region__c", "GlobalValueSet:Acme_Other"},
		},
		{
			name: "a value that came is switched off", actions: []string{"~ CustomField:Service_Site__c.Access__c"}, left: []string{"CustomField:Service_Site__c.Access__c"},
			live: []change{swap(site, "<sorted>false</sorted>\n                <value>\n                    <fullName>Free", "<sorted>false</sorted>"+value("value", "Closed")+"\n                <value>\n                    <fullName>Free")},
		},
		{
			name: "a value of a set that came is switched off, one that went comes back", actions: []string{"~ GlobalValueSet:Region"}, left: []string{"GlobalValueSet:Region"},
			live: []change{extra(region, value("customValue", "Centre")), swap(region, "    <customValue>\n        <fullName>South</fullName>\n        <default>false</default>\n        <label>South</label>\n    </customValue>\n", "")},
		},
		{
			name: "the order of columns and values goes back", actions: []string{"~ ListView:Inspection__c.Failed", "~ GlobalValueSet:Region"},
			live: []change{
				swap("objects/Inspection__c.object", "<columns>NAME</columns>\n        <columns>Service_Site__c</columns>\n        <columns>Score__c</columns>", "<columns>Score__c</columns>\n        <columns>NAME</columns>\n        <columns>Service_Site__c</columns>"),
				swap(region, north+south, south+north),
			},
		},
		{
			name: "a value that is off already is left", actions: []string{"? GlobalValueSet:Region"}, stages: []string{}, left: []string{"GlobalValueSet:Region"},
			live: []change{extra(region, "<customValue><fullName>Centre</fullName><default>false</default><isActive>false</isActive><label>Centre</label></customValue>")},
		},
		{
			name: "a pair of a dependent picklist stays", actions: []string{"~ CustomField:Case.Fault__c"}, left: []string{"CustomField:Case.Fault__c"},
			live: []change{
				swap("objects/Case.object", "<valueSettings>\n                <controllingFieldValue>Electrics</controllingFieldValue>\n                <valueName>Fuse</valueName>", "<valueSettings>\n                <controllingFieldValue>Electrics</controllingFieldValue>\n                <valueName>Belt_2</valueName>\n            </valueSettings>\n            <valueSettings>\n                <controllingFieldValue>Electrics</controllingFieldValue>\n                <valueName>Fuse</valueName>"),
			},
		},
		{
			name: "an object that came goes with its layout and tab", actions: []string{"- CustomObject:Extra__c !", "- CustomTab:Extra__c", "- Layout:Extra__c-Extra Layout"},
			live: []change{
				doc("objects/Extra__c.object", "CustomObject", field("A__c", textField)+"<label>Extra</label><recordTypes><fullName>R</fullName><active>true</active><label>R</label></recordTypes>"),
				doc("layouts/Extra__c-Extra Layout.layout", "Layout", "<layoutSections><layoutColumns><layoutItems><field>A__c</field></layoutItems></layoutColumns></layoutSections>"),
				doc("tabs/Extra__c.tab", "CustomTab", "<customObject>true</customObject><motif>Custom1: Heart</motif>"),
			},
		},
		{
			name: "a record type that came is switched off", actions: []string{"? RecordType:Account.Partner"}, left: []string{"RecordType:Account.Partner"},
			live: []change{extra(account, "<recordTypes><fullName>Partner</fullName><active>true</active><label>Partner</label></recordTypes>")},
		},
		{
			name: "a picklist of which the record type says nothing may stay", actions: []string{"~ RecordType:Account.Supplier"}, left: []string{"RecordType:Account.Supplier"},
			live:     []change{swap(account, "<label>Supplier</label>\n", "<label>Supplier</label>\n<picklistValues><picklist>Region__c</picklist><values><fullName>North</fullName><default>false</default></values></picklistValues>")},
			readings: []string{"record-type-picklist-absent=clear"},
		},
		{
			name: "an override that came is set to the default", actions: []string{"~ CustomObject:Account"}, left: []string{"CustomObject:Account"},
			live: []change{extra(account, "<actionOverrides><actionName>Follow</actionName><content>Acme_Home</content><formFactor>Large</formFactor><type>Flexipage</type></actionOverrides>")},
		},
		{
			name: "the object's own goes with the object alone", actions: []string{"~ CustomObject:Service_Site__c"},
			live: []change{swap(site, "<enableHistory>true</enableHistory>", "<enableHistory>false</enableHistory>")},
		},
		{
			name: "the last layout of an object stays", actions: []string{"? Layout:Lead-Lead Layout"}, stages: []string{}, left: []string{"Layout:Lead-Lead Layout"},
			live: []change{doc("layouts/Lead-Lead Layout.layout", "Layout", "<emailDefault>false</emailDefault>")},
		},
		{
			name: "a layout takes the place of the last one", actions: []string{"~ Profile:Acme Sales User", "~ Profile:Admin", "+ Layout:Contact-Contact Layout", "- Layout:Contact-Other"},
			live: []change{twin("layouts/Contact-Contact Layout.layout", "layouts/Contact-Other.layout"), remove("Layout", "Contact-Contact Layout")},
		},
		{
			name: "a value set goes after the field that uses it", actions: []string{"- CustomField:Account.Grade__c !", "- GlobalValueSet:Grades"}, stages: []string{"main", "clear"},
			live: []change{twin(region, "globalValueSets/Grades.globalValueSet"), extra(account, field("Grade__c", "<type>Picklist</type><valueSet><restricted>true</restricted><valueSetName>Grades</valueSetName></valueSet>"))},
		},
		{
			name: "a value set that nobody uses goes at once", actions: []string{"- GlobalValueSet:Grades"},
			live: []change{twin(region, "globalValueSets/Grades.globalValueSet")},
		},
		{
			name: "an action goes after the layout that shows it", actions: []string{"~ Layout:Contact-Contact Layout", "- QuickAction:Wave"}, stages: []string{"main", "clear"},
			live: []change{
				twin("quickActions/Log_Visit.quickAction", "quickActions/Wave.quickAction"),
				extra("layouts/Contact-Contact Layout.layout", "<quickActionList><quickActionListItems><quickActionName>Wave</quickActionName></quickActionListItems></quickActionList>"),
			},
		},
		{
			name: "components of a package are left", actions: []string{"? Layout:acmepkg__Invoice__c-acmepkg__Invoice Layout"}, stages: []string{}, left: []string{"Layout:acmepkg__Invoice__c-acmepkg__Invoice Layout"},
			live: []change{extra("layouts/acmepkg__Invoice__c-acmepkg__Invoice Layout.layout", "<showSubmitAndAttachButton>true</showSubmitAndAttachButton>")},
		},
	}
}

func TestAnObjectThatWentComesBackWithAllThatIsInIt(t *testing.T) {
	t.Parallel()
	o := ruleCase{live: []change{remove("CustomObject", "Inspection__c")}}.org(t)
	plan := o.back()
	if all, _ := o.left(plan); len(all) != 0 {
		t.Errorf("left:\n%s", changesText(all))
	}
	object := metadata.Component{Type: "CustomObject", FullName: "Inspection__c"}
	for _, a := range plan.Actions {
		if a.Component == object && a.Reason == "" {
			t.Error("the plan does not say that the object comes back empty")
		}
	}
}
