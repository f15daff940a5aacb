package mdzip

import (
	"fmt"
	"hash/crc32"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/klauspost/compress/zip"
)

// What stands in the header of an entry that is written as it is: version 2.0 of the
// format, which knows deflate, and the flag of a name in UTF-8. Source: APPNOTE.TXT,
// 4.4.3 and 4.4.4.
const (
	zipVersion = 20
	utf8Names  = 0x800
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

// AddDeflated puts a file in whose deflate stream is at hand, so that it need not be
// compressed: stream has to inflate to content.
func (w *Writer) AddDeflated(name string, content, stream []byte) error {
	h := &zip.FileHeader{
		Name: name, Method: zip.Deflate, CreatorVersion: zipVersion, ReaderVersion: zipVersion, CRC32: crc32.ChecksumIEEE(content),
		CompressedSize64: uint64(len(stream)), UncompressedSize64: uint64(len(content)),
	}
	if strings.ContainsFunc(name, func(r rune) bool { return r >= utf8.RuneSelf }) && utf8.ValidString(name) {
		h.Flags |= utf8Names
	}
	f, err := w.zip.CreateRaw(h)
	if err != nil {
		return fmt.Errorf("add %s to the zip: %w", name, err)
	}
	if _, err := f.Write(stream); err != nil {
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
