package tree

import (
	"iter"
	"maps"
	"slices"
	"strings"

	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// Entry is one file.
type Entry struct {
	Path string
	Hash Hash
}

// Tree is an immutable list of files, sorted by path, each path once. The zero
// Tree is empty.
type Tree struct {
	entries []Entry
}

// New sorts entries into a tree. Of two entries with the same path the later
// one stays; one with a zero hash is no file.
func New(entries []Entry) Tree {
	sorted := slices.Clone(entries)
	if !slices.IsSortedFunc(sorted, comparePaths) { // most are, as they come from a tree
		slices.SortStableFunc(sorted, comparePaths)
	}
	out := sorted[:0]
	for _, e := range sorted {
		if n := len(out); n > 0 && out[n-1].Path == e.Path {
			out[n-1] = e
			continue
		}
		out = append(out, e)
	}
	return Tree{entries: slices.DeleteFunc(out, func(e Entry) bool { return e.Hash.IsZero() })}
}

func comparePaths(a, b Entry) int { return strings.Compare(a.Path, b.Path) }

// Len is the number of files.
func (t Tree) Len() int { return len(t.entries) }

// All gives the files sorted by path.
func (t Tree) All() iter.Seq[Entry] { return slices.Values(t.entries) }

// Get looks a file up by path.
func (t Tree) Get(path string) (Hash, bool) {
	i, ok := slices.BinarySearchFunc(t.entries, path, func(e Entry, p string) int { return strings.Compare(e.Path, p) })
	if !ok {
		return Hash{}, false
	}
	return t.entries[i].Hash, true
}

// Equal tells whether two trees hold the same files.
func (t Tree) Equal(o Tree) bool { return slices.Equal(t.entries, o.entries) }

// Edit starts the next tree from this one.
func (t Tree) Edit() *Editor { return &Editor{base: t, set: map[string]Hash{}} }

// Editor collects changes to a tree. It is not safe for concurrent use.
type Editor struct {
	base Tree
	set  map[string]Hash
}

// Set puts a file at path; a zero hash takes it away.
func (e *Editor) Set(path string, h Hash) { e.set[path] = h }

// Delete takes the file at path away; a path that is not there is no error.
func (e *Editor) Delete(path string) { e.set[path] = Hash{} }

// Tree gives the result; the editor can go on.
func (e *Editor) Tree() Tree {
	out := make([]Entry, 0, len(e.base.entries)+len(e.set))
	for _, entry := range e.base.entries {
		if _, changed := e.set[entry.Path]; !changed {
			out = append(out, entry)
		}
	}
	for path, h := range e.set {
		if !h.IsZero() {
			out = append(out, Entry{Path: path, Hash: h})
		}
	}
	slices.SortFunc(out, comparePaths)
	return Tree{entries: out}
}

// Change is one path at which two trees differ. A zero hash stands for no file.
type Change struct {
	Path     string
	From, To Hash
}

// Changed gives the paths at which a and b differ, sorted.
func Changed(a, b Tree) iter.Seq[Change] {
	return func(yield func(Change) bool) {
		i, j := 0, 0
		for i < len(a.entries) || j < len(b.entries) {
			c := Change{}
			switch order := compareAt(a, b, i, j); {
			case order < 0:
				c = Change{Path: a.entries[i].Path, From: a.entries[i].Hash}
				i++
			case order > 0:
				c = Change{Path: b.entries[j].Path, To: b.entries[j].Hash}
				j++
			default:
				c = Change{Path: a.entries[i].Path, From: a.entries[i].Hash, To: b.entries[j].Hash}
				i, j = i+1, j+1
			}
			if c.From != c.To && !yield(c) {
				return
			}
		}
	}
}

func compareAt(a, b Tree, i, j int) int {
	if i == len(a.entries) {
		return 1
	}
	if j == len(b.entries) {
		return -1
	}
	return comparePaths(a.entries[i], b.entries[j])
}

// Files are the files of one component.
type Files struct {
	Component metadata.Component
	Entries   []Entry
}

// Components groups the files by component, sorted by component; files that the
// registry does not know come under the component with an empty type and their
// path as the name.
func (t Tree) Components(r *metadata.Registry) []Files {
	groups := map[metadata.Component][]Entry{}
	for _, e := range t.entries {
		c, ok := r.ComponentAt(e.Path)
		if !ok {
			c = metadata.Component{FullName: e.Path}
		}
		groups[c] = append(groups[c], e)
	}
	out := make([]Files, 0, len(groups))
	for _, c := range slices.SortedFunc(maps.Keys(groups), metadata.Component.Compare) {
		out = append(out, Files{Component: c, Entries: groups[c]})
	}
	return out
}
