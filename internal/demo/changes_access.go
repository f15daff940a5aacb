package demo

// accessChanges: who may do what. Everything taken here is an entry that stays
// with other flags, since a profile's entry cannot be removed by a deploy.
func accessChanges() []Change {
	return []Change{
		{
			Name: "profile field permission changed", Description: "Acme Sales User: Credit Limit read-only, Credit Review Date editable", User: tom(),
			Touched: touched("Profile", "Acme Sales User"),
			Apply: edits("profiles/Acme Sales User.profile",
				inside("fieldPermissions", "field", "Account.Credit_Limit__c", swap("<editable>true<", "<editable>false<")),
				inside("fieldPermissions", "field", "Account.Credit_Review_Date__c", swap("<editable>false<", "<editable>true<"))),
		},
		{
			Name: "permission set edited", Description: "Dispatcher: may change gate codes, loses the ledger", User: tom(),
			Touched: touched("PermissionSet", "Dispatcher"),
			Apply: edits("permissionsets/Dispatcher.permissionset",
				inside("fieldPermissions", "field", "Service_Site__c.Gate_Code__c", swap("<editable>false<", "<editable>true<")),
				drop("classAccesses", "apexClass", "LedgerClient")),
		},
		{
			Name: "queue member changed", Description: "Dispatch: Tom Osei instead of Jo Brandt", User: maria(),
			Touched: touched("Queue", "Dispatch"),
			Apply: edits("queues/Dispatch.queue",
				swap("            <user>jo.brandt@acme.example</user>\n", ""),
				swap("            <user>maria.keller@acme.example</user>\n",
					"            <user>maria.keller@acme.example</user>\n            <user>tom.osei@acme.example</user>\n")),
		},
		{
			Name: "profile reordered without meaning", Description: "Acme Technician: the same class accesses in another order", User: tom(),
			Apply: edits("profiles/Acme Technician.profile", reverse("classAccesses")),
		},
		{
			Name: "permission set reordered without meaning", Description: "Ledger Integration: the same field permissions in another order", User: maria(),
			Apply: edits("permissionsets/Ledger_Integration.permissionset", reverse("fieldPermissions")),
		},
	}
}
