package state

import (
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"os"
)

// ErrDamaged is returned for a file that is not as it was written.
var ErrDamaged = errors.New("the file is damaged")

// WithSum gives the text with one more line, which tells whether it is whole: its
// SHA-256.
func WithSum(text []byte) []byte { return fmt.Appendf(nil, "%s\n%x\n", text, sha256.Sum256(text)) }

// CheckSum gives the text that [WithSum] was given, or ErrDamaged.
func CheckSum(data []byte) ([]byte, error) {
	const end = len("\n\n") + 2*sha256.Size
	if len(data) < end {
		return nil, ErrDamaged
	}
	text := data[:len(data)-end]
	if string(WithSum(text)) != string(data) {
		return nil, ErrDamaged
	}
	return text, nil
}

// ReadSummed reads a file whose content is [WithSum]'s. One that is not as it was
// written is ErrDamaged; the error names it.
func ReadSummed(name string) ([]byte, error) {
	data, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	text, err := CheckSum(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return text, nil
}

// summedSince is the version from which on notes have a sum.
const summedSince = 2

// ReadNote is [ReadSummed] for notes in JSON that tell their version. One from before
// there were sums is taken as it is: whoever comes from an earlier build has such.
func ReadNote(name string) ([]byte, error) {
	text, err := ReadSummed(name)
	if !errors.Is(err, ErrDamaged) {
		return text, err
	}
	data, readErr := os.ReadFile(name)
	if readErr != nil {
		return nil, readErr
	}
	var head struct {
		Version int `json:"version"`
	}
	if json.Unmarshal(data, &head) != nil || head.Version < 1 || head.Version >= summedSince {
		return nil, err
	}
	return data, nil
}
