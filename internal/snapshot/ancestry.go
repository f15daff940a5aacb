package snapshot

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// shallow gives the commits whose parents a shallow clone has left out.
func (l layout) shallow() (map[ID]bool, error) {
	text, err := os.ReadFile(filepath.Join(l.gitDir, "shallow"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read where the history was cut off: %w", err)
	}
	cut := map[ID]bool{}
	for _, line := range strings.Fields(string(text)) {
		id, err := ParseID(line)
		if err != nil {
			return nil, &brokenRefError{"shallow", err.Error()}
		}
		cut[id] = true
	}
	return cut, nil
}

// descends tells whether a commit is ancestor or comes after it. cut tells that
// the history was cut off before the answer was found.
func (s *Store) descends(ctx context.Context, id, ancestor ID) (yes, cut bool, err error) {
	shallow, err := s.shallow()
	if err != nil {
		return false, false, err
	}
	r := s.objects.reader()
	defer r.close()
	seen := map[ID]bool{id: true}
	for queue := []ID{id}; len(queue) > 0; {
		if err := ctx.Err(); err != nil {
			return false, false, err
		}
		id, queue = queue[0], queue[1:]
		if id == ancestor {
			return true, false, nil
		}
		c, err := loadCommit(r, id)
		if err != nil {
			return false, false, err
		}
		if shallow[id] {
			cut = true
			continue
		}
		for _, p := range c.Parents {
			if !seen[p] {
				seen[p] = true
				queue = append(queue, p)
			}
		}
	}
	return false, cut, nil
}
