package demo

const newLabel = `    <labels>
        <fullName>Late_Notice</fullName>
        <categories>UI</categories>
        <language>en_US</language>
        <protected>false</protected>
        <shortDescription>Banner of a late project</shortDescription>
        <value>This project is late.</value>
    </labels>
`

const newColumn = `    <columns>
        <field>CREATED_DATE</field>
    </columns>
    <filter>
`

// contentChanges: words, reports and mails.
func contentChanges() []Change {
	return []Change{
		{
			Name: "label edited", Description: "the hint beside Resolution", User: maria(),
			Touched: touched("CustomLabel", "Close_Hint"),
			Apply: edits("labels/CustomLabels.labels", inside("labels", "fullName", "Close_Hint",
				swap("&quot;restarted&quot; is not enough.", "&quot;restarted&quot; &amp; &quot;works again&quot; are not enough."))),
		},
		{
			Name: "label added", Description: "a banner for late projects", User: maria(),
			Touched: touched("CustomLabel", "Late_Notice"),
			Apply:   edits("labels/CustomLabels.labels", before("labels", "fullName", "Machine_Down", newLabel)),
		},
		{
			Name: "translation edited", Description: "German: Machine down", User: maria(),
			Touched: touched("Translations", "de"),
			Apply:   edits("translations/de.translation", swap("Maschine steht", "Maschine steht still")),
		},
		{
			Name: "report edited", Description: "Machines Down: one more column", User: tom(),
			Touched: touched("Report", "Acme_Service/Machines_Down"),
			Apply:   edits("reports/Acme_Service/Machines_Down.report", swap("    <filter>\n", newColumn)),
		},
		{
			Name: "report deleted", Description: "Complaints", User: maria(),
			Touched: touched("Report", "Acme_Service/Complaints"),
			Apply:   deletes("Report", "Acme_Service/Complaints"),
		},
		{
			Name: "dashboard edited", Description: "Service Board: red from five machines on, not from eight", User: maria(),
			Touched: touched("Dashboard", "Acme_Boards/Service_Board"),
			Apply:   edits("dashboards/Acme_Boards/Service_Board.dashboard", swap(">8.0<", ">5.0<")),
		},
		{
			Name: "e-mail template edited", Description: "Case Received: two working days", User: maria(),
			Touched: touched("EmailTemplate", "Acme_Mails/Case_Received"),
			Apply:   edits("email/Acme_Mails/Case_Received.email", swap("one working day", "two working days")),
		},
		{
			Name: "document replaced", Description: "Terms: a third term", User: maria(),
			Touched: touched("Document", "Acme_Images/Terms.txt"),
			Apply: edits("documents/Acme_Images/Terms.txt",
				swap("until they are paid.\r\n", "until they are paid.\r\n3. Spare parts are kept for ten years.\r\n")),
		},
	}
}
