package demo

import (
	"slices"

	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// Editor changes an org as people do in Setup. Paths are relative to the
// package root. Delete takes components and children alike.
type Editor interface {
	Get(path string) ([]byte, error)
	Put(path string, content []byte) error
	Delete(c metadata.Component) error
}

// Change is something that one user does to the org.
type Change struct {
	Name        string // what kind of change: "field added"
	Description string // in one line, for people
	User        User
	// Touched are the components that a comparison names afterwards, sorted.
	// None: the change means nothing, and a comparison must be empty.
	Touched []metadata.Component
	Apply   func(Editor) error
}

// Changes lists all changes in the order in which they are made. They touch
// different places, so that each can be made alone as well.
func Changes() []Change {
	return slices.Concat(schemaChanges(), ruleChanges(), accessChanges(), codeChanges(), contentChanges(), settingsChanges())
}

func touched(components ...string) []metadata.Component {
	out := make([]metadata.Component, 0, len(components))
	for i := 0; i < len(components); i += 2 {
		out = append(out, metadata.Component{Type: components[i], FullName: components[i+1]})
	}
	return out
}

func deletes(typ, fullName string) func(Editor) error {
	return func(e Editor) error {
		return e.Delete(metadata.Component{Type: typ, FullName: fullName})
	}
}

func edits(path string, steps ...rewrite) func(Editor) error {
	return func(e Editor) error { return edit(e, path, steps...) }
}
