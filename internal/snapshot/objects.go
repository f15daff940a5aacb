package snapshot

import (
	"crypto/sha1" //nolint:gosec // Git names objects by SHA-1
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"

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

// idOf names an object.
func idOf(k kind, content []byte) ID {
	h := sha1.New() //nolint:gosec // see the import
	h.Write([]byte(k.String() + " " + strconv.Itoa(len(content)) + "\x00"))
	h.Write(content)
	return ID(h.Sum(nil))
}

// objects reads a repository's objects. Unlike go-git's reader it is safe for
// concurrent use, checks each object against its name, and keeps no file open that
// git gc may want to remove.
type objects struct {
	dir      string // .git/objects
	depth    int    // how many repositories borrow from this one in a row
	inflater sync.Pool

	mu      sync.Mutex
	packs   []*pack
	listed  bool
	borrows []*objects // nil until it is known
}

func newObjects(gitDir string) *objects { return &objects{dir: filepath.Join(gitDir, "objects")} }

// forget makes the next access look at the disk again.
func (o *objects) forget() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.listed, o.borrows = false, nil
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

func (o *objects) packDir() string { return filepath.Join(o.dir, "pack") }

// packNames gives the packs that have an index, without extension, sorted. Those
// named otherwise than pack-* (git maintenance makes loose-*) are packs too. An
// index whose pack is gone is none.
func packNames(dir string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("list the packs: %w", err)
	}
	packs := map[string]bool{}
	for _, e := range entries {
		packs[e.Name()] = true
	}
	var names []string
	for _, e := range entries { // sorted by name
		base, ok := strings.CutSuffix(e.Name(), ".idx")
		if ok && !strings.HasPrefix(base, state.TempPrefix) && packs[base+".pack"] {
			names = append(names, filepath.Join(dir, base))
		}
	}
	return names, nil
}

// packOf gives a pack that holds the object, or nil. A loose object does not count:
// one that a crash cut short would pass for the real one. Nor does a pack whose
// index is damaged: what it had is written again.
func (o *objects) packOf(id ID) (*pack, error) {
	packs, err := o.list()
	if err != nil {
		return nil, err
	}
	for _, p := range packs {
		if _, ok, err := p.find(id); err != nil && !errors.Is(err, ErrCorrupt) {
			return nil, err
		} else if ok && err == nil {
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

// has tells whether there is such an object, anywhere.
func (o *objects) has(id ID) (bool, error) {
	if p, err := o.packOf(id); err != nil || p != nil {
		return p != nil, err
	}
	if _, err := os.Stat(o.looseFile(id)); err == nil {
		return true, nil
	}
	lenders, err := o.lenders()
	for i := 0; i < len(lenders) && err == nil; i++ {
		var there bool
		if there, err = lenders[i].has(id); there {
			return true, nil
		}
	}
	return false, err
}

// read gives an object. After git gc has replaced the packs that were seen it
// looks again, once.
func (o *objects) read(id ID) (kind, []byte, error) {
	r := o.reader()
	defer r.close()
	return r.read(id)
}
