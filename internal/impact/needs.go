package impact

import (
	"context"
	"slices"
	"strings"

	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// Need is a component that others refer to.
type Need struct {
	Component metadata.Component `json:"component"`
	By        metadata.Component `json:"by"` // the first that does
}

// Needs finds which of the candidates some components refer to, and those again
// to which others, sorted by component.
func Needs(ctx context.Context, from, candidates []metadata.Component, texts Texts) ([]Need, error) {
	found := map[metadata.Component]metadata.Component{}
	queue := slices.Clone(from)
	for len(queue) > 0 {
		c := queue[0]
		queue = queue[1:]
		text, err := texts(ctx, c)
		if err != nil {
			return nil, err
		}
		said := words(text)
		for _, candidate := range candidates {
			if _, known := found[candidate]; known || candidate == c || !refers(c, text, said, candidate) {
				continue
			}
			found[candidate] = c
			queue = append(queue, candidate)
		}
	}
	out := make([]Need, 0, len(found))
	for c, by := range found {
		out = append(out, Need{c, by})
	}
	slices.SortFunc(out, func(a, b Need) int { return a.Component.Compare(b.Component) })
	return out, nil
}

// refers tells whether a text names a component. A part of an object counts where
// the object is named too, or is the one that the text is of.
func refers(c metadata.Component, text string, said map[string]bool, to metadata.Component) bool {
	name := word(to)
	if name == "" {
		return strings.Contains(text, ">"+to.FullName+"<")
	}
	if !said[name] {
		return false
	}
	object, _, part := strings.Cut(to.FullName, ".")
	return !part || said[strings.ToLower(object)] || strings.EqualFold(object, objectOf(c))
}

// objectOf gives the object that a name begins with, or the name.
func objectOf(c metadata.Component) string {
	if i := strings.IndexAny(c.FullName, ".-"); i >= 0 {
		return c.FullName[:i]
	}
	return c.FullName
}

// Tests gives those of the classes that are tests and name one of the components,
// sorted by name. Texts has to know the classes.
func Tests(ctx context.Context, changed, classes []metadata.Component, texts Texts) ([]string, error) {
	wanted := map[string]bool{}
	for _, c := range changed {
		if w := word(c); w != "" {
			wanted[w] = true
		}
	}
	var out []string
	for _, class := range classes {
		text, err := texts(ctx, class)
		if err != nil {
			return nil, err
		}
		if !strings.Contains(strings.ToLower(text), "@istest") {
			continue
		}
		for w := range words(text) {
			if wanted[w] {
				out = append(out, class.FullName)
				break
			}
		}
	}
	slices.Sort(out)
	return out, nil
}
