package apply

import (
	"slices"

	"github.com/orgkeep/orgkeep/pkg/emulator/internal/behaviour"
	"github.com/orgkeep/orgkeep/pkg/emulator/internal/orgstate"
	"github.com/orgkeep/orgkeep/pkg/emulator/internal/xmltext"
	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// mergeChild gives what becomes of a child: most are replaced as a whole.
func (r *runner) mergeChild(old *xmltext.Element, u *unit) (*xmltext.Element, error) {
	switch u.c.Type {
	case "CustomField":
		return r.mergeField(old, u.e)
	case "RecordType":
		return r.mergeRecordType(old, u.e), nil
	case "MatchingRule":
		return r.activation(u, old), r.checkMatchingRule(old, u.e)
	}
	if err := r.refuseOnce(u.c.Type, old, u.e); err != nil || !r.Set.Is(behaviour.LeafElement, "keep") {
		return u.e, err
	}
	return keepAbsent(u, old, u.e)
}

// mergeField: a plain element that is left out stays or is reset; values that are
// left out become inactive; the type cannot become just anything.
func (r *runner) mergeField(old, now *xmltext.Element) (*xmltext.Element, error) {
	if err := r.checkFieldType(old, now); err != nil {
		return nil, err
	}
	out := now
	if old.Get("type") == now.Get("type") && r.Set.Is(behaviour.PlainElement, "keep") {
		for _, e := range old.Children {
			if e.Leaf() && now.Child(e.Name) == nil {
				out = out.With(insert(out.Children, e))
			}
		}
	}
	was, is := old.Child("valueSet"), out.Child("valueSet")
	if was == nil || is == nil {
		return asBefore(old, out), nil
	}
	if was.Get("valueSetName") != is.Get("valueSetName") && was.Get("valueSetName")+is.Get("valueSetName") != "" && is.Get("valueSetName") != "" {
		if r.Set.Refuses(behaviour.RefuseFieldType) {
			return nil, refused("Cannot change which global value set this picklist uses")
		}
	}
	return asBefore(old, replaceChild(out, is, mergeValueSet(was, is))), nil
}

// asBefore gives the old element if nothing but the order of its parts differs.
func asBefore(old, now *xmltext.Element) *xmltext.Element {
	if old.Canonical() == now.Canonical() {
		return old
	}
	return now
}

func replaceChild(e, old, now *xmltext.Element) *xmltext.Element {
	kids := slices.Clone(e.Children)
	kids[slices.Index(kids, old)] = now
	return e.With(kids)
}

// checkFieldType refuses the changes of a field's type that the platform is
// known to refuse.
func (r *runner) checkFieldType(old, now *xmltext.Element) error {
	if !r.Set.Refuses(behaviour.RefuseFieldType) || now.Get("type") == "" {
		return nil
	}
	was, is := old.Get("type"), now.Get("type")
	switch {
	case (old.Child("formula") != nil) && (now.Child("formula") == nil):
		return refused("Cannot update a field from a Formula to something else")
	case (old.Child("formula") == nil) && (now.Child("formula") != nil) && was != "":
		return refused("Cannot update a field to a Formula from something else")
	case was != is && was != "" && (is == "Summary" || was == "Summary"):
		return refused("Cannot update a field to a Summary from something else")
	}
	return nil
}

// mergeValueSet: values that the file lacks become inactive, dependencies only
// grow.
func mergeValueSet(was, is *xmltext.Element) *xmltext.Element {
	if oldDef, newDef := was.Child("valueSetDefinition"), is.Child("valueSetDefinition"); oldDef != nil && newDef != nil {
		is = replaceChild(is, newDef, deactivateMissing(oldDef, newDef, "value"))
	}
	for _, old := range was.All("valueSettings") {
		if !slices.ContainsFunc(is.All("valueSettings"), func(e *xmltext.Element) bool { return e.Get("valueName") == old.Get("valueName") }) {
			is = is.With(append(slices.Clone(is.Children), old))
		}
	}
	return is
}

// deactivateMissing keeps values that the new set lacks, as inactive ones.
func deactivateMissing(old, now *xmltext.Element, element string) *xmltext.Element {
	given := map[string]bool{}
	for _, v := range now.All(element) {
		given[v.Get("fullName")] = true
	}
	out := now
	for _, v := range old.All(element) {
		if given[v.Get("fullName")] {
			continue
		}
		out = out.With(insertAfterSiblings(out.Children, inactive(v)))
	}
	return out
}

func insertAfterSiblings(elements []*xmltext.Element, e *xmltext.Element) []*xmltext.Element {
	at := len(elements)
	for i, other := range elements {
		if other.Name == e.Name {
			at = i + 1
		}
	}
	return slices.Insert(slices.Clone(elements), at, e)
}

// inactive marks a value; it cannot be the default any more.
func inactive(v *xmltext.Element) *xmltext.Element {
	kids := slices.DeleteFunc(slices.Clone(v.Children), func(e *xmltext.Element) bool { return e.Name == "isActive" })
	for i, e := range kids {
		if e.Name == "default" {
			kids[i] = e.WithText("false")
		}
	}
	return v.With(insert(kids, xmltext.Leaf("isActive", "false")))
}

// mergeRecordType: a picklist that the file does not mention stays or is
// cleared; one that it mentions is replaced.
func (r *runner) mergeRecordType(old, now *xmltext.Element) *xmltext.Element {
	if r.Set.Is(behaviour.RecordTypePicklist, "clear") {
		return now
	}
	out := now
	if r.Set.Is(behaviour.RecordTypeValues, "keep") {
		out = keepValues(old, now)
	}
	given := map[string]bool{}
	for _, p := range now.All("picklistValues") {
		given[p.Get("picklist")] = true
	}
	for _, p := range old.All("picklistValues") {
		if !given[p.Get("picklist")] {
			out = out.With(insertPicklist(out.Children, p))
		}
	}
	return asBefore(old, out)
}

// keepValues adds to each list of values those that the org's list has as well.
func keepValues(old, now *xmltext.Element) *xmltext.Element {
	out := now
	for _, is := range now.All("picklistValues") {
		for _, was := range old.All("picklistValues") {
			if was.Get("picklist") == is.Get("picklist") {
				out = replaceChild(out, is, keepEntries(was, is, "values", "fullName"))
			}
		}
	}
	return out
}

func insertPicklist(elements []*xmltext.Element, p *xmltext.Element) []*xmltext.Element {
	at := 0
	for i, e := range elements {
		if byName(e, p) < 0 || e.Name == p.Name && e.Get("picklist") <= p.Get("picklist") {
			at = i + 1
		}
	}
	return slices.Insert(slices.Clone(elements), at, p)
}

// checkMatchingRule: an active rule cannot be sent at all, not even as it is,
// and a status cannot change together with the rest.
func (r *runner) checkMatchingRule(old, now *xmltext.Element) error {
	status := func(e *xmltext.Element) string { return e.Get("ruleStatus") }
	body := func(e *xmltext.Element) string {
		return e.With(slices.DeleteFunc(slices.Clone(e.Children), func(c *xmltext.Element) bool { return c.Name == "ruleStatus" })).Canonical()
	}
	same := body(old) == body(now)
	switch {
	case status(old) != status(now) && !same && r.Set.Refuses(behaviour.RefuseMatchingStatus):
		return refused("Change the matching rule status separately from other changes")
	case status(old) == "Activating" && r.Set.Refuses(behaviour.RefuseMatchingActive):
		return refused("Before you change a matching rule, you must deactivate it")
	case status(old) == "Active" && status(now) == "Active" && r.Set.Refuses(behaviour.RefuseMatchingActive):
		return refused("Before you change a matching rule, you must deactivate it")
	}
	return nil
}

// refuseManaged: what a package installed cannot be changed.
func (r *runner) refuseManaged(u *unit, before, after []*xmltext.Element) error {
	ns := orgstate.Namespace(u.c)
	if ns == "" || !r.State.Has(u.c) || !r.Set.Refuses(behaviour.RefuseManaged) {
		return nil
	}
	same := slices.EqualFunc(before, after, func(a, b *xmltext.Element) bool { return a == b || a.Canonical() == b.Canonical() })
	if same {
		return nil
	}
	return managed(u.c)
}

func managed(c metadata.Component) error {
	return refused("[CANNOT_MODIFY_MANAGED_OBJECT] Cannot modify managed object: entity=%s, component=%s, field=, state=installed", c.Type, c.FullName)
}
