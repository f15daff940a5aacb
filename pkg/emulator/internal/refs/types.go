package refs

import (
	"strings"

	"github.com/orgkeep/orgkeep/pkg/emulator/internal/orgstate"
	"github.com/orgkeep/orgkeep/pkg/emulator/internal/xmltext"
)

// collect goes by the type of the file.
func (c *collector) collect(root *xmltext.Element) {
	name := c.from.FullName
	switch c.from.Type {
	case "Profile", "PermissionSet", "MutingPermissionSet":
		c.access(root)
	case "CustomObject":
		c.object(root, name)
	case "Layout":
		object, _, _ := strings.Cut(name, "-")
		c.layout(root, object)
	case "Workflow":
		c.workflow(root, name)
	case "Report", "ReportType", "Dashboard":
		c.analytics(root)
	case "CustomTab", "CustomApplication", "FlexiPage", "QuickAction", "PathAssistant":
		c.userInterface(root)
	case "SharingRules", "Queue", "Role", "Group", "PermissionSetGroup":
		c.sharing(root)
	case "Flow":
		c.flow(root)
	default:
		c.other(root, name)
	}
}

// access: profiles and permission sets. None of it keeps a target from being
// deleted.
func (c *collector) access(root *xmltext.Element) {
	for _, row := range [][3]string{
		{"fieldPermissions", "field", "CustomField"},
		{"objectPermissions", "object", "CustomObject"},
		{"classAccesses", "apexClass", "ApexClass"},
		{"pageAccesses", "apexPage", "ApexPage"},
		{"applicationVisibilities", "application", "CustomApplication"},
		{"layoutAssignments", "layout", "Layout"},
		{"layoutAssignments", "recordType", "RecordType"},
		{"recordTypeVisibilities", "recordType", "RecordType"},
		{"tabVisibilities", "tab", "CustomTab"},
		{"tabSettings", "tab", "CustomTab"},
		{"customPermissions", "name", "CustomPermission"},
		{"flowAccesses", "flow", "Flow"},
		{"customMetadataTypeAccesses", "name", "CustomObject"},
		{"customSettingAccesses", "name", "CustomObject"},
		{"externalDataSourceAccesses", "externalDataSource", "ExternalDataSource"},
		{"loginFlows", "flow", "Flow"},
	} {
		c.each(root, row[2], true, row[0], row[1])
	}
}

func (c *collector) layout(root *xmltext.Element, object string) {
	c.add("CustomObject", object, "layout", true)
	items := []string{"layoutSections", "layoutColumns", "layoutItems"}
	c.fields(root, object, true, append(items, "field")...)
	c.each(root, "ApexPage", false, "layoutSections", "layoutColumns", "layoutItems", "page")
	c.each(root, "QuickAction", false, "quickActionList", "quickActionListItems", "quickActionName")
	c.qualified(root, true, "relatedLists", "relatedList")
	for _, b := range root.All("customButtons") {
		c.add("WebLink", object+"."+strings.TrimSpace(b.Text()), "customButtons", false)
	}
	for _, item := range descend(root, []string{"platformActionList", "platformActionListItems"}) {
		if item.Get("actionType") == "QuickAction" {
			c.add("QuickAction", item.Get("actionName"), "actionName", false)
		}
	}
	c.refs = dropStandardActions(c.refs)
}

// dropStandardActions leaves out the actions that every org has, which carry no
// sign of being standard: names without an object, and those of Feed items.
func dropStandardActions(refs []Ref) []Ref {
	out := refs[:0]
	for _, r := range refs {
		name := r.To.FullName
		if r.To.Type == "QuickAction" && (strings.HasPrefix(name, "FeedItem.") || strings.HasPrefix(name, "Global.") || strings.HasPrefix(name, "Send") || strings.HasPrefix(name, "New") || strings.HasPrefix(name, "Log")) {
			r.Soft = true
			continue
		}
		out = append(out, r)
	}
	return out
}

func (c *collector) workflow(root *xmltext.Element, object string) {
	actions := map[string]string{
		"Alert": "WorkflowAlert", "FieldUpdate": "WorkflowFieldUpdate", "Task": "WorkflowTask", "OutboundMessage": "WorkflowOutboundMessage",
	}
	for _, e := range root.Children {
		kid, ok := c.state.ChildOf(c.file.Component, e)
		if !ok {
			continue
		}
		c.from = kid
		c.each(e, "EmailTemplate", false, "template")
		if e.Name == "fieldUpdates" {
			c.fields(e, object, false, "field")
		}
		for _, action := range e.All("actions") {
			if typ := actions[action.Get("type")]; typ != "" {
				c.add(typ, object+"."+action.Get("name"), "name", false)
			}
		}
		c.qualified(e, false, "criteriaItems", "field")
		c.formula(e, object, false, "formula")
	}
}

func (c *collector) analytics(root *xmltext.Element) {
	switch c.from.Type {
	case "Report":
		c.qualified(root, true, "columns", "field")
		c.qualified(root, true, "groupingsDown", "field")
		c.qualified(root, true, "filter", "criteriaItems", "column")
		typ := root.Get("reportType")
		if object, ok := strings.CutPrefix(typ, "CustomEntity$"); ok && !strings.ContainsAny(object, "@$") {
			c.add("CustomObject", object, "reportType", false)
		} else if name, ok := strings.CutSuffix(typ, "__c"); ok && !strings.ContainsAny(name, "@$") {
			c.add("ReportType", name, "reportType", false)
		}
	case "ReportType":
		c.each(root, "CustomObject", false, "baseObject")
		for _, col := range descend(root, []string{"sections", "columns"}) {
			if field, table := col.Get("field"), col.Get("table"); orgstate.Custom(field) && !strings.Contains(field, ".") && !strings.Contains(table, ".") {
				c.add("CustomField", table+"."+field, "field", true)
			}
		}
	case "Dashboard":
		root.Walk(func(e *xmltext.Element) {
			if e.Name == "report" {
				c.add("Report", e.Text(), "report", false)
			}
		})
	}
}

func (c *collector) userInterface(root *xmltext.Element) {
	c.each(root, "FlexiPage", false, "flexiPage")
	c.each(root, "FlexiPage", false, "utilityBar")
	c.each(root, "ApexPage", false, "page")
	c.each(root, "LightningComponentBundle", false, "lwcComponent")
	c.each(root, "LightningComponentBundle", false, "lightningWebComponent")
	c.each(root, "AuraDefinitionBundle", false, "auraComponent")
	c.each(root, "AuraDefinitionBundle", false, "lightningComponent")
	switch c.from.Type {
	case "CustomTab":
		if root.Get("customObject") == "true" {
			c.add("CustomObject", c.from.FullName, "customObject", false)
		}
	case "CustomApplication":
		c.each(root, "CustomTab", true, "tabs")
	case "FlexiPage":
		c.flexiPage(root)
	case "QuickAction":
		c.each(root, "CustomObject", false, "targetObject")
		c.each(root, "Flow", false, "flowDefinition")
		if target := root.Get("targetObject"); target != "" {
			c.fields(root, target, true, "quickActionLayout", "quickActionLayoutColumns", "quickActionLayoutItems", "field")
		}
	case "PathAssistant":
		c.each(root, "CustomObject", false, "entityName")
		c.fields(root, root.Get("entityName"), false, "fieldName")
	}
}

func (c *collector) flexiPage(root *xmltext.Element) {
	object := root.Get("sobjectType")
	c.add("CustomObject", object, "sobjectType", false)
	root.Walk(func(e *xmltext.Element) {
		text := strings.TrimSpace(e.Text())
		switch e.Name {
		case "componentName":
			if name, ok := strings.CutPrefix(text, "c:"); ok {
				c.add("LightningComponentBundle", name, "componentName", false)
				c.refs[len(c.refs)-1].Or = c.refs[len(c.refs)-1].To
				c.refs[len(c.refs)-1].Or.Type = "AuraDefinitionBundle"
			}
		case "fieldItem":
			if field, ok := strings.CutPrefix(text, "Record."); ok && orgstate.Custom(field) && !strings.Contains(field, ".") {
				c.add("CustomField", object+"."+field, "fieldItem", false)
			}
		}
	})
}

func (c *collector) sharing(root *xmltext.Element) {
	if c.from.Type == "SharingRules" {
		for _, e := range root.Children {
			if kid, ok := c.state.ChildOf(c.file.Component, e); ok {
				c.from = kid
				c.sharedTo(e)
				c.fields(e, c.file.Component.FullName, false, "criteriaItems", "field")
			}
		}
		return
	}
	c.each(root, "CustomObject", false, "queueSobject", "sobjectType")
	c.each(root, "Role", false, "parentRole")
	c.each(root, "PermissionSet", false, "permissionSets")
	c.each(root, "MutingPermissionSet", false, "mutingPermissionSets")
	c.each(root, "Role", false, "queueMembers", "roles", "role")
	c.each(root, "Group", false, "queueMembers", "publicGroups", "publicGroup")
}

func (c *collector) sharedTo(e *xmltext.Element) {
	for _, side := range []string{"sharedTo", "sharedFrom"} {
		c.each(e, "Group", false, side, "group")
		for _, role := range []string{"role", "roleAndSubordinates", "roleAndSubordinatesInternal"} {
			c.each(e, "Role", false, side, role)
		}
	}
}

func (c *collector) flow(root *xmltext.Element) {
	root.Walk(func(e *xmltext.Element) {
		text := strings.TrimSpace(e.Text())
		switch {
		case e.Name == "object" && orgstate.Custom(text):
			c.add("CustomObject", text, "object", false)
		case e.Name == "actionCalls" && e.Get("actionType") == "apex":
			c.add("ApexClass", e.Get("actionName"), "actionName", false)
		case e.Name == "subflows":
			c.add("Flow", e.Get("flowName"), "flowName", false)
		}
		object := e.Get("object")
		if object == "" {
			return
		}
		for _, part := range e.Children {
			c.fields(part, object, false, "field")
		}
	})
}

// other: types with little to say.
func (c *collector) other(root *xmltext.Element, name string) {
	switch c.from.Type {
	case "CustomMetadata":
		object, _, _ := strings.Cut(name, ".")
		c.add("CustomObject", object+"__mdt", "type", false)
		c.fields(root, object+"__mdt", true, "values", "field")
	case "CustomObjectTranslation":
		object, _, _ := strings.Cut(name, "-")
		c.add("CustomObject", object, "object", true)
		c.fields(root, object, true, "fields", "name")
	case "GlobalValueSetTranslation":
		set, _, _ := strings.Cut(name, "-")
		c.add("GlobalValueSet", set, "globalValueSet", true)
	case "DuplicateRule":
		for _, m := range root.All("duplicateRuleMatchRules") {
			if rule := m.Get("matchingRule"); !strings.HasPrefix(rule, "Standard_") {
				c.add("MatchingRule", m.Get("matchRuleSObjectType")+"."+rule, "matchingRule", false)
			}
		}
	case "AssignmentRules", "AutoResponseRules", "EscalationRules":
		root.Walk(func(e *xmltext.Element) {
			c.each(e, "EmailTemplate", false, "template")
			if e.Get("assignedToType") == "Queue" {
				c.add("Queue", e.Get("assignedTo"), "assignedTo", false)
			}
			c.qualified(e, false, "criteriaItems", "field")
		})
	case "ApprovalProcess":
		object, _, _ := strings.Cut(name, ".")
		c.add("CustomObject", object, "object", false)
		c.each(root, "EmailTemplate", false, "emailTemplate")
		c.qualified(root, false, "entryCriteria", "criteriaItems", "field")
	case "MatchingRules":
		for _, e := range root.All("matchingRules") {
			if kid, ok := c.state.ChildOf(c.file.Component, e); ok {
				c.from = kid
				c.fields(e, name, false, "matchingRuleItems", "fieldName")
			}
		}
	case "ApexTestSuite":
		c.each(root, "ApexClass", false, "testClassName")
	}
}
