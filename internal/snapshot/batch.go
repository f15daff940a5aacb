package snapshot

import (
	"context"
	"encoding/binary"
	"errors"
	"hash/adler32"
	"hash/crc32"
	"sync"

	"github.com/orgkeep/orgkeep/internal/tree"
)

// Batch collects what one run writes. Blob and BlobDeflated are safe for
// concurrent use; the rest is for one goroutine, after them.
type Batch struct {
	// Merging is told how far Publish is with a merge of packs, for each object of it;
	// nil is not told.
	Merging func(done, of int)

	store  *Store
	specs  []CommitSpec // what waits for its parent
	built  []ID         // commits that are made, oldest first
	parent ID           // of the first commit, where it is known
	kept   []edit       // machine state
	forms  *forms       // nil unless it was asked for
	newest tree.Tree    // of the last commit, made or not

	mu      sync.Mutex
	pack    packWriter
	known   map[ID]int // place in the pack, or inRepository
	err     error      // the pack is broken
	closed  bool
	deflate deflater
}

// inRepository marks an object that need not be written.
const inRepository = -1

// Begin starts a batch. The caller ends it with Publish or Discard.
func (s *Store) Begin(ctx context.Context) (*Batch, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if err := s.mustHold(); err != nil {
		return nil, err
	}
	return &Batch{store: s, pack: packWriter{fsys: s.fsys, dir: s.objects.packDir()}, known: map[ID]int{}}, nil
}

// Blob stores a file's content and gives its name. What the repository has in a
// pack is not written again.
func (b *Batch) Blob(content []byte) (tree.Hash, error) {
	id, err := b.add(kindBlob, content, nil)
	return tree.Hash(id), err
}

// BlobDeflated is Blob for content whose deflate stream, as zip files have it, is at
// hand: it is stored as it is, unless sum, which is the CRC-32 of what it was inflated
// to, is not that of content. The caller has seen the stream end with its last byte:
// git would take what follows for the checksum.
func (b *Batch) BlobDeflated(content, deflate []byte, sum uint32) (tree.Hash, error) {
	if crc32.ChecksumIEEE(content) != sum {
		deflate = nil
	}
	id, err := b.add(kindBlob, content, deflate)
	return tree.Hash(id), err
}

func (b *Batch) add(k kind, content, deflate []byte) (ID, error) {
	id := idOf(k, content)
	if known, err := b.knows(id); known || err != nil {
		return id, err
	}
	stream, err := b.zlibStream(content, deflate)
	if err != nil {
		return ID{}, err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if _, ok := b.known[id]; ok || b.err != nil {
		return id, b.err
	}
	if b.err = b.pack.add(k, id, len(content), stream); b.err != nil {
		return ID{}, b.err
	}
	b.known[id] = len(b.pack.records) - 1
	return id, nil
}

// knows tells whether an object is in the batch or the repository.
func (b *Batch) knows(id ID) (bool, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed {
		return false, errClosed
	}
	if _, ok := b.known[id]; ok || b.err != nil {
		return ok, b.err
	}
	there, err := b.store.objects.freshen(b.store.fsys, id)
	if there {
		b.known[id] = inRepository
	}
	return there, err
}

var errClosed = errors.New("the batch has ended")

// zlibStream gives content as packs keep it.
func (b *Batch) zlibStream(content, deflate []byte) ([]byte, error) {
	if len(deflate) > 0 {
		stream := make([]byte, 0, len(deflate)+6)
		stream = append(append(stream, 0x78, 0x9c), deflate...)
		return binary.BigEndian.AppendUint32(stream, adler32.Checksum(content)), nil
	}
	return b.deflate.stream(content)
}

// Blobs reads what the batch or the repository has.
func (b *Batch) Blobs() tree.Blobs { return batchBlobs{b} }

type batchBlobs struct{ b *Batch }

// Blob reads a file's content.
func (r batchBlobs) Blob(ctx context.Context, h tree.Hash) ([]byte, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return readAs(r.b, blobID(h), kindBlob)
}

// read gives an object of the batch or the repository.
func (b *Batch) read(id ID) (kind, []byte, error) {
	raw, ok, err := b.raw(id)
	if err != nil {
		return 0, nil, err
	}
	if !ok {
		return b.store.objects.read(id)
	}
	h, err := parseHeader(raw)
	if err != nil {
		return 0, nil, err
	}
	content, _, err := b.store.objects.inflate(raw[h.length:], h.size)
	return h.kind, content, err
}

func (b *Batch) raw(id ID) ([]byte, bool, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	i, ok := b.known[id]
	if !ok || i == inRepository || b.closed {
		return nil, false, nil
	}
	raw, err := b.pack.raw(i)
	return raw, true, err
}

func (b *Batch) readTree(id ID) ([]treeEntry, error) { return readTreeFrom(b, id) }

func (b *Batch) writeTree(entries []treeEntry) (ID, error) {
	return b.add(kindTree, formatTree(entries), nil)
}

// Discard ends the batch; after Publish it does nothing.
func (b *Batch) Discard() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.closed = true
	b.pack.discard()
}
