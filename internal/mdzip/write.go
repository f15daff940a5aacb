package mdzip

import (
	"fmt"
	"io"

	"github.com/klauspost/compress/zip"
)

// Writer makes a zip whose bytes depend on nothing but the files put in: no
// times, no host. It is not safe for concurrent use.
type Writer struct {
	zip *zip.Writer
}

// NewWriter starts a zip.
func NewWriter(w io.Writer) *Writer { return &Writer{zip: zip.NewWriter(w)} }

// Add puts a file in. Callers add files in a fixed order.
func (w *Writer) Add(name string, content []byte) error {
	// Without a time of its own an entry gets none, so nothing varies.
	f, err := w.zip.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate})
	if err != nil {
		return fmt.Errorf("add %s to the zip: %w", name, err)
	}
	if _, err := f.Write(content); err != nil {
		return fmt.Errorf("add %s to the zip: %w", name, err)
	}
	return nil
}

// Close writes the directory.
func (w *Writer) Close() error {
	if err := w.zip.Close(); err != nil {
		return fmt.Errorf("finish the zip: %w", err)
	}
	return nil
}
