package mdzip

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/klauspost/compress/zip"
)

// ErrRefused is what every refusal of a zip is: it is damaged, hostile, or past
// the limits. Nothing was unpacked.
var ErrRefused = errors.New("zip refused")

// Limits bound what a zip may unpack to.
type Limits struct {
	Entries    int   // files and folders
	TotalBytes int64 // all files, unpacked
	FileBytes  int64 // one file, unpacked
	// Ratio bounds unpacked to packed size, of files larger than RatioFrom bytes
	// and of all together: a bomb's mark. Small repetitive files pass.
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
	file    *os.File
	files   []*File
	inOrder []*File // as the directory has them
}

// File is one file of an archive.
type File struct {
	Name string // relative to the package root, checked by metadata.CheckPath
	Size int64  // unpacked, in bytes
	zip  *zip.File
	from *window
	at   int64 // in the zip, or 0 where it was not looked for

	sum    [sha256.Size]byte
	summed bool
}

// Open reads the directory of the zip file at name. Root is the folder that
// holds the package ("unpackaged"), or empty when it lies at the zip's root;
// files beside it are refused. Every error but those of the file system is an
// [ErrRefused], and names the entry that it is about. The caller closes the
// archive.
func Open(name, root string, limits Limits) (*Archive, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	a := &Archive{file: f}
	if a.inOrder, err = readDirectory(&window{file: f}, root, limits); err != nil {
		_ = f.Close()
		return nil, err
	}
	a.files = slices.Clone(a.inOrder)
	slices.SortFunc(a.files, func(a, b *File) int { return strings.Compare(a.Name, b.Name) })
	return a, nil
}

// readDirectory gives the files in the order of the directory.
func readDirectory(f *window, root string, limits Limits) ([]*File, error) {
	info, err := f.file.Stat()
	if err != nil {
		return nil, err
	}
	d := directory{root: root, limits: limits, size: info.Size(), folders: map[string]string{}}
	r, err := zip.NewReaderWithOptions(f, d.size, zip.ReaderOptions{NameDecoder: d.count})
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrRefused, err)
	}
	d.names = make(map[string]string, len(r.File))
	files := make([]*File, 0, len(r.File))
	for _, e := range r.File {
		file, err := d.take(e)
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrRefused, err)
		}
		if file != nil {
			file.from = f
			files = append(files, file)
		}
	}
	if d.isBomb() {
		return nil, fmt.Errorf("%w: it unpacks to more than %d times its size", ErrRefused, limits.Ratio)
	}
	return files, nil
}

// Files gives the files sorted by name.
func (a *Archive) Files() []*File { return a.files }

// InOrder gives the files as the zip has them, which is how they are read fastest.
func (a *Archive) InOrder() []*File { return a.inOrder }

// Close frees the file.
func (a *Archive) Close() error { return a.file.Close() }
