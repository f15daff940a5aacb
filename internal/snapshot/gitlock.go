package snapshot

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/orgkeep/orgkeep/internal/state"
)

// lockSuffix is what git adds to the name of a file that is being replaced.
const lockSuffix = ".lock"

// How long a lock of git's is waited for: git itself holds those of refs for
// milliseconds, and that of the index for as long as it adds files.
const (
	lockTries = 20
	// patientTries is for what follows a snapshot that is recorded already.
	patientTries = 200
	lockPause    = 50 * time.Millisecond
)

// gitLock is a file of the repository that nobody else replaces meanwhile, git
// included.
type gitLock struct {
	store  *Store
	file   state.File
	target string
}

// lockFile makes target's lock. Git's is tried for so many times before a
// *GitLockError is returned.
func (s *Store) lockFile(ctx context.Context, target string, tries int) (*gitLock, error) {
	name := target + lockSuffix
	for try := 1; ; try++ {
		f, err := s.fsys.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
		switch {
		case err == nil:
			s.ourLock(name, true)
			return &gitLock{s, f, target}, nil
		case errors.Is(err, fs.ErrNotExist) && try <= lockTries:
			// Git takes empty folders away, perhaps again while they are made.
			if err := state.MakeDir(s.fsys, filepath.Dir(name), 0o777); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return nil, fmt.Errorf("lock %s: %w", target, err)
			}
			continue
		case !errors.Is(err, fs.ErrExist):
			return nil, fmt.Errorf("lock %s: %w", target, err)
		case try >= tries:
			return nil, &GitLockError{File: name}
		}
		if err := s.opts.Wait(ctx, lockPause); err != nil {
			return nil, err
		}
	}
}

// awaitLock waits a little for a lock of git's to go.
func (s *Store) awaitLock(ctx context.Context, target string) error {
	name := target + lockSuffix
	for range lockTries {
		if _, err := os.Lstat(name); errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err := s.opts.Wait(ctx, lockPause); err != nil {
			return err
		}
	}
	return &GitLockError{File: name}
}

// ourLock keeps count of the locks that are there by us.
func (s *Store) ourLock(name string, there bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if there {
		s.gitLocks[name] = true
	} else {
		delete(s.gitLocks, name)
	}
}

func (s *Store) holdsGitLocks() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.gitLocks) > 0
}

// commit puts data in the target's place, durably.
func (l *gitLock) commit(data []byte) error {
	fsys := l.store.fsys
	if _, err := l.file.Write(data); err != nil {
		l.abandon()
		return fmt.Errorf("write %s: %w", l.file.Name(), err)
	}
	if err := state.Finish(fsys, l.file, l.target); err != nil {
		l.abandon()
		return fmt.Errorf("replace %s: %w", l.target, err)
	}
	l.store.ourLock(l.file.Name(), false)
	if err := fsys.SyncDir(filepath.Dir(l.target)); err != nil {
		return fmt.Errorf("make %s durable: %w", l.target, err)
	}
	return nil
}

// abandon lets go without a change. A lock that cannot be removed is cleared by
// the next run, which finds it in the note.
func (l *gitLock) abandon() {
	name := l.file.Name()
	_ = l.file.Close()
	if err := l.store.fsys.Remove(name); err == nil || errors.Is(err, fs.ErrNotExist) {
		l.store.ourLock(name, false)
	}
}
