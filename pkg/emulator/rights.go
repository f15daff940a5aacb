package emulator

import (
	"slices"
	"strings"

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

// Withdraw takes user permissions from the org, as a licence or a feature that ends
// does: it has no field for them any more, and refuses files that name them.
func (s *Server) Withdraw(permissions ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.without = append(s.without, permissions...)
}

// withPermissions adds to the rows of permission sets and profiles the fields for
// user permissions that a query names: the org knows all but those that it was told
// to have lost. Source: Object Reference, PermissionSet.
func (s *Server) withPermissions(q soql.Query, rows []soql.Row) []soql.Row {
	if !strings.EqualFold(q.Object, "PermissionSet") && !strings.EqualFold(q.Object, "Profile") {
		return rows
	}
	for _, field := range q.Fields {
		name, is := strings.CutPrefix(field, "Permissions")
		if !is || slices.Contains(s.without, name) {
			continue
		}
		for _, row := range rows {
			row[field] = false // which sets give it is not modelled
		}
	}
	return rows
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
