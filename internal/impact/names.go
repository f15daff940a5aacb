package impact

import (
	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// Names finds in texts which of some components they name.
type Names struct {
	byWord  map[string][]metadata.Component
	byValue map[string]metadata.Component // those whose name is no word
}

// NewNames prepares looking for components.
func NewNames(of []metadata.Component) *Names {
	n := &Names{byWord: map[string][]metadata.Component{}, byValue: map[string]metadata.Component{}}
	for _, c := range of {
		if w := word(c); w != "" {
			n.byWord[w] = append(n.byWord[w], c)
			continue
		}
		n.byValue[c.FullName] = c
	}
	return n
}

// In gives one of the components that a component names by what it says, or by its
// own name, as a layout bears that of its object: the first by name.
func (n *Names) In(c metadata.Component, text string) (found metadata.Component, ok bool) {
	take := func(to metadata.Component) {
		if to != c && (!ok || to.Compare(found) < 0) {
			found, ok = to, true
		}
	}
	said := words(text)
	for w := range said {
		for _, to := range n.byWord[w] {
			if refers(c, text, said, to) {
				take(to)
			}
		}
	}
	for w := range words(c.FullName) {
		for _, to := range n.byWord[w] {
			if to.Type == "CustomObject" {
				take(to)
			}
		}
	}
	if len(n.byValue) == 0 {
		return found, ok
	}
	for _, m := range value.FindAllStringSubmatch(text, -1) {
		if to, is := n.byValue[m[1]]; is {
			take(to)
		}
	}
	return found, ok
}
