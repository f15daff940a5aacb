package emulator_test

import "maps"

// sample is a small org in which most things refer to something.
func sample() map[string]string {
	return map[string]string{
		"objects/Ship__c.object": xmlFile("CustomObject", shipFields+`    <label>Ship</label>
    <listViews>
        <fullName>All</fullName>
        <columns>NAME</columns>
        <columns>Speed__c</columns>
        <filterScope>Everything</filterScope>
        <label>All</label>
    </listViews>
    <recordTypes>
        <fullName>Freighter</fullName>
        <active>true</active>
        <label>Freighter</label>
        <picklistValues>
            <picklist>Color__c</picklist>
            <values>
                <fullName>Red</fullName>
                <default>false</default>
            </values>
        </picklistValues>
    </recordTypes>
    <sharingModel>ReadWrite</sharingModel>
    <validationRules>
        <fullName>Not_Too_Fast</fullName>
        <active>true</active>
        <errorConditionFormula>Limit__c &gt; 100</errorConditionFormula>
        <errorMessage>Too fast</errorMessage>
    </validationRules>
`),
		"objects/Account.object": xmlFile("CustomObject", `    <fields>
        <fullName>Rank__c</fullName>
        <description>How good</description>
        <label>Rank</label>
        <length>10</length>
        <type>Text</type>
    </fields>
`),
		"layouts/Ship__c-Ship Layout.layout": xmlFile("Layout", `    <layoutSections>
        <layoutColumns>
            <layoutItems>
                <field>Speed__c</field>
            </layoutItems>
            <layoutItems>
                <field>Color__c</field>
            </layoutItems>
        </layoutColumns>
    </layoutSections>
    <quickActionList>
        <quickActionListItems>
            <quickActionName>Ship__c.Paint</quickActionName>
        </quickActionListItems>
    </quickActionList>
`),
		"quickActions/Ship__c.Paint.quickAction": xmlFile("QuickAction", "    <label>Paint</label>\n    <type>Update</type>\n"),
		"globalValueSets/Port.globalValueSet": xmlFile("GlobalValueSet", `    <customValue>
        <fullName>Kiel</fullName>
        <default>false</default>
        <label>Kiel</label>
    </customValue>
    <customValue>
        <fullName>Oslo</fullName>
        <default>false</default>
        <label>Oslo</label>
    </customValue>
    <masterLabel>Port</masterLabel>
`),
		"standardValueSets/Industry.standardValueSet": xmlFile("StandardValueSet", `    <sorted>false</sorted>
    <standardValue>
        <fullName>Banking</fullName>
        <default>false</default>
        <label>Banking</label>
    </standardValue>
`),
		"classes/Captain.cls":          "public class Captain { Ship__c ship; Decimal s() { return ship.Gauge__c; } }\n",
		"classes/Captain.cls-meta.xml": xmlFile("ApexClass", "    <apiVersion>66.0</apiVersion>\n    <status>Active</status>\n"),
		"profiles/Admin.profile":       xmlFile("Profile", adminProfile),
		"permissionsets/Crew.permissionset": xmlFile("PermissionSet", `    <classAccesses>
        <apexClass>Captain</apexClass>
        <enabled>true</enabled>
    </classAccesses>
    <fieldPermissions>
        <editable>true</editable>
        <field>Ship__c.Speed__c</field>
        <readable>true</readable>
    </fieldPermissions>
    <label>Crew</label>
`),
		"labels/CustomLabels.labels": xmlFile("CustomLabels", label("Ahoy", "Ahoy")+label("Bye", "Bye")),
		"workflows/Ship__c.workflow": xmlFile("Workflow", `    <alerts>
        <fullName>Tell</fullName>
        <description>Tell</description>
        <template>Mails/Hello</template>
    </alerts>
    <rules>
        <fullName>On_Create</fullName>
        <actions>
            <name>Tell</name>
            <type>Alert</type>
        </actions>
        <active>true</active>
    </rules>
`),
		"email/Mails-meta.xml":                 xmlFile("EmailFolder", "    <name>Mails</name>\n"),
		"email/Mails/Hello.email":              "Hello\n",
		"email/Mails/Hello.email-meta.xml":     xmlFile("EmailTemplate", "    <name>Hello</name>\n"),
		"reports/Fleet-meta.xml":               xmlFile("ReportFolder", "    <name>Fleet</name>\n"),
		"reports/Fleet/Old-meta.xml":           xmlFile("ReportFolder", "    <name>Old</name>\n"),
		"reports/Fleet/Old/Sunk.report":        xmlFile("Report", "    <name>Sunk</name>\n"),
		"reports/Fleet/Fast.report":            xmlFile("Report", "    <columns>\n        <field>Ship__c.Speed__c</field>\n    </columns>\n    <name>Fast</name>\n"),
		"flows/Sail.flow":                      flow("one", "Active"),
		"settings/Apex.settings":               xmlFile("ApexSettings", "    <enableA>true</enableA>\n    <enableB>false</enableB>\n"),
		"lwc/deck/deck.js":                     "import x from '@salesforce/apex/Captain.s';\n",
		"lwc/deck/deck.html":                   "<template></template>\n",
		"lwc/deck/deck.js-meta.xml":            xmlFile("LightningComponentBundle", "    <apiVersion>66.0</apiVersion>\n"),
		"applications/Fleet.app":               xmlFile("CustomApplication", "    <label>Fleet</label>\n"),
		"classes/pkg__Hidden.cls":              "(hidden)",
		"classes/pkg__Hidden.cls-meta.xml":     xmlFile("ApexClass", "    <apiVersion>66.0</apiVersion>\n"),
		"namedCredentials/Erp.namedCredential": xmlFile("NamedCredential", "    <label>Erp</label>\n    <password>hunter2</password>\n"),
		"customMetadata/Rate.One.md":           xmlFile("CustomMetadata", "    <label>One</label>\n    <values>\n        <field>A__c</field>\n        <value>1</value>\n    </values>\n    <values>\n        <field>B__c</field>\n        <value>2</value>\n    </values>\n"),
		"objects/Rate__mdt.object":             xmlFile("CustomObject", field("A__c", "Text", "")+field("B__c", "Text", "")+"    <label>Rate</label>\n"),
		"queues/Dock.queue":                    xmlFile("Queue", "    <name>Dock</name>\n    <queueMembers>\n        <users>\n            <user>mate@ship.example</user>\n        </users>\n    </queueMembers>\n    <queueSobject>\n        <sobjectType>Ship__c</sobjectType>\n    </queueSobject>\n"),
	}
}

const shipFields = `    <fields>
        <fullName>Color__c</fullName>
        <label>Color</label>
        <type>Picklist</type>
        <valueSet>
            <valueSetDefinition>
                <sorted>false</sorted>
                <value>
                    <fullName>Red</fullName>
                    <default>false</default>
                    <label>Red</label>
                </value>
                <value>
                    <fullName>Blue</fullName>
                    <default>false</default>
                    <label>Blue</label>
                </value>
            </valueSetDefinition>
        </valueSet>
    </fields>
    <fields>
        <fullName>Gauge__c</fullName>
        <label>Gauge</label>
        <precision>5</precision>
        <scale>0</scale>
        <type>Number</type>
    </fields>
    <fields>
        <fullName>Home__c</fullName>
        <label>Home</label>
        <type>Picklist</type>
        <valueSet>
            <restricted>true</restricted>
            <valueSetName>Port</valueSetName>
        </valueSet>
    </fields>
    <fields>
        <fullName>Limit__c</fullName>
        <label>Limit</label>
        <precision>5</precision>
        <scale>0</scale>
        <type>Number</type>
    </fields>
    <fields>
        <fullName>Speed__c</fullName>
        <description>Knots</description>
        <label>Speed</label>
        <precision>5</precision>
        <required>false</required>
        <scale>0</scale>
        <type>Number</type>
    </fields>
`

const adminProfile = `    <applicationVisibilities>
        <application>Fleet</application>
        <default>true</default>
        <visible>true</visible>
    </applicationVisibilities>
    <classAccesses>
        <apexClass>Captain</apexClass>
        <enabled>true</enabled>
    </classAccesses>
    <custom>false</custom>
    <fieldPermissions>
        <editable>true</editable>
        <field>Ship__c.Speed__c</field>
        <readable>true</readable>
    </fieldPermissions>
    <layoutAssignments>
        <layout>Ship__c-Ship Layout</layout>
    </layoutAssignments>
    <loginIpRanges>
        <endAddress>10.0.0.9</endAddress>
        <startAddress>10.0.0.1</startAddress>
    </loginIpRanges>
    <objectPermissions>
        <allowCreate>true</allowCreate>
        <allowRead>true</allowRead>
        <object>Ship__c</object>
    </objectPermissions>
    <userLicense>Salesforce</userLicense>
    <userPermissions>
        <enabled>true</enabled>
        <name>ApiEnabled</name>
    </userPermissions>
`

func label(name, value string) string {
	return "    <labels>\n        <fullName>" + name + "</fullName>\n        <language>en_US</language>\n        <protected>false</protected>\n        <shortDescription>" +
		name + "</shortDescription>\n        <value>" + value + "</value>\n    </labels>\n"
}

func flow(what, status string) string {
	return xmlFile("Flow", "    <description>"+what+"</description>\n    <label>Sail</label>\n    <status>"+status+"</status>\n")
}

func field(name, typ, more string) string {
	return "    <fields>\n        <fullName>" + name + "</fullName>\n" + more + "        <label>" + name + "</label>\n        <type>" + typ + "</type>\n    </fields>\n"
}

// with gives the sample with other files beside or instead.
func with(files map[string]string) map[string]string {
	all := sample()
	maps.Copy(all, files)
	return all
}
