// Package state keeps what must survive a crash: it writes files so that a
// reader sees the old content or the new one, never a part, and it lets one
// process at a time write a repository.
//
// [WriteFile] is the way to write a file, [Acquire] the way to lock. Both go
// through [FS], the narrow set of operations that change a disk, so that tests
// can fail or cut off every single one (package statetest). Reading needs no such
// care and is done with package os.
//
// The package does not know what the files mean; refs, packs and the index are
// written by package snapshot, in the order that keeps a repository whole.
package state
