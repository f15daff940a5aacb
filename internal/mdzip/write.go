package mdzip

import (
	"fmt"
	"hash/crc32"
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

// AddDeflated is Add for content whose deflate stream is at hand: it is put in as it
// is. That the stream gives content, and ends there, is the caller's to know.
func (w *Writer) AddDeflated(name string, content, deflate []byte) error {
	f, err := w.zip.CreateRaw(&zip.FileHeader{
		Name: name, Method: zip.Deflate, CRC32: crc32.ChecksumIEEE(content),
		CompressedSize64: uint64(len(deflate)), UncompressedSize64: uint64(len(content)),
	})
	if err == nil {
		_, err = f.Write(deflate)
	}
	if err != nil {
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
