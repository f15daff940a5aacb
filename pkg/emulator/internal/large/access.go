package large

import "fmt"

// maxSpoken is how many fields one profile or permission set speaks of: more
// would make it larger than any that was seen.
const maxSpoken = 12_000

// access is the profiles and the permission sets, their elements in the order in
// which the platform has them.
func (m *maker) access() {
	for i := range m.plan.sets {
		m.xml(fmt.Sprintf("permissionsets/Set_%d.permissionset", i+1), "PermissionSet", func() {
			m.classRights(10)
			m.fieldRights(10)
			m.leaf(one, "hasActivationRequired", false)
			m.leaf(one, "label", fmt.Sprintf("Set %d", i+1))
			m.objectRights(10)
		})
	}
	for i := range m.plan.profiles {
		name := "Admin"
		if i > 0 {
			name = fmt.Sprintf("Profile %d", i)
		}
		m.xml("profiles/"+name+".profile", "Profile", func() {
			m.classRights(1)
			m.leaf(one, "custom", i > 0)
			m.fieldRights(1)
			m.assignments()
			m.objectRights(1)
			m.leaf(one, "userLicense", "Salesforce")
		})
	}
}

// classRights gives rights to every nth class.
func (m *maker) classRights(nth int) {
	for i := m.rnd.IntN(nth); i < m.plan.classes; i += nth {
		m.group(one, "classAccesses", func() {
			m.leaf(two, "apexClass", className(i))
			m.leaf(two, "enabled", m.rnd.IntN(2) == 0)
		})
	}
}

// fieldRights gives rights to the fields of every nth object.
func (m *maker) fieldRights(nth int) {
	spoken := 0
	for i := m.rnd.IntN(nth); i < len(m.plan.objects); i += nth {
		o := m.plan.objects[i]
		for f := 0; f < o.fields && spoken < maxSpoken; f++ {
			spoken++
			m.group(one, "fieldPermissions", func() {
				m.leaf(two, "editable", m.rnd.IntN(2) == 0)
				m.leaf(two, "field", o.name+"."+fieldName(f))
				m.leaf(two, "readable", true)
			})
		}
	}
}

func (m *maker) objectRights(nth int) {
	for i := m.rnd.IntN(nth); i < len(m.plan.objects); i += nth {
		m.group(one, "objectPermissions", func() {
			for _, right := range []string{"allowCreate", "allowDelete", "allowEdit"} {
				m.leaf(two, right, m.rnd.IntN(2) == 0)
			}
			m.leaf(two, "allowRead", true)
			m.leaf(two, "modifyAllRecords", false)
			m.leaf(two, "object", m.plan.objects[i].name)
			m.leaf(two, "viewAllRecords", false)
		})
	}
}

// assignments gives each object that has layouts its first.
func (m *maker) assignments() {
	for _, o := range m.plan.objects {
		if o.layouts > 0 {
			m.group(one, "layoutAssignments", func() { m.leaf(two, "layout", layoutName(o, 0)) })
		}
	}
}
