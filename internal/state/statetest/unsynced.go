package statetest

import (
	"io/fs"

	"github.com/orgkeep/orgkeep/internal/state"
)

// Unsynced is the system's file system without syncing: what a process wrote is
// there for the next one all the same, and a test that tries every operation would
// wait for the disk.
func Unsynced() state.FS { return unsynced{state.OS()} }

type unsynced struct{ state.FS }

// OpenFile opens a file that is not synced.
func (u unsynced) OpenFile(name string, flag int, perm fs.FileMode) (state.File, error) {
	f, err := u.FS.OpenFile(name, flag, perm)
	if err != nil {
		return nil, err
	}
	return unsyncedFile{f}, nil
}

// SyncDir does nothing.
func (unsynced) SyncDir(string) error { return nil }

type unsyncedFile struct{ state.File }

// Sync does nothing.
func (unsyncedFile) Sync() error { return nil }
