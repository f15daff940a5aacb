package mdzip

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/klauspost/compress/zip"

	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// directory looks through what a zip says of itself. Whatever that is, it is only
// believed as far as it fits the zip and what was said before.
type directory struct {
	root   string
	limits Limits
	size   int64 // of the zip

	entries  int
	bytes    int   // of names and remarks
	packed   int64 // bytes that files claim of the zip
	unpacked int64
	names    map[string]string // the files, by folded name
	folders  map[string]string // a file in each folder, by the folder's folded name
}

// bytesPerEntry is what names and remarks may take on average, as the reader
// keeps them all: far more than names need.
const bytesPerEntry = 640

// count is asked for each entry while the directory is read, so that one without
// end does not fill the memory.
func (d *directory) count(h *zip.FileHeader) error {
	if d.entries++; d.entries > d.limits.Entries {
		return fmt.Errorf("more than %d entries", d.limits.Entries)
	}
	if d.bytes += len(h.Name) + len(h.Extra) + len(h.Comment); d.bytes > d.limits.Entries*bytesPerEntry {
		return fmt.Errorf("its directory takes more than %d bytes", d.limits.Entries*bytesPerEntry)
	}
	return nil
}

// take gives nil for a folder.
func (d *directory) take(e *zip.File) (*File, error) {
	if strings.HasSuffix(e.Name, "/") {
		return nil, metadata.CheckPath(strings.TrimSuffix(e.Name, "/"))
	}
	if err := metadata.CheckPath(e.Name); err != nil {
		return nil, err
	}
	if err := checkKind(e); err != nil {
		return nil, err
	}
	name := e.Name
	if d.root != "" {
		var ok bool
		if name, ok = strings.CutPrefix(e.Name, d.root+"/"); !ok {
			return nil, fmt.Errorf("%q lies outside %q", e.Name, d.root)
		}
	}
	if err := d.meet(name); err != nil {
		return nil, err
	}
	if err := d.measure(e); err != nil {
		return nil, err
	}
	return &File{Name: name, Size: int64(e.UncompressedSize64), zip: e}, nil //nolint:gosec // measure has bounded it
}

// Bits of the flags. Source: APPNOTE.TXT, 4.4.4.
const (
	flagEncrypted       = 1 << 0
	flagStrongEncrypted = 1 << 6
	flagHiddenHeader    = 1 << 13
)

func checkKind(e *zip.File) error {
	switch {
	case !e.Mode().IsRegular():
		return fmt.Errorf("%q is not a plain file", e.Name)
	case e.Flags&(flagEncrypted|flagStrongEncrypted|flagHiddenHeader) != 0:
		return fmt.Errorf("%q is encrypted", e.Name)
	case e.Method != zip.Store && e.Method != zip.Deflate:
		return fmt.Errorf("%q is packed by method %d, which is not known", e.Name, e.Method)
	}
	return nil
}

// measure adds a file up. Files do not share bytes: one that claims more than the
// zip has left lies, or lies on top of another.
func (d *directory) measure(e *zip.File) error {
	packed, unpacked := e.CompressedSize64, e.UncompressedSize64
	switch {
	case unpacked > uint64(d.limits.FileBytes): //nolint:gosec // limits are not negative
		return fmt.Errorf("%q unpacks to %d bytes, at most %d are taken", e.Name, unpacked, d.limits.FileBytes)
	case packed > uint64(d.size): //nolint:gosec // a size is not negative
		return fmt.Errorf("%q takes %d bytes and is larger than the zip", e.Name, packed)
	case e.Method == zip.Store && packed != unpacked:
		return fmt.Errorf("%q is stored in %d bytes and yet unpacks to %d", e.Name, packed, unpacked)
	}
	size := int64(unpacked) //nolint:gosec // bounded above
	d.packed += int64(packed)
	d.unpacked += size
	switch {
	case size > d.limits.RatioFrom && size > d.limits.Ratio*int64(packed):
		return fmt.Errorf("%q unpacks to more than %d times its size", e.Name, d.limits.Ratio)
	case d.packed > d.size:
		return fmt.Errorf("%q and the files before it take more than the zip", e.Name)
	case d.unpacked > d.limits.TotalBytes:
		return fmt.Errorf("%q and the files before it unpack to more than %d bytes", e.Name, d.limits.TotalBytes)
	}
	return nil
}

// isBomb: many files below RatioFrom make a bomb together.
func (d *directory) isBomb() bool {
	return d.unpacked > d.limits.RatioFrom && d.unpacked > d.limits.Ratio*d.size
}

// meet refuses a name that another file has: not every system tells names apart
// that differ in case, and the platform takes them for one component. A file
// cannot be a folder either.
func (d *directory) meet(name string) error {
	key := fold(name)
	if other, ok := d.names[key]; ok {
		if other == name {
			return fmt.Errorf("%q is in it twice", name)
		}
		return fmt.Errorf("%q and %q differ in case alone", other, name)
	}
	if inside, ok := d.folders[key]; ok {
		return fmt.Errorf("%q is a file, and a folder that holds %q", name, inside)
	}
	d.names[key] = name
	for i := strings.LastIndexByte(key, '/'); i >= 0; i = strings.LastIndexByte(key[:i], '/') {
		folder := key[:i]
		if file, ok := d.names[folder]; ok {
			return fmt.Errorf("%q is a file, and a folder that holds %q", file, name)
		}
		if _, known := d.folders[folder]; known {
			break // and so are those around it
		}
		d.folders[folder] = name
	}
	return nil
}

// fold gives what all spellings of a name in other cases have in common.
func fold(name string) string {
	if !strings.ContainsFunc(name, func(r rune) bool { return r >= utf8.RuneSelf }) {
		return strings.ToUpper(name)
	}
	return strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z':
			return r - 'a' + 'A'
		case r < 0x80:
			return r
		}
		least := r
		for next := unicode.SimpleFold(r); next != r; next = unicode.SimpleFold(next) {
			least = min(least, next)
		}
		return least
	}, name)
}
