package config

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/orgkeep/orgkeep/internal/diff"
	"github.com/orgkeep/orgkeep/pkg/metadata"
	"gopkg.in/yaml.v3"
)

// fileDrift is the section drift of the settings.
type fileDrift struct {
	Ignore []fileIgnore `yaml:"ignore"`
	Mask   []string     `yaml:"mask"`
}

// fileIgnore is a rule that lets differences pass.
type fileIgnore struct {
	Type    string `yaml:"type"`
	Name    string `yaml:"name"`
	Element string `yaml:"element"`
	Key     string `yaml:"key"`
	Reason  string `yaml:"reason"`
	Owner   string `yaml:"owner"`
	Until   string `yaml:"until"`
}

// forever stands for a rule without a last day. It has to be said.
const forever = "never"

func (r fileIgnore) exception(registry *metadata.Registry) (diff.Exception, error) {
	x := diff.Exception{Type: r.Type, Name: r.Name, Element: r.Element, Key: r.Key, Reason: r.Reason, Owner: r.Owner}
	if near, ok := otherCase(registry, r.Type); ok {
		return x, fmt.Errorf("there is no type %s; %s is", r.Type, near)
	}
	switch r.Until {
	case "":
		return x, errors.New("a rule without until: say its last day, 2027-03-31, or never")
	case forever:
	default:
		day, err := time.Parse(time.DateOnly, r.Until)
		if err != nil {
			return x, fmt.Errorf("until: %q is neither a day, 2027-03-31, nor never", r.Until)
		}
		x.Until = day
	}
	return x, x.Check()
}

// otherCase finds the type that a name would mean if case did not count.
func otherCase(registry *metadata.Registry, name string) (string, bool) {
	for _, t := range registry.Types() {
		if t.Name != name && strings.EqualFold(t.Name, name) {
			return t.Name, true
		}
		for _, c := range t.Children {
			if c.Type != name && strings.EqualFold(c.Type, name) {
				return c.Type, true
			}
		}
	}
	return "", false
}

// check gives exceptions and masks. Data is the file, to name the line of a rule
// that cannot be used.
func (f fileDrift) check(data []byte) ([]diff.Exception, []diff.Mask, error) {
	var exceptions []diff.Exception
	for i, written := range f.Ignore {
		x, err := written.exception(metadata.Default())
		if err != nil {
			return nil, nil, fmt.Errorf("line %d: drift: %w", ignoreLine(data, i), err)
		}
		exceptions = append(exceptions, x)
	}
	var masks []diff.Mask
	for _, name := range f.Mask {
		m, err := diff.ParseMask(name)
		if err != nil {
			return nil, nil, fmt.Errorf("drift: mask: %w", err)
		}
		masks = append(masks, m)
	}
	return exceptions, masks, nil
}

// ignoreLine finds the line of a rule; the file is known to be well-formed.
func ignoreLine(data []byte, rule int) int {
	var at struct {
		Drift struct {
			Ignore []yaml.Node `yaml:"ignore"`
		} `yaml:"drift"`
	}
	if err := yaml.Unmarshal(data, &at); err != nil || rule >= len(at.Drift.Ignore) {
		return 1
	}
	return at.Drift.Ignore[rule].Line
}

// Exceptions gives the differences that drift lets pass, in the order of the file.
func (c *Config) Exceptions() []diff.Exception { return slices.Clone(c.exceptions) }

// Masks gives what comparisons mask beside what is certain.
func (c *Config) Masks() []diff.Mask { return slices.Clone(c.masks) }
