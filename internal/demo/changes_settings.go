package demo

const newRate = `<?xml version="1.0" encoding="UTF-8"?>
<CustomMetadata xmlns="http://soap.sforce.com/2006/04/metadata" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:xsd="http://www.w3.org/2001/XMLSchema">
    <label>Premium South</label>
    <protected>false</protected>
    <values>
        <field>Hourly_Rate__c</field>
        <value xsi:type="xsd:double">141.0</value>
    </values>
    <values>
        <field>Region__c</field>
        <value xsi:type="xsd:string">South</value>
    </values>
    <values>
        <field>Remark__c</field>
        <value xsi:nil="true"/>
    </values>
    <values>
        <field>Tier__c</field>
        <value xsi:type="xsd:string">Premium</value>
    </values>
    <values>
        <field>Weekend__c</field>
        <value xsi:type="xsd:boolean">true</value>
    </values>
</CustomMetadata>
`

// settingsChanges: what configures the org and the code in it.
func settingsChanges() []Change {
	return []Change{
		{
			Name: "custom metadata record added", Description: "Rate Card: Premium South", User: maria(),
			Touched: touched("CustomMetadata", "Rate_Card.Premium_South"),
			Apply:   func(e Editor) error { return e.Put("customMetadata/Rate_Card.Premium_South.md", []byte(newRate)) },
		},
		{
			Name: "custom metadata record edited", Description: "Rate Card: Plus North costs 121 an hour", User: maria(),
			Touched: touched("CustomMetadata", "Rate_Card.Plus_North"),
			Apply:   edits("customMetadata/Rate_Card.Plus_North.md", swap(">118.0<", ">121.0<")),
		},
		{
			Name: "standard value set edited", Description: "Case Origin: E-mail is the default instead of Web", User: maria(),
			Touched: touched("StandardValueSet", "CaseOrigin"),
			Apply: edits("standardValueSets/CaseOrigin.standardValueSet",
				inside("standardValue", "fullName", "Email", swap("<default>false<", "<default>true<")),
				inside("standardValue", "fullName", "Web", swap("<default>true<", "<default>false<"))),
		},
		{
			Name: "setting changed", Description: "Opportunity: asks for products", User: tom(),
			Touched: touched("Settings", "Opportunity"),
			Apply: edits("settings/Opportunity.settings",
				swap("<promptToAddProducts>false<", "<promptToAddProducts>true<")),
		},
	}
}
