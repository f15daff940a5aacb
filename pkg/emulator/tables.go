package emulator

import (
	"slices"
	"strings"
	"time"

	"github.com/orgkeep/orgkeep/pkg/emulator/internal/behaviour"
	"github.com/orgkeep/orgkeep/pkg/emulator/internal/orgstate"
	"github.com/orgkeep/orgkeep/pkg/emulator/internal/soql"
	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// restTime is the form of times in records.
func restTime(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000-0700") }

// emptyTable tells whether an object may be asked for although it has no rows:
// what is missing here is answered with INVALID_TYPE, as by an org without the
// feature.
func emptyTable(object string, tooling bool) bool {
	known := []string{
		"Organization", "User", "SetupAuditTrail", "Folder", "Report", "Dashboard", "EmailTemplate", "Document", "ApexClass", "ApexTrigger",
		"Profile", "PermissionSet", "RecordType", "Group", "UserRole", "FlowDefinitionView", "PermissionSetAssignment", "AsyncApexJob",
	}
	if tooling {
		known = []string{
			"ApexClass", "ApexTrigger", "Flow", "FlowDefinition", "DeployRequest", "MetadataComponentDependency", "StandardValueSet",
			"SandboxProcess", "SandboxInfo", "ApexTestResult", "ApexTestRunResult", "ApexOrgWideCoverage", "ApexCodeCoverageAggregate",
			"InstalledSubscriberPackage", "CustomField", "CustomObject", "EntityDefinition", "Profile", "PermissionSet", "User", "Organization",
		}
	}
	return slices.ContainsFunc(known, func(k string) bool { return strings.EqualFold(k, object) })
}

// table gives an object's rows, or nil. ScratchOrgInfo and SourceMember are not
// here: the org is neither a Dev Hub nor tracked.
func (s *Server) table(object string, tooling bool, asks orgstate.User) []soql.Row {
	switch strings.ToLower(object) {
	case "organization":
		return []soql.Row{s.organization()}
	case "userpermissionaccess":
		return s.permissionRows(asks)
	case "user":
		return s.userRows()
	case "setupaudittrail":
		return s.auditRows()
	case "folder":
		return s.folderRows()
	case "report", "dashboard", "emailtemplate", "document":
		return s.contentRows(object)
	case "apexclass", "apextrigger", "profile", "permissionset", "recordtype":
		return s.namedRows(object)
	}
	if tooling {
		return s.toolingTable(object)
	}
	if strings.EqualFold(object, "FlowInterview") && s.set.behaviours.Is(behaviour.FlowDetails, "told") {
		return s.interviewRows()
	}
	return s.recordRows(object)
}

// interviewRows are the paused interviews of flows. Their version is named as
// FlowVersionView does it, by the id that the Tooling API gives it. Source: Object
// Reference, FlowInterview, from API version 51.0.
func (s *Server) interviewRows() []soql.Row {
	rows := []soql.Row{}
	for _, name := range s.state.FlowNames() {
		flow, _ := s.state.Flow(name)
		for _, v := range flow.Versions {
			for i := range v.Interviews {
				rows = append(rows, soql.Row{
					"Id": orgstate.ID18("0Fo" + v.ID[9:15] + leftPad(i, 6)), "InterviewLabel": name + " " + itoa(i+1), "InterviewStatus": "Paused",
					"FlowVersionViewId": v.ID,
				})
			}
		}
	}
	return rows
}

func (s *Server) toolingTable(object string) []soql.Row {
	switch strings.ToLower(object) {
	case "flow":
		return s.flowVersionRows()
	case "flowdefinition":
		return s.flowDefinitionRows()
	case "deployrequest":
		return s.deployRows()
	case "metadatacomponentdependency":
		return s.dependencyRows()
	case "standardvalueset":
		return s.valueSetRows()
	case "customobject", "customfield":
		return s.namedRows(object)
	case "sandboxinfo", "sandboxprocess":
		return s.sandboxRows(strings.ToLower(object))
	}
	return nil
}

func (s *Server) organization() soql.Row {
	kind := "Developer Edition"
	if !s.set.sandbox {
		kind = "Enterprise Edition"
	}
	return soql.Row{
		"Id": s.orgID, "Name": s.set.orgName, "InstanceName": "EMU1", "IsSandbox": s.set.sandbox, "TrialExpirationDate": nil,
		"NamespacePrefix": nil, "OrganizationType": kind, "LanguageLocaleKey": "en_US", "DefaultLocaleSidKey": "en_US",
		"PrimaryContact": s.admin.Name, "CreatedDate": restTime(s.now().AddDate(-3, 0, 0)), "FiscalYearStartMonth": 1,
	}
}

func (s *Server) userRows() []soql.Row {
	var rows []soql.Row
	for _, u := range s.users.All() {
		rows = append(rows, soql.Row{
			"Id": u.ID, "Username": u.Username, "Name": u.Name, "Email": u.Email, "IsActive": true, "UserType": "Standard",
			"FirstName": firstName(u.Name), "LastName": lastName(u.Name), "Alias": strings.ToLower(firstName(u.Name)),
			"ProfileId": nil, "Profile": soql.Row{"Name": "System Administrator"},
		})
	}
	return rows
}

func firstName(name string) string { first, _, _ := strings.Cut(name, " "); return first }

func lastName(name string) string {
	_, last, ok := strings.Cut(name, " ")
	if !ok {
		return name
	}
	return last
}

// stamped gives the fields that every record has.
func stamped(r orgstate.Row) soql.Row {
	return soql.Row{
		"Id": r.ID, "CreatedDate": restTime(r.Created.Time), "CreatedById": r.Created.User.ID,
		"LastModifiedDate": restTime(r.Modified.Time), "LastModifiedById": r.Modified.User.ID,
		"CreatedBy":      soql.Row{"Name": r.Created.User.Name, "Username": r.Created.User.Username},
		"LastModifiedBy": soql.Row{"Name": r.Modified.User.Name, "Username": r.Modified.User.Username},
		"SystemModstamp": restTime(r.Modified.Time),
	}
}

func (s *Server) folderRows() []soql.Row {
	kinds := map[string]string{"Report": "Report", "Dashboard": "Dashboard", "Document": "Document", "EmailTemplate": "Email"}
	var rows []soql.Row
	for typ, kind := range kinds {
		for _, c := range s.state.Folders(typ) {
			r, _ := s.state.Row(c)
			row := stamped(r)
			row["DeveloperName"], row["Name"], row["Type"], row["NamespacePrefix"] = lastPart(c.FullName), lastPart(c.FullName), kind, nil
			rows = append(rows, row)
		}
	}
	return rows
}

func lastPart(name string) string { return name[strings.LastIndexByte(name, '/')+1:] }

func (s *Server) contentRows(object string) []soql.Row {
	typ := map[string]string{"report": "Report", "dashboard": "Dashboard", "emailtemplate": "EmailTemplate", "document": "Document"}[strings.ToLower(object)]
	var rows []soql.Row
	for _, c := range s.state.Components(typ) {
		if !s.state.Visible(c, orgstate.View{}) {
			continue
		}
		r, _ := s.state.Row(c)
		row := stamped(r)
		folder, _ := s.state.Row(metadata.Component{Type: typ, FullName: strings.TrimSuffix(c.FullName, "/"+lastPart(c.FullName))})
		row["DeveloperName"], row["Name"], row["NamespacePrefix"] = lastPart(c.FullName), lastPart(c.FullName), nil
		if folder.ID == "" {
			folder.ID = s.orgID // in no folder: unfiled$public
		}
		row["FolderId"], row["OwnerId"] = folder.ID, folder.ID
		row["FolderName"], row["Folder"] = lastPart(strings.TrimSuffix(c.FullName, "/"+lastPart(c.FullName))), soql.Row{"DeveloperName": ""}
		rows = append(rows, row)
	}
	return rows
}

func (s *Server) namedRows(object string) []soql.Row {
	var typ string
	for _, known := range []string{"ApexClass", "ApexTrigger", "Profile", "PermissionSet", "RecordType", "CustomObject", "CustomField"} {
		if strings.EqualFold(known, object) {
			typ = known
		}
	}
	var rows []soql.Row
	// The column is there where the feature is on.
	people := s.state.Has(metadata.Component{Type: "CustomObject", FullName: "PersonAccount"})
	for _, c := range s.state.Components(typ) {
		r, _ := s.state.Row(c)
		row := stamped(r)
		object, name, child := strings.Cut(c.FullName, ".")
		if !child {
			name = object
		}
		row["Name"], row["DeveloperName"], row["FullName"] = name, name, c.FullName
		row["SobjectType"], row["IsActive"] = strings.TrimPrefix(object, "Person"), true
		if people {
			row["IsPersonType"] = object == "PersonAccount"
		}
		row["NamespacePrefix"] = nil
		if ns := orgstate.Namespace(c); ns != "" {
			row["NamespacePrefix"] = ns
		}
		rows = append(rows, row)
	}
	return rows
}

func (s *Server) flowVersionRows() []soql.Row {
	var rows []soql.Row
	for _, name := range s.state.FlowNames() {
		flow, _ := s.state.Flow(name)
		for _, v := range flow.Versions {
			row := soql.Row{
				"Id": v.ID, "DefinitionId": flow.ID, "VersionNumber": v.Number, "Status": flow.Status(v), "MasterLabel": name,
				"Definition": definition(name, flow.ID), "FullName": name + "-" + itoa(v.Number),
				"LastModifiedDate": restTime(v.By.Time), "LastModifiedById": v.By.User.ID,
			}
			if s.set.behaviours.Is(behaviour.FlowDetails, "told") {
				row["Metadata"] = flowMetadata(v.Content)
			}
			rows = append(rows, row)
		}
	}
	return rows
}

// definition gives the names of a flow's definition: that of a package stands apart.
func definition(flow, id string) soql.Row {
	row := soql.Row{"Id": id, "DeveloperName": flow, "NamespacePrefix": nil}
	if ns := orgstate.Namespace(metadata.Component{Type: "Flow", FullName: flow}); ns != "" {
		row["DeveloperName"], row["NamespacePrefix"] = strings.TrimPrefix(flow, ns+"__"), ns
	}
	return row
}

func (s *Server) flowDefinitionRows() []soql.Row {
	var rows []soql.Row
	for _, name := range s.state.FlowNames() {
		flow, _ := s.state.Flow(name)
		row := definition(name, flow.ID)
		row["MasterLabel"], row["ActiveVersionId"], row["ActiveVersion"] = name, nil, nil
		for _, v := range flow.Versions {
			version := soql.Row{"Id": v.ID, "VersionNumber": v.Number, "Status": flow.Status(v)}
			row["LatestVersionId"], row["LatestVersion"] = v.ID, version
			if v.Number == flow.Active {
				row["ActiveVersionId"], row["ActiveVersion"] = v.ID, version
			}
		}
		rows = append(rows, row)
	}
	return rows
}

func (s *Server) deployRows() []soql.Row {
	var rows []soql.Row
	for _, j := range s.jobs.deploys {
		done, total := s.progress(j)
		row := soql.Row{
			"Id": j.id, "Status": s.status(j), "CheckOnly": j.options.CheckOnly, "CreatedDate": restTime(j.by.Time),
			"CreatedById": j.by.User.ID, "CreatedBy": soql.Row{"Name": j.by.User.Name, "Username": j.by.User.Username},
			"StartDate": nil, "CompletedDate": nil, "NumberComponentsTotal": total, "NumberComponentErrors": j.outcome.Errors,
			"NumberComponentsDeployed": done, "ErrorMessage": nil, "RollbackOnError": j.options.RollbackOnError,
		}
		if start := s.startDate(j); !start.IsZero() {
			row["StartDate"] = restTime(start)
		}
		if !j.completed.IsZero() {
			row["CompletedDate"] = restTime(j.completed)
		}
		rows = append(rows, row)
	}
	slices.SortFunc(rows, func(a, b soql.Row) int { return strings.Compare(a["Id"].(string), b["Id"].(string)) })
	return rows
}

func (s *Server) valueSetRows() []soql.Row {
	var rows []soql.Row
	for _, c := range s.state.Components("StandardValueSet") {
		rows = append(rows, soql.Row{
			"Id": c.FullName, "MasterLabel": c.FullName, "DurableId": c.FullName,
			"Metadata": map[string]any{"standardValue": []any{map[string]string{"valueName": "any"}}},
		})
	}
	return rows
}
