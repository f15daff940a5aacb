package retrieve

import (
	"fmt"
	"slices"

	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// Children names the components that live in the file of a parent, in the order
// of the file.
func Children(t metadata.Type, parent string, content []byte) ([]metadata.Component, error) {
	doc, err := cutParent(t, content)
	if err != nil {
		return nil, err
	}
	var out []metadata.Component
	for _, e := range doc.items {
		if c, ok := childOf(t, parent, e); ok {
			out = append(out, c)
		}
	}
	return out, nil
}

// WithChildren gives a parent's file as it is now, with those children of the
// stored one that keep names, as they were. The result has to be normalized.
func WithChildren(t metadata.Type, parent string, stored, now []byte, keep func(metadata.Component) bool) ([]byte, error) {
	old, err := cutParent(t, stored)
	if err != nil {
		return nil, err
	}
	doc, err := cutParent(t, now)
	if err != nil {
		return nil, err
	}
	sorted := slices.IsSortedFunc(doc.items, compareTags) && slices.IsSortedFunc(old.items, compareTags)
	rank := ranking{}
	rank.see(doc.items)
	rank.see(old.items)
	for _, e := range old.items {
		if c, ok := childOf(t, parent, e); ok && keep(c) {
			doc.items = append(doc.items, e)
		}
	}
	doc.items = rank.arrange(doc.items, sorted)
	return doc.bytes(), nil
}

func cutParent(t metadata.Type, content []byte) (document, error) {
	doc, err := cutDocument(content, func(tag string) []string {
		for _, def := range t.Children {
			if def.Element == tag {
				return []string{def.Key}
			}
		}
		return nil
	})
	if err != nil {
		return document{}, fmt.Errorf("cut a %s: %w", t.Name, err)
	}
	return doc, nil
}

func childOf(t metadata.Type, parent string, e item) (metadata.Component, bool) {
	for _, def := range t.Children {
		if def.Element == e.tag && e.values[0] != "" {
			return metadata.Component{Type: def.Type, FullName: def.FullName(parent, e.values[0])}, true
		}
	}
	return metadata.Component{}, false
}
