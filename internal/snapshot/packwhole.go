package snapshot

import (
	"encoding/binary"
	"hash/adler32"
)

// Parts of a zlib stream. Source: RFC 1950.
const (
	zlibHead     = 2
	zlibTrailer  = 4
	zlibDeflate  = 8      // the method, in the first byte
	zlibPreset   = 1 << 5 // a dictionary follows, in the second
	zlibMethodOf = 15
)

// whole gives a file that a pack holds as it is, not as a difference, with the deflate
// stream that the pack has of it. deflate is nil when there is none to be had so, for
// whatever reason: whoever reads the file otherwise learns it.
func (r *reader) whole(id ID) (content, deflate []byte) {
	packs, err := r.o.list()
	if err != nil {
		return nil, nil
	}
	for _, p := range packs {
		offset, ok, err := p.find(id)
		if err != nil || !ok {
			continue
		}
		raw, err := r.raw(p, offset)
		if err != nil {
			continue
		}
		h, err := parseHeader(raw)
		if err != nil || h.kind != kindBlob {
			continue
		}
		stream := raw[h.length:]
		content, err := r.o.inflate(stream, h.size)
		if err == nil && idOf(kindBlob, content) == id && plainZlib(stream, content) {
			return content, stream[zlibHead : len(stream)-zlibTrailer]
		}
	}
	return nil, nil
}

// plainZlib tells whether a stream of which content was read has nothing before the
// deflate stream but the plain header, and nothing after it but the checksum.
func plainZlib(stream, content []byte) bool {
	n := len(stream)
	return n > zlibHead+zlibTrailer && stream[0]&zlibMethodOf == zlibDeflate && stream[1]&zlibPreset == 0 &&
		binary.BigEndian.Uint32(stream[n-zlibTrailer:]) == adler32.Checksum(content)
}
