package snapshot

import (
	"crypto/sha1" //nolint:gosec // Git names objects by SHA-1
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/go-git/go-billy/v5/osfs"
	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/cache"
	"github.com/go-git/go-git/v5/storage/filesystem"

	"github.com/orgkeep/orgkeep/internal/state"
)

// kind is an object's type as packs number it.
type kind byte

const (
	kindCommit   kind = 1
	kindTree     kind = 2
	kindBlob     kind = 3
	kindTag      kind = 4
	kindOfsDelta kind = 6
	kindRefDelta kind = 7
)

func (k kind) String() string {
	switch k {
	case kindCommit:
		return "commit"
	case kindTree:
		return "tree"
	case kindBlob:
		return "blob"
	case kindTag:
		return "tag"
	}
	return "unknown object"
}

func kindOf(t plumbing.ObjectType) kind {
	switch t {
	case plumbing.CommitObject, plumbing.TreeObject, plumbing.BlobObject, plumbing.TagObject:
		return kind(t) //nolint:gosec // 1 to 4, as above
	}
	return 0
}

// idOf names an object.
func idOf(k kind, content []byte) ID {
	h := sha1.New() //nolint:gosec // see the import
	h.Write([]byte(k.String() + " " + strconv.Itoa(len(content)) + "\x00"))
	h.Write(content)
	return ID(h.Sum(nil))
}

// objects reads a repository's objects. Packs are read here: that is safe for
// concurrent use, checks each object against its name and keeps no file open
// that git gc may want to remove. What is in no pack, loose objects and those of
// alternates, is read through go-git.
type objects struct {
	gitDir   string
	inflater sync.Pool

	mu     sync.Mutex
	packs  []*pack
	listed bool
	storer *filesystem.Storage // under mu: go-git's is not safe for concurrent use
}

func newObjects(gitDir string) *objects { return &objects{gitDir: gitDir} }

// forget makes the next access look at the disk again.
func (o *objects) forget() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.listed, o.storer = false, nil
}

// list gives the packs, reading the folder when it was not read yet.
func (o *objects) list() ([]*pack, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.listed {
		return o.packs, nil
	}
	known := map[string]*pack{}
	for _, p := range o.packs {
		known[p.name] = p
	}
	names, err := packNames(o.packDir())
	if err != nil {
		return nil, err
	}
	o.packs = nil
	for _, name := range names {
		p := known[name]
		if p == nil {
			p = &pack{name: name}
		}
		o.packs = append(o.packs, p)
	}
	o.listed = true
	return o.packs, nil
}

func (o *objects) packDir() string { return filepath.Join(o.gitDir, "objects", "pack") }

// packNames gives the packs that have an index, without extension, sorted. Those
// named otherwise than pack-* (git maintenance makes loose-*) are packs too.
func packNames(dir string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("list the packs: %w", err)
	}
	var names []string
	for _, e := range entries {
		if base, ok := strings.CutSuffix(e.Name(), ".idx"); ok && !strings.HasPrefix(base, "tmp_") {
			names = append(names, filepath.Join(dir, base))
		}
	}
	slices.Sort(names)
	return names, nil
}

// packOf gives a pack that holds the object, or nil. A loose object does not count:
// one that a crash cut short would pass for the real one.
func (o *objects) packOf(id ID) (*pack, error) {
	packs, err := o.list()
	if err != nil {
		return nil, err
	}
	for _, p := range packs {
		if _, ok, err := p.find(id); err != nil {
			return nil, err
		} else if ok {
			return p, nil
		}
	}
	return nil, nil
}

// freshen tells whether an object need not be written because a pack has it. Git
// gc takes packs that nothing refers to for rubbish once they are old, so that the
// pack is made new, as git does it; one that cannot be does not count.
func (o *objects) freshen(fsys state.FS, id ID) (bool, error) {
	p, err := o.packOf(id)
	if errors.Is(err, os.ErrNotExist) {
		o.forget() // git gc has replaced the packs
		p, err = o.packOf(id)
	}
	if err != nil || p == nil {
		return false, err
	}
	return p.freshen(fsys), nil
}

// read gives an object. After git gc has replaced the packs that were seen it
// looks again, once.
func (o *objects) read(id ID) (kind, []byte, error) {
	r := o.reader()
	defer r.close()
	return r.read(id)
}

// loose reads through go-git.
func (o *objects) loose(id ID) (kind, []byte, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.storer == nil {
		o.storer = newStorer(o.gitDir)
	}
	object, err := o.storer.EncodedObject(plumbing.AnyObject, plumbing.Hash(id))
	if errors.Is(err, plumbing.ErrObjectNotFound) {
		return 0, nil, fmt.Errorf("object %s: %w", id, ErrNotFound)
	}
	if err != nil {
		return 0, nil, fmt.Errorf("%w: object %s: %w", ErrCorrupt, id, err)
	}
	r, err := object.Reader()
	if err != nil {
		return 0, nil, fmt.Errorf("%w: object %s: %w", ErrCorrupt, id, err)
	}
	content, err := io.ReadAll(r)
	if err := errors.Join(err, r.Close()); err != nil {
		return 0, nil, fmt.Errorf("%w: object %s: %w", ErrCorrupt, id, err)
	}
	k := kindOf(object.Type())
	if idOf(k, content) != id {
		return 0, nil, fmt.Errorf("%w: object %s does not match its name", ErrCorrupt, id)
	}
	return k, content, nil
}

func newStorer(gitDir string) *filesystem.Storage {
	return filesystem.NewStorage(osfs.New(gitDir), cache.NewObjectLRUDefault())
}
