package capture

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/orgkeep/orgkeep/internal/diff"
	"github.com/orgkeep/orgkeep/internal/retrieve"
	"github.com/orgkeep/orgkeep/pkg/mdapi"
	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// Author is who changed a component, as far as the org tells. The zero Author is
// unknown.
type Author struct {
	Username string    `json:"username"`
	Name     string    `json:"name"`
	When     time.Time `json:"when"`
}

// Known tells whether the org told who it was.
func (a Author) Known() bool { return a.Username != "" }

// Authors tells who made each change; since is the time on the org's clock at
// which the older side of the comparison was listed. A row speaks only when its
// date does not lie before that: a change without such a row came about in
// another way (a profile moves with a new field, a deployment without a date),
// and the user that its row names did something else, earlier. What was deleted
// has no row; see deleters.
func Authors(ctx context.Context, org Org, state *State, changes diff.Result, since time.Time) (map[metadata.Component]Author, error) {
	out, err := editors(ctx, org, state, changes, since)
	if err != nil {
		return nil, err
	}
	deleted, err := deleters(ctx, org, changes, since)
	if err != nil {
		return nil, err
	}
	maps.Copy(out, deleted)
	return out, nil
}

func editors(ctx context.Context, org Org, state *State, changes diff.Result, since time.Time) (map[metadata.Component]Author, error) {
	rows := map[metadata.Component]mdapi.FileProperties{}
	ids := map[string]bool{}
	for _, change := range changes.Changes {
		row, ok := evidence(state.Listing, change, since)
		if !ok {
			continue
		}
		rows[change.Component] = row
		ids[row.LastModifiedByID] = true
	}
	out := map[metadata.Component]Author{}
	if len(ids) == 0 {
		return out, nil
	}
	users, err := org.Users(ctx, slices.Sorted(maps.Keys(ids))...)
	if mdapi.Refused(err) {
		return out, nil // who may not read users gets "unknown"
	}
	if err != nil {
		return nil, fmt.Errorf("ask who changed what: %w", err)
	}
	for c, row := range rows {
		if u, ok := users[row.LastModifiedByID]; ok {
			out[c] = Author{Username: u.Username, Name: u.Name, When: row.LastModifiedDate}
		}
	}
	return out, nil
}

func evidence(l *retrieve.Listing, change diff.Change, since time.Time) (mdapi.FileProperties, bool) {
	if change.Kind == diff.Deleted {
		return mdapi.FileProperties{}, false
	}
	row, ok := l.Row(change.Component)
	if !ok || row.LastModifiedByID == "" || !retrieve.Dated(row) {
		return mdapi.FileProperties{}, false
	}
	// Dates are cut to seconds; so is the time with which they are compared.
	return row, !row.LastModifiedDate.Before(since.Truncate(time.Second))
}
