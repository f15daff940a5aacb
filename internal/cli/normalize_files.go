package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"golang.org/x/sync/errgroup"

	"github.com/orgkeep/orgkeep/internal/config"
	"github.com/orgkeep/orgkeep/internal/state"
	"github.com/orgkeep/orgkeep/pkg/normalize"
)

// fileNormalizer normalizes files as the settings above the working folder say.
type fileNormalizer struct {
	factory *Factory
	norm    *normalize.Normalizer
	root    string // the folder of the settings or the repository; "" for none
	write   bool   // write files back
}

func (f *Factory) newFileNormalizer() (*fileNormalizer, error) {
	root := rootAbove(f.Dir())
	settings := &config.Config{}
	if root != "" {
		var err error
		if settings, err = config.Load(root); err != nil {
			return nil, err
		}
	}
	norm, err := normalizer(settings)
	if err != nil {
		return nil, err
	}
	return &fileNormalizer{factory: f, norm: norm, root: root}, nil
}

// rootAbove walks up to the first folder with settings or a repository, and
// gives "" where there is none. The repository is not opened: what Git calls as
// a filter must work in linked work trees and in the midst of a clone too.
func rootAbove(dir string) string {
	for ; ; dir = filepath.Dir(dir) {
		for _, name := range []string{config.FileName, ".git"} {
			if _, err := os.Lstat(filepath.Join(dir, name)); err == nil {
				return dir
			}
		}
		if dir == filepath.Dir(dir) {
			return ""
		}
	}
}

// known is the path by which the normalizer knows a file: from the root, so that
// folders above it are not taken for those of a type.
func (w *fileNormalizer) known(name string) string {
	if w.root != "" {
		if rel, err := filepath.Rel(w.root, name); err == nil && filepath.IsLocal(rel) {
			return filepath.ToSlash(rel)
		}
	}
	return filepath.ToSlash(name)
}

// open opens a file that was named alone.
func (w *fileNormalizer) open(name string) (*os.File, error) {
	file, err := os.Open(w.factory.Path(name))
	if err != nil {
		return nil, err
	}
	if info, err := file.Stat(); err == nil && info.IsDir() {
		return nil, errors.Join(usagef("%s is a folder: say what to do with its files, with --write, --check or --explain", name), file.Close())
	}
	return file, nil
}

// foundFile is a file to be normalized.
type foundFile struct {
	name  string // on the disk, absolute; "" for stdin
	shown string // as the user would name it
}

// stdinName stands for stdin where files are listed.
const stdinName = "-"

// find lists the files, and those in the folders, in the order of their names
// under each. No path at all means stdin.
func (w *fileNormalizer) find(paths []string) ([]foundFile, error) {
	if len(paths) == 0 {
		return []foundFile{{shown: stdinName}}, nil
	}
	var files []foundFile
	for _, p := range paths {
		name := w.factory.Path(p)
		info, err := os.Stat(name)
		if err == nil && info.IsDir() {
			below, err := w.findBelow(name, p)
			if err != nil {
				return nil, fmt.Errorf("look for files in %s: %w", p, err)
			}
			files = append(files, below...)
			continue
		}
		// One that is not there is told of with the others, when it is read.
		files = append(files, foundFile{name, p})
		if err == nil && !w.norm.Handles(w.known(name)) {
			w.factory.IO.Note("%s is passed through: by its name and folder it is no metadata XML.", p)
		}
	}
	return files, nil
}

func (w *fileNormalizer) findBelow(root, shown string) (files []foundFile, err error) {
	err = filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && name != root && skipped(d.Name()):
			return filepath.SkipDir
		case d.Type().IsRegular() && w.norm.Handles(w.known(name)):
			files = append(files, foundFile{name, filepath.Join(shown, strings.TrimPrefix(name, root))})
		}
		return nil
	})
	return files, err
}

// skipped folders hold nothing of an org: .git, .sfdx and the like.
func skipped(dir string) bool { return strings.HasPrefix(dir, ".") || dir == "node_modules" }

// all normalizes files with one worker per core. Files that cannot be read or
// written are errors, joined; the report tells of all others.
func (w *fileNormalizer) all(ctx context.Context, files []foundFile) (normalizeReport, error) {
	done := make([]normalizedFile, len(files))
	failed := make([]error, len(files))
	var group errgroup.Group
	group.SetLimit(runtime.GOMAXPROCS(0))
	for i, file := range files {
		group.Go(func() error {
			if failed[i] = ctx.Err(); failed[i] == nil {
				done[i], failed[i] = w.one(file)
			}
			return nil
		})
	}
	_ = group.Wait() // errors are in failed
	if err := ctx.Err(); err != nil {
		return normalizeReport{}, err
	}
	return newNormalizeReport(done, failed), errors.Join(failed...)
}

func (w *fileNormalizer) one(file foundFile) (normalizedFile, error) {
	if file.name == "" {
		input, err := io.ReadAll(w.factory.IO.In)
		if err != nil {
			return normalizedFile{}, fmt.Errorf("read stdin: %w", err)
		}
		return newNormalizedFile(file.shown, input, w.norm.Bytes("", input)), nil
	}
	input, err := os.ReadFile(file.name)
	if err != nil {
		return normalizedFile{}, err
	}
	res := w.norm.Bytes(w.known(file.name), input)
	if w.write && !res.Unchanged {
		if err := w.replace(file.name, res.Output); err != nil {
			return normalizedFile{}, err
		}
	}
	return newNormalizedFile(file.shown, input, res), nil
}

// replace writes a file back with its mode; a link keeps pointing to it.
func (w *fileNormalizer) replace(name string, content []byte) error {
	target, err := filepath.EvalSymlinks(name)
	if err != nil {
		return err
	}
	info, err := os.Stat(target)
	if err != nil {
		return err
	}
	return state.WriteFile(w.factory.Sys.FS, target, content, info.Mode().Perm())
}
