package mdzip

import (
	"bytes"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"sync"

	"github.com/klauspost/compress/flate"
	"github.com/klauspost/compress/zip"
)

// Content is that of Unpack.
func (f *File) Content() ([]byte, error) {
	content, _, err := f.Unpack()
	return content, err
}

// Unpack gives the file's content, once its size and CRC-32 are what the directory
// says, and the deflate stream that the zip has of it: nil where it is stored
// otherwise, or where the stream does not end with the last byte that the zip has of
// the file. The caller owns both.
func (f *File) Unpack() (content, deflate []byte, err error) {
	content, deflate, err = f.unpack()
	if err == nil {
		if sum := crc32.ChecksumIEEE(content); sum != f.zip.CRC32 {
			err = fmt.Errorf("its CRC-32 is %08x, and it says %08x", sum, f.zip.CRC32)
		}
	}
	if err != nil {
		return nil, nil, fmt.Errorf("%w: %q: %w", ErrRefused, f.Name, err)
	}
	return content, deflate, nil
}

func (f *File) unpack() (content, deflate []byte, err error) {
	at, err := f.start()
	if err != nil {
		return nil, nil, err
	}
	raw := make([]byte, f.zip.CompressedSize64)
	// Of one piece: the zip lies in a file, and each reading of it is a system call.
	if n, err := f.from.ReadAt(raw, at); n < len(raw) {
		return nil, nil, errors.Join(err, io.ErrUnexpectedEOF)
	}
	if f.zip.Method == zip.Store {
		return raw, nil, nil // measure has compared the sizes
	}
	content, left, err := inflate(raw, f.Size)
	if err != nil || left > 0 {
		return content, nil, err
	}
	return content, raw, nil
}

// start gives the place of the file's bytes in the zip.
func (f *File) start() (int64, error) {
	if f.at > 0 {
		return f.at, nil
	}
	return f.zip.DataOffset()
}

// CRC32 is that of the content, once it was unpacked.
func (f *File) CRC32() uint32 { return f.zip.CRC32 }

// inflaters are readers that have room for what a stream refers back to.
var inflaters = sync.Pool{New: func() any { return flate.NewReader(nil) }}

// inflate gives what a deflate stream holds, which has to be size bytes, and how many
// bytes follow the stream.
func inflate(raw []byte, size int64) (content []byte, left int, err error) {
	src := bytes.NewReader(raw) // an io.ByteReader, which is never read too far
	z, _ := inflaters.Get().(io.ReadCloser)
	defer inflaters.Put(z)
	if err := z.(flate.Resetter).Reset(src, nil); err != nil { //nolint:forcetypeassert // as flate.NewReader says
		return nil, 0, err
	}
	content = make([]byte, size)
	if _, err := io.ReadFull(z, content); err != nil {
		return nil, 0, err
	}
	// The size in the directory is a claim: more bytes than it says are refused.
	var more [1]byte
	switch n, err := io.ReadFull(z, more[:]); {
	case n > 0:
		return nil, 0, fmt.Errorf("it unpacks to more than the %d bytes that it says", size)
	case !errors.Is(err, io.EOF):
		return nil, 0, err
	}
	return content, src.Len(), nil
}
