package snapshot

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"os"
	"slices"
	"sort"
	"sync"

	"github.com/orgkeep/orgkeep/internal/state"
)

// pack is a pack with its index. The index is read when it is first asked.
type pack struct {
	name string // path without extension

	mu   sync.Mutex
	idx  []byte
	err  error
	ends []int64 // sorted offsets, for where an object's bytes may end

	fresh sync.Once
	kept  bool // it was made new
}

// Parts of an index of version 2.
// Source: Git's gitformat-pack, "Version 2 pack-*.idx files".
const (
	idxMagic   = "\xfftOc\x00\x00\x00\x02"
	idxFan     = len(idxMagic)
	idxNames   = idxFan + 256*4
	idSize     = len(ID{})
	idxTrailer = 2 * idSize
	// idxLarge in an offset says that the rest of it is a place in the table of
	// 8-byte offsets.
	idxLarge = 1 << 31
)

// load reads and checks the index.
func (p *pack) load() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.idx != nil || p.err != nil {
		return p.err
	}
	idx, err := os.ReadFile(p.name + ".idx")
	if err != nil {
		return fmt.Errorf("read a pack's index: %w", err)
	}
	if err := checkIndex(idx); err != nil {
		p.err = fmt.Errorf("%w: %s.idx: %w", ErrCorrupt, p.name, err)
		return p.err
	}
	p.idx = idx
	return nil
}

func checkIndex(idx []byte) error {
	if len(idx) < idxNames+idxTrailer || !bytes.HasPrefix(idx, []byte(idxMagic)) {
		return fmt.Errorf("not an index of version 2 (%d bytes)", len(idx))
	}
	before := uint32(0)
	for i := range 256 {
		n := binary.BigEndian.Uint32(idx[idxFan+4*i:])
		if n < before {
			return fmt.Errorf("its table of first bytes goes down at %d", i)
		}
		before = n
	}
	perObject := idSize + 4 + 4
	rest := len(idx) - idxNames - idxTrailer - int(before)*perObject
	if rest < 0 || rest%8 != 0 || rest/8 > int(before) {
		return fmt.Errorf("%d bytes do not fit %d objects", len(idx), before)
	}
	return nil
}

func (p *pack) count() int { return int(binary.BigEndian.Uint32(p.idx[idxFan+255*4:])) }

func (p *pack) id(i int) ID { return ID(p.idx[idxNames+i*idSize:][:idSize]) }

func (p *pack) offset(i int) (int64, error) {
	n := p.count()
	table := idxNames + n*(idSize+4)
	at := binary.BigEndian.Uint32(p.idx[table+4*i:])
	if at < idxLarge {
		return int64(at), nil
	}
	large := table + 4*n + 8*int(at-idxLarge)
	if large+8 > len(p.idx)-idxTrailer {
		return 0, fmt.Errorf("%w: %s.idx: offset of object %d", ErrCorrupt, p.name, i)
	}
	return int64(binary.BigEndian.Uint64(p.idx[large:])), nil //nolint:gosec // checked by the read that follows
}

// find gives where an object begins.
func (p *pack) find(id ID) (offset int64, ok bool, err error) {
	if err := p.load(); err != nil {
		return 0, false, err
	}
	i := p.search(id)
	if i == p.count() || p.id(i) != id {
		return 0, false, nil
	}
	offset, err = p.offset(i)
	return offset, err == nil, err
}

// search gives the place of id, or where it would be.
func (p *pack) search(id ID) int {
	lo := 0
	if id[0] > 0 {
		lo = int(binary.BigEndian.Uint32(p.idx[idxFan+4*(int(id[0])-1):]))
	}
	hi := int(binary.BigEndian.Uint32(p.idx[idxFan+4*int(id[0]):]))
	return lo + sort.Search(hi-lo, func(i int) bool {
		other := p.id(lo + i)
		return bytes.Compare(other[:], id[:]) >= 0
	})
}

// end gives where the object after the one at offset begins.
func (p *pack) end(offset, size int64) (int64, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.ends == nil {
		ends := make([]int64, 0, p.count()+1)
		for i := range p.count() {
			at, err := p.offset(i)
			if err != nil {
				return 0, err
			}
			ends = append(ends, at)
		}
		slices.Sort(ends)
		p.ends = append(ends, size-int64(idSize))
	}
	i, _ := slices.BinarySearch(p.ends, offset+1)
	if i == len(p.ends) || offset < 0 {
		return 0, fmt.Errorf("%w: %s.idx: an object at %d lies beyond the pack", ErrCorrupt, p.name, offset)
	}
	return p.ends[i], nil
}

// freshen gives the pack the present date, once.
func (p *pack) freshen(fsys state.FS) bool {
	p.fresh.Do(func() { p.kept = fsys.Touch(p.name+".pack") == nil })
	return p.kept
}
