package state

import (
	"io"
	"io/fs"
	"os"
	"time"
)

// FS is every operation that changes a disk. It is wide because it is the seam
// at which faults are injected: whatever is not here cannot be tested for. Names
// are those of the file system, as package os takes them.
type FS interface {
	OpenFile(name string, flag int, perm fs.FileMode) (File, error)
	Rename(oldName, newName string) error
	Remove(name string) error
	// MkdirAll makes a folder and those above it that are missing.
	MkdirAll(name string, perm fs.FileMode) error
	// Touch gives a file the present date.
	Touch(name string) error
	// SyncDir makes what was created, renamed or removed in a folder durable.
	SyncDir(name string) error
}

// File is an open file.
type File interface {
	io.Reader
	io.Writer
	io.ReaderAt
	io.Seeker
	io.Closer
	// Sync makes the content durable.
	Sync() error
	Name() string
	Stat() (fs.FileInfo, error)
}

// OS is the file system of the operating system.
func OS() FS { return osFS{} }

type osFS struct{}

// OpenFile is os.OpenFile.
func (osFS) OpenFile(name string, flag int, perm fs.FileMode) (File, error) {
	f, err := os.OpenFile(name, flag, perm)
	if err != nil {
		return nil, err
	}
	return f, nil
}

// Rename is os.Rename.
func (osFS) Rename(oldName, newName string) error { return os.Rename(oldName, newName) }

// Remove is os.Remove.
func (osFS) Remove(name string) error { return os.Remove(name) }

// MkdirAll is os.MkdirAll.
func (osFS) MkdirAll(name string, perm fs.FileMode) error { return os.MkdirAll(name, perm) }

// Touch is os.Chtimes with the present time.
func (osFS) Touch(name string) error { return os.Chtimes(name, time.Time{}, time.Now()) }

// SyncDir syncs the folder, where the system can.
func (osFS) SyncDir(name string) error { return syncDir(name) }
