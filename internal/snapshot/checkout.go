package snapshot

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/orgkeep/orgkeep/internal/state"
)

// checkout brings the work tree and the index from one commit of the branch to
// the next, for the paths that differ. What the user has changed stays as it is
// and is named. It can be done again after it was cut off.
func (s *Store) checkout(ctx context.Context, m move, index *indexLock) (notes []string, err error) {
	if index.broken != nil {
		index.abandon()
		return []string{fmt.Sprintf("The work tree was not brought up to date: %v.", index.broken)}, nil
	}
	r := s.objects.reader()
	defer r.close()
	c := checkout{store: s, index: index, objects: r}
	if err := c.run(ctx, m); err != nil {
		index.abandon()
		return nil, err
	}
	if len(index.set) == 0 {
		index.abandon()
		return c.notes(), nil
	}
	return c.notes(), index.commit()
}

type checkout struct {
	store   *Store
	index   *indexLock
	objects objectReader
	left    []string // paths that the user has changed
}

func (c *checkout) run(ctx context.Context, m move) error {
	var old ID
	if !m.Old.IsZero() {
		before, err := loadCommit(c.objects, m.Old)
		if err != nil {
			return err
		}
		old = before.TreeID
	}
	after, err := loadCommit(c.objects, m.New)
	if err != nil {
		return err
	}
	changes, err := diffTrees(ctx, c.objects, old, after.TreeID)
	if err != nil {
		return err
	}
	// A file may have to make room for a folder, or a folder for a file.
	for _, deletion := range []bool{true, false} {
		for _, change := range changes {
			if change.now.id.IsZero() != deletion {
				continue
			}
			if err := c.path(change); err != nil {
				return fmt.Errorf("%s: %w", change.path, err)
			}
		}
	}
	return nil
}

// path brings one path up to date.
func (c *checkout) path(change treeChange) error {
	staged, ok, merging := c.index.get(change.path)
	isOld := is(staged, ok, change.old)
	if merging || !isOld && !is(staged, ok, change.now) {
		c.left = append(c.left, change.path)
		return nil
	}
	if !change.isPlain() || ok && staged.skipWorktree() {
		c.stage(change, staged, fileStat{})
		return nil
	}
	found, err := c.look(change, staged, ok && isOld)
	if err != nil {
		return err
	}
	switch found {
	case foundOld:
		err = c.replace(change)
	case foundNew:
		err = c.tidy(change)
	case foundOther:
		c.left = append(c.left, change.path)
		c.stage(change, staged, fileStat{})
		return nil
	}
	if err != nil {
		return err
	}
	c.stage(change, staged, c.stat(change))
	return nil
}

// is tells whether what is staged is what a tree has.
func is(staged indexEntry, ok bool, e treeEntry) bool {
	if !ok {
		return e.id.IsZero()
	}
	return staged.id == e.id && (staged.stat.Mode == e.mode || staged.stat.Mode&modeType == e.mode&modeType && e.mode != modeExec && staged.stat.Mode != modeExec)
}

// isPlain tells whether only files are concerned: links and modules are left to
// git.
func (c treeChange) isPlain() bool {
	return (c.old.id.IsZero() || c.old.isFile()) && (c.now.id.IsZero() || c.now.isFile())
}

// stage sets what the index shall say.
func (c *checkout) stage(change treeChange, before indexEntry, stat fileStat) {
	if change.now.id.IsZero() {
		c.index.set[change.path] = nil
		return
	}
	stat.Mode = change.now.mode
	if stat.Mode&modeType == modeIsFile && stat.Mode != modeExec {
		stat.Mode = modeFile // the index knows no others
	}
	c.index.set[change.path] = &indexEntry{stat: stat, id: change.now.id, extended: before.extended & flagSkipWorktree, path: change.path}
}

// found is what lies at a path of the work tree.
type found int

const (
	foundOld   found = iota // what the commit before has: it may be replaced
	foundNew                // what the new commit has
	foundOther              // something of the user's
)

func (c *checkout) file(path string) string {
	return filepath.Join(c.store.dir, filepath.FromSlash(path))
}

// look compares what lies in the work tree with both commits. A file that git
// believes untouched is the old one, whatever its line ends.
func (c *checkout) look(change treeChange, staged indexEntry, clean bool) (found, error) {
	info, err := c.lstat(change.path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		switch {
		case change.now.id.IsZero():
			return foundNew, nil
		case change.old.id.IsZero():
			return foundOld, nil
		}
		return foundOther, nil // deleted
	case errors.Is(err, errInTheWay) || err == nil && !info.Mode().IsRegular():
		return foundOther, nil
	case err != nil:
		return 0, err
	}
	if clean && c.untouched(info, staged) {
		return foundOld, nil
	}
	content, err := os.ReadFile(c.file(change.path))
	if err != nil {
		return 0, err
	}
	switch idOf(kindBlob, content) {
	case change.now.id:
		return foundNew, nil
	case change.old.id:
		return foundOld, nil
	}
	return foundOther, nil
}

// untouched: a file as old as the index may have been touched since in the same
// tick of the clock.
func (c *checkout) untouched(info fs.FileInfo, staged indexEntry) bool {
	stat := statOf(info)
	stat.Mode = staged.stat.Mode
	return stat == staged.stat && info.ModTime().Before(c.index.written)
}

var errInTheWay = errors.New("a file or a link is in the way")

// lstat looks at a path without following a link on the way: whoever planted one
// would have files written outside of the work tree.
func (c *checkout) lstat(path string) (fs.FileInfo, error) {
	for i := range len(path) {
		if path[i] != '/' {
			continue
		}
		info, err := os.Lstat(c.file(path[:i]))
		if err != nil {
			return nil, err
		}
		if !info.IsDir() {
			return nil, errInTheWay
		}
	}
	return os.Lstat(c.file(path))
}

// stat gives what git shall remember of a file that was brought up to date.
func (c *checkout) stat(change treeChange) fileStat {
	info, err := os.Lstat(c.file(change.path))
	if err != nil {
		return fileStat{} // git looks for itself then
	}
	return statOf(info)
}

// replace writes the new file, or takes the old one away.
func (c *checkout) replace(change treeChange) error {
	if change.now.id.IsZero() {
		if err := c.store.fsys.Remove(c.file(change.path)); err != nil {
			return err
		}
		return c.tidy(change)
	}
	content, err := readAs(c.objects, change.now.id, kindBlob)
	if err != nil {
		return err
	}
	perm := fs.FileMode(0o666)
	if change.now.mode == modeExec {
		perm = 0o777
	}
	if err := c.store.fsys.MkdirAll(filepath.Dir(c.file(change.path)), 0o777); err != nil {
		return err
	}
	return c.write(c.file(change.path), content, perm)
}

// write goes through a file in the private folder, so that a kill leaves nothing
// in the work tree. It does not sync: git can write the file again.
func (c *checkout) write(name string, content []byte, perm fs.FileMode) error {
	fsys := c.store.fsys
	f, err := state.CreateTemp(fsys, c.store.private(), tempPrefix, perm)
	if err != nil {
		return err
	}
	_, err = f.Write(content)
	if err = errors.Join(err, f.Close()); err == nil {
		err = fsys.Rename(f.Name(), name)
	}
	if err != nil {
		_ = fsys.Remove(f.Name()) // swept later
	}
	return err
}

// tidy takes away the folders that a deleted file leaves empty.
func (c *checkout) tidy(change treeChange) error {
	if !change.now.id.IsZero() {
		return nil
	}
	path := change.path
	for {
		i := strings.LastIndexByte(path, '/')
		if i < 0 {
			return nil
		}
		path = path[:i]
		if info, err := c.lstat(path); err != nil || !info.IsDir() {
			if errors.Is(err, fs.ErrNotExist) {
				continue
			}
			return nil
		}
		if left, err := os.ReadDir(c.file(path)); err != nil || len(left) > 0 {
			return nil
		}
		if err := c.store.fsys.Remove(c.file(path)); err != nil {
			return err
		}
	}
}

// namedPaths is how many paths a note names.
const namedPaths = 3

func (c *checkout) notes() []string {
	if len(c.left) == 0 {
		return nil
	}
	named := c.left[:min(len(c.left), namedPaths)]
	text := strings.Join(named, ", ")
	if more := len(c.left) - len(named); more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return []string{fmt.Sprintf("Changes of yours in the work tree were left as they are: %s; git diff shows how they differ from the snapshot.", text)}
}
