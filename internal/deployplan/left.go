package deployplan

import (
	"slices"
	"strings"

	"github.com/beevik/etree"

	"github.com/orgkeep/orgkeep/internal/diff"
)

// What a deploy does with what a file leaves out is documented for few types. For
// the others the file is sent as the target has it, and what the org may keep all
// the same is announced: elements of which the target has none at all where the
// table of rules has nothing else to say.

// mayKeep is what the plan says of that.
const mayKeep = "the org may keep what a deploy leaves out"

// elementsMayStay announces elements of which the target has none at all.
func elementsMayStay(e *edit) {
	e.kept(func(el diff.Element) bool {
		return !strings.Contains(el.Name, ".") && e.target.SelectElement(el.Name) == nil
	})
}

// lacksElements tells whether the org's component has elements that the target has
// not: whole ones, or one of several of a name.
func lacksElements(elements []diff.Element) bool {
	return slices.ContainsFunc(elements, func(el diff.Element) bool { return el.Kind == diff.Deleted && !strings.Contains(el.Name, ".") })
}

// membersMayStay announces all that only the org has, members of lists included.
func membersMayStay(e *edit) { e.kept(func(diff.Element) bool { return true }) }

// entriesMayStay announces entries of the names given.
func entriesMayStay(names ...string) func(*edit) {
	return func(e *edit) {
		e.kept(func(el diff.Element) bool {
			name, _, _ := strings.Cut(el.Name, ".")
			return slices.Contains(names, name)
		})
	}
}

// addedTo announces what a set of permissions may keep, or not take, where a deploy
// adds to it: what only the org gives, and entries that give nothing.
func addedTo(e *edit) {
	membersMayStay(e)
	if e.live == nil {
		return
	}
	had := map[string]string{}
	for _, entry := range e.live.ChildElements() {
		had[e.b.keys.identity(e.live.Tag, entry)] = canonical(entry)
	}
	for _, entry := range e.target.ChildElements() {
		if givesNothing(entry) && had[e.b.keys.identity(e.target.Tag, entry)] != canonical(entry) {
			e.may(entry.Tag, e.b.keys.key(e.target.Tag, entry), "it gives nothing, and the org may leave it out")
		}
	}
}

// givesNothing tells entries all of whose flags are off.
func givesNothing(entry *etree.Element) bool {
	flags := 0
	for _, c := range entry.ChildElements() {
		if !isFlag(c) {
			continue
		}
		if flags++; is(c) {
			return false
		}
	}
	return flags > 0
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
