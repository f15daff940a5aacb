package snapshot

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/orgkeep/orgkeep/internal/tree"
)

// Head gives the newest commit of a branch, whoever made it. A branch that only a
// remote has, as in a fresh clone, counts. It returns ErrNoSnapshot when there is
// no such branch, and a *DamagedError when the branch is not what it was.
func (s *Store) Head(ctx context.Context, branch string) (ID, error) {
	id, err := s.branch(ctx, branch)
	if errors.Is(err, ErrNotFound) {
		if id, err = s.tracked(branch); errors.Is(err, ErrNotFound) {
			return ID{}, fmt.Errorf("branch %s: %w", branch, ErrNoSnapshot)
		}
	}
	return id, err
}

// Load reads a commit.
func (s *Store) Load(ctx context.Context, id ID) (Commit, error) {
	if err := ctx.Err(); err != nil {
		return Commit{}, err
	}
	return loadCommit(s.objects, id)
}

func loadCommit(r objectReader, id ID) (Commit, error) {
	raw, err := readAs(r, id, kindCommit)
	if err != nil {
		return Commit{}, err
	}
	return parseCommit(id, raw)
}

// Tree lists the files of a commit below the folder root, with paths relative to
// it. An empty root is the whole repository; a folder that is not there is empty.
// Links and submodules are left out.
func (s *Store) Tree(ctx context.Context, id ID, root string) (tree.Tree, error) {
	c, err := s.Load(ctx, id)
	if err != nil {
		return tree.Tree{}, err
	}
	r := s.objects.reader()
	defer r.close()
	folder, err := folderAt(r, c.TreeID, root)
	if err != nil {
		return tree.Tree{}, fmt.Errorf("read the files of %s: %w", id.Short(), err)
	}
	t, err := s.flatten(ctx, r, folder)
	if err != nil {
		return tree.Tree{}, fmt.Errorf("read the files of %s: %w", id.Short(), err)
	}
	return t, nil
}

// Blob reads a file's content. It returns ErrNotFound when the repository does not
// have it, and ErrCorrupt when it is not what its name says.
func (s *Store) Blob(ctx context.Context, h tree.Hash) ([]byte, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return s.blob(s.objects, h)
}

func (s *Store) blob(from objectReader, h tree.Hash) ([]byte, error) {
	content, err := readAs(from, blobID(h), kindBlob)
	if errors.Is(err, ErrNotFound) && s.partial() {
		err = fmt.Errorf("%w: this clone was made without all files; run: git fetch --refetch --no-filter", err)
	}
	return content, err
}

// partial tells whether git has left out files when it cloned.
func (s *Store) partial() bool {
	return slices.ContainsFunc(s.remotes(), func(name string) bool { return s.config.isTrue("remote." + name + ".promisor") })
}

// File reads the file at a path of the repository as a commit has it, or returns
// ErrNotFound.
func (s *Store) File(ctx context.Context, id ID, path string) ([]byte, error) {
	c, err := s.Load(ctx, id)
	if err != nil {
		return nil, err
	}
	e, ok, err := entryAt(s.objects, c.TreeID, path)
	if err != nil {
		return nil, fmt.Errorf("read %s of %s: %w", path, id.Short(), err)
	}
	if !ok || !e.isFile() {
		return nil, fmt.Errorf("%s of %s: %w", path, id.Short(), ErrNotFound)
	}
	return s.Blob(ctx, tree.Hash(e.id))
}

// Snapshots gives the snapshots of a branch to each, newest first, until it
// returns an error. Of a merge only the first side is followed, as that is where
// the branch came from. A history that was cut off (a shallow clone) ends there.
func (s *Store) Snapshots(ctx context.Context, branch string, each func(Commit) error) error {
	head, err := s.Head(ctx, branch)
	if err != nil {
		return err
	}
	return s.snapshotsFrom(ctx, head, each)
}

func (s *Store) snapshotsFrom(ctx context.Context, head ID, each func(Commit) error) error {
	return s.walkFirst(ctx, head, func(c Commit) error {
		if !c.IsSnapshot() {
			return nil
		}
		return each(c)
	})
}

// walkFirst gives a commit and its first parents.
func (s *Store) walkFirst(ctx context.Context, id ID, each func(Commit) error) error {
	r := s.objects.reader()
	defer r.close()
	shallow, err := s.shallow()
	if err != nil {
		return err
	}
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		c, err := loadCommit(r, id)
		if err != nil {
			return err
		}
		if err := each(c); err != nil {
			return err
		}
		if len(c.Parents) == 0 || shallow[c.ID] {
			return nil
		}
		id = c.Parents[0]
	}
}

// tracked finds the branch among those of the remotes: origin's, or that of the
// only remote that has it.
func (s *Store) tracked(branch string) (ID, error) {
	if id, err := s.resolveRef(remotePrefix + "origin/" + branch); !errors.Is(err, ErrNotFound) {
		return id, err
	}
	found, _, err := s.refs(remotePrefix)
	if err != nil {
		return ID{}, err
	}
	var ids []ID
	for name, id := range found {
		_, rest, _ := strings.Cut(strings.TrimPrefix(name, remotePrefix), "/")
		if rest == branch {
			ids = append(ids, id)
		}
	}
	if len(ids) != 1 {
		return ID{}, fmt.Errorf("branch %s: %w", branch, ErrNotFound)
	}
	return ids[0], nil
}

// Bulk gives the contents of files with the packs kept open until done is called,
// for reading many: what others are stored as differences to is then read once. It
// is safe for concurrent use.
func (s *Store) Bulk() (blobs tree.Deflated, done func()) {
	b := &bulk{store: s, reader: s.objects.reader()}
	return b, b.done
}

type bulk struct {
	store  *Store
	mu     sync.Mutex
	reader *reader
}

// Blob reads a file's content.
func (b *bulk) Blob(ctx context.Context, h tree.Hash) ([]byte, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.store.blob(b.reader, h)
}

// Deflated is Blob with the content's deflate stream, as zip files have it, where the
// repository holds it so: what is a difference to something else in its pack has none.
func (b *bulk) Deflated(ctx context.Context, h tree.Hash) (content, stream []byte, err error) {
	if err := ctx.Err(); err != nil {
		return nil, nil, err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if content, stream, err = b.reader.deflated(blobID(h)); err == nil && content != nil {
		return content, stream, nil
	}
	content, err = b.store.blob(b.reader, h)
	return content, nil, err
}

func (b *bulk) done() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.reader.close()
}
