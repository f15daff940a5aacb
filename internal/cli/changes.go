package cli

import (
	"cmp"
	"time"

	"github.com/orgkeep/orgkeep/internal/capture"
	"github.com/orgkeep/orgkeep/internal/diff"
	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// change is a difference of one component with who made it, where that is known.
type change struct {
	diff.Change
	Author string
	When   time.Time
}

// unknownAuthor stands where the org does not tell who it was.
const unknownAuthor = "unknown"

// changesOf gives differences that nobody is known to have made.
func changesOf(result diff.Result) []change {
	out := make([]change, 0, len(result.Changes))
	for _, c := range result.Changes {
		out = append(out, change{Change: c})
	}
	return out
}

// authored gives differences with those who made them.
func authored(changes []diff.Change, authors map[metadata.Component]capture.Author) []change {
	out := make([]change, 0, len(changes))
	for _, c := range changes {
		a := authors[c.Component]
		out = append(out, change{Change: c, Author: cmp.Or(a.Username, unknownAuthor), When: a.When})
	}
	return out
}

// rfc3339 is a time as programs read it; the zero time is "".
func rfc3339(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

// selected keeps the changes of components that a selection means.
func selected(m *matcher, changes []change) []change {
	out := make([]change, 0, len(changes))
	for _, c := range changes {
		if m.component(c.Component) || c.OldComponent != (metadata.Component{}) && m.component(c.OldComponent) {
			out = append(out, c)
		}
	}
	return out
}

// counts are how many components were added, changed and deleted.
type counts struct {
	Added   int `json:"added"`
	Changed int `json:"changed"`
	Deleted int `json:"deleted"`
}

func countsOf(changes []change) counts {
	var r diff.Result
	for _, c := range changes {
		r.Changes = append(r.Changes, c.Change)
	}
	var n counts
	n.Added, n.Changed, n.Deleted = r.Counts()
	return n
}

func (n counts) total() int { return n.Added + n.Changed + n.Deleted }

// changeResult is a change as JSON shows it.
type changeResult struct {
	Kind string `json:"kind"`
	// Type is empty for a file that is no metadata; its path is the name then.
	Type     string `json:"type"`
	FullName string `json:"full_name"`
	// OldFullName is the former name of what was renamed.
	OldFullName string         `json:"old_full_name,omitempty"`
	Path        string         `json:"path"`
	Paths       []string       `json:"paths"`
	Summary     string         `json:"summary,omitempty"`
	Author      string         `json:"author,omitempty"`
	When        *time.Time     `json:"when,omitempty"`
	Elements    []diff.Element `json:"elements,omitempty"`
}

// changeResults is never nil, so that JSON has a list.
func changeResults(changes []change) []changeResult {
	out := make([]changeResult, 0, len(changes))
	for _, c := range changes {
		r := changeResult{
			Kind: c.Kind.String(), Type: c.Component.Type, FullName: c.Component.FullName, OldFullName: c.OldComponent.FullName,
			Path: c.Path, Paths: c.Paths, Summary: c.Summary, Author: c.Author, Elements: c.Elements,
		}
		if !c.When.IsZero() {
			when := c.When.UTC()
			r.When = &when
		}
		out = append(out, r)
	}
	return out
}
