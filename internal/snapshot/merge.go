package snapshot

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

const (
	// mergeFrom is how many packs are merged into one.
	mergeFrom = 32
	// largestMerged bounds the time that a merge takes: larger packs stay.
	largestMerged = 512 << 20
	// gcAlive is after how long git itself takes a gc for dead.
	gcAlive = 12 * time.Hour
)

// merged is the note of a merge whose new pack is in its place and was read back:
// what is left to do is to remove those that went into it.
type merged struct {
	Pack string   `json:"pack"` // paths in the git folder without extension
	Old  []string `json:"old"`
}

const mergedName = "merged.json"

// mergePacks makes one pack of the small ones, once there are enough of them. Until
// the new one is in its place and was read back nothing is removed. The caller
// holds the lock; progress may be nil.
func (s *Store) mergePacks(ctx context.Context, progress func(done, of int)) error {
	names, err := s.mergeable()
	if err != nil || len(names) < s.opts.mergeFrom {
		return err
	}
	s.objects.forget()
	w := &packWriter{fsys: s.fsys, dir: s.objects.packDir()}
	defer w.discard()
	m := newMerger(s.objects, w)
	m.progress = progress
	err = m.merge(ctx, names)
	m.reader.close() // an open file cannot be removed everywhere
	if err != nil {
		return err
	}
	pack, err := w.seal()
	if err != nil {
		return err
	}
	name := s.refFile(pack)
	// A run that ended early may have left the very same pack.
	again := slices.Contains(names, name)
	if err := w.place(name); err != nil {
		return err
	}
	if err := s.readBack(ctx, name, m); err != nil {
		if !again {
			err = errors.Join(err, s.removePack(name))
		}
		return err
	}
	return s.replacePacks(pack, names)
}

// mergeable gives the packs that may be merged. Those that git marks as special
// (kept, promised, about to expire, with a bitmap) are not, and none is while git
// itself is at it.
func (s *Store) mergeable() ([]string, error) {
	names, err := packNames(s.objects.packDir())
	if err != nil || len(names) < s.opts.mergeFrom {
		return nil, err
	}
	if s.config.isTrue("extensions.preciousobjects") || !missing(filepath.Join(s.objects.packDir(), "multi-pack-index")) {
		return nil, nil
	}
	if info, err := os.Stat(filepath.Join(s.gitDir, "gc.pid")); err == nil && s.opts.Now().Sub(info.ModTime()) < gcAlive {
		return nil, nil
	}
	return slices.DeleteFunc(names, func(name string) bool {
		for _, ext := range []string{keepSuffix, ".promisor", ".mtimes", ".bitmap"} {
			if !missing(name + ext) {
				return true
			}
		}
		info, err := os.Stat(name + ".pack")
		return err != nil || info.Size() > largestMerged || !strings.HasPrefix(filepath.Base(name), "pack-")
	}), nil
}

// readBack reads every object of the new pack from the disk.
func (s *Store) readBack(ctx context.Context, name string, m *merger) error {
	p := &pack{name: name}
	r := s.objects.reader()
	defer r.close()
	if err := p.load(); err != nil {
		return err
	}
	if !p.sound() {
		return fmt.Errorf("%w: the index of the merged pack", ErrCorrupt)
	}
	if wrong, err := p.check(true); err != nil || wrong != "" {
		return errors.Join(err, fmt.Errorf("%w: the merged pack: %s", ErrCorrupt, wrong))
	}
	for i, e := range m.entries { // in the order of the pack, more or less
		m.tell(len(m.entries) + i)
		if err := ctx.Err(); err != nil {
			return err
		}
		if _, _, err := r.in(p, e.id); err != nil {
			return fmt.Errorf("read the merged pack back: %w", err)
		}
	}
	m.tell(2 * len(m.entries))
	return nil
}

// replacePacks removes what is in the new pack now.
func (s *Store) replacePacks(pack string, names []string) error {
	dir, err := s.PrivateDir()
	if err != nil {
		return err
	}
	note := merged{Pack: pack}
	for _, name := range names {
		note.Old = append(note.Old, "objects/pack/"+filepath.Base(name))
	}
	text, err := json.Marshal(note)
	if err != nil {
		return fmt.Errorf("note what was merged: %w", err)
	}
	if err := s.writeNote(dir, mergedName, text); err != nil {
		return fmt.Errorf("note what was merged: %w", err)
	}
	return s.finishMerge()
}

// notedMerge gives the merge that is not finished. A note that cannot be read is
// none, as with notedMove.
func (s *Store) notedMerge() (merged, bool, error) {
	var note merged
	err := s.readNote(mergedName, &note)
	switch {
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, ErrCorrupt):
		return merged{}, false, nil
	case err != nil:
		return merged{}, false, fmt.Errorf("read what an earlier run left: %w", err)
	}
	return note, true, nil
}

// finishMerge removes the packs that a merge has replaced, and the note. When the
// new pack is gone, git gc has replaced it: then only halves are removed.
func (s *Store) finishMerge() error {
	note, ok, err := s.notedMerge()
	if err != nil {
		return err
	}
	if !ok {
		return s.dropNote(mergedName)
	}
	whole := func(name string) bool { return !missing(name+".idx") && !missing(name+".pack") }
	there := whole(s.refFile(note.Pack))
	for _, old := range note.Old {
		name := s.refFile(old)
		if old == note.Pack || !there && whole(name) || !missing(name+keepSuffix) {
			continue
		}
		if err := s.removePack(name); err != nil {
			return err
		}
	}
	s.objects.forget()
	if err := s.fsys.SyncDir(s.objects.packDir()); err != nil {
		return fmt.Errorf("remove merged packs: %w", err)
	}
	return s.dropNote(mergedName)
}

// removePack removes the index first: a pack without one is not seen by anybody,
// an index without its pack is an error to some.
func (s *Store) removePack(name string) error {
	for _, ext := range []string{".idx", ".rev", ".pack"} {
		if missing(name + ext) {
			continue
		}
		if err := s.fsys.Remove(name + ext); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("remove a merged pack: %w", err)
		}
	}
	return nil
}
