package snapshot

import (
	"bytes"
	"context"
	"crypto/sha1" //nolint:gosec // Git's checksums are SHA-1
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// packs checks every pack with its index.
func (c *checker) packs(ctx context.Context) error {
	dir := c.store.objects.packDir()
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("list the packs: %w", err)
	}
	there := map[string]bool{}
	for _, e := range entries {
		there[e.Name()] = true
	}
	for _, e := range entries {
		if err := ctx.Err(); err != nil {
			return err
		}
		name, ext := strings.TrimSuffix(e.Name(), filepath.Ext(e.Name())), filepath.Ext(e.Name())
		if strings.HasPrefix(name, "tmp_") {
			continue
		}
		switch {
		case ext == ".idx" && !there[name+".pack"]:
			c.find(filepath.Join(dir, name+".pack"), "the pack is gone, and its index is there", c.dataRepair())
		case ext == ".pack":
			wrong, err := c.pack(filepath.Join(dir, name))
			if err != nil && !errors.Is(err, fs.ErrNotExist) { // git gc has replaced it
				return err
			}
			if wrong != nil {
				c.find(wrong.File, wrong.Problem, wrong.Repair)
			}
		}
	}
	return nil
}

func (c *checker) pack(name string) (*Finding, error) {
	p := &pack{name: name}
	err := p.load()
	switch {
	case errors.Is(err, fs.ErrNotExist):
		if m, _, err := c.store.notedMove(); err == nil && strings.HasSuffix(filepath.ToSlash(name), m.Pack) && m.Pack != "" {
			return nil, nil // an unfinished one, which the next run takes away
		}
		if m, _, err := c.store.notedMerge(); err == nil && slices.Contains(m.Old, "objects/pack/"+filepath.Base(name)) {
			return nil, nil // its objects are in another one by now
		}
		return &Finding{name + ".pack", "the pack has no index", c.indexRepair(name)}, nil
	case errors.Is(err, ErrCorrupt):
		return &Finding{name + ".idx", "the index cannot be read", c.indexRepair(name)}, nil
	case err != nil:
		return nil, err
	}
	if !p.sound() {
		return &Finding{name + ".idx", "the index does not match its checksum", c.indexRepair(name)}, nil
	}
	switch wrong, err := p.check(c.opts.ReadData); {
	case err != nil:
		return nil, err
	case wrong == wrongIndex:
		return &Finding{name + ".idx", string(wrong), c.indexRepair(name)}, nil
	case wrong != "":
		return &Finding{name + ".pack", string(wrong), c.dataRepair()}, nil
	}
	return nil, nil
}

// indexRepair makes an index anew from its pack.
func (c *checker) indexRepair(name string) string {
	if rel, err := filepath.Rel(c.store.dir, name); err == nil && !strings.HasPrefix(rel, "..") {
		name = filepath.ToSlash(rel)
	}
	return fmt.Sprintf("rm -f %[1]s.idx && git index-pack %[1]s.pack", name)
}

// sound compares the index with its own checksum.
func (p *pack) sound() bool {
	body := p.idx[:len(p.idx)-idSize]
	sum := sha1.Sum(body) //nolint:gosec // see the import
	return bytes.Equal(sum[:], p.idx[len(body):])
}

// packProblem is what is wrong with a pack and its index; "" is nothing.
type packProblem string

const (
	wrongIndex  packProblem = "the index was made for another pack"
	damagedPack packProblem = "the pack does not match its checksum"
	shortPack   packProblem = "the pack is cut off"
)

// check compares the pack with what its index says of it: the checksum at its end,
// or all of it.
func (p *pack) check(all bool) (packProblem, error) {
	f, err := os.Open(p.name + ".pack")
	if err != nil {
		return "", err
	}
	defer func() { _ = f.Close() }() // only read
	info, err := f.Stat()
	if err != nil {
		return "", err
	}
	size := info.Size() - int64(idSize)
	if size < packHeader {
		return shortPack, nil
	}
	end := make([]byte, idSize)
	if _, err := f.ReadAt(end, size); err != nil {
		return "", fmt.Errorf("read a pack: %w", err)
	}
	known := bytes.Equal(end, p.idx[len(p.idx)-idxTrailer:len(p.idx)-idSize])
	if known && !all {
		return "", nil
	}
	h := sha1.New() //nolint:gosec // see the import
	if _, err := io.Copy(h, io.NewSectionReader(f, 0, size)); err != nil {
		return "", fmt.Errorf("read a pack: %w", err)
	}
	switch whole := bytes.Equal(h.Sum(nil), end); {
	case !whole:
		return damagedPack, nil
	case !known:
		return wrongIndex, nil
	}
	return "", nil
}

// unusable gives a pack whose index cannot be read, if there is one: what is
// missing is probably in it.
func (c *checker) unusable() string {
	for file := range c.found {
		if name, ok := strings.CutSuffix(file, ".idx"); ok {
			return filepath.Join(c.store.gitDir, filepath.FromSlash(name))
		}
	}
	return ""
}
