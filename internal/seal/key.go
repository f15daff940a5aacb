package seal

import (
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
)

// ErrKey is returned for a text that is no key.
var ErrKey = errors.New("this is no seal key")

const (
	keyBytes  = 32
	keyPrefix = "orgkeep-seal-key:v1:"
	idBytes   = 4
)

// Key seals the values of one repository. The zero value is no key.
type Key struct {
	secret []byte
	id     string
}

// NewKey makes a key.
func NewKey() Key {
	secret := make([]byte, keyBytes)
	_, _ = rand.Read(secret) // never fails
	return keyOf(secret)
}

// ParseKey reads a key as [Key.Export] writes it. The error does not repeat the
// text.
func ParseKey(text string) (Key, error) {
	encoded, ok := strings.CutPrefix(strings.TrimSpace(text), keyPrefix)
	secret, err := base64.RawURLEncoding.DecodeString(encoded)
	if !ok || err != nil || len(secret) != keyBytes {
		return Key{}, fmt.Errorf("%w: it has the form %s followed by %d characters", ErrKey, keyPrefix, base64.RawURLEncoding.EncodedLen(keyBytes))
	}
	return keyOf(secret), nil
}

func keyOf(secret []byte) Key {
	// The id is derived, so that it says nothing of the secret.
	id, err := hkdf.Key(sha256.New, secret, nil, "orgkeep seal key id", idBytes)
	if err != nil {
		panic(err) // only for lengths that are out of bounds
	}
	return Key{secret: secret, id: hex.EncodeToString(id)}
}

// ID names the key: eight hexadecimal digits, or "" for no key.
func (k Key) ID() string { return k.id }

// IsZero tells whether there is no key.
func (k Key) IsZero() bool { return len(k.secret) == 0 }

// Export gives the key as text. It is a secret.
func (k Key) Export() string { return keyPrefix + base64.RawURLEncoding.EncodeToString(k.secret) }

// String keeps the secret out of messages.
func (k Key) String() string { return "seal key " + k.id }

// GoString keeps the secret out of messages.
func (k Key) GoString() string { return k.String() }

const (
	digestBytes = 16
	// Mark begins every sealed value, of whatever version.
	Mark   = "orgkeep-sealed:"
	prefix = Mark + "v1:"
	// NoKey stands for the id in a value that was sealed without a key.
	NoKey = "none"
)

// text is what stands for a value at a place.
func (k Key) text(place, value string) string {
	if k.IsZero() {
		return prefix + NoKey
	}
	mac := hmac.New(sha256.New, k.secret)
	_, _ = mac.Write([]byte(place + "\x00" + value)) // never fails
	return prefix + k.id + ":" + hex.EncodeToString(mac.Sum(nil)[:digestBytes])
}

// KeyID gives the id of the key with which a value was sealed ("none" without
// one), and whether it is a sealed value at all.
func KeyID(value string) (string, bool) {
	rest, ok := strings.CutPrefix(value, prefix)
	if !ok {
		return "", false
	}
	id, digest, digested := strings.Cut(rest, ":")
	if id == NoKey {
		return id, !digested
	}
	return id, isHex(id, idBytes) && isHex(digest, digestBytes)
}

func isHex(text string, n int) bool {
	b, err := hex.DecodeString(text)
	return err == nil && len(b) == n
}
