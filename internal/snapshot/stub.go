package snapshot

import (
	"context"
	"errors"
	"time"

	"github.com/orgkeep/orgkeep/internal/state"
	"github.com/orgkeep/orgkeep/internal/tree"
)

var errStub = errors.New("not there yet")

type Options struct {
	FS  state.FS
	Now func() time.Time
	Env func(string) string
}
type ResolveOptions struct {
	BranchOf func(alias string) (branch string, ok bool)
}
type Store struct{}

func Init(ctx context.Context, dir string, opts Options) (*Store, error) { return nil, errStub }
func Open(dir string, opts Options) (*Store, error)                      { return nil, errStub }
func (s *Store) Dir() string                                             { return "" }
func (s *Store) PrivateDir() (string, error)                             { return "", errStub }
func (s *Store) Identity() (Signature, error)                            { return Signature{}, errStub }
func (s *Store) Head(ctx context.Context, branch string) (ID, error)     { return ID{}, errStub }
func (s *Store) Load(ctx context.Context, id ID, _ ...string) (Commit, error) {
	return Commit{}, errStub
}
func (s *Store) Tree(ctx context.Context, id ID, root string) (tree.Tree, error) {
	return tree.Tree{}, errStub
}
func (s *Store) Blob(ctx context.Context, h tree.Hash) ([]byte, error) { return nil, errStub }
func (s *Store) File(ctx context.Context, id ID, path string) ([]byte, error) {
	return nil, errStub
}
func (s *Store) Lock(ctx context.Context, what string) (unlock func(), err error) {
	return nil, errStub
}
func (s *Store) Snapshots(ctx context.Context, branch string, each func(Commit) error) error {
	return errStub
}
func (s *Store) Resolve(ctx context.Context, rev string, opts ResolveOptions) (ID, error) {
	return ID{}, errStub
}
func (s *Store) Tag(ctx context.Context, name string, id ID, tagger Signature, message string) error {
	return errStub
}
func (s *Store) Begin(ctx context.Context) (*Batch, error) { return nil, errStub }

type Batch struct{}

func (b *Batch) Blob(content []byte) (tree.Hash, error) { return tree.Hash{}, errStub }
func (b *Batch) BlobDeflated(content, deflate []byte) (tree.Hash, error) {
	return tree.Hash{}, errStub
}
func (b *Batch) Blobs() tree.Blobs                                        { return nil }
func (b *Batch) Commit(ctx context.Context, spec CommitSpec) (ID, error) { return ID{}, errStub }
func (b *Batch) Publish(ctx context.Context, branch string, old ID) (Published, error) {
	return Published{}, errStub
}
func (b *Batch) Discard() {}

type FsckOptions struct{ ReadData bool }
type FsckReport struct{ Findings []Finding }
type Finding struct{ File, Problem, Repair string }

func (s *Store) Fsck(ctx context.Context, opts FsckOptions) (FsckReport, error) {
	return FsckReport{}, errStub
}
func (s *Store) Repair(ctx context.Context, branch string) (ID, error) { return ID{}, errStub }
func (s *Store) BreakLock(ctx context.Context) error                   { return errStub }
