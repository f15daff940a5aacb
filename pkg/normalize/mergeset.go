package normalize

import (
	"slices"
	"strings"
)

// family is the children of one name on one side.
type family []*version

// children merges the children of an element that all sides have, or all but
// the base.
func (m *merger) children(s [3]*version, rules *ruleNode, level int) {
	var families [3]map[string]family
	var names [3][]string
	var tails [3][]string
	for i, u := range s {
		families[i] = map[string]family{}
		if u != nil {
			names[i], tails[i] = u.split(families[i])
		}
	}
	for _, name := range uniteNames(names) {
		of := [3]family{families[0][name], families[1][name], families[2][name]}
		m.family(of, rules.child([]byte(name)), level)
	}
	m.sequence(tails, level)
}

// split sorts the children into families; the names are in order, the tail is
// the comments behind the last child.
func (u *version) split(into map[string]family) (names, tail []string) {
	d := u.d
	head := int32(0)
	for c := d.nodes[u.node].first; c != 0; c = d.nodes[c].next {
		if head == 0 {
			head = c
		}
		n := &d.nodes[c]
		if n.kind == aside {
			continue
		}
		name := string(d.name(n))
		if len(into[name]) == 0 {
			names = append(names, name)
		}
		from := d.nodes[head].start
		into[name] = append(into[name], &version{
			d: d, node: c, lead: string(d.src[from:n.start]), text: string(d.src[from:n.end]),
		})
		head = 0
	}
	for ; head != 0; head = d.nodes[head].next {
		tail = append(tail, string(d.src[d.nodes[head].start:d.nodes[head].end]))
	}
	return names, tail
}

// uniteNames gives the names of all sides in the platform's order, if they are in
// it. Else the order is that of ours, and a name that ours lacks stands behind
// the one it follows elsewhere.
func uniteNames(sides [3][]string) []string {
	all := slices.Concat(sides[:]...)
	if !slices.ContainsFunc(sides[:], func(names []string) bool { return !slices.IsSortedFunc(names, compareNames) }) {
		slices.SortFunc(all, compareNames)
		return slices.Compact(all)
	}
	names := slices.Clone(sides[1])
	known := map[string]bool{}
	for _, name := range names {
		known[name] = true
	}
	for _, side := range [2][]string{sides[2], sides[0]} {
		at := 0
		for _, name := range side {
			if known[name] {
				at = slices.Index(names, name) + 1
				continue
			}
			known[name] = true
			names = slices.Insert(names, at, name)
			at++
		}
	}
	return names
}

// compareNames is the order in which the platform writes elements of different
// names: the full name, which all components have in common, then by code point.
// Source: the sequences of the Metadata API's WSDL, 1,396 of 1,398 types.
func compareNames(a, b string) int {
	const fullName = "fullName"
	switch {
	case a == b:
		return 0
	case a == fullName:
		return -1
	case b == fullName:
		return 1
	}
	return strings.Compare(a, b)
}

// family merges all children of one name.
func (m *merger) family(s [3]family, rules *ruleNode, level int) {
	if rules != nil && rules.rule != nil && m.keyed(s, rules.rule) {
		m.set(s, rules, level)
		return
	}
	m.list(s, rules, level)
}

// list merges members that have no name: like lines of text, but for a single
// one that both sides changed, which stands between others that tell its place.
func (m *merger) list(s [3]family, rules *ruleNode, level int) {
	var texts [3][]string
	for i, f := range s {
		for _, u := range f {
			texts[i] = append(texts[i], u.text)
		}
	}
	diff3(texts, func(chunk [3][]string) {
		if len(chunk[0]) == 1 && len(chunk[1]) == 1 && len(chunk[2]) == 1 {
			m.element([3]*version{s[0][0], s[1][0], s[2][0]}, rules, level)
		} else if winner, ok := undisputed(chunk); ok {
			m.write(winner, level)
		} else {
			m.conflict(chunk, level)
		}
		for i := range s {
			s[i] = s[i][len(chunk[i]):]
		}
	})
}

// keyed reads the keys. A family is merged by key only if on each side all
// members have one, each another.
func (m *merger) keyed(s [3]family, rule *Rule) bool {
	for _, f := range s {
		if len(f) == 0 {
			continue
		}
		p := parser{document: f[0].d}
		p.findKey(rule)
		for i, u := range f {
			u.key = nil
			if !p.appendKey(&u.key, &u.d.nodes[u.node], rule) {
				return false
			}
			// Normalized, a set is in order: equal keys are neighbours.
			if i > 0 && compareKeys(f[i-1].key, u.key, rule.Compare) >= 0 {
				return false
			}
		}
	}
	return true
}

// set walks the three sides, each in the order of its keys.
func (m *merger) set(s [3]family, rules *ruleNode, level int) {
	for {
		var least [][]byte
		for _, f := range s {
			if len(f) > 0 && (least == nil || compareKeys(f[0].key, least, rules.rule.Compare) < 0) {
				least = f[0].key
			}
		}
		if least == nil {
			return
		}
		var entry [3]*version
		for i, f := range s {
			if len(f) > 0 && compareKeys(f[0].key, least, rules.rule.Compare) == 0 {
				entry[i], s[i] = f[0], f[1:]
			}
		}
		m.element(entry, rules, level)
	}
}
