package emulator

import (
	"slices"
	"strconv"
	"strings"

	"github.com/orgkeep/orgkeep/pkg/emulator/internal/orgstate"
	"github.com/orgkeep/orgkeep/pkg/emulator/internal/soql"
	"github.com/orgkeep/orgkeep/pkg/metadata"
)

func itoa(n int) string { return strconv.Itoa(n) }

// auditRow is a row of SetupAuditTrail.
type auditRow struct {
	by                       orgstate.Stamp
	action, section, display string
}

// auditForm is how changes of a type are written down: sections and texts as
// orgs were seen to write them, for the types that people change most.
type auditForm struct{ stem, section, noun string }

func auditForms() map[string]auditForm {
	return map[string]auditForm{
		"ApexClass":                {"ApexClass", "Apex Class", "Apex Class code"},
		"ApexTrigger":              {"ApexTrigger", "Apex Trigger", "Trigger code"},
		"ApexPage":                 {"ApexPage", "Page", "Page"},
		"ApexComponent":            {"ApexComponent", "Component", "Component"},
		"LightningComponentBundle": {"LightningWebComponent", "Lightning Components", "Lightning Web Component"},
		"AuraDefinitionBundle":     {"AuraComponent", "Lightning Components", "Aura Component"},
		"StaticResource":           {"StaticResource", "Static Resource", "Static Resource"},
		"FlexiPage":                {"FlexiPage", "Lightning Pages", "Lightning Page"},
		"CustomField":              {"CFCustom", "Custom Objects", "custom field"},
		"CustomObject":             {"CustEnt", "Custom Objects", "custom object"},
		"Layout":                   {"custentlayout", "Custom Objects", "page layout"},
		"PermissionSet":            {"PermSet", "Manage Users", "permission set"},
		"Profile":                  {"profile", "Manage Users", "profile"},
		"Queue":                    {"queue", "Data Management", "Queue"},
		"Group":                    {"group", "Groups", "Group"},
		"Role":                     {"role", "Manage Users", "role"},
		"CustomApplication":        {"TabSet", "Custom Apps", "custom app"},
	}
}

func auditOf(c metadata.Component, there, deleted bool, by orgstate.Stamp) auditRow {
	verb := "created"
	switch {
	case deleted:
		verb = "deleted"
	case there:
		verb = "changed"
	}
	form, ok := auditForms()[c.Type]
	if !ok {
		form = auditForm{c.Type, "", c.Type}
	}
	title := strings.ToUpper(verb[:1]) + verb[1:]
	return auditRow{by, verb + form.stem, form.section, title + " " + form.noun + " " + c.FullName}
}

// auditKept is how long rows are kept. Source: Object Reference, SetupAuditTrail.
const auditKeptDays = 180

func (s *Server) auditRows() []soql.Row {
	rows := []soql.Row{}
	for i, a := range s.audit {
		if s.now().Sub(a.by.Time).Hours() > auditKeptDays*24 {
			continue
		}
		rows = append(rows, soql.Row{
			"Id": orgstate.ID18("0Ym" + "000" + leftPad(i, 9)), "Action": a.action, "Section": a.section, "Display": a.display,
			"CreatedDate": restTime(a.by.Time), "CreatedById": a.by.User.ID,
			"CreatedBy":        soql.Row{"Name": a.by.User.Name, "Username": a.by.User.Username},
			"CreatedByContext": nil, "CreatedByIssuer": nil, "DelegateUser": nil, "ResponsibleNamespacePrefix": nil,
		})
	}
	slices.Reverse(rows)
	return rows
}

func leftPad(n, width int) string {
	text := itoa(n)
	return strings.Repeat("0", max(0, width-len(text))) + text
}
