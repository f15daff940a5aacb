package snapshot

import (
	"bytes"
	"encoding/binary"
)

const (
	deltaBlock = 16      // bytes that must be equal for a copy
	maxCopy    = 1 << 16 // git's own limit in packs of version 2
	maxInsert  = 127
)

// deltaIndex finds the blocks of a base.
type deltaIndex struct {
	kind  kind
	from  []byte
	shift uint
	table []int32 // place + 1 of the block, by hash
}

func newDeltaIndex(from []byte) *deltaIndex {
	bits := uint(4)
	for 1<<bits < len(from)/deltaBlock*2 {
		bits++
	}
	x := &deltaIndex{from: from, shift: 64 - bits, table: make([]int32, 1<<bits)}
	for at := len(from) - len(from)%deltaBlock - deltaBlock; at >= 0; at -= deltaBlock {
		x.table[x.hash(from[at:])] = int32(at + 1) //nolint:gosec // bases are small: see maxDelta
	}
	return x
}

func (x *deltaIndex) hash(b []byte) uint64 {
	const prime1, prime2 = 0x9e3779b185ebca87, 0xc2b2ae3d27d4eb4f
	return (binary.LittleEndian.Uint64(b)*prime1 ^ binary.LittleEndian.Uint64(b[8:])*prime2) * prime1 >> x.shift
}

// makeDelta writes content as a difference to the base, or gives nil when that
// would take more than limit bytes. It is what applyDelta undoes.
// Source: Git's gitformat-pack, "Deltified representation".
func (x *deltaIndex) makeDelta(content []byte, limit int) []byte {
	out := binary.AppendUvarint(nil, uint64(len(x.from)))
	out = binary.AppendUvarint(out, uint64(len(content)))
	done := 0 // of content
	for at := 0; at+deltaBlock <= len(content) && len(out) <= limit; {
		from := int(x.table[x.hash(content[at:])]) - 1
		if from < 0 || !bytes.Equal(x.from[from:from+deltaBlock], content[at:at+deltaBlock]) {
			at++
			continue
		}
		for at > done && from > 0 && x.from[from-1] == content[at-1] {
			at, from = at-1, from-1
		}
		n := deltaBlock
		for from+n < len(x.from) && at+n < len(content) && x.from[from+n] == content[at+n] {
			n++
		}
		out = appendCopies(appendInserts(out, content[done:at]), from, n)
		at += n
		done = at
	}
	if out = appendInserts(out, content[done:]); len(out) > limit {
		return nil
	}
	return out
}

func appendInserts(out, text []byte) []byte {
	for len(text) > 0 {
		n := min(len(text), maxInsert)
		out = append(append(out, byte(n)), text[:n]...)
		text = text[n:]
	}
	return out
}

func appendCopies(out []byte, from, length int) []byte {
	for length > 0 {
		n := min(length, maxCopy)
		op := len(out)
		out = append(out, 0x80)
		for bit, v := range []int{from, from >> 8, from >> 16, from >> 24, n, n >> 8} {
			// A size of 64 KB is written as none.
			if b := byte(v); b != 0 { //nolint:gosec // a byte of it is meant
				out[op] |= 1 << bit
				out = append(out, b)
			}
		}
		from, length = from+n, length-n
	}
	return out
}

// appendBack writes a distance as header.ofs reads it.
func appendBack(b []byte, back int64) []byte {
	var digits [10]byte
	at := len(digits) - 1
	digits[at] = byte(back & 0x7f)
	for back >>= 7; back > 0; back >>= 7 {
		back--
		at--
		digits[at] = byte(back&0x7f) | 0x80
	}
	return append(b, digits[at:]...)
}
