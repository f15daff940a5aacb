package emulator

import (
	"slices"

	"github.com/orgkeep/orgkeep/pkg/emulator/internal/orgstate"
	"github.com/orgkeep/orgkeep/pkg/emulator/internal/soql"
)

// rights are the user permissions that the org knows; every user has all but
// those that the script says are lacking.
func rights() []string {
	return []string{
		"ApiEnabled", "AuthorApex", "CustomizeApplication", "ManageUsers", "ModifyAllData", "ModifyMetadata",
		"ViewAllData", "ViewAllProfiles", "ViewAllUsers", "ViewRoles", "ViewSetup",
	}
}

// may tells whether a user has one of these rights.
func (s *Server) may(user orgstate.User, oneOf ...string) bool {
	return slices.ContainsFunc(oneOf, func(right string) bool { return !slices.Contains(s.lacks[user.ID], right) })
}

// permissionRows is UserPermissionAccess: one row, about the user who asks.
func (s *Server) permissionRows(user orgstate.User) []soql.Row {
	row := soql.Row{"Id": user.ID}
	for _, right := range rights() {
		row["Permissions"+right] = s.may(user, right)
	}
	return []soql.Row{row}
}

// barred refuses calls of the Metadata API to users who may not make them. Source:
// Metadata API Developer Guide, user permissions.
func (s *Server) barred(user orgstate.User) *soapFault {
	switch {
	case !s.may(user, "ApiEnabled"):
		return fault("API_DISABLED_FOR_ORG", "API is disabled for this User")
	case !s.may(user, "ModifyMetadata", "ModifyAllData"):
		return fault("INSUFFICIENT_ACCESS", "use of the Metadata API requires a user with the ModifyAllData or ModifyMetadata permissions")
	}
	return nil
}

// blind tells whether a user does not see Setup: fields, layouts and record types
// are then missing in profiles and permission sets.
func (s *Server) blind(user orgstate.User) bool {
	return !s.may(user, "ViewSetup", "CustomizeApplication")
}
