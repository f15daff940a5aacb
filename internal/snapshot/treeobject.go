package snapshot

import (
	"errors"
	"slices"
	"strconv"
	"strings"
)

// Modes of what a folder holds.
const (
	modeFile   uint32 = 0o100644
	modeExec   uint32 = 0o100755
	modeLink   uint32 = 0o120000
	modeDir    uint32 = 0o040000
	modeModule uint32 = 0o160000
	modeType   uint32 = 0o170000
	modeIsFile uint32 = 0o100000
)

// treeEntry is one line of a tree object.
type treeEntry struct {
	mode uint32
	name string
	id   ID
}

func (e treeEntry) isDir() bool  { return e.mode&modeType == modeDir }
func (e treeEntry) isFile() bool { return e.mode&modeType == modeIsFile }

var errTree = errors.New("not a tree")

// parseTree reads a tree object: "<mode> <name>\x00<id>" without an end between.
func parseTree(raw []byte) ([]treeEntry, error) {
	entries := make([]treeEntry, 0, len(raw)/40)
	text := string(raw) // names are parts of it: wide folders have thousands
	for len(text) > 0 {
		mode, rest, ok := strings.Cut(text, " ")
		if !ok {
			return nil, errTree
		}
		name, rest, ok := strings.Cut(rest, "\x00")
		n, err := strconv.ParseUint(mode, 8, 32)
		if !ok || err != nil || name == "" || len(rest) < idSize || strings.IndexByte(name, '/') >= 0 {
			return nil, errTree
		}
		e := treeEntry{mode: uint32(n), name: name}
		copy(e.id[:], rest)
		entries = append(entries, e)
		text = rest[idSize:]
	}
	return entries, nil
}

// formatTree writes a tree object; it sorts entries as git does: folders as if
// their names ended in a slash.
func formatTree(entries []treeEntry) []byte {
	slices.SortFunc(entries, compareEntries)
	var b []byte
	for _, e := range entries {
		b = strconv.AppendUint(b, uint64(e.mode), 8)
		b = append(b, ' ')
		b = append(b, e.name...)
		b = append(b, 0)
		b = append(b, e.id[:]...)
	}
	return b
}

func compareEntries(a, b treeEntry) int {
	n := min(len(a.name), len(b.name))
	if c := strings.Compare(a.name[:n], b.name[:n]); c != 0 {
		return c
	}
	return int(a.at(n)) - int(b.at(n))
}

func (e treeEntry) at(i int) byte {
	switch {
	case i < len(e.name):
		return e.name[i]
	case e.isDir():
		return '/'
	}
	return 0
}
