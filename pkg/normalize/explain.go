package normalize

import (
	"bytes"
	"strings"
)

// pathOf is the dotted path of a child of the innermost open element.
func (p *parser) pathOf(sym int32) string {
	var path strings.Builder
	for _, f := range p.stack {
		path.Write(p.name(&p.nodes[f.node]))
		path.WriteByte('.')
	}
	path.Write(p.symbols.names[sym])
	return path.String()
}

// reportTogether tells of a group that stood apart and was brought together.
func (p *parser) reportTogether(g *group) {
	if !g.split {
		return
	}
	first := p.order.sorted[g.from].el
	p.found.sorted = append(p.found.sorted, SortedGroup{
		Path:    p.pathOf(g.sym),
		Line:    int(p.nodes[first].start),
		Members: int(g.size),
	})
}

// reportSorted tells of a group whose members were moved by a rule.
func (p *parser) reportSorted(g *group, units []unit, rule *Rule, offset int) (moved bool) {
	report := SortedGroup{Path: p.pathOf(g.sym), Line: offset, Rule: rule, Members: len(units)}
	for i, u := range units {
		if int(u.place) == i {
			continue
		}
		if report.Moved == 0 {
			report.First = p.keyText(u.place, rule)
		}
		report.Moved++
	}
	if report.Moved == 0 {
		p.reportTogether(g)
		return false
	}
	p.found.sorted = append(p.found.sorted, report)
	return true
}

func (p *parser) keyText(place int32, rule *Rule) string {
	width := int32(len(rule.Key))
	return string(bytes.Join(p.order.keys[place*width:(place+1)*width], []byte("/")))
}

// reportDuplicates tells of keys that several members share.
func (p *parser) reportDuplicates(units []unit, rule *Rule) {
	for i := 0; i < len(units); {
		j := i + 1
		for j < len(units) && p.sameKey(units[i], units[j], rule) {
			j++
		}
		if j > i+1 {
			p.reportDuplicate(units[i:j], rule)
		}
		i = j
	}
}

func (p *parser) sameKey(a, b unit, rule *Rule) bool {
	width := int32(len(rule.Key))
	x, y := a.place*width, b.place*width
	keys := p.order.keys
	return compareKeys(keys[x:x+width], keys[y:y+width], rule.Compare) == 0
}

func (p *parser) reportDuplicate(units []unit, rule *Rule) {
	first := &p.nodes[units[0].el]
	report := DuplicateKey{Path: p.pathOf(first.sym), Key: p.keyText(units[0].place, rule), Identical: true}
	level := len(p.stack)
	var want, got writer
	p.writeTree(&want, units[0].el, level)
	for i, u := range units {
		report.Lines = append(report.Lines, int(p.nodes[u.el].start))
		if i == 0 || !report.Identical {
			continue
		}
		got.out = got.out[:0]
		p.writeTree(&got, u.el, level)
		report.Identical = bytes.Equal(want.out, got.out)
	}
	p.found.duplicates = append(p.found.duplicates, report)
}
