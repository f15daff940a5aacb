package state

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
)

// TempPrefix begins the names of files that are not finished. Git's own cleanup
// knows it too.
const TempPrefix = "tmp_"

// WriteFile replaces name by a file with this content: written beside it, synced
// and renamed, and the folder synced. After an error or a crash name holds what
// it held before or all of data. It is safe for concurrent use; the last one
// wins.
func WriteFile(fsys FS, name string, data []byte, perm fs.FileMode) error {
	return WriteStream(fsys, name, perm, func(w io.Writer) error {
		_, err := w.Write(data)
		return err
	})
}

// WriteStream is [WriteFile] for a content that write makes piece by piece.
func WriteStream(fsys FS, name string, perm fs.FileMode, write func(io.Writer) error) error {
	dir := filepath.Dir(name)
	f, err := CreateTemp(fsys, dir, TempPrefix, perm)
	if err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	if err := write(f); err != nil {
		return fmt.Errorf("write %s: %w", name, abandon(fsys, f, err))
	}
	if err := Finish(fsys, f, name); err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	if err := fsys.SyncDir(dir); err != nil {
		return fmt.Errorf("write %s: sync its folder: %w", name, err)
	}
	return nil
}

// CreateTemp makes a new file in dir whose name begins with prefix.
func CreateTemp(fsys FS, dir, prefix string, perm fs.FileMode) (File, error) {
	const tries = 100
	for i := 0; ; i++ {
		name := filepath.Join(dir, prefix+strconv.FormatUint(rand.Uint64(), 36)) //nolint:gosec // a name nobody has, not a secret
		f, err := fsys.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_EXCL, perm)
		if errors.Is(err, fs.ErrExist) && i < tries {
			continue
		}
		return f, err
	}
}

// Finish syncs and closes an open file and renames it to name. The file is gone
// when that fails. The caller syncs the folder.
func Finish(fsys FS, f File, name string) error {
	if err := f.Sync(); err != nil {
		return abandon(fsys, f, fmt.Errorf("sync: %w", err))
	}
	if err := f.Close(); err != nil {
		return errors.Join(fmt.Errorf("close: %w", err), fsys.Remove(f.Name()))
	}
	if err := fsys.Rename(f.Name(), name); err != nil {
		return errors.Join(err, fsys.Remove(f.Name()))
	}
	return nil
}

// abandon takes an unfinished file away. What went wrong first is what counts:
// a temporary file that stays is swept later.
func abandon(fsys FS, f File, cause error) error {
	_ = f.Close()
	_ = fsys.Remove(f.Name())
	return cause
}

// MakeDir makes a folder and those above it that are missing, and makes the new
// names durable.
func MakeDir(fsys FS, dir string, perm fs.FileMode) error {
	first := dir
	for {
		if _, err := os.Stat(first); err == nil {
			break
		} else if !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		parent := filepath.Dir(first)
		if parent == first {
			break
		}
		first = parent
	}
	if first == dir {
		return nil
	}
	if err := fsys.MkdirAll(dir, perm); err != nil {
		return err
	}
	for d := filepath.Dir(dir); ; d = filepath.Dir(d) {
		if err := fsys.SyncDir(d); err != nil {
			return fmt.Errorf("sync %s: %w", d, err)
		}
		if d == first || d == filepath.Dir(d) {
			return nil
		}
	}
}
