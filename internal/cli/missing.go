package cli

import (
	"fmt"

	"github.com/orgkeep/orgkeep/internal/cli/iostreams"
)

// shownMissing bounds how many gaps are named in passing; coverage has them all.
const shownMissing = 10

// showMissing names on stderr what could not be read, one line for each type and
// reason.
func (f *Factory) showMissing(gaps []missing) {
	if len(gaps) == 0 {
		return
	}
	groups := groupMissing(gaps)
	for i, g := range groups {
		if i == shownMissing {
			f.IO.Note("  … %s more", thousands(len(groups)-i))
			break
		}
		f.IO.Note("  ? %s", iostreams.Fit(g.String(), f.IO.Width()-len("  ? ")))
	}
	f.IO.Note("  What could not be read counts as in the newest snapshot.")
}

// gapGroup are the gaps of one type with one reason.
type gapGroup struct {
	typ, name, reason string
	count             int
}

func groupMissing(gaps []missing) []gapGroup {
	at := map[[2]string]int{}
	var groups []gapGroup
	for _, m := range gaps {
		key := [2]string{m.Type, m.Reason}
		i, known := at[key]
		if !known {
			i = len(groups)
			at[key] = i
			groups = append(groups, gapGroup{typ: m.Type, name: m.FullName, reason: m.Reason})
		}
		groups[i].count++
	}
	return groups
}

// String is one line: the type, the name or how many, and why.
func (g gapGroup) String() string {
	name := g.name
	if g.count > 1 {
		name = fmt.Sprintf("%s, +%d", name, g.count-1)
	}
	return iostreams.Clean(fmt.Sprintf("%s  %s  %s", g.typ, name, g.reason))
}
