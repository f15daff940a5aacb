package normalize

import "hash/maphash"

// symbols numbers the element names of one document, so that names are compared
// as numbers. It is a hash table of its own because a map would copy each new
// name; seeded, so that no document can aim at collisions.
type symbols struct {
	seed  maphash.Seed
	slots []int32 // number + 1, 0 where free; length is a power of two
	names [][]byte
	hash  []uint32
}

func newSymbols() symbols {
	return symbols{seed: maphash.MakeSeed(), slots: make([]int32, 256)}
}

func (s *symbols) reset() {
	if len(s.slots) > 4096 {
		s.slots = make([]int32, 256)
	}
	clear(s.slots)
	clear(s.names)
	s.names, s.hash = s.names[:0], s.hash[:0]
}

// number gives the name's number; the name's bytes must stay as they are.
func (s *symbols) number(name []byte) int32 {
	h := uint32(maphash.Bytes(s.seed, name))
	mask := uint32(len(s.slots) - 1)
	for i := h & mask; ; i = (i + 1) & mask {
		at := s.slots[i]
		if at == 0 {
			return s.add(name, h, i)
		}
		if s.hash[at-1] == h && string(s.names[at-1]) == string(name) {
			return at - 1
		}
	}
}

// find gives the number of a name that may not occur.
func (s *symbols) find(name string) (int32, bool) {
	h := uint32(maphash.String(s.seed, name))
	mask := uint32(len(s.slots) - 1)
	for i := h & mask; ; i = (i + 1) & mask {
		at := s.slots[i]
		if at == 0 {
			return 0, false
		}
		if s.hash[at-1] == h && string(s.names[at-1]) == name {
			return at - 1, true
		}
	}
}

func (s *symbols) add(name []byte, h, slot uint32) int32 {
	s.names = append(s.names, name)
	s.hash = append(s.hash, h)
	number := int32(len(s.names))
	s.slots[slot] = number
	if len(s.names)*2 > len(s.slots) {
		s.grow()
	}
	return number - 1
}

func (s *symbols) grow() {
	s.slots = make([]int32, 2*len(s.slots))
	mask := uint32(len(s.slots) - 1)
	for n, h := range s.hash {
		i := h & mask
		for s.slots[i] != 0 {
			i = (i + 1) & mask
		}
		s.slots[i] = int32(n) + 1
	}
}
