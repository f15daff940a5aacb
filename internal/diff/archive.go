package diff

import (
	"bytes"
	"errors"
	"io"
	"maps"
	"path"
	"slices"

	"github.com/klauspost/compress/zip"
)

// Limits on what is unpacked of an archive; past them its bytes are compared.
const (
	maxEntries   = 20_000
	maxUnpacked  = 256 << 20
	maxEntryText = 4 << 20
)

// isArchive tells a zip by its first bytes.
func isArchive(b []byte) bool {
	return bytes.HasPrefix(b, []byte("PK\x03\x04")) || bytes.HasPrefix(b, []byte("PK\x05\x06"))
}

// archives compares two zips by their entries; how and when they were packed means
// nothing. False means that one of them cannot be read whole.
func archives(name string, old, now []byte) ([]Element, bool) {
	a, err := entriesOf(old)
	if err != nil {
		return nil, false
	}
	b, err := entriesOf(now)
	if err != nil {
		return nil, false
	}
	left := int64(maxUnpacked)
	names := maps.Clone(a)
	maps.Copy(names, b)
	var out []Element
	for _, entry := range slices.Sorted(maps.Keys(names)) {
		e, differs, err := archived(a[entry], b[entry], &left)
		if err != nil {
			return nil, false
		}
		if differs {
			out = append(out, e.named([]Step{{Name: path.Base(name), Key: entry}}))
		}
	}
	return out, true
}

// errArchive is what is wrong with an archive that is not compared by its entries.
var errArchive = errors.New("archive cannot be compared by its entries")

func entriesOf(b []byte) (map[string]*zip.File, error) {
	r, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		return nil, err
	}
	out := make(map[string]*zip.File, len(r.File))
	for _, f := range r.File {
		if out[f.Name] != nil || len(r.File) > maxEntries {
			return nil, errArchive
		}
		out[f.Name] = f
	}
	return out, nil
}

// archived compares one entry. Sizes and checksums in an archive's directory are
// claims of who made it, so equal entries are unpacked too.
func archived(old, now *zip.File, left *int64) (e Element, differs bool, err error) {
	a, err := unpack(old, left)
	if err != nil {
		return Element{}, false, err
	}
	b, err := unpack(now, left)
	switch {
	case err != nil:
		return Element{}, false, err
	case old == nil:
		return wholeFile(now.Name, Added, b), true, nil
	case now == nil:
		return wholeFile(old.Name, Deleted, a), true, nil
	case bytes.Equal(a, b):
		return Element{}, false, nil
	case len(a) > maxEntryText || len(b) > maxEntryText:
		return Element{Kind: Changed, Old: digest(a), New: digest(b)}, true, nil
	}
	return content(a, b), true, nil
}

func unpack(f *zip.File, left *int64) ([]byte, error) {
	if f == nil {
		return nil, nil
	}
	r, err := f.Open()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	content, err := io.ReadAll(io.LimitReader(r, *left+1))
	if *left -= int64(len(content)); err == nil && *left < 0 {
		err = errArchive
	}
	return content, err
}
