package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/orgkeep/orgkeep/internal/seal"
	"github.com/orgkeep/orgkeep/internal/tree"
	"github.com/orgkeep/orgkeep/pkg/metadata"
	"github.com/orgkeep/orgkeep/pkg/normalize"
)

// errSourceFormat: a folder holds source format, which is read differently.
var errSourceFormat = errors.New("it is in source format, and only metadata format can be read")

// folder reads a folder in metadata format, normalized as a snapshot would be.
// Contents stay on the disk until they are asked for.
func (s sides) folder(ctx context.Context, name string) (side, error) {
	dir := s.f.Path(name)
	norm, err := normalizer(s.settings)
	if err != nil {
		return side{}, err
	}
	if info, err := os.Stat(dir); err != nil {
		return side{}, fmt.Errorf("dir: %w", err)
	} else if !info.IsDir() {
		return side{}, fmt.Errorf("dir: %s is no folder", dir)
	}
	sealer, _, err := s.f.sealer(ctx, s.store, s.settings)
	if err != nil {
		return side{}, err
	}
	files := folderBlobs{dir: dir, norm: norm, seal: sealer, paths: map[tree.Hash]string{}}
	var entries []tree.Entry
	err = filepath.WalkDir(dir, func(file string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case ctx.Err() != nil:
			return ctx.Err()
		case d.IsDir() && file != dir && strings.HasPrefix(d.Name(), "."):
			return fs.SkipDir
		case !d.Type().IsRegular():
			return nil
		}
		rel, err := filepath.Rel(dir, file)
		if err != nil {
			return err
		}
		p := filepath.ToSlash(rel)
		if strings.Contains(p, "main/default/") || path.Base(p) == "sfdx-project.json" {
			return errSourceFormat
		}
		if noMetadata(p) {
			return nil
		}
		content, err := files.read(p)
		if err != nil {
			return err
		}
		h := tree.HashOf(content)
		files.paths[h] = p
		entries = append(entries, tree.Entry{Path: p, Hash: h})
		return nil
	})
	if err != nil {
		return side{}, fmt.Errorf("read the folder %s: %w", dir, err)
	}
	return side{Name: "folder " + name, Tree: tree.New(entries), Blobs: files, Registry: metadata.Default()}, nil
}

// noMetadata: what lies at the root of a folder is about it, not in it.
func noMetadata(p string) bool {
	return !strings.Contains(p, "/") || strings.HasPrefix(path.Base(p), ".")
}

// folderBlobs reads contents by name from the files that have them.
type folderBlobs struct {
	dir   string
	norm  *normalize.Normalizer
	seal  seal.Sealer
	paths map[tree.Hash]string
}

func (b folderBlobs) read(p string) ([]byte, error) {
	raw, err := os.ReadFile(filepath.Join(b.dir, filepath.FromSlash(p)))
	if err != nil {
		return nil, err
	}
	content := bytes.Clone(b.norm.Bytes(p, raw).Output)
	c, ok := metadata.Default().ComponentAt(p)
	if !ok {
		return content, nil
	}
	// A secret is compared by its digest, as that of a snapshot, and shown nowhere.
	sealed, _, err := b.seal.Seal(c, content, func() ([]byte, error) { return nil, nil })
	if err != nil {
		return nil, fmt.Errorf("%s: %w", p, err)
	}
	return sealed, nil
}

// Blob reads a file again. One that was changed meanwhile is an error, as it was
// compared as it had been.
func (b folderBlobs) Blob(_ context.Context, h tree.Hash) ([]byte, error) {
	p, ok := b.paths[h]
	if !ok {
		return nil, fmt.Errorf("the folder has no content %s", h)
	}
	content, err := b.read(p)
	if err != nil {
		return nil, err
	}
	if tree.HashOf(content) != h {
		return nil, fmt.Errorf("%s was changed while it was compared", p)
	}
	return content, nil
}
