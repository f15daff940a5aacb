package snapshot

import (
	"fmt"
	"slices"
	"strings"
)

// edit puts a file at a path of the repository; a zero id takes it away. A zero
// mode keeps the one that is there.
type edit struct {
	path string
	mode uint32
	id   ID
}

// treeStore is where trees are read from and written to.
type treeStore interface {
	readTree(id ID) ([]treeEntry, error)
	writeTree(entries []treeEntry) (ID, error)
}

// editTree applies edits to a tree and gives the new one; a zero id is the empty
// tree. Only folders on the way to an edit are read and written. edits are sorted
// by path, each path once.
func editTree(s treeStore, base ID, edits []edit) (ID, error) {
	entries := map[string]treeEntry{}
	if !base.IsZero() {
		old, err := s.readTree(base)
		if err != nil {
			return ID{}, err
		}
		for _, e := range old {
			entries[e.name] = e
		}
	}
	for _, e := range edits {
		if strings.Contains(e.path, "/") {
			continue
		}
		if e.id.IsZero() {
			if entries[e.path].isDir() {
				continue // it stands for a file that is not there any more
			}
			delete(entries, e.path)
			continue
		}
		entries[e.path] = treeEntry{e.modeOver(entries[e.path]), e.path, e.id}
	}
	if err := editFolders(s, entries, edits); err != nil {
		return ID{}, err
	}
	if len(entries) == 0 {
		return ID{}, nil
	}
	out := make([]treeEntry, 0, len(entries))
	for _, e := range entries {
		out = append(out, e)
	}
	return s.writeTree(out)
}

func (e edit) modeOver(old treeEntry) uint32 {
	if e.mode != 0 {
		return e.mode
	}
	if old.isFile() {
		return old.mode
	}
	return modeFile
}

// editFolders applies the edits that lie deeper, folder by folder. Those of one
// folder follow each other.
func editFolders(s treeStore, entries map[string]treeEntry, edits []edit) error {
	for len(edits) > 0 {
		name, _, deeper := strings.Cut(edits[0].path, "/")
		if !deeper {
			edits = edits[1:]
			continue
		}
		end := slices.IndexFunc(edits, func(e edit) bool { return !strings.HasPrefix(e.path, name+"/") })
		if end < 0 {
			end = len(edits)
		}
		below := make([]edit, end)
		for i, e := range edits[:end] {
			e.path = e.path[len(name)+1:]
			below[i] = e
		}
		edits = edits[end:]
		if err := editFolder(s, entries, name, below); err != nil {
			return err
		}
	}
	return nil
}

func editFolder(s treeStore, entries map[string]treeEntry, name string, below []edit) error {
	var base ID
	old, there := entries[name]
	if old.isDir() {
		base = old.id
	}
	id, err := editTree(s, base, below)
	if err != nil {
		return err
	}
	switch {
	case id.IsZero() && old.isDir():
		delete(entries, name)
	case id.IsZero():
	case there && !old.isDir():
		return fmt.Errorf("%s would be a file and a folder", name)
	default:
		entries[name] = treeEntry{modeDir, name, id}
	}
	return nil
}

// sortEdits brings edits into order; of two with the same path the later stays.
func sortEdits(edits []edit) []edit {
	slices.SortStableFunc(edits, func(a, b edit) int { return strings.Compare(a.path, b.path) })
	out := edits[:0]
	for _, e := range edits {
		if n := len(out); n > 0 && out[n-1].path == e.path {
			out[n-1] = e
			continue
		}
		out = append(out, e)
	}
	return out
}

// checkPath refuses what git refuses in a tree: such a commit could not be checked
// out, or would write outside of the work tree.
func checkPath(path string) error {
	for name := range strings.SplitSeq(path, "/") {
		lower := strings.ToLower(name)
		switch {
		case name == "", name == ".", name == "..", strings.ContainsAny(name, "\\\x00"),
			lower == ".git", lower == "git~1", strings.TrimRight(lower, " .") == ".git", strings.HasPrefix(lower, ".git:"):
			return fmt.Errorf("%q cannot be the path of a file", path)
		}
	}
	return nil
}
