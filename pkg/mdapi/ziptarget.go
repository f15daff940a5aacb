package mdapi

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

// zipTarget is the file that a zip goes to: a temporary one beside its place,
// made when the first byte comes and moved when all are durable.
type zipTarget struct {
	path string
	file *os.File
	size int64
	tell func(size int64)
}

func (z *zipTarget) Write(p []byte) (int, error) {
	if z.path == "" {
		// It was not asked for, came all the same, and has no place.
		return len(p), nil
	}
	if z.file == nil {
		f, err := os.CreateTemp(filepath.Dir(z.path), "."+filepath.Base(z.path)+".*.part")
		if err != nil {
			return 0, &localError{fmt.Errorf("make a file for the zip: %w", err)}
		}
		z.file = f
	}
	n, err := z.file.Write(p)
	z.size += int64(n)
	if err != nil {
		return n, &localError{fmt.Errorf("write the zip: %w", err)}
	}
	z.tell(z.size)
	return n, nil
}

// keep makes the file durable and puts it in its place.
func (z *zipTarget) keep() error {
	f := z.file
	if err := f.Sync(); err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	if err := os.Rename(f.Name(), z.path); err != nil {
		return err
	}
	z.file = nil
	return syncDir(filepath.Dir(z.path))
}

// discard removes what was not kept.
func (z *zipTarget) discard() {
	if z.file != nil {
		_ = z.file.Close()
		_ = os.Remove(z.file.Name())
	}
	z.file, z.size = nil, 0
}

// syncDir makes a rename durable. Windows has no such call for folders.
func syncDir(dir string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer func() { _ = d.Close() }()
	return d.Sync()
}

// tempZip: an id is the org's word and becomes a file name.
func (c *Client) tempZip(id AsyncID) string {
	name := strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' {
			return r
		}
		return -1
	}, string(id))
	return filepath.Join(c.cfg.TempDir, "retrieve-"+name+".zip")
}
