package diff

import (
	"encoding/binary"
	"hash/maphash"
	"strings"

	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// node is an element of a metadata file.
type node struct {
	name  string
	attrs []attr // without the namespaces that every file declares or leaves out
	// text is the value of an element without children, or all content of one
	// that is raw.
	text string
	kids []*node
	// raw elements mix text and elements, or are in another's namespace: nothing
	// is known of what their parts mean.
	raw  bool
	line int
	// hash is equal for elements that mean the same.
	hash uint64
}

type attr struct{ name, value string }

// commentName stands for a comment among the children.
const commentName = "#comment"

func (n *node) leaf() bool { return len(n.kids) == 0 }

// child gives the text of the only child of a name; false when there is none,
// several, or one with children.
func (n *node) child(name string) (string, bool) {
	var found *node
	for _, k := range n.kids {
		if k.name != name {
			continue
		}
		if found != nil {
			return "", false
		}
		found = k
	}
	if found == nil || !found.leaf() || found.raw {
		return "", false
	}
	return found.text, true
}

// seal works out the hash. The order of children with different names does not
// enter, that of children with one name does: sets were sorted before.
func (n *node) seal(seed maphash.Seed) {
	var h maphash.Hash
	h.SetSeed(seed)
	writeString(&h, n.name)
	writeString(&h, n.text)
	if n.raw {
		h.WriteByte(1)
	}
	for _, a := range n.attrs {
		writeString(&h, a.name)
		writeString(&h, a.value)
	}
	var sum uint64
	order := map[string]uint64{}
	for _, k := range n.kids {
		order[k.name]++
		var kid maphash.Hash
		kid.SetSeed(seed)
		writeUint(&kid, order[k.name])
		writeUint(&kid, k.hash)
		sum += kid.Sum64()
	}
	writeUint(&h, sum)
	n.hash = h.Sum64()
}

func writeString(h *maphash.Hash, s string) {
	writeUint(h, uint64(len(s)))
	h.WriteString(s)
}

func writeUint(h *maphash.Hash, v uint64) {
	var b [8]byte
	binary.LittleEndian.PutUint64(b[:], v)
	h.Write(b[:])
}

// declares tells namespaces that a file may declare or leave out without meaning
// anything else by it.
func (a attr) declares() bool {
	switch a.name {
	case "xmlns":
		return a.value == metadata.Namespace
	case "xmlns:xsi":
		return a.value == "http://www.w3.org/2001/XMLSchema-instance"
	case "xmlns:xsd":
		return a.value == "http://www.w3.org/2001/XMLSchema"
	}
	return false
}

// foreign tells whether an element is none of the platform's.
func (n *node) foreign() bool {
	if strings.Contains(n.name, ":") {
		return true
	}
	for _, a := range n.attrs {
		if a.name == "xmlns" && a.value != metadata.Namespace && a.value != "" {
			return true
		}
	}
	return false
}
