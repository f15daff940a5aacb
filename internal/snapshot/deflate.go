package snapshot

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"sync"

	"github.com/klauspost/compress/flate"
	"github.com/klauspost/compress/zlib"
)

// deflater makes zlib streams. It is safe for concurrent use.
type deflater struct{ writers sync.Pool }

func (d *deflater) stream(content []byte) ([]byte, error) {
	var out bytes.Buffer
	out.Grow(len(content)/4 + 64)
	z, ok := d.writers.Get().(*zlib.Writer)
	if ok {
		z.Reset(&out)
	} else {
		const level = 6 // git's default
		var err error
		if z, err = zlib.NewWriterLevel(&out, level); err != nil {
			return nil, fmt.Errorf("compress: %w", err)
		}
	}
	_, err := z.Write(content)
	if err == nil {
		err = z.Close()
	}
	if err != nil {
		return nil, fmt.Errorf("compress: %w", err)
	}
	d.writers.Put(z)
	return out.Bytes(), nil
}

// inflatesTo tells whether a deflate stream gives content, and has nothing after
// its end: git would take that for the checksum.
func inflatesTo(deflate, content []byte) bool {
	src := bytes.NewReader(deflate) // an io.ByteReader, which is never read too far
	z := flate.NewReader(src)
	var buffer [4096]byte
	for {
		n, err := z.Read(buffer[:])
		if n > len(content) || !bytes.Equal(buffer[:n], content[:n]) {
			return false
		}
		content = content[n:]
		if errors.Is(err, io.EOF) {
			return len(content) == 0 && src.Len() == 0
		}
		if err != nil {
			return false
		}
	}
}
