package snapshot

import (
	"bytes"
	"crypto/sha1" //nolint:gosec // Git's checksums are SHA-1
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// indexMagic begins an index.
const indexMagic = "DIRC"

// indexEntry is one file that git has staged.
// Source: Git's gitformat-index, "Index entry".
type indexEntry struct {
	stat     fileStat
	id       ID
	flags    uint16 // without the length of the name
	extended uint16
	path     string
}

// fileStat is what git remembers of a file to see that it was not touched.
type fileStat struct {
	CtimeSeconds, CtimeNanos uint32
	MtimeSeconds, MtimeNanos uint32
	Dev, Ino, Mode, UID, GID uint32
	Size                     uint32
}

// Parts of an entry.
const (
	statSize         = 10 * 4
	entryFixed       = statSize + idSize + 2
	flagExtended     = 0x4000
	flagStage        = 0x3000
	flagName         = 0x0fff
	flagSkipWorktree = 0x4000 // of the extended flags
	indexPadding     = 8
)

func (e indexEntry) merging() bool      { return e.flags&flagStage != 0 }
func (e indexEntry) skipWorktree() bool { return e.extended&flagSkipWorktree != 0 }

func compareIndex(a, b indexEntry) int {
	if c := strings.Compare(a.path, b.path); c != 0 {
		return c
	}
	return int(a.flags&flagStage) - int(b.flags&flagStage)
}

var errIndex = errors.New("not a git index")

// parseIndex reads an index of version 2, 3 or 4. Extensions that git can do
// without are dropped; with one that it cannot do without the index is refused.
func parseIndex(data []byte) ([]indexEntry, error) {
	const header = 12
	if len(data) < header+idSize || !bytes.HasPrefix(data, []byte(indexMagic)) {
		return nil, fmt.Errorf("%w (%d bytes)", errIndex, len(data))
	}
	body, trailer := data[:len(data)-idSize], data[len(data)-idSize:]
	// With index.skipHash git writes zeros.
	if sum := sha1.Sum(body); !bytes.Equal(sum[:], trailer) && !bytes.Equal(trailer, make([]byte, idSize)) { //nolint:gosec // see the import
		return nil, fmt.Errorf("%w: its checksum is another", errIndex)
	}
	version, count := binary.BigEndian.Uint32(data[4:]), int(binary.BigEndian.Uint32(data[8:]))
	if version < 2 || version > 4 {
		return nil, fmt.Errorf("%w of a known version: %d", errIndex, version)
	}
	rest := body[header:]
	if count > len(rest)/entryFixed {
		return nil, fmt.Errorf("%w: too short for %d files", errIndex, count)
	}
	entries := make([]indexEntry, 0, count)
	name := ""
	for range count {
		e, after, err := parseIndexEntry(rest, version, name)
		if err != nil {
			return nil, err
		}
		entries, rest, name = append(entries, e), after, e.path
	}
	if err := checkExtensions(rest); err != nil {
		return nil, err
	}
	// In a split index, which was refused just now, some names are empty.
	if len(entries) > 0 && entries[0].path == "" || !slices.IsSortedFunc(entries, compareIndex) {
		return nil, fmt.Errorf("%w: not sorted", errIndex)
	}
	return entries, nil
}

func parseIndexEntry(data []byte, version uint32, before string) (e indexEntry, rest []byte, err error) {
	if len(data) < entryFixed {
		return e, nil, errIndex
	}
	if _, err := binary.Decode(data, binary.BigEndian, &e.stat); err != nil {
		return e, nil, fmt.Errorf("%w: %w", errIndex, err)
	}
	e.id = ID(data[statSize : statSize+idSize])
	e.flags = binary.BigEndian.Uint16(data[statSize+idSize:]) &^ flagName
	at := entryFixed
	if e.flags&flagExtended != 0 {
		if version < 3 || len(data) < at+2 {
			return e, nil, errIndex
		}
		e.extended = binary.BigEndian.Uint16(data[at:])
		at += 2
	}
	if version == 4 {
		kept, n := parseStrip(data[at:], len(before))
		if n <= 0 {
			return e, nil, errIndex
		}
		at += n
		e.path = before[:kept]
	}
	end := bytes.IndexByte(data[at:], 0)
	if end < 0 {
		return e, nil, errIndex
	}
	e.path += string(data[at : at+end])
	at += end + 1
	if version != 4 {
		at = (at + indexPadding - 1) / indexPadding * indexPadding
	}
	if at > len(data) {
		return e, nil, errIndex
	}
	return e, data[at:], nil
}

// parseStrip reads how much of the name before is kept; n is the bytes it took.
func parseStrip(data []byte, length int) (kept, n int) {
	h := header{}
	if h.ofs(data) != nil || h.back > int64(length) {
		return 0, 0
	}
	return length - int(h.back), h.length
}

// checkExtensions refuses what git must understand to read the index: those whose
// names begin with a small letter (a split or a sparse index).
func checkExtensions(data []byte) error {
	for len(data) > 0 {
		if len(data) < 8 {
			return fmt.Errorf("%w: bytes at its end", errIndex)
		}
		name, size := data[:4], int64(binary.BigEndian.Uint32(data[4:]))
		if size > int64(len(data)-8) {
			return fmt.Errorf("%w: extension %q is cut off", errIndex, name)
		}
		if name[0] < 'A' || name[0] > 'Z' {
			return fmt.Errorf("%w: the index uses %q", ErrUnsupported, name)
		}
		data = data[8+size:]
	}
	return nil
}

// formatIndexFile writes an index of version 2, or 3 where flags need it.
func formatIndexFile(entries []indexEntry) []byte {
	version := uint32(2)
	size := 12 + idSize
	for _, e := range entries {
		size += entryFixed + 2 + len(e.path) + indexPadding
		if e.extended != 0 {
			version = 3
		}
	}
	out := append(make([]byte, 0, size), indexMagic...)
	out = binary.BigEndian.AppendUint32(out, version)
	out = binary.BigEndian.AppendUint32(out, uint32(len(entries))) //nolint:gosec // as many as were read
	for _, e := range entries {
		out = e.append(out)
	}
	sum := sha1.Sum(out) //nolint:gosec // see the import
	return append(out, sum[:]...)
}

func (e indexEntry) append(out []byte) []byte {
	from := len(out)
	for _, n := range [...]uint32{
		e.stat.CtimeSeconds, e.stat.CtimeNanos, e.stat.MtimeSeconds, e.stat.MtimeNanos,
		e.stat.Dev, e.stat.Ino, e.stat.Mode, e.stat.UID, e.stat.GID, e.stat.Size,
	} {
		out = binary.BigEndian.AppendUint32(out, n)
	}
	out = append(out, e.id[:]...)
	flags := e.flags&^(flagExtended|flagName) | uint16(min(len(e.path), flagName)) //nolint:gosec // at most flagName
	if e.extended != 0 {
		flags |= flagExtended
	}
	out = binary.BigEndian.AppendUint16(out, flags)
	if e.extended != 0 {
		out = binary.BigEndian.AppendUint16(out, e.extended)
	}
	out = append(out, e.path...)
	pad := indexPadding - (len(out)-from)%indexPadding
	return append(out, make([]byte, pad)...)
}
