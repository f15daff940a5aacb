package extract

import (
	"archive/zip"
	"bytes"
	"fmt"
	"hash/crc32"
	"time"

	"github.com/klauspost/compress/flate"
)

// The general-purpose flags of the service's zips: sizes in a data descriptor,
// names in UTF-8. Seen in a recorded reply.
const zipFlags = 0x0808

// Zip packs entries in the order given, all dated now, without directory
// entries. It refuses what is over the service's limits with a [*Failure].
func Zip(entries []Entry, now time.Time) ([]byte, error) {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	total := 0
	deflate, err := flate.NewWriter(nil, flate.DefaultCompression)
	if err != nil {
		return nil, fmt.Errorf("pack the retrieve: %w", err)
	}
	for _, e := range entries {
		if total += len(e.Content); total > MaxUncompressed {
			return nil, &Failure{"LIMIT_EXCEEDED", fmt.Sprintf("LIMIT_EXCEEDED: Maximum size of retrieved files exceeded, limit is: %d", MaxUncompressed)}
		}
		if err := writeEntry(w, deflate, e, now); err != nil {
			return nil, fmt.Errorf("pack %s: %w", e.Path, err)
		}
	}
	if err := w.Close(); err != nil {
		return nil, fmt.Errorf("pack the retrieve: %w", err)
	}
	if b.Len() > MaxZipped {
		return nil, &Failure{"LIMIT_EXCEEDED", fmt.Sprintf("LIMIT_EXCEEDED: Maximum size of retrieve zip exceeded, limit is: %d", MaxZipped)}
	}
	return b.Bytes(), nil
}

func writeEntry(w *zip.Writer, deflate *flate.Writer, e Entry, now time.Time) error {
	packed, err := deflated(deflate, e)
	if err != nil {
		return err
	}
	h := &zip.FileHeader{
		Name: e.Path, Method: zip.Deflate, Flags: zipFlags, CRC32: crc32.ChecksumIEEE(e.Content),
		CompressedSize64: uint64(len(packed)), UncompressedSize64: uint64(len(e.Content)),
	}
	h.SetModTime(now.UTC()) //nolint:staticcheck // raw entries keep their time only in the old fields
	to, err := w.CreateRaw(h)
	if err != nil {
		return err
	}
	_, err = to.Write(packed)
	return err
}

// deflated packs an entry, a stored file's only once.
func deflated(w *flate.Writer, e Entry) ([]byte, error) {
	if e.file != nil && e.file.Packed != nil {
		return e.file.Packed, nil
	}
	var b bytes.Buffer
	w.Reset(&b)
	if _, err := w.Write(e.Content); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	if e.file != nil {
		e.file.Packed = bytes.Clone(b.Bytes())
	}
	return b.Bytes(), nil
}
