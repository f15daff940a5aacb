package demo

import "strings"

const newField = `    <fields>
        <fullName>Risk__c</fullName>
        <description>How likely the project is late.</description>
        <label>Risk</label>
        <precision>3</precision>
        <required>false</required>
        <scale>0</scale>
        <trackHistory>false</trackHistory>
        <type>Percent</type>
    </fields>
`

// schemaChanges: objects, their fields and views, and how a page shows them.
func schemaChanges() []Change {
	return []Change{
		{
			Name: "field added", Description: "Project: field Risk", User: maria(),
			Touched: touched("CustomField", "Project__c.Risk__c"),
			Apply:   edits("objects/Project__c.object", before("fields", "fullName", "Spent__c", newField)),
		},
		{
			Name: "field edited", Description: "Account: Customer Number grows from 80 to 120 characters", User: tom(),
			Touched: touched("CustomField", "Account.Customer_Number__c"),
			Apply: edits("objects/Account.object", inside("fields", "fullName", "Customer_Number__c",
				swap("<length>80</length>", "<length>120</length>"))),
		},
		{
			Name: "field deleted", Description: "Service Site: field Old Code", User: maria(),
			Touched: touched("CustomField", "Service_Site__c.Old_Code__c"),
			Apply:   deletes("CustomField", "Service_Site__c.Old_Code__c"),
		},
		{
			Name: "list view deleted", Description: "Inspection: view Failed", User: tom(),
			Touched: touched("ListView", "Inspection__c.Failed"),
			Apply:   deletes("ListView", "Inspection__c.Failed"),
		},
		{
			Name: "layout item moved", Description: "Account Layout: Fax stands above Phone", User: maria(),
			Touched: touched("Layout", "Account-Account Layout"),
			Apply:   edits("layouts/Account-Account Layout.layout", swap(layoutItem("Phone")+layoutItem("Fax"), layoutItem("Fax")+layoutItem("Phone"))),
		},
		{
			Name: "layout added", Description: "Project: a layout for reviews", User: maria(),
			Touched: touched("Layout", "Project__c-Project Review Layout"),
			Apply:   addReviewLayout,
		},
		{
			Name: "Lightning page edited", Description: "Dispatch Board: shows 40 cases instead of 30", User: maria(),
			Touched: touched("FlexiPage", "Dispatch_Board"),
			Apply:   edits("flexipages/Dispatch_Board.flexipage", swap("<value>30</value>", "<value>40</value>")),
		},
	}
}

func layoutItem(field string) string {
	return strings.ReplaceAll(`            <layoutItems>
                <behavior>Edit</behavior>
                <field>FIELD</field>
            </layoutItems>
`, "FIELD", field)
}

// addReviewLayout starts from the layout there is, without the money, as a
// person would by "save as".
func addReviewLayout(e Editor) error {
	content, err := e.Get("layouts/Project__c-Project Layout.layout")
	if err != nil {
		return err
	}
	text, err := drop("layoutSections", "label", "Money")(string(content))
	if err != nil {
		return err
	}
	return e.Put("layouts/Project__c-Project Review Layout.layout", []byte(text))
}
