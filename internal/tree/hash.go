package tree

import (
	"context"
	"crypto/sha1" //nolint:gosec // Git names objects by SHA-1; nothing here depends on it being collision-free
	"encoding/hex"
	"fmt"
	"strconv"
)

// Hash is the id of a Git blob: SHA-1 over "blob <size>\x00" and the content.
// The zero Hash stands for no file.
type Hash [20]byte

// HashOf gives the id under which Git stores content.
func HashOf(content []byte) Hash {
	h := sha1.New() //nolint:gosec // see the import
	h.Write([]byte("blob " + strconv.Itoa(len(content)) + "\x00"))
	h.Write(content)
	return Hash(h.Sum(nil))
}

// ParseHash reads 40 hexadecimal digits.
func ParseHash(s string) (Hash, error) {
	raw, err := hex.DecodeString(s)
	if err != nil || len(raw) != len(Hash{}) {
		return Hash{}, fmt.Errorf("%q is not an object id of 40 hexadecimal digits", s)
	}
	return Hash(raw), nil
}

// String gives the 40 hexadecimal digits.
func (h Hash) String() string { return hex.EncodeToString(h[:]) }

// IsZero tells whether h stands for no file.
func (h Hash) IsZero() bool { return h == Hash{} }

// Blobs reads contents by id. The caller owns the bytes.
type Blobs interface {
	Blob(ctx context.Context, h Hash) ([]byte, error)
}

// Deflated are Blobs that may hold a content deflated: the stream, as zip files have
// it, is nil where they do not. Stream inflates to content.
type Deflated interface {
	Blobs
	Deflated(ctx context.Context, h Hash) (content, stream []byte, err error)
}
