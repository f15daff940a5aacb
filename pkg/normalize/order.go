package normalize

import (
	"bytes"
	"slices"
)

// orderer puts the children of one element in order. Its memory is kept from
// element to element.
type orderer struct {
	stamp   []int32 // per name: the run of arrange that met it last
	group   []int32 // per name: its group in that run
	run     int32
	units   []unit
	sorted  []unit
	groups  []group
	keySyms []int32
	keys    [][]byte
	now     [][]byte
	last    [][]byte
}

// unit is an element with the comments before it, which move along.
type unit struct {
	head, el int32
	group    int32
	place    int32 // among its group
}

// group is all children of one name.
type group struct {
	sym     int32
	size    int32
	from    int32 // of its units, once they stand together
	lastPos int32 // of its last unit so far
	split   bool  // the units stood apart
}

func (o *orderer) reset() {
	clear(o.keys)
	clear(o.now)
	clear(o.last)
	o.keys = o.keys[:0]
	if cap(o.units) > largestKept/8 {
		*o = orderer{}
	}
	o.run = 0
	clear(o.stamp)
}

// begin starts a run over the children of one element.
func (o *orderer) begin(names int) {
	for len(o.stamp) < names {
		o.stamp = append(o.stamp, 0)
		o.group = append(o.group, 0)
	}
	o.run++
}

// arrange brings children of one name together and sorts the sets among them.
// It tells whether anything was moved.
func (p *parser) arrange(f *frame) bool {
	if p.inOrder(f) {
		return false
	}
	tail := p.collect(f)
	moved := p.gather()
	for i := range p.order.groups {
		if p.sortGroup(f, &p.order.groups[i]) {
			moved = true
		}
	}
	if moved {
		p.relink(f, tail)
	}
	return moved
}

// inOrder looks whether there is nothing to do or to tell, without keeping
// anything: the common case.
func (p *parser) inOrder(f *frame) bool {
	o := &p.order
	o.begin(len(p.symbols.names))
	prev := int32(-1)
	var rule *Rule
	for c := p.nodes[f.node].first; c != 0; c = p.nodes[c].next {
		n := &p.nodes[c]
		if n.kind == aside {
			continue
		}
		if n.sym != prev {
			if o.stamp[n.sym] == o.run {
				return false
			}
			o.stamp[n.sym] = o.run
			prev = n.sym
			if rule = p.ruleOf(f, n.sym); rule == nil {
				continue
			}
			p.findKey(rule)
			o.last = o.last[:0]
		}
		if rule == nil {
			continue
		}
		o.now = o.now[:0]
		ok := p.appendKey(&o.now, n, rule)
		if n.next == 0 && len(o.last) == 0 {
			continue // a single member has no order
		}
		if !ok || len(o.last) > 0 && compareKeys(o.last, o.now, rule.Compare) >= 0 {
			return false
		}
		o.last, o.now = o.now, o.last
	}
	return true
}

func (p *parser) ruleOf(f *frame, sym int32) *Rule {
	if c := f.rules.child(p.symbols.names[sym]); c != nil {
		return c.rule
	}
	return nil
}

// collect lists the children as units and groups, and gives the comments behind
// the last element.
func (p *parser) collect(f *frame) (tail int32) {
	o := &p.order
	o.begin(len(p.symbols.names))
	o.units, o.groups = o.units[:0], o.groups[:0]
	head := int32(0)
	for c := p.nodes[f.node].first; c != 0; c = p.nodes[c].next {
		if head == 0 {
			head = c
		}
		n := &p.nodes[c]
		if n.kind == aside {
			continue
		}
		if o.stamp[n.sym] != o.run {
			o.stamp[n.sym] = o.run
			o.group[n.sym] = int32(len(o.groups))
			o.groups = append(o.groups, group{sym: n.sym, lastPos: int32(len(o.units)) - 1})
		}
		at := o.group[n.sym]
		g := &o.groups[at]
		pos := int32(len(o.units))
		g.split = g.split || g.lastPos != pos-1
		g.lastPos = pos
		o.units = append(o.units, unit{head: head, el: c, group: at, place: g.size})
		g.size++
		head = 0
	}
	return head
}

// gather puts the units of each group side by side, groups in the order in
// which they began.
func (p *parser) gather() (moved bool) {
	o := &p.order
	from := int32(0)
	for i := range o.groups {
		o.groups[i].from = from
		from += o.groups[i].size
		moved = moved || o.groups[i].split
	}
	o.sorted = append(o.sorted[:0], o.units...)
	for _, u := range o.units {
		o.sorted[o.groups[u.group].from+u.place] = u
	}
	return moved
}

// relink chains the children anew.
func (p *parser) relink(f *frame, tail int32) {
	units := p.order.sorted
	p.nodes[f.node].first = units[0].head
	for i, u := range units {
		next := tail
		if i+1 < len(units) {
			next = units[i+1].head
		}
		p.nodes[u.el].next = next
	}
}

// sortGroup sorts a group that a rule names, and tells whether that moved any.
// A group is kept as it is when a member has no key, or several.
func (p *parser) sortGroup(f *frame, g *group) (moved bool) {
	rule := p.ruleOf(f, g.sym)
	if rule == nil || g.size < 2 {
		p.reportTogether(g)
		return false
	}
	units := p.order.sorted[g.from : g.from+g.size]
	first := p.nodes[units[0].el].start
	if reason := p.readKeys(units, rule); reason != "" {
		p.reportTogether(g)
		p.found.kept = append(p.found.kept, KeptGroup{Path: p.pathOf(g.sym), Line: int(first), Rule: rule, Reason: reason})
		return false
	}
	width := len(rule.Key)
	keys := p.order.keys
	slices.SortFunc(units, func(a, b unit) int {
		x, y := int(a.place)*width, int(b.place)*width
		if c := compareKeys(keys[x:x+width], keys[y:y+width], rule.Compare); c != 0 {
			return c
		}
		return int(a.place) - int(b.place)
	})
	p.reportDuplicates(units, rule)
	return p.reportSorted(g, units, rule, int(first))
}

func (p *parser) readKeys(units []unit, rule *Rule) (reason string) {
	o := &p.order
	p.findKey(rule)
	o.keys = slices.Grow(o.keys[:0], len(units)*len(rule.Key))
	for _, u := range units {
		if !p.appendKey(&o.keys, &p.nodes[u.el], rule) {
			if rule.Compare == Numeric {
				return "a member's key is no number, missing, or there twice"
			}
			return "a member has no key, or several"
		}
	}
	return ""
}

// compareKeys compares part by part.
func compareKeys(a, b [][]byte, how Compare) int {
	for i := range a {
		if c := how.compare(a[i], b[i]); c != 0 {
			return c
		}
	}
	return 0
}

func (c Compare) compare(a, b []byte) int {
	switch c {
	case IgnoreCase:
		if folded := compareFolded(a, b); folded != 0 {
			return folded
		}
	case Numeric:
		return compareIntegers(a, b)
	}
	return bytes.Compare(a, b)
}
