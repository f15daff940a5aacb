package diff

import (
	"slices"
	"strconv"
	"strings"
)

// moves tells which pairs of a list stand in another order: those outside the
// longest run that kept it. In a set that goes for entries which share a key
// alone, because a later one may win when they are deployed.
func (w *walk) moves(old, now []entry, set bool, name string, at place) {
	for _, group := range orders(now, set) {
		moved := movedIn(group)
		if len(moved) > maxMoves {
			w.add(Element{
				Kind: Moved, Line: moved[0].line,
				Old: countEntries(len(old)), New: countEntries(len(now)) + " in another order",
			}, at.below(name, ""))
			continue
		}
		for _, e := range moved {
			m := Element{Kind: Moved, Line: e.line, Old: placeOf(e.to.at, len(old)), New: placeOf(e.at, len(now))}
			if m.Old == m.New {
				m.Old, m.New = m.Old+behind(old, e.to.at), m.New+behind(now, e.at)
			}
			w.add(m, at.below(name, label(e, true)))
		}
	}
}

// maxMoves is how many moves in one list are told one by one.
const maxMoves = 200

func countEntries(n int) string { return strconv.Itoa(n) + " entries" }

// movedIn gives the entries that did not keep their order.
func movedIn(group []entry) []*entry {
	var out []*entry
	stays := staying(group)
	for i := range group {
		if e := &group[i]; e.to != nil && !stays[e] {
			out = append(out, e)
		}
	}
	return out
}

// behind names the entry before a place, as its number says nothing where all
// others moved around it.
func behind(entries []entry, at int) string {
	if at == 0 {
		return ""
	}
	return " (behind " + label(&entries[at-1], true) + ")"
}

// orders gives the entries among which the order counts.
func orders(now []entry, set bool) [][]entry {
	if !set {
		return [][]entry{now}
	}
	byKey := map[string][]entry{}
	var keys []string
	for _, e := range now {
		if !e.twin {
			continue
		}
		if len(byKey[e.key]) == 0 {
			keys = append(keys, e.key)
		}
		byKey[e.key] = append(byKey[e.key], e)
	}
	var out [][]entry
	for _, key := range keys {
		out = append(out, byKey[key])
	}
	return out
}

// placeSeparator parts the containers of a place, outermost first.
const placeSeparator = ", "

func placeOf(at, of int) string { return "place " + strconv.Itoa(at+1) + " of " + strconv.Itoa(of) }

// movable are elements that keep what they are when they are put elsewhere in the
// component: by root element.
var movable = map[string][]string{
	"Dashboard":   {"components"},
	"FlexiPage":   {"itemInstances", "componentInstances"},
	"Flow":        {"fields"},
	"Layout":      {"layoutItems"},
	"QuickAction": {"quickActionLayoutItems"},
}

// relocate makes a move of what went in one place and came in another: of equal
// content, or else of the same key, if there is one such thing alone.
func (w *walk) relocate() {
	names := movable[w.root]
	if len(names) == 0 {
		return
	}
	w.join(names, func(f finding) string { return strconv.FormatUint(f.node.hash, 16) })
	w.join(names, func(f finding) string { key, _ := naturalKey(f.node); return key })
}

func (w *walk) join(names []string, key func(finding) string) {
	went, came := map[string][]int{}, map[string][]int{}
	for i, f := range w.out {
		if f.node == nil || !slices.Contains(names, f.Steps[len(f.Steps)-1].Name) || key(f) == "" {
			continue
		}
		if f.Kind == Added {
			came[key(f)] = append(came[key(f)], i)
		} else {
			went[key(f)] = append(went[key(f)], i)
		}
	}
	found := w.out
	w.out = nil
	gone := map[int]bool{}
	for k, from := range went {
		gone[from[0]] = len(from) == 1 && len(came[k]) == 1
	}
	for i, f := range found {
		if gone[i] {
			continue
		}
		if f.node != nil && f.Kind == Added {
			if k := key(f); len(came[k]) == 1 && came[k][0] == i && len(went[k]) == 1 {
				w.moved(found[went[k][0]], f)
				continue
			}
		}
		w.out = append(w.out, f)
	}
}

// moved tells a move from one container to another, and what changed on the way.
func (w *walk) moved(from, to finding) {
	e := Element{Kind: Moved, Line: to.Line, Old: from.where(), New: to.where()}.named(to.Steps)
	w.found(finding{Element: e})
	w.node(from.node, to.node, place{path: to.path, steps: to.Steps})
}

// where gives the containers of an element and its place in the last one.
func (f finding) where() string {
	var parts []string
	for _, s := range f.Steps[:len(f.Steps)-1] {
		parts = append(parts, strings.TrimSpace(s.Name+" "+s.Key))
	}
	return strings.Join(append(parts, placeOf(f.at, f.of)), placeSeparator)
}
