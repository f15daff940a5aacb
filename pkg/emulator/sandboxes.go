package emulator

import (
	"fmt"

	"github.com/orgkeep/orgkeep/pkg/emulator/internal/orgstate"
	"github.com/orgkeep/orgkeep/pkg/emulator/internal/soql"
)

// scriptSandbox is a sandbox of a production org, which knows of it by two
// objects of the Tooling API. It is only a record: the sandbox itself is another
// server, if there is one.
type scriptSandbox struct {
	Name        string `yaml:"name"`
	OrgID       string `yaml:"org_id"`
	Description string `yaml:"description"`
	License     string `yaml:"license"` // DEVELOPER unless given
}

// sandboxRows are SandboxInfo and SandboxProcess: what a sandbox is, and the
// creation that made it. A sandbox has none of its own.
func (s *Server) sandboxRows(object string) []soql.Row {
	if s.set.sandbox {
		return nil
	}
	var rows []soql.Row
	for i, b := range s.script.Sandboxes {
		license := b.License
		if license == "" {
			license = "DEVELOPER"
		}
		info := orgstate.ID18(fmt.Sprintf("0GQ000000%06d", i+1))
		row := soql.Row{
			"Id": info, "SandboxName": b.Name, "Description": orNil(b.Description), "LicenseType": license,
			"Features": nil, "SourceId": nil, "ApexClassId": nil,
		}
		if object == "sandboxprocess" {
			made := restTime(s.now().AddDate(0, -6, 0))
			row["Id"], row["SandboxInfoId"] = orgstate.ID18(fmt.Sprintf("0GR000000%06d", i+1)), info
			row["Status"], row["CopyProgress"], row["CreatedDate"], row["EndDate"] = "Completed", 100, made, made
			row["SandboxOrganization"] = b.OrgID[:min(len(b.OrgID), 15)]
		}
		rows = append(rows, row)
	}
	return rows
}
