package mdzip

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"hash"
	"io"

	"github.com/klauspost/compress/zip"
)

// Fingerprint reads the zip once, from front to back and without unpacking, and
// gives each file a fingerprint: of its name, of the bytes that the zip has of it
// and of what the directory says of them, under a scope that stands for whatever
// else matters to the caller. Files with equal fingerprints have equal contents.
func (a *Archive) Fingerprint(scope string) error {
	h, room := sha256.New(), make([]byte, copyRoom)
	for _, f := range a.inOrder {
		if err := f.fingerprint(h, room, scope); err != nil {
			return fmt.Errorf("%w: %q: %w", ErrRefused, f.Name, err)
		}
	}
	return nil
}

const copyRoom = 64 << 10

func (f *File) fingerprint(h hash.Hash, room []byte, scope string) error {
	at, err := f.zip.DataOffset()
	if err != nil {
		return err
	}
	f.at = at
	r := io.NewSectionReader(f.from, at, int64(f.zip.CompressedSize64)) //nolint:gosec // measure has bounded it
	h.Reset()
	head := room[:0]
	for _, text := range []string{scope, f.Name} {
		head = append(binary.AppendUvarint(head, uint64(len(text))), text...)
	}
	head = binary.LittleEndian.AppendUint16(head, f.zip.Method)
	head = binary.LittleEndian.AppendUint32(head, f.zip.CRC32)
	head = binary.LittleEndian.AppendUint64(head, f.zip.UncompressedSize64)
	_, _ = h.Write(head) // a hash takes everything
	n, err := io.CopyBuffer(h, r, room)
	if err == nil && uint64(n) != f.zip.CompressedSize64 { //nolint:gosec // a count is not negative
		err = io.ErrUnexpectedEOF
	}
	if err == nil {
		h.Sum(f.sum[:0])
		f.summed = true
	}
	return err
}

// Sum is the file's fingerprint, once Archive.Fingerprint has made it.
func (f *File) Sum() (sum [sha256.Size]byte, ok bool) { return f.sum, f.summed }

// Packed is how many bytes the zip has of the file, and whether they are a deflate
// stream.
func (f *File) Packed() (size int64, deflated bool) {
	return int64(f.zip.CompressedSize64), f.zip.Method == zip.Deflate //nolint:gosec // measure has bounded it
}
