package mdapi

import (
	"bytes"
	"encoding/base64"
	"errors"
	"io"
	"os"
)

// payload is what a request sends: head, a file if there is one, tail.
type payload struct {
	head   []byte
	file   string
	base64 bool
	tail   []byte
}

// open gives the bytes and how many they are.
func (p payload) open() (io.ReadCloser, int64, error) {
	size := int64(len(p.head) + len(p.tail))
	if p.file == "" {
		return io.NopCloser(io.MultiReader(bytes.NewReader(p.head), bytes.NewReader(p.tail))), size, nil
	}
	f, err := os.Open(p.file)
	if err != nil {
		return nil, 0, err
	}
	info, err := f.Stat()
	if err != nil {
		_ = f.Close()
		return nil, 0, err
	}
	// A file that grows meanwhile must not make the body longer than announced.
	n := info.Size()
	middle := io.LimitReader(f, n)
	if p.base64 {
		middle = newBase64Reader(middle)
		n = int64(base64.StdEncoding.EncodedLen(int(n)))
	}
	return struct {
		io.Reader
		io.Closer
	}{io.MultiReader(bytes.NewReader(p.head), middle, bytes.NewReader(p.tail)), f}, size + n, nil
}

// base64Reader encodes what it reads.
type base64Reader struct {
	r       io.Reader
	raw     []byte
	encoded []byte
	rest    []byte // of encoded, still to be handed out
	done    bool
}

// rawChunk is a multiple of three, so that only the last chunk is padded.
const rawChunk = 24 << 10

func newBase64Reader(r io.Reader) *base64Reader {
	return &base64Reader{r: r, raw: make([]byte, rawChunk), encoded: make([]byte, base64.StdEncoding.EncodedLen(rawChunk))}
}

func (b *base64Reader) Read(p []byte) (int, error) {
	if len(b.rest) == 0 {
		if b.done {
			return 0, io.EOF
		}
		n, err := io.ReadFull(b.r, b.raw)
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			b.done, err = true, nil
		}
		if err != nil {
			return 0, err
		}
		base64.StdEncoding.Encode(b.encoded, b.raw[:n])
		b.rest = b.encoded[:base64.StdEncoding.EncodedLen(n)]
	}
	n := copy(p, b.rest)
	b.rest = b.rest[n:]
	return n, nil
}
