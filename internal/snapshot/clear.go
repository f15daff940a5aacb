package snapshot

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/orgkeep/orgkeep/internal/state"
)

// tempPrefix begins the names of unfinished packs and files of the work tree. Under
// Store.Lock nobody of ours is writing one; git's own have other names.
const tempPrefix = state.TempPrefix + "orgkeep_"

// clear finishes or takes away what an earlier run has left. The caller holds the
// lock, so that no run of ours is alive.
func (s *Store) clear(ctx context.Context) error {
	if err := s.sweep(); err != nil {
		return err
	}
	if err := s.finishMerge(); err != nil {
		return err
	}
	m, ok, err := s.notedMove()
	if err != nil {
		return err
	}
	if !ok {
		return s.dropMove()
	}
	if err := s.removeLocks(m); err != nil {
		return err
	}
	s.objects.forget()
	if !s.hasMoved(m) {
		return s.settle(m, nil)
	}
	err = s.finish(ctx, m)
	if errors.Is(err, ErrNotFound) || errors.Is(err, ErrCorrupt) {
		return s.settle(m, nil) // the lock is needed to repair that
	}
	return err
}

// finish does what a run did not get to after it had moved the ref.
func (s *Store) finish(ctx context.Context, m move) error {
	if m.Checkout {
		var err error
		if m.Checkout, err = s.checkedOut(m.Branch); err != nil {
			return err
		}
	}
	index, err := s.lockIndex(ctx, m)
	if err != nil {
		return err
	}
	_, err = s.follow(ctx, m, index)
	return err
}

// old is after how long an unfinished file in the private folder is nobody's: other
// packages write there without the lock.
const old = 24 * time.Hour

// abandoned tells whether nobody is writing an unfinished file.
func (s *Store) abandoned(e fs.DirEntry, private bool) bool {
	if strings.HasPrefix(e.Name(), tempPrefix) {
		return true
	}
	if !private || !strings.HasPrefix(e.Name(), state.TempPrefix) || !e.Type().IsRegular() {
		return false
	}
	info, err := e.Info()
	return err == nil && s.opts.Now().Sub(info.ModTime()) > old
}

// sweep removes unfinished packs and files of the work tree.
func (s *Store) sweep() error {
	for _, dir := range []string{s.objects.packDir(), s.private()} {
		entries, err := os.ReadDir(dir)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("look for unfinished files: %w", err)
		}
		for _, e := range entries {
			if !s.abandoned(e, dir == s.private()) {
				continue
			}
			if err := s.fsys.Remove(filepath.Join(dir, e.Name())); err != nil {
				return fmt.Errorf("remove an unfinished file: %w", err)
			}
		}
	}
	return nil
}

// removeLocks takes away the git locks that a dead run made. What it was about to
// write tells its locks from those of a git that came in between.
func (s *Store) removeLocks(m move) error {
	begins := func(id ID) func(string) bool {
		return func(text string) bool { return strings.HasPrefix(id.String()+"\n", text) }
	}
	ours := map[string]func(string) bool{s.refFile(m.Ref): begins(m.New)}
	for n, id := range m.Anchors {
		ours[s.refFile(anchorRef(m.Branch, n+1))] = begins(id)
	}
	if !m.State.IsZero() {
		ours[s.refFile(stateRef(m.Branch))] = begins(m.State)
	}
	if m.Checkout {
		ours[s.indexFile()] = func(text string) bool { return text == "" || strings.HasPrefix(text, indexMagic) }
	}
	for target, is := range ours {
		text, err := os.ReadFile(target + lockSuffix)
		if errors.Is(err, fs.ErrNotExist) || err == nil && !is(string(text)) {
			continue
		}
		if err != nil {
			return fmt.Errorf("look at a lock: %w", err)
		}
		if err := s.fsys.Remove(target + lockSuffix); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("remove the lock of a run that ended early: %w", err)
		}
		s.ourLock(target+lockSuffix, false)
	}
	return nil
}
