package metadata

import (
	"fmt"
	"strconv"
	"strings"
)

// Version is an API version by its major number: 66 stands for "66.0". Minor
// numbers other than zero do not exist.
type Version int

// The API versions that orgkeep understands. Versions before 31.0 are retired,
// and no reference is known for anything after 68.0 (Winter '27).
const (
	MinVersion Version = 31
	MaxVersion Version = 68
)

// ParseVersion reads "66.0", "66" or "v66.0".
func ParseVersion(s string) (Version, error) {
	text := strings.TrimSuffix(strings.TrimPrefix(strings.TrimSpace(s), "v"), ".0")
	n, err := strconv.Atoi(text)
	// One spelling only: Atoi takes a sign and zeros in front as well.
	if err != nil || n <= 0 || n > 999 || strconv.Itoa(n) != text {
		return 0, fmt.Errorf("API version %q is not of the form 66.0", s)
	}
	return Version(n), nil
}

// String gives the form that the API uses, "66.0".
func (v Version) String() string { return strconv.Itoa(int(v)) + ".0" }

// Supported tells whether orgkeep understands the version.
func (v Version) Supported() bool { return v >= MinVersion && v <= MaxVersion }
