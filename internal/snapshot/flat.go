package snapshot

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/orgkeep/orgkeep/internal/tree"
)

// flatCache keeps the newest flat trees by the id of their tree object, as the
// one that a snapshot goes onto is asked for several times. The zero value is
// empty. It is safe for concurrent use.
type flatCache struct {
	mu    sync.Mutex
	trees []flatTree // newest last
}

type flatTree struct {
	id   ID
	flat tree.Tree
}

// keptTrees is enough for both sides of a comparison and the commits of a run.
const keptTrees = 4

func (c *flatCache) get(id ID) (tree.Tree, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	i := slices.IndexFunc(c.trees, func(t flatTree) bool { return t.id == id })
	if i < 0 {
		return tree.Tree{}, false
	}
	t := c.trees[i]
	c.trees = append(slices.Delete(c.trees, i, i+1), t)
	return t.flat, true
}

func (c *flatCache) put(id ID, flat tree.Tree) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if slices.ContainsFunc(c.trees, func(t flatTree) bool { return t.id == id }) {
		return
	}
	c.trees = append(c.trees, flatTree{id, flat})
	if len(c.trees) > keptTrees {
		c.trees = slices.Delete(c.trees, 0, 1)
	}
}

// objectReader reads objects, from wherever they are.
type objectReader interface {
	read(id ID) (kind, []byte, error)
}

// readAs reads an object that must be of one kind.
func readAs(r objectReader, id ID, want kind) ([]byte, error) {
	k, content, err := r.read(id)
	if err != nil {
		return nil, err
	}
	if k != want {
		return nil, fmt.Errorf("%w: %s is a %s and should be a %s", ErrCorrupt, id, k, want)
	}
	return content, nil
}

func readTreeFrom(r objectReader, id ID) ([]treeEntry, error) {
	raw, err := readAs(r, id, kindTree)
	if err != nil {
		return nil, err
	}
	entries, err := parseTree(raw)
	if err != nil {
		return nil, fmt.Errorf("%w: tree %s: %w", ErrCorrupt, id, err)
	}
	return entries, nil
}

// entryAt finds what lies at a path below a tree, or says that nothing does.
func entryAt(r objectReader, root ID, path string) (treeEntry, bool, error) {
	at := treeEntry{mode: modeDir, id: root}
	for name := range strings.SplitSeq(path, "/") {
		if !at.isDir() || at.id.IsZero() {
			return treeEntry{}, false, nil
		}
		entries, err := readTreeFrom(r, at.id)
		if err != nil {
			return treeEntry{}, false, err
		}
		i := slices.IndexFunc(entries, func(e treeEntry) bool { return e.name == name })
		if i < 0 {
			return treeEntry{}, false, nil
		}
		at = entries[i]
	}
	return at, true, nil
}

// folderAt gives the tree object of a folder, zero when there is none. An empty
// path is the root.
func folderAt(r objectReader, root ID, path string) (ID, error) {
	if path == "" || path == "." {
		return root, nil
	}
	e, ok, err := entryAt(r, root, path)
	if err != nil || !ok || !e.isDir() {
		return ID{}, err
	}
	return e.id, nil
}

// maxFolders bounds how deep folders may lie in each other.
const maxFolders = 512

// flatten lists the files below a tree. Links and modules are no files.
func (s *Store) flatten(ctx context.Context, r objectReader, id ID) (tree.Tree, error) {
	if id.IsZero() {
		return tree.Tree{}, nil
	}
	if t, ok := s.flat.get(id); ok {
		return t, nil
	}
	var entries []tree.Entry
	var walk func(id ID, prefix string, depth int) error
	walk = func(id ID, prefix string, depth int) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		if depth > maxFolders {
			return fmt.Errorf("%w: folders lie %d deep in each other", ErrCorrupt, depth)
		}
		list, err := readTreeFrom(r, id)
		if err != nil {
			return err
		}
		paths := joined(prefix, list)
		for i, e := range list {
			switch {
			case e.isDir():
				err = walk(e.id, paths[i]+"/", depth+1)
			case e.isFile():
				entries = append(entries, tree.Entry{Path: paths[i], Hash: tree.Hash(e.id)})
			}
			if err != nil {
				return err
			}
		}
		return nil
	}
	if err := walk(id, "", 0); err != nil {
		return tree.Tree{}, err
	}
	t := tree.New(entries)
	s.flat.put(id, t)
	return t, nil
}

// joined gives the paths of what a folder holds, in one piece of memory.
func joined(prefix string, list []treeEntry) []string {
	var all strings.Builder
	size := 0
	for _, e := range list {
		size += len(prefix) + len(e.name)
	}
	all.Grow(size)
	for _, e := range list {
		all.WriteString(prefix)
		all.WriteString(e.name)
	}
	paths, text := make([]string, len(list)), all.String()
	for i, e := range list {
		n := len(prefix) + len(e.name)
		paths[i], text = text[:n], text[n:]
	}
	return paths
}
