package diff

import (
	"errors"
	"fmt"
	"path"
	"strings"

	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// ErrPattern is what every refusal of [ParsePattern] is.
var ErrPattern = errors.New("pattern cannot be used")

// Pattern selects components by type and name.
type Pattern struct{ typ, name string }

// ParsePattern reads TYPE:NAME or TYPE alone. In both * stands for any run of
// characters, ? for one, and [a-z] for one of several. Names do not depend on
// case, as the platform's do not.
func ParsePattern(s string) (Pattern, error) {
	typ, name, named := strings.Cut(s, ":")
	if !named {
		name = "*"
	}
	for _, part := range [2]string{typ, name} {
		if _, err := path.Match(flat(part), ""); err != nil || part == "" {
			return Pattern{}, fmt.Errorf("%w: %q", ErrPattern, s)
		}
	}
	return Pattern{flat(typ), flat(strings.ToLower(name))}, nil
}

// Match tells whether the pattern selects c.
func (p Pattern) Match(c metadata.Component) bool {
	typ, _ := path.Match(p.typ, flat(c.Type))
	name, _ := path.Match(p.name, flat(strings.ToLower(c.FullName)))
	return typ && name
}

// flat: a folder's name is part of a component's, and * goes over it.
func flat(s string) string { return strings.ReplaceAll(s, "/", "\x00") }

// Only gives the changes that keep approves of.
func (r Result) Only(keep func(Change) bool) Result {
	var out Result
	for _, c := range r.Changes {
		if keep(c) {
			out.Changes = append(out.Changes, c)
		}
	}
	return out
}
