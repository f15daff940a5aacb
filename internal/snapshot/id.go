package snapshot

import (
	"encoding/hex"
	"fmt"

	"github.com/orgkeep/orgkeep/internal/tree"
)

// ID names a commit, or another object that is not a blob. The zero ID stands for
// none.
type ID [20]byte

// ParseID reads 40 hexadecimal digits.
func ParseID(s string) (ID, error) {
	raw, err := hex.DecodeString(s)
	if err != nil || len(raw) != len(ID{}) {
		return ID{}, fmt.Errorf("%q is not an object id of 40 hexadecimal digits", s)
	}
	return ID(raw), nil
}

// String gives the 40 hexadecimal digits.
func (id ID) String() string { return hex.EncodeToString(id[:]) }

// Short gives the first seven digits, for people.
func (id ID) Short() string { return id.String()[:7] }

// IsZero tells whether id stands for none.
func (id ID) IsZero() bool { return id == ID{} }

// MarshalText writes the 40 digits, so that an id reads well in JSON.
func (id ID) MarshalText() ([]byte, error) { return []byte(id.String()), nil }

// UnmarshalText reads what MarshalText wrote.
func (id *ID) UnmarshalText(text []byte) error {
	parsed, err := ParseID(string(text))
	*id = parsed
	return err
}

func blobID(h tree.Hash) ID { return ID(h) }
