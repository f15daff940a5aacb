package behaviour

import (
	"errors"
	"fmt"
	"maps"
	"slices"
)

// Behaviour is one row of the table.
type Behaviour struct {
	Name         string   `json:"name"`
	Default      string   `json:"default"`
	Alternatives []string `json:"alternatives"` // values other than the default
	Meaning      string   `json:"meaning"`
}

// ErrUnknown is a behaviour or a value that the table does not hold.
var ErrUnknown = errors.New("unknown behaviour")

// Set is what was chosen; what was not has its default. The zero Set is all
// defaults. It must not be changed once a server uses it.
type Set struct{ chosen map[string]string }

// Put chooses a value.
func (s *Set) Put(name, value string) error {
	i := slices.IndexFunc(Table(), func(b Behaviour) bool { return b.Name == name })
	if i < 0 {
		return fmt.Errorf("%w: %q", ErrUnknown, name)
	}
	b := Table()[i]
	if value != b.Default && !slices.Contains(b.Alternatives, value) {
		return fmt.Errorf("%w: %s takes %s or %v, not %q", ErrUnknown, name, b.Default, b.Alternatives, value)
	}
	if s.chosen == nil {
		s.chosen = map[string]string{}
	}
	s.chosen[name] = value
	return nil
}

// Is tells whether the behaviour has the value.
func (s *Set) Is(name, value string) bool { return s.Get(name) == value }

// Get gives the value chosen, or the default.
func (s *Set) Get(name string) string {
	if s != nil {
		if v, ok := s.chosen[name]; ok {
			return v
		}
	}
	return defaults()[name]
}

// Refuses tells whether a refusal is on.
func (s *Set) Refuses(name string) bool { return s.Get(name) == on }

// Clone gives a copy that can be changed.
func (s *Set) Clone() Set { return Set{maps.Clone(s.chosen)} }

func defaults() map[string]string { return defaultValues }

// defaultValues is filled once from the table and never changed.
var defaultValues = func() map[string]string {
	m := map[string]string{}
	for _, b := range Table() {
		m[b.Name] = b.Default
	}
	return m
}()
