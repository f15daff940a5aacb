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
// milliseconds.
const (
	lockTries = 20
	lockPause = 50 * time.Millisecond
)

// gitLock is a file of the repository that nobody else replaces meanwhile, git
// included.
type gitLock struct {
	fsys   state.FS
	file   state.File
	target string
}

// lockFile makes target's lock, or returns a *GitLockError when git keeps it.
func (s *Store) lockFile(ctx context.Context, target string) (*gitLock, error) {
	name := target + lockSuffix
	for try := 0; ; try++ {
		f, err := s.fsys.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
		switch {
		case err == nil:
			return &gitLock{s.fsys, f, target}, nil
		case errors.Is(err, fs.ErrNotExist) && try < lockTries:
			// Git takes empty folders away, perhaps just now.
			if err := state.MakeDir(s.fsys, filepath.Dir(name), 0o777); err != nil {
				return nil, fmt.Errorf("lock %s: %w", target, err)
			}
			continue
		case !errors.Is(err, fs.ErrExist):
			return nil, fmt.Errorf("lock %s: %w", target, err)
		case try >= lockTries:
			return nil, &GitLockError{File: name}
		}
		if err := s.opts.Wait(ctx, lockPause); err != nil {
			return nil, err
		}
	}
}

// commit puts data in the target's place, durably.
func (l *gitLock) commit(data []byte) error {
	if _, err := l.file.Write(data); err != nil {
		l.abandon()
		return fmt.Errorf("write %s: %w", l.file.Name(), err)
	}
	if err := state.Finish(l.fsys, l.file, l.target); err != nil {
		return fmt.Errorf("replace %s: %w", l.target, err)
	}
	if err := l.fsys.SyncDir(filepath.Dir(l.target)); err != nil {
		return fmt.Errorf("make %s durable: %w", l.target, err)
	}
	return nil
}

// abandon lets go without a change. A lock that cannot be removed is cleared by
// the next run, which finds it in the note.
func (l *gitLock) abandon() {
	_ = l.file.Close()
	_ = l.fsys.Remove(l.file.Name())
}
