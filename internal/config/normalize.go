package config

import (
	"errors"
	"fmt"
	"slices"

	"github.com/orgkeep/orgkeep/pkg/normalize"
	"gopkg.in/yaml.v3"
)

// fileNormalize is the section normalize of the settings.
type fileNormalize struct {
	CarriageReturns string     `yaml:"carriage-returns"`
	Rules           []fileRule `yaml:"rules"`
}

// fileRule makes an element a set with a key, or keeps its order.
type fileRule struct {
	Type    string    `yaml:"type"`
	Path    string    `yaml:"path"`
	Key     wordOrSeq `yaml:"key"`
	Compare string    `yaml:"compare"`
	Keep    bool      `yaml:"keep"`
	Reason  string    `yaml:"reason"`
}

// wordOrSeq reads one word as a list of one.
type wordOrSeq []string

// UnmarshalYAML takes a word or a list of words.
func (w *wordOrSeq) UnmarshalYAML(value *yaml.Node) error {
	if value.Kind == yaml.ScalarNode {
		*w = []string{value.Value}
		return nil
	}
	var words []string
	if err := value.Decode(&words); err != nil {
		return err
	}
	*w = words
	return nil
}

// customConfidence is how a rule of the settings shows where rules are shown.
const customConfidence = "custom"

func (r fileRule) rule() (normalize.Rule, error) {
	switch {
	case r.Keep && len(r.Key) > 0:
		return normalize.Rule{}, errors.New("a rule with both key, which makes a set, and keep: true, which keeps the order")
	case !r.Keep && len(r.Key) == 0:
		return normalize.Rule{}, errors.New("a rule with neither key, which makes a set, nor keep: true, which keeps the order")
	}
	return normalize.Rule{
		Type: r.Type, Path: r.Path, Key: slices.Clone(r.Key), Compare: normalize.Compare(r.Compare),
		Confidence: customConfidence, Reason: r.Reason,
	}, nil
}

// check gives what the section asks of the normalizer. Data is the file, to name
// the line of a rule that cannot be used.
func (f fileNormalize) check(data []byte) ([]normalize.Option, error) {
	var options []normalize.Option
	switch f.CarriageReturns {
	case "", "escaped":
	case "raw":
		options = append(options, normalize.WithRawCR())
	default:
		return nil, fmt.Errorf("normalize: carriage-returns: %q is neither escaped nor raw", f.CarriageReturns)
	}
	var rules []normalize.Rule
	for i, written := range f.Rules {
		rule, err := written.rule()
		if err == nil {
			rules = append(rules, rule)
			_, err = normalize.New(normalize.WithRules(rules...))
		}
		if err != nil {
			return nil, fmt.Errorf("line %d: normalize: %w", ruleLine(data, i), err)
		}
	}
	if len(rules) > 0 {
		options = append(options, normalize.WithRules(rules...))
	}
	return options, nil
}

// ruleLine finds the line of a rule; the file is known to be well-formed.
func ruleLine(data []byte, rule int) int {
	var at struct {
		Normalize struct {
			Rules []yaml.Node `yaml:"rules"`
		} `yaml:"normalize"`
	}
	if err := yaml.Unmarshal(data, &at); err != nil || rule >= len(at.Normalize.Rules) {
		return 1
	}
	return at.Normalize.Rules[rule].Line
}

// Normalizer gives the options that make a normalizer do as the settings say.
// They were checked when the settings were read.
func (c *Config) Normalizer() []normalize.Option { return slices.Clone(c.normalize) }
