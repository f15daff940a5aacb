package snapshot

import (
	"bytes"
	"errors"
	"io"

	"github.com/klauspost/compress/flate"
)

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
