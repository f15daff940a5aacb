package diff

import (
	"bytes"
	"hash/maphash"
	"strings"
)

// masker takes the values that are masked out of what is compared.
type masker struct {
	in     Masking
	on     map[Mask]bool
	places map[string][]maskPlace
	seed   maphash.Seed
}

func newMasker(in Masking, seed maphash.Seed) *masker {
	if len(in.Masks) == 0 {
		return nil
	}
	m := &masker{in: in, on: map[Mask]bool{}, places: maskPlaces(), seed: seed}
	for _, mask := range in.Masks {
		m.on[mask] = true
	}
	return m
}

// roots masks both versions of a metadata file, and tells whether anything was
// changed by that. A nil masker masks nothing.
func (m *masker) roots(from, to *node) bool {
	if m == nil {
		return false
	}
	free := m.on[MaskPositions] || m.on[MaskCanvas] && laysItselfOut(from) && laysItselfOut(to)
	old, now := m.root(from, m.in.OldSandbox, free), m.root(to, m.in.NewSandbox, free)
	return old || now
}

func (m *masker) root(n *node, sandbox string, free bool) bool {
	done := false
	for _, p := range m.places[n.name] {
		fold := func(string) string { return masked(p.mask) }
		switch {
		case m.on[p.mask]:
		case p.mask == MaskUsers && m.on[MaskSandbox] && sandbox != "":
			fold = func(text string) string { return withoutSandbox(text, sandbox) }
		default:
			continue
		}
		done = m.at(n, strings.Split(p.path, "."), p, fold) || done
	}
	if n.name == "Flow" && free {
		done = m.each(n, func(k *node) string {
			if k.name == "locationX" || k.name == "locationY" {
				return masked(MaskPositions)
			}
			return k.text
		}) || done
	}
	if m.on[MaskIDs] {
		done = m.each(n, func(k *node) string { return withoutIDs(k.text) }) || done
	}
	return done
}

// masked stands for a value.
func masked(m Mask) string { return "(" + string(m) + ")" }

// at folds the values at a path below n.
func (m *masker) at(n *node, path []string, p maskPlace, fold func(string) string) bool {
	done := false
	for _, k := range n.kids {
		switch {
		case k.name != path[0] || k.raw:
		case len(path) > 1:
			done = m.at(k, path[1:], p, fold) || done
		case p.beside == "" || n.says(p.beside, p.is):
			done = m.set(k, fold(k.text)) || done
		}
	}
	if done {
		n.seal(m.seed)
	}
	return done
}

func (n *node) says(name, word string) bool {
	text, ok := n.child(name)
	return ok && strings.EqualFold(text, word)
}

// set gives a leaf another value; one that is empty says something by that.
func (m *masker) set(n *node, text string) bool {
	if !n.leaf() || n.text == "" || n.text == text {
		return false
	}
	n.text = text
	n.seal(m.seed)
	return true
}

// each gives all leaves below n other values.
func (m *masker) each(n *node, value func(*node) string) bool {
	done := false
	for _, k := range n.kids {
		if k.raw {
			continue
		}
		done = m.each(k, value) || done
		if k.leaf() {
			done = m.set(k, value(k)) || done
		}
	}
	if done {
		n.seal(m.seed)
	}
	return done
}

// laysItselfOut tells flows whose elements have no places of their own.
func laysItselfOut(root *node) bool {
	for _, k := range root.kids {
		if k.name != "processMetadataValues" || !k.says("name", "CanvasMode") {
			continue
		}
		for _, v := range k.kids {
			if v.name == "value" && v.says("stringValue", "AUTO_LAYOUT_CANVAS") {
				return true
			}
		}
	}
	return false
}

// withoutSandbox takes the sandbox's name off a user name: a refresh puts it there.
func withoutSandbox(user, sandbox string) string {
	at := len(user) - len(sandbox) - 1
	if at > 0 && strings.Contains(user[:at], "@") && user[at] == '.' && strings.EqualFold(user[at+1:], sandbox) {
		return user[:at]
	}
	return user
}

// The forms of a record's id: case-sensitive, and with letters that repeat which
// of the others are capitals.
const (
	shortID = 15
	longID  = 18
)

// withoutIDs takes record ids out of a text. Only the long form proves that it is
// one.
func withoutIDs(text string) string {
	if len(text) < longID {
		return text
	}
	var out strings.Builder
	for _, word := range tokens(text) {
		if isLongID(word) {
			word = masked(MaskIDs)
		}
		out.WriteString(word)
	}
	return out.String()
}

func isLongID(s string) bool {
	if len(s) != longID {
		return false
	}
	const letters, block = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345", 5
	for i := range s {
		if c := s[i]; (c < '0' || c > '9') && (c|0x20 < 'a' || c|0x20 > 'z') {
			return false
		}
	}
	for b := range shortID / block {
		bits := 0
		for i, c := range s[b*block : (b+1)*block] {
			if c >= 'A' && c <= 'Z' {
				bits |= 1 << i
			}
		}
		if s[shortID+b] != letters[bits] {
			return false
		}
	}
	return true
}

// hiddenCode is what an org gives for managed code.
const hiddenCode = "(hidden)"

// hides tells versions of a file of which one is not told.
func (m *masker) hides(old, now []byte) bool {
	return m != nil && m.on[MaskHidden] && (isHidden(old) || isHidden(now))
}

func isHidden(b []byte) bool { return string(bytes.TrimSpace(b)) == hiddenCode }
