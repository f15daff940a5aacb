package normalize

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
)

// ErrNotText says that a file is neither metadata XML nor text, so that three
// versions of it cannot be merged.
var ErrNotText = errors.New("file is not text")

// Merge unites two versions of the file at path that were made from base; base
// is empty where both sides added the file. Entries of a set are matched by
// their key and elements that stand once by their name; whatever else repeats
// is merged like lines of text, one element a line. A conflict is counted, and
// marked as Git marks it, only where the same element was changed on both sides
// and differently. Without conflicts the result is normalized, and elements that
// only one side has stand where the platform writes them, if all sides have the
// platform's order.
//
// Files that are passed through, or refused on one of the sides, are merged line
// by line; binary ones are an [ErrNotText].
func (n *Normalizer) Merge(path string, base, ours, theirs []byte) (merged []byte, conflicts int, err error) {
	sides := [3][]byte{base, ours, theirs}
	for i, input := range sides {
		res := n.Bytes(path, input)
		absent := i == 0 && len(bytes.TrimSpace(base)) == 0
		if (res.Refused != nil && !absent) || res.PassedThrough {
			return mergeLines(path, base, ours, theirs)
		}
		sides[i] = res.Output
	}
	m := merger{n: n}
	for i, input := range sides {
		m.docs[i] = n.take()
		defer n.give(m.docs[i])
		if _, refusal := n.read(m.docs[i], input); refusal != nil && i > 0 {
			return nil, 0, fmt.Errorf("merge %s: %w", path, refusal)
		}
	}
	if m.docs[1].nodes[0].has(foreign) || m.docs[2].nodes[0].has(foreign) {
		return mergeLines(path, sides[0], sides[1], sides[2])
	}
	m.absent = len(bytes.TrimSpace(base)) == 0
	m.document()
	out := m.out.Bytes()
	if m.conflicts > 0 {
		return out, m.conflicts, nil
	}
	res := n.Bytes(path, out)
	if res.Refused != nil {
		return nil, 0, fmt.Errorf("merge %s: %w", path, res.Refused)
	}
	return res.Output, 0, nil
}

func mergeLines(path string, base, ours, theirs []byte) ([]byte, int, error) {
	var sides [3][]string
	for i, b := range [3][]byte{base, ours, theirs} {
		if bytes.IndexByte(b, 0) >= 0 {
			return nil, 0, fmt.Errorf("merge %s: %w", path, ErrNotText)
		}
		sides[i] = strings.SplitAfter(string(b), "\n")
		if last := len(sides[i]) - 1; sides[i][last] == "" {
			sides[i] = sides[i][:last]
		}
	}
	var out strings.Builder
	conflicts := 0
	diff3(sides, func(s [3][]string) {
		if winner, ok := undisputed(s); ok {
			out.WriteString(strings.Join(winner, ""))
			return
		}
		conflicts++
		out.WriteString(markOurs + "\n" + ended(s[1]) + markMiddle + "\n" + ended(s[2]) + markTheirs + "\n")
	})
	return []byte(out.String()), conflicts, nil
}

// ended joins lines and ends the last one, for a marker to follow.
func ended(lines []string) string {
	text := strings.Join(lines, "")
	if text != "" && !strings.HasSuffix(text, "\n") {
		text += "\n"
	}
	return text
}

const (
	markOurs   = "<<<<<<< ours"
	markMiddle = "======="
	markTheirs = ">>>>>>> theirs"
)

// merger writes the merged document. Sides are base, ours and theirs.
type merger struct {
	n         *Normalizer
	docs      [3]*document
	absent    bool // there is no base
	out       bytes.Buffer
	conflicts int
}

func (m *merger) document() {
	m.out.WriteString(declaration)
	var before, after [3][]string
	var roots [3]*version
	for i, d := range m.docs {
		if i == 0 && m.absent {
			continue
		}
		before[i], after[i] = d.texts(d.before), d.texts(d.after)
		root := &d.nodes[0]
		roots[i] = &version{d: d, node: 0, text: string(d.src[root.start:root.end])}
	}
	m.sequence(before, 0)
	m.element(roots, m.n.roots[string(m.docs[1].name(&m.docs[1].nodes[0]))], 0)
	m.sequence(after, 0)
	m.out.WriteByte('\n')
}

func (d *document) texts(spans []span) []string {
	var texts []string
	for _, s := range spans {
		texts = append(texts, string(d.src[s.start:s.end]))
	}
	return texts
}

// version is an element of one side, with the comments before it.
type version struct {
	d    *document
	node int32
	lead string // the comments
	text string // of comments and element, as in the normalized file
	key  [][]byte
}

// element merges one element of which each side has one version or none.
func (m *merger) element(s [3]*version, rules *ruleNode, level int) {
	texts := [3][]string{}
	for i, u := range s {
		if u != nil {
			texts[i] = []string{u.text}
		}
	}
	if winner, ok := undisputed(texts); ok {
		m.write(winner, level)
		return
	}
	lead, sameLead := part(s, func(u *version) string { return u.lead })
	if !sameLead || s[1] == nil || s[2] == nil {
		m.conflict(texts, level)
		return
	}
	if body, ok := part(s, func(u *version) string { return u.text[len(u.lead):] }); ok {
		m.write([]string{lead + body}, level)
		return
	}
	tag, sameTag := part(s, (*version).tag)
	if !sameTag || !descends(s, level) {
		m.conflict(texts, level)
		return
	}
	m.write([]string{lead + tag}, level)
	begun := m.out.Len()
	m.children(s, rules, level+1)
	if m.out.Len() == begun { // each side took away what the other left
		m.out.Truncate(begun - len(">"))
		m.out.WriteString("/>")
		return
	}
	m.write([]string{"</" + s[1].name() + ">"}, level)
}

// part merges one part of an element, if it is undisputed.
func part(s [3]*version, of func(*version) string) (winner string, ok bool) {
	var parts [3][]string
	for i, u := range s {
		if u != nil {
			parts[i] = []string{of(u)}
		}
	}
	texts, ok := undisputed(parts)
	return strings.Join(texts, ""), ok
}

// maxMergeDepth bounds the recursion; what lies deeper is merged as a whole.
const maxMergeDepth = maxLevels

// descends tells whether the children can be merged one by one: each side has
// some, in an element of one name.
func descends(s [3]*version, level int) bool {
	if level >= maxMergeDepth {
		return false
	}
	for i, u := range s {
		if i == 0 && u == nil {
			continue
		}
		if u.name() != s[1].name() {
			return false
		}
		if i == 0 && u.isEmpty() {
			continue
		}
		if u.d.nodes[u.node].flags&(leaf|mixed|foreign) != 0 {
			return false
		}
	}
	return true
}

func (u *version) name() string { return string(u.d.name(&u.d.nodes[u.node])) }

// isEmpty tells whether there is nothing whose children could be missed.
func (u *version) isEmpty() bool {
	n := &u.d.nodes[u.node]
	return n.has(leaf) && len(bytes.TrimSpace(u.d.content(n))) == 0
}

func (u *version) tag() string {
	n := &u.d.nodes[u.node]
	return string(u.d.src[n.start:n.inner])
}

// write puts each text on a line of its own.
func (m *merger) write(texts []string, level int) {
	for _, t := range texts {
		m.out.WriteString(indentation(level) + t)
	}
}

func (m *merger) conflict(texts [3][]string, level int) {
	m.conflicts++
	m.out.WriteString("\n" + markOurs)
	m.write(texts[1], level)
	m.out.WriteString("\n" + markMiddle)
	m.write(texts[2], level)
	m.out.WriteString("\n" + markTheirs)
}

// sequence merges what is in order, like lines of text.
func (m *merger) sequence(s [3][]string, level int) {
	diff3(s, func(s [3][]string) {
		if winner, ok := undisputed(s); ok {
			m.write(winner, level)
			return
		}
		m.conflict(s, level)
	})
}
