package diff

import (
	"strconv"
	"strings"

	"github.com/orgkeep/orgkeep/pkg/normalize"
)

// entry is a member of a group of siblings of one name.
type entry struct {
	*node
	key  string // empty where it has none
	firm bool   // another key is another entry
	twin bool   // another entry of the side has the key too
	at   int    // place in the group, from 0
	to   *entry // the other side's, nil where there is none
}

// group compares the children of one name.
func (w *walk) group(a, b []*node, name string, at place) {
	rule := w.c.rules.of(w.root, at.below(name, "").path)
	if rule.Set() && (!keyed(a, rule) || !keyed(b, rule)) {
		rule = normalize.Rule{}
	}
	if rule.Compare == normalize.Numeric && placed(a, rule.Key[0]) && placed(b, rule.Key[0]) {
		// The number is the place; without it the entries are a list.
		a, b = w.unnumbered(a, rule.Key[0]), w.unnumbered(b, rule.Key[0])
		rule = normalize.Rule{}
	}
	old, now := entries(a, rule), entries(b, rule)
	match(old, now, rule.Set())
	w.moves(old, now, rule.Set(), name, at)
	several := rule.Set() || len(a) > 1 || len(b) > 1
	for i := range now {
		e := &now[i]
		here := at.below(name, label(e, several))
		if e.to == nil {
			w.came(Added, e, len(now), here)
			continue
		}
		w.node(e.to.node, e.node, here)
	}
	for i := range old {
		if e := &old[i]; e.to == nil {
			w.came(Deleted, e, len(old), at.below(name, label(e, several)))
		}
	}
}

// placed tells whether the numbers count from the first on.
func placed(members []*node, key string) bool {
	first := 0
	for i, n := range members {
		text, _ := n.child(key)
		number, err := strconv.Atoi(text)
		if i == 0 {
			first = number
		}
		if err != nil || number != first+i {
			return false
		}
	}
	return true
}

func (w *walk) unnumbered(members []*node, key string) []*node {
	out := make([]*node, len(members))
	for i, n := range members {
		out[i] = n.without(key, w.c.seed)
	}
	return out
}

// came tells a whole element that is on one side only.
func (w *walk) came(k Kind, e *entry, of int, at place) {
	el := Element{Kind: k, Line: e.line}
	what := e.text
	if !e.leaf() {
		what = summarize(e.wrapped(), e.key)
	}
	if k == Added {
		el.say("", what)
	} else {
		el.say(what, "")
	}
	w.found(finding{Element: el.named(at.steps), node: e.node, path: at.path, at: e.at, of: of})
}

// maxKey is what serves as a name.
const maxKey = 120

// label tells an entry among its like: by its key, or its place, or both.
func label(e *entry, several bool) string {
	key, number := e.key, "#"+strconv.Itoa(e.at+1)
	if len(key) > maxKey || strings.Contains(key, "\n") {
		key = ""
	}
	switch {
	case !several && e.leaf():
		return ""
	case key != "" && e.twin:
		return key + " " + number
	case key == "" && several:
		return number
	}
	return key
}

func entries(nodes []*node, rule normalize.Rule) []entry {
	out := make([]entry, len(nodes))
	for i, n := range nodes {
		out[i] = entry{node: n, at: i}
		if rule.Set() {
			out[i].key, out[i].firm = keyOf(n, rule.Key), true
		} else {
			out[i].key, out[i].firm = naturalKey(n)
		}
	}
	seen := make(map[string]*entry, len(out))
	for i := range out {
		if first := seen[out[i].key]; first != nil {
			first.twin, out[i].twin = true, true
			continue
		}
		seen[out[i].key] = &out[i]
	}
	return out
}
