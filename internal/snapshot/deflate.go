package snapshot

import (
	"bytes"
	"fmt"
	"sync"

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
