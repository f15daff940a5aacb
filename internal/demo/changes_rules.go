package demo

// Rules stand in the order of their names: this one comes after what is there.
const lastSharingRule = "    </sharingCriteriaRules>\n</SharingRules>\n"

const newSharingRule = `    </sharingCriteriaRules>
    <sharingCriteriaRules>
        <fullName>Done_Projects</fullName>
        <accessLevel>Read</accessLevel>
        <criteriaItems>
            <field>Phase__c</field>
            <operation>equals</operation>
            <value>Done</value>
        </criteriaItems>
        <includeRecordsOwnedByAll>true</includeRecordsOwnedByAll>
        <label>Projects that are done</label>
        <sharedTo>
            <role>Finance</role>
        </sharedTo>
    </sharingCriteriaRules>
</SharingRules>
`

// ruleChanges: what the org does by itself.
func ruleChanges() []Change {
	return []Change{
		{
			Name: "validation rule edited", Description: "Opportunity: a discount needs approval from 25 % on, not from 15 %", User: maria(),
			Touched: touched("ValidationRule", "Opportunity.Discount_Needs_Approval"),
			Apply: edits("objects/Opportunity.object", inside("validationRules", "fullName", "Discount_Needs_Approval",
				swap("Discount__c &gt; 0.15", "Discount__c &gt; 0.25"))),
		},
		{
			Name: "flow edited", Description: "Case Routing: a machine that stands still gets priority Medium", User: tom(),
			Touched: touched("Flow", "Case_Routing"),
			Apply:   edits("flows/Case_Routing.flow", swap("<stringValue>High</stringValue>", "<stringValue>Medium</stringValue>")),
		},
		{
			Name: "workflow field update edited", Description: "Case: two hours to answer, not one", User: tom(),
			Touched: touched("WorkflowFieldUpdate", "Case.Set_Respond_By"),
			Apply:   edits("workflows/Case.workflow", inside("fieldUpdates", "fullName", "Set_Respond_By", swap("1/24", "1/12"))),
		},
		{
			Name: "sharing rule added", Description: "Project: finance sees projects that are done", User: maria(),
			Touched: touched("SharingCriteriaRule", "Project__c.Done_Projects"),
			Apply: edits("sharingRules/Project__c.sharingRules",
				swap(lastSharingRule, newSharingRule)),
		},
		{
			Name: "assignment rule edited", Description: "Case: Jo Brandt gets the questions from the web", User: maria(),
			Touched: touched("AssignmentRule", "Case.Standard"),
			Apply: edits("assignmentRules/Case.assignmentRules", inside("assignmentRule", "fullName", "Standard",
				swap("maria.keller@acme.example", "jo.brandt@acme.example"))),
		},
	}
}
