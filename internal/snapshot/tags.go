package snapshot

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Tags gives the names of the tags on each commit, sorted. A tag that names no
// commit, or nothing that can be read, is left out: it says nothing of one.
func (s *Store) Tags(ctx context.Context) (map[ID][]string, error) {
	found, _, err := s.refs(tagPrefix)
	if err != nil {
		return nil, fmt.Errorf("list the tags: %w", err)
	}
	tags := map[ID][]string{}
	for _, ref := range slices.Sorted(maps.Keys(found)) {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		c, err := s.peel(found[ref])
		if err != nil {
			continue
		}
		tags[c.ID] = append(tags[c.ID], strings.TrimPrefix(ref, tagPrefix))
	}
	return tags, nil
}
