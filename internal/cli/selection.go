package cli

import (
	"slices"
	"strings"

	"github.com/orgkeep/orgkeep/internal/diff"
	"github.com/orgkeep/orgkeep/pkg/metadata"
	"github.com/spf13/pflag"
)

// selection narrows a command to some components, as flags say.
type selection struct {
	Types, Names, Excludes []string
}

func (s *selection) addFlags(flags *pflag.FlagSet) {
	flags.StringSliceVar(&s.Types, "type", nil, "only this `TYPE`, with what lives in its files; may be repeated")
	flags.StringArrayVar(&s.Names, "name", nil, "only names like `GLOB` (* and ?); may be repeated")
	flags.StringArrayVar(&s.Excludes, "exclude", nil, "without `TYPE` or TYPE:GLOB; may be repeated")
}

// matcher tells which components a selection is about.
type matcher struct {
	registry *metadata.Registry
	types    map[string]bool
	names    []diff.Pattern
	excludes []pattern
}

// pattern is TYPE or TYPE:GLOB. A type stands for what lives in its files as well.
type pattern struct {
	diff.Pattern
	typ   string
	whole bool // the type, whatever the name
}

func (p pattern) matches(r *metadata.Registry, c metadata.Component) bool {
	parent, _, child := r.Parent(c.Type)
	return p.Match(c) || child && p.Match(metadata.Component{Type: parent.Name, FullName: c.FullName})
}

// compile gives the matcher, nil where everything is meant. A type that only
// differs in case from one there is, is a usage error; one that the table does
// not know may be known to the org.
func (s selection) compile(r *metadata.Registry) (*matcher, error) {
	if len(s.Types)+len(s.Names)+len(s.Excludes) == 0 {
		return nil, nil
	}
	m := &matcher{registry: r, types: map[string]bool{}}
	for _, t := range s.Types {
		if err := checkType(r, "--type", t); err != nil {
			return nil, err
		}
		m.types[t] = true
	}
	for _, n := range s.Names {
		p, err := diff.ParsePattern("*:" + n)
		if err != nil {
			return nil, usagef("--name: %v", err)
		}
		m.names = append(m.names, p)
	}
	var err error
	m.excludes, err = parsePatterns(r, "--exclude", s.Excludes)
	return m, err
}

func parsePattern(r *metadata.Registry, flag, text string) (pattern, error) {
	typ, name, named := strings.Cut(text, ":")
	if err := checkType(r, flag, typ); err != nil {
		return pattern{}, err
	}
	p, err := diff.ParsePattern(text)
	if err != nil {
		return pattern{}, usagef("%s: %v", flag, err)
	}
	return pattern{Pattern: p, typ: typ, whole: !named || name == "*"}, nil
}

func parsePatterns(r *metadata.Registry, flag string, all []string) ([]pattern, error) {
	var out []pattern
	for _, text := range all {
		p, err := parsePattern(r, flag, text)
		if err != nil {
			return nil, err
		}
		out = append(out, p)
	}
	return out, nil
}

func matchesAny(r *metadata.Registry, patterns []pattern, c metadata.Component) bool {
	return slices.ContainsFunc(patterns, func(p pattern) bool { return p.matches(r, c) })
}

func checkType(r *metadata.Registry, flag, name string) error {
	if name == "" {
		return usagef("%s: a type is missing", flag)
	}
	for _, t := range r.Types() {
		if near := nearType(t, name); near != "" && near != name {
			return usagef("%s: there is no type %s; %s is", flag, name, near)
		}
	}
	return nil
}

// nearType gives the type, or child of it, that has the name in another case.
func nearType(t metadata.Type, name string) string {
	if strings.EqualFold(t.Name, name) {
		return t.Name
	}
	for _, c := range t.Children {
		if strings.EqualFold(c.Type, name) {
			return c.Type
		}
	}
	return ""
}

// component tells whether a component is meant; a nil matcher means all.
func (m *matcher) component(c metadata.Component) bool {
	if m == nil {
		return true
	}
	if len(m.types) > 0 && !m.types[c.Type] && !m.types[m.parent(c.Type)] {
		return false
	}
	if len(m.names) > 0 && !slices.ContainsFunc(m.names, func(p diff.Pattern) bool { return p.Match(c) }) {
		return false
	}
	return !matchesAny(m.registry, m.excludes, c)
}

// listed tells whether a type has to be listed at all for what is meant.
func (m *matcher) listed(typ string) bool {
	if m == nil {
		return true
	}
	if len(m.types) > 0 && !m.types[typ] && !m.types[m.parent(typ)] {
		return false
	}
	for _, p := range m.excludes {
		if p.typ == typ && p.whole {
			return false
		}
	}
	return true
}

// parent gives the type in whose files a type lives, "" for one with files of
// its own.
func (m *matcher) parent(typ string) string {
	t, _, _ := m.registry.Parent(typ)
	return t.Name
}

// wholeFiles refuses types that cannot be read without the file they live in.
func (s selection) wholeFiles(r *metadata.Registry) error {
	for _, text := range append(append([]string{}, s.Types...), s.Excludes...) {
		typ, _, _ := strings.Cut(text, ":")
		if parent, _, ok := r.Parent(typ); ok {
			return usagef("%s lives in the files of %s: say %s", typ, parent.Name, parent.Name)
		}
	}
	return nil
}

// forReading is what of a selection narrows a retrieve: types with files of their
// own. What else it says is looked at afterwards, on what came.
func (s selection) forReading(r *metadata.Registry) selection {
	narrow := selection{Types: s.Types}
	if len(s.Types) == 0 || narrow.wholeFiles(r) != nil {
		return selection{}
	}
	return narrow
}
