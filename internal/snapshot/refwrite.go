package snapshot

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// writeRef moves a ref under its lock. It returns ErrMoved when the ref has another
// value by then than the move begins with.
func (s *Store) writeRef(ctx context.Context, m move) error {
	if err := checkRefName(m.Ref); err != nil {
		return err
	}
	l, err := s.lockFile(ctx, s.refFile(m.Ref), lockTries)
	if err != nil {
		if collision := s.collision(m.Ref); collision != nil {
			return collision
		}
		return err
	}
	if err := s.compareRef(m); err != nil {
		l.abandon()
		return err
	}
	return s.commitRef(l, m.Ref, m.New)
}

// commitRef puts a ref's value in its place, durably. Git may pack the ref as soon as
// it is there and take the folder away: then there is nothing left to sync, as git has
// synced its packed file.
func (s *Store) commitRef(l *gitLock, name string, id ID) error {
	err := l.commit([]byte(id.String() + "\n"))
	if errors.Is(err, fs.ErrNotExist) {
		if v, lost := s.readRef(name); lost == nil && v.id == id {
			return nil
		}
	}
	return err
}

// compareRef holds a ref against the value that it should have.
func (s *Store) compareRef(m move) error {
	v, err := s.readRef(m.Ref)
	var broken *brokenRefError
	switch {
	case m.Force && errors.As(err, &broken):
		return nil
	case errors.Is(err, ErrNotFound):
		v = refValue{}
	case err != nil:
		return err
	case v.target != "":
		return fmt.Errorf("%w: %s stands for %s; name that one", ErrUnsupported, m.Ref, v.target)
	}
	if v.id != m.Old {
		return fmt.Errorf("%s: %w", m.Ref, ErrMoved)
	}
	if v.id.IsZero() {
		return s.makeRoom(m.Ref)
	}
	return nil
}

// makeRoom prepares a place for a new ref. Empty folders that git left are taken
// away.
func (s *Store) makeRoom(name string) error {
	if err := s.collision(name); err != nil {
		return err
	}
	return s.removeEmpty(s.refFile(name))
}

// collision tells whether a ref would lie where another has its folder, or the
// other way round.
func (s *Store) collision(name string) error {
	all, broken, err := s.refs("refs/")
	if err != nil {
		return err
	}
	for other := range broken {
		all[other] = ID{}
	}
	for other := range all {
		if strings.HasPrefix(other, name+"/") || strings.HasPrefix(name, other+"/") {
			return fmt.Errorf("%w: %s and %s cannot both be refs; rename one of them", ErrExists, name, other)
		}
	}
	return nil
}

// removeEmpty takes away a folder that holds nothing but folders.
func (s *Store) removeEmpty(dir string) error {
	var folders []string
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.IsDir() {
			folders = append(folders, path)
		}
		return err
	})
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("look into %s: %w", dir, err)
	}
	for _, folder := range slices.Backward(folders) {
		if err := s.fsys.Remove(folder); err != nil && !errors.Is(err, os.ErrNotExist) {
			return fmt.Errorf("remove an empty folder: %w", err)
		}
	}
	return nil
}
