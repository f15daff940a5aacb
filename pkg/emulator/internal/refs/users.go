package refs

import (
	"strings"

	"github.com/orgkeep/orgkeep/pkg/emulator/internal/orgstate"
	"github.com/orgkeep/orgkeep/pkg/emulator/internal/xmltext"
)

// User is a user name in a file.
type User struct {
	Field, Username string
	// Silent names are replaced by the deploying user when they are unknown.
	Silent bool
}

// Users gives the user names in a file.
func Users(f *orgstate.File) []User {
	return orgstate.Memo(f, "users", func() []User {
		if !strings.Contains(string(f.Content), "@") || !bytesLookXML(f.Content) {
			return nil
		}
		switch f.Component.Type {
		case "Queue", "Workflow", "AssignmentRules", "EscalationRules", "AutoResponseRules", "ApprovalProcess", "Dashboard",
			"Report", "Document", "EmailTemplate", "CustomSite", "Settings", "Group":
		default:
			return nil
		}
		root, err := f.Root()
		if err != nil {
			return nil
		}
		var users []User
		root.Walk(func(e *xmltext.Element) { users = append(users, userIn(e)...) })
		return users
	})
}

// userIn knows the elements that hold a user's name, by themselves or beside one
// that says so.
func userIn(e *xmltext.Element) []User {
	var out []User
	add := func(field, name string) {
		if strings.Contains(name, "@") {
			out = append(out, User{Field: field, Username: name})
		}
	}
	switch e.Name {
	case "users":
		for _, u := range e.All("user") {
			add("user", strings.TrimSpace(u.Text()))
		}
	case "runningUser":
		out = append(out, User{Field: e.Name, Username: strings.TrimSpace(e.Text()), Silent: true})
	case "siteAdmin", "integrationUser", "defaultCaseOwner", "defaultCaseUser", "systemUserEmail":
		add(e.Name, strings.TrimSpace(e.Text()))
	}
	if strings.EqualFold(e.Get("assignedToType"), "User") {
		add("assignedTo", e.Get("assignedTo"))
	}
	if strings.EqualFold(e.Get("type"), "user") {
		add("recipient", e.Get("recipient"))
		add("approver", e.Get("name"))
	}
	if strings.EqualFold(e.Get("sharedToType"), "User") {
		add("sharedTo", e.Get("sharedTo"))
	}
	return out
}
