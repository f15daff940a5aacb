package snapshot

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"time"

	"github.com/orgkeep/orgkeep/internal/state"
)

// Options are what a store uses of its surroundings. The zero value is good for
// reading; Env is needed to find Git's user settings.
type Options struct {
	FS  state.FS                 // nil is the system's
	Now func() time.Time         // nil is time.Now
	Env func(name string) string // nil is an empty environment
	// Wait waits for a lock of git's to go; nil waits by the clock.
	Wait func(ctx context.Context, d time.Duration) error

	mergeFrom int // packs; 0 is the constant of that name
}

func (o Options) withDefaults() Options {
	if o.FS == nil {
		o.FS = state.OS()
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Env == nil {
		o.Env = func(string) string { return "" }
	}
	if o.Wait == nil {
		o.Wait = wait
	}
	if o.mergeFrom == 0 {
		o.mergeFrom = mergeFrom
	}
	return o
}

func wait(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Store is a Git repository. Reading is safe for concurrent use. Writing goes
// through batches, under Lock; several may be filled and published side by side, for
// a branch each.
type Store struct {
	layout
	opts    Options
	fsys    state.FS
	config  gitConfig
	objects *objects
	flat    flatCache

	publishing sync.Mutex // one move at a time is noted

	mu       sync.Mutex
	held     *state.Lock
	gitLocks map[string]bool // those that this process has made
}

// Open finds the repository that dir is in, as git does by walking up. It returns
// ErrNotRepository when there is none, and ErrUnsupported when git keeps it in a
// way that cannot be written here.
func Open(dir string, opts Options) (*Store, error) {
	l, err := discover(dir)
	if err != nil {
		return nil, err
	}
	return open(l, opts.withDefaults())
}

func open(l layout, opts Options) (*Store, error) {
	config, err := readConfig(filepath.Join(l.gitDir, "config"))
	if err != nil {
		return nil, err
	}
	if err := l.check(config); err != nil {
		return nil, err
	}
	l = l.configured(config)
	return &Store{layout: l, opts: opts, fsys: opts.FS, config: config, objects: newObjects(l.gitDir), gitLocks: map[string]bool{}}, nil
}

// Dir is the root of the work tree, or the repository itself when it is bare.
func (s *Store) Dir() string { return s.dir }

// PrivateDir is the folder for what belongs to this clone alone: locks,
// operations under way, downloads. It is made when it is not there, with mode
// 0700.
func (s *Store) PrivateDir() (string, error) {
	dir := s.private()
	if err := state.MakeDir(s.fsys, dir, 0o700); err != nil {
		return "", fmt.Errorf("make the private folder: %w", err)
	}
	return dir, nil
}

func (l layout) private(name ...string) string {
	return filepath.Join(append([]string{l.gitDir, "orgkeep"}, name...)...)
}

// Lock makes this process the only one of ours that writes, until unlock is
// called or the process ends. It does not wait: a *state.LockedError names the
// holder. What a run that died has left is cleared first.
func (s *Store) Lock(ctx context.Context, what string) (unlock func(), err error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	dir, err := s.PrivateDir()
	if err != nil {
		return nil, err
	}
	l, err := state.Acquire(dir, what)
	if err != nil {
		return nil, err
	}
	s.setHeld(l)
	unlock = sync.OnceFunc(func() {
		s.setHeld(nil)
		// The system frees the lock with the process, whatever this says.
		_ = l.Release()
	})
	if err := s.clear(ctx); err != nil {
		unlock()
		return nil, fmt.Errorf("clear what an earlier run left: %w", err)
	}
	return unlock, nil
}

func (s *Store) setHeld(l *state.Lock) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.held = l
}

func (s *Store) mustHold() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.held == nil {
		return ErrNotLocked
	}
	return nil
}

// BreakLock takes away the lock of a process that is gone, and what it left. It
// returns a *state.LockedError when the process lives.
func (s *Store) BreakLock(ctx context.Context) error {
	dir, err := s.PrivateDir()
	if err != nil {
		return err
	}
	if err := state.Break(dir); err != nil {
		return fmt.Errorf("break the lock: %w", err)
	}
	unlock, err := s.Lock(ctx, "break-lock")
	if err != nil {
		return errors.Join(errors.New("the lock was taken again at once"), err)
	}
	unlock()
	return nil
}
