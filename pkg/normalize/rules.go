package normalize

import (
	_ "embed"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
)

//go:embed rules.tsv
var ruleTable string

// Rule says whether the order of a repeated element has a meaning.
type Rule struct {
	Type string // root element: Profile
	// Path is dotted, from below the root: types.members. **.NAME is the element
	// NAME at any depth; a rule for its very path wins over that.
	Path string
	// Key names the child elements whose texts are compared in this order; "." is
	// the element's own text. A rule without a key keeps the order.
	Key        []string
	Compare    Compare
	Confidence string
	Reason     string
}

// Compare is how the parts of a key are compared.
type Compare string

// Code point order is what the server does nearly everywhere; top-level nodes
// of flows it sorts ignoring case.
const (
	ByCodePoint Compare = ""
	IgnoreCase  Compare = "ci"
	Numeric     Compare = "numeric"
)

// Set tells whether the rule makes its element a set; else it keeps the order.
func (r Rule) Set() bool { return len(r.Key) > 0 }

// ErrRule is what every refusal of a rule is.
var ErrRule = errors.New("rule cannot be used")

var builtin = sync.OnceValues(func() ([]Rule, error) { return ParseRules(ruleTable) })

// ParseRules reads rules written as in rules.tsv: types, paths, key, way to
// compare, confidence and reason, parted by tabs. Errors name the line; each is
// an [ErrRule].
func ParseRules(text string) ([]Rule, error) {
	var rules []Rule
	number := 0
	for line := range strings.Lines(text) {
		number++
		line = strings.TrimRight(line, "\r\n")
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		parsed, err := parseRuleLine(line)
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", number, err)
		}
		rules = append(rules, parsed...)
	}
	return rules, nil
}

func parseRuleLine(line string) ([]Rule, error) {
	columns := strings.Split(line, "\t")
	if len(columns) != 6 {
		return nil, fmt.Errorf("%w: %d columns instead of 6", ErrRule, len(columns))
	}
	r := Rule{Confidence: columns[4], Reason: columns[5]}
	if columns[2] != "-" {
		r.Key = strings.Split(columns[2], ",")
	}
	if columns[3] != "-" {
		r.Compare = Compare(columns[3])
	}
	var rules []Rule
	for typ := range strings.SplitSeq(columns[0], ",") {
		for path := range strings.SplitSeq(columns[1], ",") {
			r.Type, r.Path = typ, path
			if err := r.check(); err != nil {
				return nil, err
			}
			rules = append(rules, r)
		}
	}
	return rules, nil
}

// pointedAt are elements that a number in a formula beside them points at
// (booleanFilter, filterLogic: "1 AND (2 OR 3)"): sorted, they would mean
// something else.
var pointedAt = []string{"criteriaItems", "filters", "filterItems", "conditions", "matchingRuleItems"}

func (r Rule) check() error {
	if reason := r.fault(); reason != "" {
		return fmt.Errorf("%w: %s %s: %s", ErrRule, r.Type, r.Path, reason)
	}
	return nil
}

func (r Rule) fault() string {
	segments := strings.Split(r.Path, ".")
	last := segments[len(segments)-1]
	deep := segments[0] == anyDepth
	if deep {
		segments = segments[1:]
	}
	switch {
	case !isName(r.Type):
		return fmt.Sprintf("%q is no name of a type", r.Type)
	case deep && len(segments) != 1:
		return anyDepth + " is followed by one element name"
	case !allNames(segments):
		return "the path is no dotted list of element names"
	case r.Set() && slices.Contains(pointedAt, last):
		return "the order of " + last + " has a meaning: filter logic counts them"
	}
	return r.keyFault()
}

func (r Rule) keyFault() string {
	switch {
	case r.Compare != ByCodePoint && r.Compare != IgnoreCase && r.Compare != Numeric:
		return fmt.Sprintf("%q is no way to compare; known are ci and numeric", r.Compare)
	case !r.Set() && r.Compare != ByCodePoint:
		return "a way to compare without a key"
	case !r.Set(), len(r.Key) == 1 && r.Key[0] == ownText:
		return ""
	case !allNames(r.Key):
		return "the key is no list of element names, nor a single dot"
	case hasTwice(r.Key):
		return "the key names an element twice"
	}
	return ""
}

const (
	anyDepth = "**"
	ownText  = "."
)

func isName(s string) bool {
	return s != "" && nameEnd([]byte(s), 0) == len(s) && !strings.ContainsAny(s, ".:")
}

func allNames(names []string) bool {
	return !slices.ContainsFunc(names, func(s string) bool { return !isName(s) })
}

func hasTwice(names []string) bool {
	sorted := slices.Sorted(slices.Values(names))
	return len(slices.Compact(sorted)) != len(names)
}
