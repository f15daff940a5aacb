package snapshot

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
)

const (
	// longestChain of differences that a merge makes is git's own default.
	longestChain = 50
	// maxDelta is the largest object that is written as a difference.
	maxDelta = 16 << 20
)

// merger writes the objects of several packs into one. What is a difference stays
// one, and what is whole is copied as it is, unless a newer version of the same
// path is written before it: then it becomes a difference to that.
type merger struct {
	objects *objects
	reader  *reader
	out     *packWriter
	deflate deflater
	entries []*mergeEntry // sorted as they are written
	byID    map[ID]*mergeEntry
	base    *deltaIndex // of the newest base
	baseOf  *mergeEntry
	// progress is told of the objects that were written and read back, of twice as
	// many as there are.
	progress func(done, of int)
}

func (m *merger) tell(done int) {
	if m.progress != nil {
		m.progress(done, 2*len(m.entries))
	}
}

// mergeEntry is one object. Of those that are in several packs the first counts,
// so that a chain of differences never leads back to where it began: it can only
// go on in the same pack or in one before.
type mergeEntry struct {
	id           ID
	pack         *pack
	offset, size int64
	header       header
	onto         *mergeEntry // what it is a difference to
	path         string      // where a commit has it
	seen         int         // the order in which commits have it, newest first
	height       int         // how long the chains are that end in it
	depth        int         // of the chain that it is written in
	at           int64       // in the new pack; 0 is not yet
}

// underWay is the place of an object whose base is being written.
const underWay = -1

func newMerger(o *objects, out *packWriter) *merger {
	return &merger{objects: o, reader: o.reader(), out: out, byID: map[ID]*mergeEntry{}}
}

func (m *merger) merge(ctx context.Context, names []string) error {
	for _, name := range names {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := m.list(&pack{name: name}); err != nil {
			return err
		}
	}
	if err := m.findPaths(ctx); err != nil {
		return err
	}
	slices.SortStableFunc(m.entries, func(a, b *mergeEntry) int {
		return cmp.Or(cmp.Compare(order(a), order(b)), strings.Compare(a.path, b.path), cmp.Compare(a.seen, b.seen))
	})
	var before *mergeEntry
	for i, e := range m.entries {
		m.tell(i)
		if err := ctx.Err(); err != nil {
			return err
		}
		if before != nil && (before.path != e.path || e.path == "") {
			before = nil
		}
		if err := m.write(e, before); err != nil {
			return fmt.Errorf("merge packs: %w", err)
		}
		before = e
	}
	return nil
}

// order puts commits first, as git does, and what has no path last.
func order(e *mergeEntry) int {
	switch {
	case e.header.kind == kindCommit:
		return 0
	case e.path == "":
		return 2
	}
	return 1
}

// list takes the objects of a pack that are in none before it.
func (m *merger) list(p *pack) error {
	if err := p.load(); err != nil {
		return err
	}
	info, err := os.Stat(p.name + ".pack")
	if err != nil {
		return fmt.Errorf("look at a pack: %w", err)
	}
	var mine []*mergeEntry
	for i := range p.count() {
		e := &mergeEntry{id: p.id(i), pack: p}
		if m.byID[e.id] != nil {
			continue
		}
		if e.offset, err = p.offset(i); err != nil {
			return err
		}
		end, err := p.end(e.offset, info.Size())
		if err != nil {
			return err
		}
		e.size = end - e.offset
		m.byID[e.id] = e
		mine = append(mine, e)
	}
	slices.SortFunc(mine, func(a, b *mergeEntry) int { return cmp.Compare(a.offset, b.offset) })
	m.entries = append(m.entries, mine...)
	return m.headers(p, mine)
}

// headers reads what stands before the objects, and ties differences to bases.
func (m *merger) headers(p *pack, sorted []*mergeEntry) error {
	at := map[int64]ID{}
	for i := range p.count() {
		offset, err := p.offset(i)
		if err != nil {
			return err
		}
		at[offset] = p.id(i)
	}
	for _, e := range sorted {
		raw, err := m.reader.rawUpTo(p, e.offset, min(e.size, 64))
		if err == nil {
			e.header, err = parseHeader(raw)
		}
		if err != nil {
			return fmt.Errorf("%w: %s.pack at %d: %w", ErrCorrupt, p.name, e.offset, err)
		}
		switch e.header.kind {
		case kindOfsDelta:
			e.onto = m.byID[at[e.offset-e.header.back]]
		case kindRefDelta:
			e.onto = m.byID[e.header.baseID]
		}
	}
	for _, e := range slices.Backward(sorted) {
		for onto, h := e.onto, e.height+1; onto != nil && onto.height < h && h <= maxDepth; onto, h = onto.onto, h+1 {
			onto.height = h
		}
	}
	return nil
}

// write writes an object and what it is a difference to, if that was not done.
func (m *merger) write(e, before *mergeEntry) error {
	switch {
	case e.at > 0:
		return nil
	case e.at == underWay:
		return fmt.Errorf("%w: %s is a difference to itself", ErrCorrupt, e.id)
	case e.onto != nil:
		e.at = underWay
		if err := m.write(e.onto, nil); err != nil {
			return err
		}
		return m.copy(e, e.onto)
	case e.header.kind == kindOfsDelta || e.header.kind == kindRefDelta:
		return m.whole(e) // to something that is not here
	}
	if before != nil && before.depth+1+e.height <= longestChain && max(e.header.size, before.header.size) <= maxDelta {
		if done, err := m.delta(e, before); done || err != nil {
			return err
		}
	}
	return m.copy(e, nil)
}

// copy writes an object's stream as it is.
func (m *merger) copy(e, onto *mergeEntry) error {
	raw, err := m.reader.rawUpTo(e.pack, e.offset, e.size)
	if err != nil {
		return err
	}
	if onto == nil {
		return m.add(e, e.header.kind, int(e.header.size), raw[e.header.length:], nil)
	}
	return m.add(e, kindOfsDelta, int(e.header.size), raw[e.header.length:], onto)
}

func (m *merger) whole(e *mergeEntry) error {
	k, content, err := m.reader.in(e.pack, e.id)
	if err != nil {
		return err
	}
	stream, err := m.deflate.stream(content)
	if err != nil {
		return err
	}
	return m.add(e, k, len(content), stream, nil)
}

// delta writes an object as a difference, when that is smaller.
func (m *merger) delta(e, onto *mergeEntry) (done bool, err error) {
	if m.baseOf != onto {
		k, content, err := m.reader.in(onto.pack, onto.id)
		if err != nil {
			return false, err
		}
		m.base, m.baseOf = newDeltaIndex(content), onto
		m.base.kind = k
	}
	k, content, err := m.reader.in(e.pack, e.id)
	if err != nil || k != m.base.kind || len(content) < deltaBlock {
		return false, err
	}
	text := m.base.makeDelta(content, len(content)/2)
	if text == nil {
		return false, nil
	}
	stream, err := m.deflate.stream(text)
	if err != nil || int64(len(stream)+8) >= e.size {
		return false, err
	}
	if err := m.add(e, kindOfsDelta, len(text), stream, onto); err != nil {
		return false, err
	}
	// It is what the next one, older still, is compared with.
	m.base, m.baseOf = newDeltaIndex(content), e
	m.base.kind = k
	return true, nil
}

func (m *merger) add(e *mergeEntry, k kind, size int, stream []byte, onto *mergeEntry) error {
	at := max(m.out.size(), packHeader)
	if onto != nil {
		stream = append(appendBack(nil, at-onto.at), stream...)
		e.depth = onto.depth + 1
	}
	e.at = at
	return m.out.add(k, e.id, size, stream)
}
