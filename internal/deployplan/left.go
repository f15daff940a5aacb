package deployplan

import (
	"slices"
	"strings"

	"github.com/orgkeep/orgkeep/internal/diff"
)

// What a deploy does with what a file leaves out is documented for few types. For
// those below it is not: the file is sent as the target has it, and what the org
// may keep all the same is announced.

// mayKeep is what the plan says of that.
const mayKeep = "the org may keep what a deploy leaves out"

// keptElements announces elements of which the target has none at all.
func keptElements(e *edit) {
	e.kept(func(el diff.Element) bool {
		return !strings.Contains(el.Name, ".") && e.target.SelectElement(el.Name) == nil
	})
}

// keptMembers announces members of a list beside them.
func keptMembers(e *edit) { e.kept(func(diff.Element) bool { return true }) }

// keptEntries announces entries of the names given; of all where none is.
func keptEntries(names ...string) func(*edit) {
	return func(e *edit) {
		e.kept(func(el diff.Element) bool {
			name, _, _ := strings.Cut(el.Name, ".")
			return len(names) == 0 || slices.Contains(names, name)
		})
	}
}

// kept announces what only the org has, as far as it is in doubt.
func (e *edit) kept(doubtful func(diff.Element) bool) {
	if e.live == nil {
		return
	}
	for _, el := range e.action.Elements {
		if el.Kind != diff.Deleted || !doubtful(el) {
			continue
		}
		key := el.Key
		if n := len(el.Steps); n > 0 {
			key = el.Steps[n-1].Key
		}
		e.may(el.Name, key, mayKeep)
	}
}

// both makes one transform of several.
func both(steps ...func(*edit)) func(*edit) {
	return func(e *edit) {
		for _, step := range steps {
			step(e)
		}
	}
}
