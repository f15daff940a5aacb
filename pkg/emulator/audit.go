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

// AuditRow is what a row of SetupAuditTrail says; when and by whom is the edit's.
type AuditRow struct {
	Action, Section, Display string
	Nobody                   bool   // no user is known: the platform did it
	Delegate                 string // username of who really acted, in the user's session
	Namespace                string // of the package that did it
}

// auditRow is a row as it is kept.
type auditRow struct {
	AuditRow
	by orgstate.Stamp
}

// auditForm is how changes of a type are written down: sections and texts as
// orgs were seen to write them, for the types that people change most. The names
// are API names where orgs write labels; the text holds one as NAME.
type auditForm struct{ stem, section, text string }

func auditForms() map[string]auditForm {
	return map[string]auditForm{
		"ApexClass":                {"ApexClass", "Apex Class", "NAME Apex Class code"},
		"ApexTrigger":              {"ApexTrigger", "Apex Trigger", "Trigger code: NAME"},
		"ApexPage":                 {"ApexPage", "Page", "Page NAME"},
		"ApexComponent":            {"ApexComponent", "Component", "Component NAME"},
		"LightningComponentBundle": {"LightningWebComponent", "Lightning Components", "NAME Lightning Web Component"},
		"AuraDefinitionBundle":     {"AuraComponent", "Lightning Components", "NAME Aura Component"},
		"StaticResource":           {"StaticResource", "Static Resource", "Static Resource NAME"},
		"FlexiPage":                {"FlexiPage", "Lightning Pages", "Lightning Page: NAME"},
		"CustomField":              {"CFCustom", "Custom Objects", "custom field NAME"},
		"CustomObject":             {"CustEnt", "Custom Objects", "custom object: NAME"},
		"Layout":                   {"custentlayout", "Custom Objects", "page layout NAME"},
		"PermissionSet":            {"PermSet", "Manage Users", "permission set NAME"},
		"Profile":                  {"profile", "Manage Users", "profile NAME"},
		"Queue":                    {"queue", "Data Management", "Queue NAME"},
		"Group":                    {"group", "Groups", "Group NAME"},
		"Role":                     {"role", "Manage Users", "role NAME"},
		"CustomApplication":        {"TabSet", "Custom Apps", "custom app NAME"},
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
		form = auditForm{c.Type, "", c.Type + " NAME"}
	}
	title := strings.ToUpper(verb[:1]) + verb[1:]
	display := title + " " + strings.ReplaceAll(form.text, "NAME", c.FullName)
	return auditRow{AuditRow{Action: verb + form.stem, Section: form.section, Display: display}, by}
}

// auditKept is how long rows are kept. Source: Object Reference, SetupAuditTrail.
const auditKeptDays = 180

func (s *Server) auditRows() []soql.Row {
	rows := []soql.Row{}
	for i, a := range s.audit {
		if s.now().Sub(a.by.Time).Hours() > auditKeptDays*24 {
			continue
		}
		row := soql.Row{
			"Id": orgstate.ID18("0Ym" + "000" + leftPad(i, 9)), "Action": a.Action, "Section": a.Section, "Display": a.Display,
			"CreatedDate": restTime(a.by.Time), "CreatedById": nil, "CreatedBy": nil,
			"CreatedByContext": nil, "CreatedByIssuer": nil, "DelegateUser": orNil(a.Delegate), "ResponsibleNamespacePrefix": orNil(a.Namespace),
		}
		if !a.Nobody {
			row["CreatedById"] = a.by.User.ID
			row["CreatedBy"] = soql.Row{"Name": a.by.User.Name, "Username": a.by.User.Username}
		}
		rows = append(rows, row)
	}
	slices.Reverse(rows)
	return rows
}

func leftPad(n, width int) string {
	text := itoa(n)
	return strings.Repeat("0", max(0, width-len(text))) + text
}
