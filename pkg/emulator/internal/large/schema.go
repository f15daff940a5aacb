package large

import "fmt"

// fieldName of an object; the first ten fields are of the ten kinds.
func fieldName(i int) string { return fmt.Sprintf("%s_%d__c", nouns(i*7), i+1) }

func (m *maker) objects() {
	for _, o := range m.plan.objects {
		m.xml("objects/"+o.name+".object", "CustomObject", func() { m.object(o) })
	}
}

func (m *maker) object(o object) {
	m.leaf(one, "deploymentStatus", "Deployed")
	m.leaf(one, "description", sentence(m.rnd, 5+m.rnd.IntN(40)))
	for i := range o.fields {
		m.group(one, "fields", func() { m.field(i) })
	}
	m.leaf(one, "label", "The "+o.name[:len(o.name)-3])
	for i := range o.views {
		m.group(one, "listViews", func() {
			m.leaf(two, "fullName", fmt.Sprintf("View_%d", i+1))
			m.leaf(two, "columns", "NAME")
			if o.fields > 0 {
				m.leaf(two, "columns", fieldName(m.rnd.IntN(o.fields)))
			}
			m.leaf(two, "filterScope", "Everything")
			m.leaf(two, "label", fmt.Sprintf("View %d", i+1))
		})
	}
	m.group(one, "nameField", func() {
		m.leaf(two, "label", "Name")
		m.leaf(two, "type", "Text")
	})
	m.leaf(one, "pluralLabel", "Many "+o.name[:len(o.name)-3])
	for i := range o.types {
		m.group(one, "recordTypes", func() {
			m.leaf(two, "fullName", fmt.Sprintf("Kind_%d", i+1))
			m.leaf(two, "active", true)
			m.leaf(two, "label", fmt.Sprintf("Kind %d", i+1))
		})
	}
	m.leaf(one, "sharingModel", "ReadWrite")
	for i := range o.rules {
		m.group(one, "validationRules", func() {
			m.leaf(two, "fullName", fmt.Sprintf("Rule_%d", i+1))
			m.leaf(two, "active", true)
			m.leaf(two, "errorConditionFormula", "LEN(Name) &gt; "+fmt.Sprint(10+m.rnd.IntN(60)))
			m.leaf(two, "errorMessage", sentence(m.rnd, 4+m.rnd.IntN(20)))
		})
	}
}

func (m *maker) field(i int) {
	m.leaf(two, "fullName", fieldName(i))
	if i%10 == 5 {
		m.leaf(two, "defaultValue", false)
	}
	m.leaf(two, "description", sentence(m.rnd, m.rnd.IntN(60)+1))
	switch i % 10 {
	case 0, 1, 2:
		m.plainField(i, "Text", "length", 20+m.rnd.IntN(200))
	case 3, 4:
		m.plainField(i, "Number", "precision", 5+m.rnd.IntN(12), "scale", 2)
	case 5:
		m.plainField(i, "Checkbox")
	case 6:
		m.plainField(i, "Date")
	case 7:
		m.leaf(two, "label", nouns(i*7))
		m.leaf(two, "length", 32768)
		m.leaf(two, "type", "LongTextArea")
		m.leaf(two, "visibleLines", 5)
	case 8:
		m.leaf(two, "label", nouns(i*7))
		m.leaf(two, "referenceTo", m.plan.objects[m.rnd.IntN(len(m.plan.objects))].name)
		m.leaf(two, "relationshipName", fmt.Sprintf("Rel_%d_%d", i, m.rnd.IntN(1_000_000)))
		m.leaf(two, "type", "Lookup")
	default:
		m.picklist(i)
	}
}

// plainField ends a field whose elements are a label, some facts and a type.
func (m *maker) plainField(i int, typ string, facts ...any) {
	m.leaf(two, "label", nouns(i*7))
	for at := 0; at+1 < len(facts); at += 2 {
		m.leaf(two, fmt.Sprint(facts[at]), facts[at+1])
	}
	m.leaf(two, "type", typ)
}

func (m *maker) picklist(i int) {
	m.leaf(two, "label", nouns(i*7))
	m.leaf(two, "type", "Picklist")
	m.group(two, "valueSet", func() {
		m.leaf(three, "restricted", true)
		m.group(three, "valueSetDefinition", func() {
			m.leaf(four, "sorted", false)
			for v := range 3 + m.rnd.IntN(20) {
				m.group(four, "value", func() {
					for _, name := range []string{"fullName", "label"} {
						m.leaf(four+one, name, fmt.Sprintf("%s %d", nouns(v*3), v+1))
					}
					m.leaf(four+one, "default", false)
				})
			}
		})
	})
}

// layoutName of an object: the first is the one that profiles assign.
func layoutName(o object, i int) string { return fmt.Sprintf("%s-Layout %d", o.name, i+1) }

func (m *maker) layouts() {
	for _, o := range m.plan.objects {
		for i := range o.layouts {
			m.xml("layouts/"+layoutName(o, i)+".layout", "Layout", func() { m.layout(o) })
		}
	}
}

func (m *maker) layout(o object) {
	const inSection = 12
	for first := 0; first == 0 || first < o.fields; first += inSection {
		m.group(one, "layoutSections", func() {
			m.leaf(two, "customLabel", true)
			m.leaf(two, "detailHeading", true)
			m.leaf(two, "editHeading", true)
			m.leaf(two, "label", sentence(m.rnd, 2))
			m.group(two, "layoutColumns", func() {
				for i := first; i < min(first+inSection, o.fields); i++ {
					m.group(three, "layoutItems", func() {
						m.leaf(four, "behavior", "Edit")
						m.leaf(four, "field", fieldName(i))
					})
				}
			})
			m.leaf(two, "style", "OneColumn")
		})
	}
}
