package snapshot

import (
	"encoding/binary"
	"errors"
)

// header is what stands before an object's zlib stream in a pack.
// Source: Git's gitformat-pack, "Pack entries".
type header struct {
	kind   kind
	size   int64
	length int   // of the header
	back   int64 // kindOfsDelta: how far before this one the base begins
	baseID ID    // kindRefDelta
}

var errHeader = errors.New("the header of an object cannot be read")

func parseHeader(b []byte) (header, error) {
	if len(b) == 0 {
		return header{}, errHeader
	}
	h := header{kind: kind(b[0] >> 4 & 7), size: int64(b[0] & 15), length: 1}
	for shift := 4; b[h.length-1]&0x80 != 0; shift += 7 {
		if h.length == len(b) || shift > 56 {
			return header{}, errHeader
		}
		h.size |= int64(b[h.length]&0x7f) << shift
		h.length++
	}
	switch h.kind {
	case kindCommit, kindTree, kindBlob, kindTag:
		return h, nil
	case kindOfsDelta:
		return h, h.ofs(b)
	case kindRefDelta:
		if len(b) < h.length+idSize {
			return header{}, errHeader
		}
		h.baseID = ID(b[h.length:][:idSize])
		h.length += idSize
		return h, nil
	}
	return header{}, errHeader
}

// ofs reads a distance: seven bits a byte, each further byte adding one.
func (h *header) ofs(b []byte) error {
	for i := 0; ; i++ {
		if h.length == len(b) || i > 8 {
			return errHeader
		}
		c := b[h.length]
		h.length++
		if i > 0 {
			h.back++
		}
		h.back = h.back<<7 | int64(c&0x7f)
		if c&0x80 == 0 {
			return nil
		}
	}
}

func appendHeader(b []byte, k kind, size int) []byte {
	c := byte(k)<<4 | byte(size&15)
	for size >>= 4; size > 0; size >>= 7 {
		b = append(b, c|0x80)
		c = byte(size & 0x7f)
	}
	return append(b, c)
}

var errDelta = errors.New("a difference cannot be applied")

// applyDelta makes an object from its base.
// Source: Git's gitformat-pack, "Deltified representation".
func applyDelta(from, delta []byte) ([]byte, error) {
	source, n := binary.Uvarint(delta)
	if n <= 0 || source != uint64(len(from)) {
		return nil, errDelta
	}
	delta = delta[n:]
	target, n := binary.Uvarint(delta)
	const most = 1 << 32 // more than any object that git itself would take this way
	if n <= 0 || target > most {
		return nil, errDelta
	}
	delta = delta[n:]
	out := make([]byte, 0, min(target, uint64(len(from)+len(delta))))
	for len(delta) > 0 {
		op := delta[0]
		delta = delta[1:]
		switch {
		case op&0x80 != 0:
			var offset, size uint64
			var ok bool
			if offset, size, delta, ok = copyArguments(op, delta); !ok || offset+size > uint64(len(from)) {
				return nil, errDelta
			}
			out = append(out, from[offset:offset+size]...)
		case op == 0 || int(op) > len(delta):
			return nil, errDelta
		default:
			out = append(out, delta[:op]...)
			delta = delta[op:]
		}
		if uint64(len(out)) > target {
			return nil, errDelta
		}
	}
	if uint64(len(out)) != target {
		return nil, errDelta
	}
	return out, nil
}

// copyArguments reads the bytes that a copy's bits announce.
func copyArguments(op byte, delta []byte) (offset, size uint64, rest []byte, ok bool) {
	for bit := range 7 {
		if op&(1<<bit) == 0 {
			continue
		}
		if len(delta) == 0 {
			return 0, 0, nil, false
		}
		if bit < 4 {
			offset |= uint64(delta[0]) << (8 * bit)
		} else {
			size |= uint64(delta[0]) << (8 * (bit - 4))
		}
		delta = delta[1:]
	}
	if size == 0 {
		size = 0x10000
	}
	return offset, size, delta, true
}
