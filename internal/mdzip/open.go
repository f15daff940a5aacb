package mdzip

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strings"

	"github.com/klauspost/compress/zip"

	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// ErrRefused is what every refusal of a zip is: it is damaged, hostile, or past
// the limits. Nothing was unpacked.
var ErrRefused = errors.New("zip refused")

// Limits bound what a zip may unpack to.
type Limits struct {
	Entries    int   // files and folders
	TotalBytes int64 // all files, unpacked
	FileBytes  int64 // one file, unpacked
	// Ratio bounds unpacked to packed size of files larger than RatioFrom bytes:
	// a bomb's mark. Small repetitive files pass.
	Ratio     int64
	RatioFrom int64
}

// DefaultLimits are far above what the Metadata API hands out (10,000 files,
// 600 MB) and far below what would harm the machine.
func DefaultLimits() Limits {
	return Limits{Entries: 100_000, TotalBytes: 4 << 30, FileBytes: 512 << 20, Ratio: 200, RatioFrom: 16 << 20}
}

// Archive is an open zip. Its files may be read from several goroutines.
type Archive struct {
	reader *zip.ReadCloser
	files  []*File
}

// File is one file of an archive.
type File struct {
	Name string // relative to the package root, checked by metadata.CheckPath
	Size int64  // unpacked, in bytes
	zip  *zip.File
}

// Open reads the directory of the zip file at name. Root is the folder that
// holds the package ("unpackaged"), or empty when it lies at the zip's root;
// files beside it are refused. The caller closes the archive.
func Open(name, root string, limits Limits) (*Archive, error) {
	r, err := zip.OpenReader(name)
	if err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
		return nil, fmt.Errorf("%w: %w", ErrRefused, err)
	}
	a := &Archive{reader: r}
	if a.files, err = files(r.File, root, limits); err != nil {
		_ = r.Close()
		return nil, err
	}
	return a, nil
}

func files(entries []*zip.File, root string, limits Limits) ([]*File, error) {
	if len(entries) > limits.Entries {
		return nil, fmt.Errorf("%w: %d entries, at most %d are taken", ErrRefused, len(entries), limits.Entries)
	}
	var out []*File
	var total int64
	seen := make(map[string]bool, len(entries))
	for _, e := range entries {
		f, err := check(e, root, limits)
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrRefused, err)
		}
		if f == nil {
			continue
		}
		if seen[f.Name] {
			return nil, fmt.Errorf("%w: %q is in it twice", ErrRefused, f.Name)
		}
		seen[f.Name] = true
		if total += f.Size; total > limits.TotalBytes {
			return nil, fmt.Errorf("%w: unpacks to more than %d bytes", ErrRefused, limits.TotalBytes)
		}
		out = append(out, f)
	}
	slices.SortFunc(out, func(a, b *File) int { return strings.Compare(a.Name, b.Name) })
	return out, nil
}

// check gives nil for a folder.
func check(e *zip.File, root string, limits Limits) (*File, error) {
	if strings.HasSuffix(e.Name, "/") {
		return nil, metadata.CheckPath(strings.TrimSuffix(e.Name, "/"))
	}
	if err := metadata.CheckPath(e.Name); err != nil {
		return nil, err
	}
	if !e.Mode().IsRegular() {
		return nil, fmt.Errorf("%q is not a plain file", e.Name)
	}
	name := e.Name
	if root != "" {
		var ok bool
		if name, ok = strings.CutPrefix(e.Name, root+"/"); !ok {
			return nil, fmt.Errorf("%q lies outside %q", e.Name, root)
		}
	}
	size, packed := int64(e.UncompressedSize64), int64(e.CompressedSize64) //nolint:gosec // negative values are refused below
	if size < 0 || packed < 0 || size > limits.FileBytes {
		return nil, fmt.Errorf("%q unpacks to %d bytes, at most %d are taken", e.Name, e.UncompressedSize64, limits.FileBytes)
	}
	if size > limits.RatioFrom && size > limits.Ratio*packed {
		return nil, fmt.Errorf("%q unpacks to more than %d times its size", e.Name, limits.Ratio)
	}
	return &File{Name: name, Size: size, zip: e}, nil
}

// Files gives the files sorted by name.
func (a *Archive) Files() []*File { return a.files }

// Close frees the file.
func (a *Archive) Close() error { return a.reader.Close() }

// Content unpacks the file and checks its size and CRC-32. The caller owns the
// bytes.
func (f *File) Content() ([]byte, error) {
	r, err := f.zip.Open()
	if err != nil {
		return nil, fmt.Errorf("%w: %q: %w", ErrRefused, f.Name, err)
	}
	defer r.Close() // a reader; what matters was read
	buf := make([]byte, f.Size)
	if _, err := io.ReadFull(r, buf); err != nil {
		return nil, fmt.Errorf("%w: %q: %w", ErrRefused, f.Name, err)
	}
	// The size in the directory is a claim: more bytes than it says are refused,
	// and reading to the end is what makes the CRC-32 be compared.
	if n, err := io.Copy(io.Discard, io.LimitReader(r, 1)); err != nil || n != 0 {
		return nil, fmt.Errorf("%w: %q is not what its directory says", ErrRefused, f.Name)
	}
	return buf, nil
}

// Deflated gives the file's deflate stream as it lies in the zip, or false when
// it is stored otherwise. The caller must have read Content, which is what
// checks the stream.
func (f *File) Deflated() ([]byte, bool, error) {
	if f.zip.Method != zip.Deflate {
		return nil, false, nil
	}
	r, err := f.zip.OpenRaw()
	if err != nil {
		return nil, false, fmt.Errorf("%w: %q: %w", ErrRefused, f.Name, err)
	}
	raw := make([]byte, f.zip.CompressedSize64)
	if _, err := io.ReadFull(r, raw); err != nil {
		return nil, false, fmt.Errorf("%w: %q: %w", ErrRefused, f.Name, err)
	}
	return raw, true, nil
}
