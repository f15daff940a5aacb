package diff

import "strings"

// match pairs the entries of two sides: by key where it is unique, by content,
// and what is left of a list by likeness and place. In a set another key is
// another entry.
func match(old, now []entry, set bool) {
	if !set && len(old) == 1 && len(now) == 1 && alone(&old[0], &now[0]) {
		pair(&old[0], &now[0])
		return
	}
	pairUnique(old, now, func(e *entry) string { return e.key })
	pairUnique(old, now, func(e *entry) string { return strings.ToLower(e.key) })
	pairEqual(old, now)
	pairUnique(old, now, func(e *entry) string { return e.key })
	pairInOrder(old, now)
	if set {
		pairUnique(old, now, slot)
		return
	}
	pairAlike(old, now)
}

// alone tells whether two elements without siblings are one and the same.
func alone(a, b *entry) bool {
	return a.leaf() || b.leaf() || a.key == b.key || a.key == "" || b.key == "" ||
		!a.firm && !b.firm && likeness(a.node, b.node) >= alike
}

func pair(a, b *entry) { a.to, b.to = b, a }

// pairUnique pairs entries whose key is unique among what is left on each side.
func pairUnique(old, now []entry, key func(*entry) string) {
	other := unique(now, key)
	for k, e := range unique(old, key) {
		if o := other[k]; e != nil && o != nil {
			pair(e, o)
		}
	}
}

// unique gives nil for keys that occur more than once.
func unique(entries []entry, key func(*entry) string) map[string]*entry {
	out := map[string]*entry{}
	for i := range entries {
		e := &entries[i]
		k := key(e)
		if e.to != nil || k == "" {
			continue
		}
		if _, twice := out[k]; twice {
			out[k] = nil
			continue
		}
		out[k] = e
	}
	return out
}

// free gives the entries without a partner.
func free(entries []entry) []*entry {
	var out []*entry
	for i := range entries {
		if entries[i].to == nil {
			out = append(out, &entries[i])
		}
	}
	return out
}

// pairEqual pairs equal entries, those first that stand in the same order.
func pairEqual(old, now []entry) {
	a, b := free(old), free(now)
	if len(a) == 0 || len(b) == 0 {
		return
	}
	names := map[uint64]int{}
	for _, r := range align(numbered(a, names), numbered(b, names)) {
		for i := range r.n {
			pair(a[r.a+i], b[r.b+i])
		}
	}
	left := map[uint64][]*entry{}
	for _, e := range free(old) {
		left[e.hash] = append(left[e.hash], e)
	}
	for _, e := range free(now) {
		if same := left[e.hash]; len(same) > 0 {
			pair(same[0], e)
			left[e.hash] = same[1:]
		}
	}
}

func numbered(entries []*entry, names map[uint64]int) []int {
	out := make([]int, len(entries))
	for i, e := range entries {
		n, ok := names[e.hash]
		if !ok {
			n = len(names)
			names[e.hash] = n
		}
		out[i] = n
	}
	return out
}

// pairInOrder pairs entries that share a key with others, the first with the
// first.
func pairInOrder(old, now []entry) {
	left := map[string][]*entry{}
	for _, e := range free(old) {
		if !e.leaf() && e.key != "" {
			left[e.key] = append(left[e.key], e)
		}
	}
	for _, e := range free(now) {
		if same := left[e.key]; len(same) > 0 && !e.leaf() {
			pair(same[0], e)
			left[e.key] = same[1:]
		}
	}
}

// alike is the share of content from which two entries are taken for one.
const alike = 1.0 / 3

// maxAlike bounds how many entries of a side are compared with all of the other.
const maxAlike = 100

// pairAlike pairs what is left of a list by likeness and by place: first between
// two neighbours that stayed, then wherever it stands.
func pairAlike(old, now []entry) {
	stays := staying(now)
	a, b := gaps(old, stays), gaps(now, stays)
	for k, olds := range a {
		pairBest(olds, b[k])
		pairNameless(olds, b[k])
	}
	pairBest(free(old), free(now))
}

// staying gives the paired entries, of both sides, that kept their order.
func staying(now []entry) map[*entry]bool {
	var pairs []*entry
	for i := range now {
		if now[i].to != nil {
			pairs = append(pairs, &now[i])
		}
	}
	out := map[*entry]bool{}
	for _, i := range rising(len(pairs), func(i int) int { return pairs[i].to.at }) {
		out[pairs[i]], out[pairs[i].to] = true, true
	}
	return out
}

// gaps gives the entries without a partner by the number of those before them
// that stayed.
func gaps(entries []entry, stays map[*entry]bool) map[int][]*entry {
	out := map[int][]*entry{}
	before := 0
	for i := range entries {
		switch e := &entries[i]; {
		case stays[e]:
			before++
		case e.to == nil:
			out[before] = append(out[before], e)
		}
	}
	return out
}

// pairBest pairs each entry with the one it is most like. Where both go by a name,
// that is not asked.
func pairBest(olds, news []*entry) {
	if len(olds) > maxAlike || len(news) > maxAlike {
		return
	}
	for _, e := range news {
		var best *entry
		most := alike
		for _, o := range olds {
			if o.to != nil || e.to != nil || o.firm && e.firm {
				continue
			}
			if l := likeness(o.node, e.node); l >= most && (best == nil || l > most) {
				best, most = o, l
			}
		}
		if best != nil {
			pair(best, e)
		}
	}
}

// pairNameless pairs entries that have nothing but their place, if as many are
// left on either side.
func pairNameless(olds, news []*entry) {
	var a, b []*entry
	for _, e := range olds {
		if e.to == nil && e.key == "" {
			a = append(a, e)
		}
	}
	for _, e := range news {
		if e.to == nil && e.key == "" {
			b = append(b, e)
		}
	}
	if len(a) == len(b) {
		for i := range a {
			pair(a[i], b[i])
		}
	}
}

// likeness is the share of children that two elements have in common, from 0 to 1.
func likeness(a, b *node) float64 {
	a, b = a.wrapped(), b.wrapped()
	if len(a.kids) == 0 || len(b.kids) == 0 {
		return 0
	}
	count := make(map[uint64]int, len(a.kids))
	for _, k := range a.kids {
		count[k.hash]++
	}
	common := 0
	for _, k := range b.kids {
		if count[k.hash] > 0 {
			count[k.hash]--
			common++
		}
	}
	return 2 * float64(common) / float64(len(a.kids)+len(b.kids))
}
