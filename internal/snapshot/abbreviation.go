package snapshot

import (
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// shortest is how many digits an id must be given by, as in git.
const shortest = 4

// abbreviated finds the commit whose id begins with these digits. Of several
// objects the only commit is meant; of several commits none, and they are named.
func (s *Store) abbreviated(name string) (ID, error) {
	prefix := strings.ToLower(name)
	if len(prefix) < shortest || len(prefix) > 2*idSize || strings.Trim(prefix, "0123456789abcdef") != "" {
		return ID{}, fmt.Errorf("%q: %w", name, ErrNotFound)
	}
	ids, err := s.objects.withPrefix(prefix)
	if err != nil {
		return ID{}, err
	}
	var commits []ID
	var near []string
	for _, id := range ids {
		if _, err := s.peel(id); err == nil {
			commits = append(commits, id)
			near = append(near, id.String())
		} else if !errors.Is(err, ErrNotFound) {
			return ID{}, err
		}
	}
	switch len(commits) {
	case 0:
		return ID{}, fmt.Errorf("%q: %w", name, ErrNotFound)
	case 1:
		return commits[0], nil
	}
	return ID{}, &RevisionError{Revision: name, Near: near}
}

// withPrefix gives the objects whose ids begin with these hexadecimal digits,
// sorted.
func (o *objects) withPrefix(prefix string) ([]ID, error) {
	packs, err := o.list()
	if err != nil {
		return nil, err
	}
	found := map[ID]bool{}
	for _, p := range packs {
		ids, err := p.withPrefix(prefix)
		if err != nil {
			return nil, err
		}
		for _, id := range ids {
			found[id] = true
		}
	}
	dir := prefix[:2]
	entries, err := os.ReadDir(filepath.Join(o.dir, dir))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("list the loose objects: %w", err)
	}
	for _, e := range entries {
		if id, err := ParseID(dir + e.Name()); err == nil && strings.HasPrefix(id.String(), prefix) {
			found[id] = true
		}
	}
	ids := make([]ID, 0, len(found))
	for id := range found {
		ids = append(ids, id)
	}
	slices.SortFunc(ids, func(a, b ID) int { return strings.Compare(a.String(), b.String()) })
	return ids, nil
}

// withPrefix gives the pack's objects whose ids begin so.
func (p *pack) withPrefix(prefix string) ([]ID, error) {
	if err := p.load(); err != nil {
		return nil, err
	}
	padded := prefix + strings.Repeat("0", 2*idSize-len(prefix))
	low, err := hex.DecodeString(padded)
	if err != nil {
		return nil, fmt.Errorf("read the beginning of an id: %w", err)
	}
	var ids []ID
	for i := p.search(ID(low)); i < p.count() && strings.HasPrefix(p.id(i).String(), prefix); i++ {
		ids = append(ids, p.id(i))
	}
	return ids, nil
}
