package diff

import "strings"

// shortText bounds what is kept once: names and keys come again and again.
const shortText = 64

// detacher makes changes stand for themselves. What they say are pieces of the files
// that were compared, and each of them would keep a whole file in memory.
type detacher map[string]string

func (d detacher) change(c *Change) {
	c.Component.FullName, c.OldComponent.FullName = strings.Clone(c.Component.FullName), strings.Clone(c.OldComponent.FullName)
	c.Summary = strings.Clone(c.Summary)
	for i := range c.Elements {
		e := &c.Elements[i]
		e.Name, e.Key, e.Old, e.New = d.text(e.Name), d.text(e.Key), d.text(e.Old), d.text(e.New)
		for j, s := range e.Steps {
			e.Steps[j] = Step{Name: d.text(s.Name), Key: d.text(s.Key)}
		}
		for _, h := range e.Hunks {
			for j := range h.Lines {
				h.Lines[j].Text = d.text(h.Lines[j].Text)
			}
		}
	}
}

func (d detacher) text(s string) string {
	if len(s) > shortText {
		return strings.Clone(s)
	}
	kept, ok := d[s]
	if !ok {
		kept = strings.Clone(s)
		d[kept] = kept
	}
	return kept
}
