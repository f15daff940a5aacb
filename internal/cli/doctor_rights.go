package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/orgkeep/orgkeep/pkg/mdapi"
)

// right is a permission that matters, by the platform's name and by the label
// that Setup shows.
type right struct {
	name, label string
	// lacking is what does not work without it.
	lacking string
	// instead are rights each of which is as good.
	instead []string
	// backup rights are needed to take snapshots; the others to roll back.
	backup bool
}

// rights are what a full retrieve and a rollback need. Sources: Metadata API
// Developer Guide, listMetadata(), Profile, PermissionSet; the platform's refusal
// names ModifyMetadata and ModifyAllData.
func rights() []right {
	return []right{
		{name: "ApiEnabled", label: "API Enabled", lacking: "nothing can be called", backup: true},
		{
			name: "ModifyMetadata", label: "Modify Metadata Through Metadata API Functions", instead: []string{"ModifyAllData"},
			lacking: "nothing can be listed or retrieved", backup: true,
		},
		{name: "ViewRoles", label: "View Roles and Role Hierarchy", lacking: "View Setup and Configuration depends on it", backup: true},
		{
			name: "ViewSetup", label: "View Setup and Configuration", instead: []string{"CustomizeApplication"},
			lacking: "fields, layouts and record types are missing in profiles and permission sets", backup: true,
		},
		{name: "CustomizeApplication", label: "Customize Application", lacking: "a rollback is refused most of what it would change"},
		{name: "AuthorApex", label: "Author Apex", lacking: "a rollback of Apex is refused"},
	}
}

// permissions asks the org which rights the user has: UserPermissionAccess has
// one row, about the user who asks, and needs no right itself. It is there from
// API 41.0 on.
func (d *doctor) permissions(ctx context.Context, client *mdapi.Client) {
	has, err := userRights(ctx, client)
	if err != nil {
		d.add("permissions", checkUnknown, "the org does not tell which the user has: "+err.Error(),
			"A user who takes snapshots needs: "+strings.Join(backupLabels(), ", ")+".")
		return
	}
	complete := true
	for _, r := range rights() {
		if slices.ContainsFunc(append(r.instead, r.name), func(name string) bool { return has[name] }) {
			continue
		}
		complete = false
		found := fmt.Sprintf("lacks %s: %s", r.label, r.lacking)
		if r.backup {
			d.problem("permissions", found, grantHint(), ExitIncomplete)
			continue
		}
		d.add("permissions", checkWarning, found, "Needed to roll back alone; snapshots do without.")
	}
	if complete {
		d.add("permissions", checkOK, "all that snapshots and rollbacks need", "")
	}
}

// userRights gives the rights that the user has, of those that matter. A right
// that the org's edition does not know voids the query for all; then each is
// asked for alone, and the unknown one is lacking.
func userRights(ctx context.Context, client *mdapi.Client) (map[string]bool, error) {
	var names []string
	for _, r := range rights() {
		names = append(append(names, r.name), r.instead...)
	}
	slices.Sort(names)
	names = slices.Compact(names)
	has := map[string]bool{}
	err := askRights(ctx, client, has, names...)
	if !unknownField(err) {
		return has, err
	}
	for _, name := range names {
		if err := askRights(ctx, client, has, name); err != nil && !unknownField(err) {
			return nil, err
		}
	}
	return has, nil
}

// rightField is the field of a permission, here and in PermissionSet.
const rightField = "Permissions"

var errNoRow = errors.New("no row came")

func askRights(ctx context.Context, client *mdapi.Client, has map[string]bool, names ...string) error {
	rows, err := client.Query(ctx, "SELECT "+rightField+strings.Join(names, ", "+rightField)+" FROM UserPermissionAccess LIMIT 1")
	if err != nil {
		return err
	}
	if len(rows) == 0 {
		return errNoRow
	}
	for _, name := range names {
		has[name] = rows[0].Bool(rightField + name)
	}
	return nil
}

func unknownField(err error) bool {
	var fault *mdapi.Fault
	return errors.As(err, &fault) && fault.Code == "INVALID_FIELD"
}

func backupLabels() []string {
	var labels []string
	for _, r := range rights() {
		if r.backup {
			labels = append(labels, r.label)
		}
	}
	return labels
}
