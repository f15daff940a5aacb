package capture

import (
	"fmt"
	"strings"

	"github.com/orgkeep/orgkeep/internal/diff"
)

// listed bounds how many changes a commit message names.
const listed = 20

// message gives a commit's text: a subject with the counts, and the changes below
// it. A nil group stands for the whole run.
func (r *runner) message(g *group) string {
	if g == nil {
		return r.subject(r.result.Diff.Changes)
	}
	lines := []string{r.subject(g.changes), ""}
	for i, change := range g.changes {
		if i == listed {
			lines = append(lines, fmt.Sprintf("and %d more", len(g.changes)-listed))
			break
		}
		lines = append(lines, change.Kind.Mark()+" "+change.Component.Type+" "+change.Component.FullName)
	}
	return strings.Join(lines, "\n")
}

func (r *runner) subject(changes []diff.Change) string {
	switch {
	case r.opts.Message != "":
		return r.opts.Message
	case r.result.First:
		return fmt.Sprintf("%s: first snapshot, %d components", r.opts.Alias, len(r.result.State.Tree.Components(r.result.State.Registry)))
	case len(changes) == 0:
		return r.opts.Alias + ": coverage changed"
	case len(changes) == 1:
		c := changes[0]
		return fmt.Sprintf("%s: %s %s %s", r.opts.Alias, c.Kind, c.Component.Type, c.Component.FullName)
	}
	counts := map[diff.Kind]int{}
	for _, c := range changes {
		counts[c.Kind]++
	}
	return fmt.Sprintf("%s: %d added, %d changed, %d deleted", r.opts.Alias,
		counts[diff.Added], counts[diff.Changed]+counts[diff.Renamed], counts[diff.Deleted])
}
