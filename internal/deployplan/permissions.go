package deployplan

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/beevik/etree"

	"github.com/orgkeep/orgkeep/internal/tree"
)

// PermissionNames gives the user permissions that the target's profiles and
// permission sets name where they differ from the org, sorted. Those that the org's
// own name in the same files need no asking.
func PermissionNames(ctx context.Context, in Input) ([]string, error) {
	wanted, known := map[string]bool{}, map[string]bool{}
	for c := range tree.Changed(in.Live.Tree, in.Target.Tree) {
		if !givesPermissions(c.Path) || c.To == (tree.Hash{}) {
			continue
		}
		for _, side := range []struct {
			of   State
			hash tree.Hash
			into map[string]bool
		}{{in.Live, c.From, known}, {in.Target, c.To, wanted}} {
			if side.hash == (tree.Hash{}) {
				continue
			}
			content, err := side.of.Blobs.Blob(ctx, side.hash)
			if err != nil {
				return nil, fmt.Errorf("read %s: %w", c.Path, err)
			}
			doc, err := parse(content)
			if err != nil {
				continue // what is no XML gives nothing
			}
			for _, e := range doc.Root().SelectElements("userPermissions") {
				side.into[text(e, "name")] = true
			}
		}
	}
	maps.DeleteFunc(wanted, func(name string, _ bool) bool { return known[name] || name == "" })
	return slices.Sorted(maps.Keys(wanted)), nil
}

func givesPermissions(path string) bool {
	return slices.ContainsFunc([]string{"profiles/", "permissionsets/", "mutingpermissionsets/"}, func(dir string) bool { return strings.HasPrefix(path, dir) })
}

// unknownPermissions deals with user permissions that the org has not, for want of a
// licence or a feature: it refuses a file that names one. An entry that gives nothing
// is left out; one that gives the permission is a difference that nobody may pass
// over.
func (e *edit) unknownPermissions() {
	var gives []string
	for _, entry := range e.target.SelectElements("userPermissions") {
		name := text(entry, "name")
		switch {
		case !slices.Contains(e.b.in.NoPermissions, name):
		case is(entry, "enabled"):
			gives = append(gives, name)
		default:
			e.leaveOut(entry, "the org has no such user permission, and takes no file that names it")
		}
	}
	switch len(gives) {
	case 0:
	case 1:
		e.refuse("it gives the user permission "+gives[0]+", which the org has not", "get the licence or switch on the feature that it belongs to, then roll back again")
	default:
		e.refuse("it gives user permissions that the org has not: "+strings.Join(gives, ", "), "get the licences or switch on the features that they belong to, then roll back again")
	}
}

// leaveOut takes an entry out of what is sent.
func (e *edit) leaveOut(entry *etree.Element, why string) {
	key := e.b.keys.key(e.target.Tag, entry)
	e.target.RemoveChild(entry)
	e.may(entry.Tag, key, why)
}
