package cli

import (
	"context"
	"errors"
	"maps"
	"slices"

	"github.com/orgkeep/orgkeep/internal/capture"
	"github.com/orgkeep/orgkeep/internal/config"
	"github.com/orgkeep/orgkeep/internal/seal"
	"github.com/orgkeep/orgkeep/internal/snapshot"
)

// sealedBy counts the sealed values of all orgs' newest snapshots, by the id of
// the key.
func (f *Factory) sealedBy(ctx context.Context, store *snapshot.Store, settings *config.Config) (map[string]int, error) {
	used := map[string]int{}
	branches, err := store.Branches(ctx)
	if err != nil {
		return nil, err
	}
	// A fresh clone knows of branches only by the names of the orgs.
	for _, alias := range slices.Concat(settings.Aliases(), f.signedIn()) {
		branches = append(branches, settings.Org(alias).Branch)
	}
	slices.Sort(branches)
	for _, branch := range slices.Compact(branches) {
		head, err := store.Head(ctx, branch)
		if err != nil {
			continue // what is wrong with it is said by those who need it
		}
		data, err := store.File(ctx, head, capture.CoveragePath)
		if errors.Is(err, snapshot.ErrNotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		coverage, err := capture.ParseCoverage(data)
		if err != nil {
			continue
		}
		for _, v := range coverage.Sealed {
			used[v.Key]++
		}
	}
	return used, nil
}

func sortedKeys(m map[string]int) []string { return slices.Sorted(maps.Keys(m)) }

// mostUsed gives the key that sealed most, "" for none.
func mostUsed(used map[string]int) string {
	best := ""
	for _, id := range sortedKeys(used) {
		if id != seal.NoKey && (best == "" || used[id] > used[best]) {
			best = id
		}
	}
	return best
}
