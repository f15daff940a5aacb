package metadata

import (
	"errors"
	"fmt"
	"strings"
)

// ErrPath is what every refusal of [CheckPath] is.
var ErrPath = errors.New("path cannot be used")

const (
	// maxPathLength keeps paths below what common file systems take, with room for
	// the folder in which a repository lies.
	maxPathLength = 1024
	// shownPathLength is how much is shown of a path that is too long.
	shownPathLength = 60
)

// CheckPath refuses a path that a package must not hold: names from outside
// become paths, so everything that could leave the root, plant a file that Git
// or a shell reads, or write to a terminal is turned down. Paths are relative
// to the package root and separated by slashes. Every error is an [ErrPath].
//
// A name that some system cannot store (aux.cls on Windows, 300 bytes nearly
// everywhere) is not refused: an org may have it, Git can hold it, and whoever
// writes it to a disk finds out.
func CheckPath(p string) error {
	if len(p) > maxPathLength {
		return fmt.Errorf("%w: %q... is too long: %d bytes", ErrPath, p[:shownPathLength], len(p))
	}
	if reason := badPath(p); reason != "" {
		return fmt.Errorf("%w: %q %s", ErrPath, p, reason)
	}
	return nil
}

func badPath(p string) string {
	switch {
	case p == "":
		return "is empty"
	case strings.HasPrefix(p, "/"):
		return "is absolute"
	case strings.Contains(p, `\`):
		return "holds a backslash"
	case strings.ContainsFunc(p, isControl):
		return "holds a control character"
	}
	for part := range strings.SplitSeq(p, "/") {
		if reason := badPart(part); reason != "" {
			return reason
		}
	}
	return ""
}

func isControl(r rune) bool {
	switch {
	case r < 0x20, r >= 0x7f && r < 0xa0:
		return true
	case r == 0x2028, r == 0x2029: // they end a line
		return true
	case r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x2069: // they make a name read as another one
		return true
	}
	return r == 0xfffd // stands for bytes that are no UTF-8
}

func badPart(part string) string {
	switch {
	case part == "":
		return "has an empty part"
	case part == "." || part == "..":
		return "has a part that is . or .."
	case len(part) > 1 && part[1] == ':': // the first one, or what is left when a folder is cut off
		return "names a drive"
	case isGits(part):
		return "has a part that Git reads"
	case strings.HasSuffix(part, " ") || strings.HasSuffix(part, "."):
		return "has a part that ends with a blank or a dot"
	}
	return ""
}

// isGits tells whether a system may take the name for .git or a file that Git
// reads its settings from: HFS+ passes over some characters, and NTFS knows files
// by a short name too. Source: what git itself refuses (core.protectHFS,
// core.protectNTFS).
func isGits(part string) bool {
	name := strings.ToLower(strings.Map(dropIgnored, part))
	if strings.HasPrefix(name, ".git") {
		return true
	}
	stem, number, ok := strings.Cut(name, "~")
	if !ok || number == "" || number[0] < '0' || number[0] > '9' {
		return false
	}
	switch stem {
	case "git", "gitmod", "gitatt", "gitign", "gi7eba", "gi7d29", "gi250a":
		return true
	}
	return false
}

// dropIgnored drops what HFS+ passes over. They are not refused elsewhere, as
// some scripts need them.
func dropIgnored(r rune) rune {
	if r >= 0x200c && r <= 0x200f || r >= 0x206a && r <= 0x206f || r == 0xfeff {
		return -1
	}
	return r
}
