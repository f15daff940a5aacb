package emulator

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// SaveTo writes the org into a folder, which is made if it is not there: changed
// files through a temporary one beside them, then files of metadata that the org
// no longer has are removed. Files that are no metadata stay.
func (s *Server) SaveTo(dir string) error {
	files := s.Files()
	for _, p := range slices.Sorted(maps.Keys(files)) {
		if err := metadata.CheckPath(p); err != nil {
			return err
		}
		if err := saveFile(filepath.Join(dir, filepath.FromSlash(p)), files[p]); err != nil {
			return fmt.Errorf("save %s: %w", p, err)
		}
	}
	s.mu.Lock()
	reg := s.state.Registry
	s.mu.Unlock()
	return removeStale(dir, reg, files)
}

func saveFile(name string, content []byte) error {
	if old, err := os.ReadFile(name); err == nil && string(old) == string(content) {
		return nil
	}
	folder := filepath.Dir(name)
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	tmp, err := os.CreateTemp(folder, ".saving-*")
	if err != nil {
		return err
	}
	_, err = tmp.Write(content)
	err = errors.Join(err, tmp.Chmod(0o644), tmp.Close())
	if err == nil {
		err = os.Rename(tmp.Name(), name)
	}
	if err != nil {
		return errors.Join(err, os.Remove(tmp.Name()))
	}
	return nil
}

// removeStale deletes files that a component of the org's types would own and
// that the org does not have.
func removeStale(dir string, reg *metadata.Registry, files map[string][]byte) error {
	root := os.DirFS(dir)
	return fs.WalkDir(root, ".", func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		_, ours := reg.ComponentAt(p)
		if _, kept := files[p]; kept || !ours || strings.HasPrefix(p, ".") {
			return nil
		}
		return os.Remove(filepath.Join(dir, filepath.FromSlash(p)))
	})
}
