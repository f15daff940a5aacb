package snapshot

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/orgkeep/orgkeep/internal/state"
	"github.com/orgkeep/orgkeep/internal/tree"
)

// Sum is a fingerprint of a file as it came, of its path, and of all else that its
// stored form depends on.
type Sum [sha256.Size]byte

// forms is the memory of a branch for what files were stored as, by the fingerprint
// that they came with: what comes once more as it came before is neither unpacked
// nor normalized nor hashed. It lies in the private folder and is only a shortcut:
// one that is gone, damaged or of another version is empty, and no answer counts
// that the newest snapshot does not confirm for the same path.
type forms struct {
	file    string
	records []byte // sorted, formSize each

	hits []atomic.Bool // which of them came in this run

	mu      sync.Mutex
	learned map[Sum]ID
}

// The file is formsMagic, the number of records, the records, and the SHA-256 of
// all that.
const (
	formsPrefix = "forms-"
	formsMagic  = "orgkeep forms 1\n"
	formsHead   = len(formsMagic) + 8
	formSize    = sha256.Size + idSize
)

// Recall makes the batch remember what files of a branch came as: Known tells, and
// Publish keeps what Learn was told.
func (b *Batch) Recall(branch string) {
	b.forms = &forms{file: b.store.private(formsPrefix + strings.ReplaceAll(branch, "/", "-")), learned: map[Sum]ID{}}
	b.forms.load()
}

// Known tells what a file that came with a fingerprint was stored as. The caller
// uses it only if the snapshot before has that for the same path. It is safe for
// concurrent use.
func (b *Batch) Known(sum Sum) (tree.Hash, bool) {
	if b.forms == nil {
		return tree.Hash{}, false
	}
	i, ok := b.forms.find(sum)
	if !ok {
		return tree.Hash{}, false
	}
	b.forms.hits[i].Store(true)
	_, id := b.forms.record(i)
	return tree.Hash(id), true
}

// Learn notes what a file that came with a fingerprint was stored as. It is safe for
// concurrent use.
func (b *Batch) Learn(sum Sum, h tree.Hash) {
	if b.forms == nil {
		return
	}
	b.forms.mu.Lock()
	defer b.forms.mu.Unlock()
	b.forms.learned[sum] = blobID(h)
}

func (f *forms) load() {
	data, err := os.ReadFile(f.file)
	if err != nil || len(data) < formsHead+sha256.Size || !bytes.HasPrefix(data, []byte(formsMagic)) {
		return
	}
	body := data[:len(data)-sha256.Size]
	records := body[formsHead:]
	if sha256.Sum256(body) != [sha256.Size]byte(data[len(body):]) || binary.BigEndian.Uint64(body[len(formsMagic):]) != uint64(len(records)/formSize) {
		return
	}
	f.records, f.hits = records, make([]atomic.Bool, len(records)/formSize)
}

func (f *forms) count() int { return len(f.records) / formSize }

func (f *forms) record(i int) (Sum, ID) {
	r := f.records[i*formSize:][:formSize]
	return Sum(r[:sha256.Size]), ID(r[sha256.Size:])
}

func (f *forms) find(sum Sum) (int, bool) {
	i := sort.Search(f.count(), func(i int) bool { return bytes.Compare(f.records[i*formSize:][:sha256.Size], sum[:]) >= 0 })
	if i == f.count() {
		return 0, false
	}
	found, _ := f.record(i)
	return i, found == sum
}

// save keeps what this run has met, and of the runs before what the newest snapshot
// still has and did not come this time. A failure costs the next run time and
// nothing else, so that it is none.
func (f *forms) save(fsys state.FS, now tree.Tree) {
	if f == nil || len(f.learned) == 0 {
		return
	}
	rest := make(map[ID]bool, now.Len())
	for e := range now.All() {
		rest[ID(e.Hash)] = true
	}
	for _, id := range f.learned {
		delete(rest, id)
	}
	for i := range f.hits {
		if _, id := f.record(i); f.hits[i].Load() {
			delete(rest, id)
		}
	}
	records := make([][]byte, 0, f.count()+len(f.learned))
	for i := range f.hits {
		if sum, id := f.record(i); f.hits[i].Load() || rest[id] {
			f.learned[sum] = id
		}
	}
	for sum, id := range f.learned {
		records = append(records, append(sum[:], id[:]...))
	}
	slices.SortFunc(records, bytes.Compare)
	data := make([]byte, 0, formsHead+len(records)*formSize+sha256.Size)
	data = binary.BigEndian.AppendUint64(append(data, formsMagic...), uint64(len(records)))
	for _, r := range records {
		data = append(data, r...)
	}
	end := sha256.Sum256(data)
	_ = f.write(fsys, append(data, end[:]...))
}

// write replaces the file whole, without waiting for the disk: a file that a power
// cut has torn does not match its checksum.
func (f *forms) write(fsys state.FS, data []byte) error {
	t, err := state.CreateTemp(fsys, filepath.Dir(f.file), tempPrefix, 0o600)
	if err != nil {
		return err
	}
	_, err = t.Write(data)
	if closed := t.Close(); err == nil {
		err = closed
	}
	if err == nil {
		err = fsys.Rename(t.Name(), f.file)
	}
	if err != nil {
		_ = fsys.Remove(t.Name())
	}
	return err
}
