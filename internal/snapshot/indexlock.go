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
	"time"
)

func (s *Store) indexFile() string { return filepath.Join(s.gitDir, "index") }

// checkedOut tells whether the work tree stands on a branch.
func (s *Store) checkedOut(branch string) (bool, error) {
	if s.bare {
		return false, nil
	}
	on, err := s.head()
	return on == branch, err
}

// elsewhere gives the linked work trees that stand on a branch. They are left to
// git, which keeps a branch from being in two places.
func (s *Store) elsewhere(branch string) []string {
	heads, err := filepath.Glob(filepath.Join(s.gitDir, "worktrees", "*", headRef))
	if err != nil {
		return nil // never: the pattern is good
	}
	var dirs []string
	for _, head := range heads {
		text, err := os.ReadFile(head)
		if err != nil || strings.TrimSpace(string(text)) != "ref: "+branchPrefix+branch {
			continue
		}
		if dotGit, err := os.ReadFile(filepath.Join(filepath.Dir(head), "gitdir")); err == nil {
			dirs = append(dirs, filepath.Dir(strings.TrimSpace(string(dotGit))))
		}
	}
	return dirs
}

// indexLock is the index under its lock, as git read it. A nil one stands for a
// work tree that is not concerned.
type indexLock struct {
	lock    *gitLock
	written time.Time // when the index was; zero when there is none
	entries []indexEntry
	set     map[string]*indexEntry // nil takes a file out
	broken  error                  // why the index cannot be read
}

// lockIndex takes git's lock on the index where the work tree follows a move.
func (s *Store) lockIndex(ctx context.Context, m move) (*indexLock, error) {
	if !m.Checkout {
		return nil, nil
	}
	// Once: the note is written, and a lock of git's that is waited for with it
	// would be taken for ours if this process were killed.
	lock, err := s.lockFile(ctx, s.indexFile(), 1)
	if err != nil {
		return nil, err
	}
	l := &indexLock{lock: lock, set: map[string]*indexEntry{}}
	data, err := os.ReadFile(s.indexFile())
	if errors.Is(err, fs.ErrNotExist) {
		return l, nil
	}
	if err != nil {
		l.abandon()
		return nil, fmt.Errorf("read the index: %w", err)
	}
	if info, err := os.Stat(s.indexFile()); err == nil {
		l.written = info.ModTime()
	}
	l.entries, l.broken = parseIndex(data)
	return l, nil
}

func (l *indexLock) abandon() {
	if l != nil {
		l.lock.abandon()
	}
}

// get gives what is staged at a path. ok is false when nothing is; merging tells
// that a merge is under way there.
func (l *indexLock) get(path string) (e indexEntry, ok, merging bool) {
	i, _ := slices.BinarySearchFunc(l.entries, path, func(e indexEntry, p string) int { return strings.Compare(e.path, p) })
	if i == len(l.entries) || l.entries[i].path != path {
		return indexEntry{}, false, false
	}
	return l.entries[i], true, l.entries[i].merging()
}

// commit writes the index with what was set.
func (l *indexLock) commit() error {
	out := make([]indexEntry, 0, len(l.entries)+len(l.set))
	for _, e := range l.entries {
		if _, ok := l.set[e.path]; !ok {
			out = append(out, e)
		}
	}
	for _, e := range l.set {
		if e != nil {
			out = append(out, *e)
		}
	}
	slices.SortFunc(out, compareIndex)
	return l.lock.commit(formatIndexFile(out))
}
