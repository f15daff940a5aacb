package diff

import (
	"errors"
	"fmt"
	"path"
	"strings"
	"time"

	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// Exception lets differences of a kind pass, for a reason and a time.
type Exception struct {
	// Type and Name select components: a type, which stands for what lives in its
	// files as well, and a pattern for names. Either may be empty, for all.
	Type, Name string
	// Element and Key select elements: a pattern for the dotted path, which stands
	// for what is below as well, and one for the key. Without Element the whole
	// component passes.
	Element, Key string
	// Reason says why, Owner who answers for it.
	Reason, Owner string
	// Until is the last day, in UTC; zero is for ever.
	Until time.Time
}

// String names the exception: Profile:* userPermissions.enabled.
func (x Exception) String() string {
	text := orAll(x.Type)
	if x.Name != "" {
		text += ":" + x.Name
	}
	if x.Element != "" {
		text = strings.TrimSpace(text + " " + x.Element + " " + x.Key)
	}
	return text
}

func orAll(s string) string {
	if s == "" {
		return "*"
	}
	return s
}

// ErrException is what every refusal of [Exception.Check] is.
var ErrException = errors.New("rule cannot be used")

// Check tells whether an exception says what it has to.
func (x Exception) Check() error {
	switch {
	case x.Type+x.Name+x.Element == "":
		return fmt.Errorf("%w: it selects nothing: say type, name or element", ErrException)
	case x.Key != "" && x.Element == "":
		return fmt.Errorf("%w: key without element", ErrException)
	case x.Reason == "":
		return fmt.Errorf("%w: it has no reason", ErrException)
	case x.Owner == "":
		return fmt.Errorf("%w: it has no owner", ErrException)
	}
	for _, p := range [...]string{x.Type, x.Name, x.Element, x.Key} {
		if _, err := path.Match(flat(p), ""); err != nil {
			return fmt.Errorf("%w: %q is no pattern", ErrException, p)
		}
	}
	return nil
}

// Expired tells whether the last day is over.
func (x Exception) Expired(now time.Time) bool {
	return !x.Until.IsZero() && !now.Before(x.Until.UTC().AddDate(0, 0, 1))
}

// Excepted says how many differences one exception took out. One that has expired
// takes out none.
type Excepted struct {
	Exception Exception
	Count     int
	Expired   bool
}

// Except takes out the differences that exceptions let pass, and tells of each
// how many they were, in the order of the exceptions. The first one that fits
// counts.
func (r Result) Except(all []Exception, registry *metadata.Registry, now time.Time) (Result, []Excepted) {
	out := make([]Excepted, len(all))
	for i, x := range all {
		out[i] = Excepted{Exception: x, Expired: x.Expired(now)}
	}
	kept := Result{Masked: r.Masked}
	for _, c := range r.Changes {
		if c, left := except(c, out, registry); left {
			kept.Changes = append(kept.Changes, c)
		}
	}
	return kept, out
}

// except takes elements out of a change. False means that nothing is left of it.
func except(c Change, all []Excepted, registry *metadata.Registry) (Change, bool) {
	var elements []Element
	taken := 0
	for _, e := range c.Elements {
		if x := first(all, func(x Exception) bool { return x.Element != "" && x.component(c, registry) && x.element(e) }); x != nil {
			x.Count++
			taken++
			continue
		}
		elements = append(elements, e)
	}
	if taken > 0 {
		c.Elements = elements
		if len(elements) == 0 {
			return c, false
		}
	}
	if x := first(all, func(x Exception) bool { return x.Element == "" && x.component(c, registry) }); x != nil {
		x.Count += c.Size()
		return c, false
	}
	return c, true
}

func first(all []Excepted, fits func(Exception) bool) *Excepted {
	for i := range all {
		if !all[i].Expired && fits(all[i].Exception) {
			return &all[i]
		}
	}
	return nil
}

// component tells whether the exception is about a component.
func (x Exception) component(c Change, registry *metadata.Registry) bool {
	parent, _, child := registry.Parent(c.Component.Type)
	if matches(x.Type, c.Component.Type) && folded(x.Name, c.Component.FullName) {
		return true
	}
	// What lives in the file of a component goes by the file's name too.
	owner, _, _ := strings.Cut(c.Component.FullName, ".")
	return child && matches(x.Type, parent.Name) && (folded(x.Name, c.Component.FullName) || folded(x.Name, owner))
}

func (x Exception) element(e Element) bool {
	return (matches(x.Element, e.Name) || matches(x.Element+".*", e.Name)) && folded(x.Key, e.Key)
}

// matches tells whether a pattern fits; an empty one fits everything.
func matches(pattern, s string) bool {
	ok, _ := path.Match(flat(pattern), flat(s))
	return ok || pattern == ""
}

// folded is matches for names, which do not depend on case.
func folded(pattern, s string) bool { return matches(strings.ToLower(pattern), strings.ToLower(s)) }
