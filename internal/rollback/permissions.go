package rollback

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/orgkeep/orgkeep/internal/deployplan"
	"github.com/orgkeep/orgkeep/pkg/mdapi"
)

const (
	// permissionsPerQuery keeps a query's URL far below the 16,384 bytes that the
	// service takes.
	permissionsPerQuery = 100
	// permissionsMissed bounds how many that the org lacks are found: a refusal names
	// one at a time.
	permissionsMissed = 50
)

// fieldPrefix begins the fields of a permission set that stand for user permissions.
// Source: Object Reference, PermissionSet, "PermissionsPermissionName".
const fieldPrefix = "Permissions"

var noSuchColumn = regexp.MustCompile(`No such column '` + fieldPrefix + `(\w+)'`)

// noPermissions gives the user permissions that the target names and the org does not
// know: it has fields for those alone that its licences and features bring. An org
// that does not tell gives none: its deploy tells then.
func noPermissions(ctx context.Context, org Org, in deployplan.Input) ([]string, error) {
	names, err := deployplan.PermissionNames(ctx, in)
	if err != nil {
		return nil, fmt.Errorf("look for the user permissions that the target names: %w", err)
	}
	names = slices.DeleteFunc(names, func(name string) bool { return !word.MatchString(name) })
	var missing []string
	for chunk := range slices.Chunk(names, permissionsPerQuery) {
		found, err := unknownOf(ctx, org, slices.Clone(chunk), permissionsMissed-len(missing))
		if err != nil {
			return nil, fmt.Errorf("ask for the user permissions that the target names: %w", err)
		}
		missing = append(missing, found...)
	}
	return missing, nil
}

var word = regexp.MustCompile(`^\w+$`)

// unknownOf asks for all names at once, and again without the one that the refusal
// names, until the org takes what is left.
func unknownOf(ctx context.Context, org Org, names []string, most int) ([]string, error) {
	var missing []string
	for len(names) > 0 && len(missing) < most {
		_, err := org.Query(ctx, "SELECT "+fieldPrefix+strings.Join(names, ", "+fieldPrefix)+" FROM PermissionSet LIMIT 1")
		if err == nil {
			return missing, nil
		}
		var fault *mdapi.Fault
		if !mdapi.Refused(err) || !errors.As(err, &fault) {
			return nil, err
		}
		told := noSuchColumn.FindStringSubmatch(fault.Message)
		if told == nil {
			return missing, nil // it does not tell of the others
		}
		at := slices.IndexFunc(names, func(name string) bool { return strings.EqualFold(name, told[1]) })
		if at < 0 {
			return missing, nil
		}
		missing = append(missing, names[at])
		names = slices.Delete(names, at, at+1)
	}
	return missing, nil
}
