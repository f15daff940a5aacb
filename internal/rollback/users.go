package rollback

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/orgkeep/orgkeep/internal/deployplan"
	"github.com/orgkeep/orgkeep/pkg/mdapi"
)

// usersPerQuery keeps a query's URL far below the 16,384 bytes that the service
// takes.
const usersPerQuery = 40

// noUsers gives the users whom the target names and the org has not. An org that
// does not tell gives none: its deploy tells then.
func noUsers(ctx context.Context, org Org, in deployplan.Input) ([]string, error) {
	names, err := deployplan.UserNames(ctx, in)
	if err != nil {
		return nil, fmt.Errorf("look for the users whom the target names: %w", err)
	}
	var missing []string
	for chunk := range slices.Chunk(names, usersPerQuery) {
		rows, err := org.Query(ctx, "SELECT Username FROM User WHERE "+likeAny(chunk))
		if mdapi.Refused(err) {
			return nil, nil
		}
		if err != nil {
			return nil, fmt.Errorf("ask for the users whom the target names: %w", err)
		}
		for _, name := range chunk {
			if !slices.ContainsFunc(rows, func(r mdapi.Record) bool { return sameUser(r.Text("Username"), name) }) {
				missing = append(missing, name)
			}
		}
	}
	return missing, nil
}

// likeAny is a condition that lets pass the users of these names, with the suffix
// of a sandbox or without it.
func likeAny(names []string) string {
	quote := strings.NewReplacer(`\`, `\\`, `'`, `\'`)
	var out []string
	for _, name := range names {
		out = append(out, "Username LIKE '"+quote.Replace(withoutSuffix(name))+"%'")
	}
	return strings.Join(out, " OR ")
}

// withoutSuffix takes the last part of a name away, which a sandbox may have added;
// what is left ends in a domain that many names begin with, or is the name.
func withoutSuffix(name string) string {
	at := strings.LastIndexByte(name, '@')
	if dot := strings.LastIndexByte(name, '.'); at >= 0 && dot > at {
		return name[:dot]
	}
	return name
}

// sameUser compares as a deploy does: without regard to case, and to a suffix of
// one part on either side. Source: Metadata API Developer Guide, references to
// users.
func sameUser(a, b string) bool {
	if len(a) < len(b) {
		a, b = b, a
	}
	if !strings.EqualFold(a[:len(b)], b) {
		return false
	}
	rest := a[len(b):]
	return rest == "" || rest[0] == '.' && !strings.Contains(rest[1:], ".")
}
