package rollback

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/orgkeep/orgkeep/internal/deployplan"
	"github.com/orgkeep/orgkeep/pkg/mdapi"
	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// askedFor bounds how many components are asked for.
const askedFor = 50

// CountRecords notes in a plan how many records stand behind what it would destroy,
// as the user who is signed in sees them, where the org tells.
func CountRecords(ctx context.Context, org Org, plan *deployplan.Plan) error {
	asked := 0
	for i := range plan.Actions {
		a := &plan.Actions[i]
		a.Records = nil
		soql := recordsOf(a.Component)
		if a.DataLoss == "" || soql == "" || asked == askedFor {
			continue
		}
		asked++
		rows, err := org.Query(ctx, soql+" LIMIT "+strconv.Itoa(deployplan.CountedTo+1))
		if mdapi.Refused(err) {
			continue // of some fields and objects no query tells
		}
		if err != nil {
			return fmt.Errorf("count the records of %s: %w", a.Component, err)
		}
		n := len(rows)
		a.Records = &n
	}
	return nil
}

// recordsOf is the query for what stands behind a component; empty where there is
// none.
func recordsOf(c metadata.Component) string {
	if strings.ContainsFunc(c.FullName, func(r rune) bool {
		return r != '_' && r != '.' && (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z')
	}) {
		return ""
	}
	switch c.Type {
	case "CustomObject":
		return "SELECT Id FROM " + c.FullName
	case "CustomField":
		object, field, _ := strings.Cut(c.FullName, ".")
		return "SELECT Id FROM " + object + " WHERE " + field + " != null"
	case "PermissionSet":
		return "SELECT Id FROM PermissionSetAssignment WHERE PermissionSet.Name = '" + c.FullName + "'"
	}
	return ""
}
