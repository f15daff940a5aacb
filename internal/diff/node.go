package diff

import (
	"encoding/binary"
	"hash/maphash"
	"slices"
	"strings"

	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// node is an element of a metadata file, or a value of a JSON file.
type node struct {
	name  string
	attrs []attr // sorted, without the namespaces that a file may leave out
	// text is the value of an element without children, or all content of one
	// that is raw.
	text string
	kids []*node
	// raw elements mix text and elements, or are in another's namespace: nothing
	// is known of what their parts mean.
	raw  bool
	line int
	// hash is equal for elements that mean the same. Its seed is made anew for
	// each comparison, so that nobody can make a file that collides.
	hash uint64
}

type attr struct{ name, value string }

// commentName stands for a comment among the children.
const commentName = "#comment"

// leaf tells an element that has a value and no elements in it.
func (n *node) leaf() bool { return onlyComments(n.kids) }

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

// without gives a copy that lacks the children of a name.
func (n *node) without(name string, seed maphash.Seed) *node {
	c := *n
	c.kids = slices.DeleteFunc(slices.Clone(n.kids), func(k *node) bool { return k.name == name })
	c.seal(seed)
	return &c
}

// families gives the children by name, and the names in the order in which they
// come first.
func (n *node) families() (names []string, of map[string][]*node) {
	of = make(map[string][]*node, len(n.kids))
	for _, k := range n.kids {
		if len(of[k.name]) == 0 {
			names = append(names, k.name)
		}
		of[k.name] = append(of[k.name], k)
	}
	return names, of
}

// seal works out the hash. The order of children with different names does not
// enter, that of children with one name does: sets were sorted before.
func (n *node) seal(seed maphash.Seed) {
	var h maphash.Hash
	h.SetSeed(seed)
	writeString(&h, n.name)
	writeString(&h, n.text)
	for _, a := range n.attrs {
		writeString(&h, a.name)
		writeString(&h, a.value)
	}
	if n.raw {
		h.WriteByte(1)
	}
	if len(n.kids) > 0 {
		writeUint(&h, n.sumOfKids(seed))
	}
	n.hash = h.Sum64()
}

// fewKids are counted without a table.
const fewKids = 12

func (n *node) sumOfKids(seed maphash.Seed) uint64 {
	var place map[string]uint64
	if len(n.kids) > fewKids {
		place = make(map[string]uint64)
	}
	var sum uint64
	for i, k := range n.kids {
		var at uint64
		if place != nil {
			at = place[k.name]
			place[k.name]++
		} else {
			for _, before := range n.kids[:i] {
				if before.name == k.name {
					at++
				}
			}
		}
		var h maphash.Hash
		h.SetSeed(seed)
		writeUint(&h, at)
		writeUint(&h, k.hash)
		sum += h.Sum64()
	}
	return sum
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

// The namespaces that the platform declares beside its own.
const (
	schemaInstance = "http://www.w3.org/2001/XMLSchema-instance"
	schema         = "http://www.w3.org/2001/XMLSchema"
)

// declares tells a namespace that a file may declare or leave out without meaning
// anything else by it: what is read with readMetadata has none.
func (a attr) declares() bool {
	switch a.name {
	case "xmlns":
		return a.value == metadata.Namespace
	case "xmlns:xsi":
		return a.value == schemaInstance
	case "xmlns:xsd":
		return a.value == schema
	}
	return false
}

// foreign tells an element that is none of the platform's.
func (n *node) foreign() bool {
	return strings.Contains(n.name, ":") || slices.ContainsFunc(n.attrs, func(a attr) bool {
		return a.name == "xmlns" && a.value != metadata.Namespace && a.value != ""
	})
}

// isNil tells <value xsi:nil="true"/>: no value, which is not an empty one.
func (n *node) isNil() bool {
	return slices.Contains(n.attrs, attr{"xsi:nil", "true"}) && n.text == "" && n.leaf()
}
