package deployplan

import "github.com/beevik/etree"

// keepValues makes the transform for a value set: a value that the file lacks is
// switched off by the platform and never goes, so it is sent switched off.
func keepValues(element string) func(*edit) {
	return func(e *edit) {
		if e.live != nil {
			e.switchOff(e.live, e.target, element, element)
		}
		if len(e.target.SelectElements(element)) == 0 {
			e.refuse("a value set without values cannot be deployed", "")
		}
	}
}

// switchOff adds to target, switched off, the values that only live has. Path is
// where they are, for the announcement.
func (e *edit) switchOff(live, target *etree.Element, element, path string) {
	have := map[string]bool{}
	for _, v := range target.SelectElements(element) {
		have[text(v, "fullName")] = true
	}
	for _, v := range live.SelectElements(element) {
		name := text(v, "fullName")
		if have[name] {
			continue
		}
		off := v.Copy()
		setText(off, "isActive", "false")
		if is(off, "default") {
			setText(off, "default", "false")
		}
		insertBesideSiblings(target, off)
		e.may(path, name, "the API does not remove values; it is switched off")
	}
}

const valuesPath = "valueSet.valueSetDefinition.value"

// fieldValues: values that only the org has are switched off, and pairs of a
// dependent picklist only grow.
func (e *edit) fieldValues() {
	live, target := e.live.SelectElement("valueSet"), e.target.SelectElement("valueSet")
	if live == nil || target == nil {
		return
	}
	from, to := live.SelectElement("valueSetDefinition"), target.SelectElement("valueSetDefinition")
	if from != nil && to != nil {
		e.switchOff(from, to, "value", valuesPath)
	}
	have := map[string]*etree.Element{}
	for _, pair := range target.SelectElements("valueSettings") {
		have[text(pair, "valueName")] = pair
	}
	for _, pair := range live.SelectElements("valueSettings") {
		other := have[text(pair, "valueName")]
		if other == nil || !within(pair.SelectElements("controllingFieldValue"), other.SelectElements("controllingFieldValue")) {
			e.may("valueSet.valueSettings", "", "a pair of a dependent picklist cannot be taken away: "+text(pair, "valueName"))
		}
	}
}

// within tells whether the texts of a are among those of b.
func within(a, b []*etree.Element) bool {
	have := map[string]bool{}
	for _, e := range b {
		have[e.Text()] = true
	}
	for _, e := range a {
		if !have[e.Text()] {
			return false
		}
	}
	return true
}
