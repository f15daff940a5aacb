//go:build !linux && !darwin

package snapshot

import "io/fs"

// statOf gives what can be known everywhere; git then looks at the file once more
// and remembers the rest.
func statOf(info fs.FileInfo) fileStat { return plainStat(info) }
