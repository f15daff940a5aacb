package demo

import (
	"embed"
	"io/fs"
)

// all: keeps names that begin with an underscore or a dot, which a bundle may
// have.
//
//go:embed all:org
var orgFiles embed.FS

// Org is the sample org in metadata format, rooted at the folder that holds
// package.xml. Callers must not change what they read from it.
func Org() fs.FS {
	sub, err := fs.Sub(orgFiles, "org")
	if err != nil {
		// The name is a constant that go:embed has checked.
		panic(err)
	}
	return sub
}
