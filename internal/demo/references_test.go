package demo

import (
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/beevik/etree"
)

// index holds the names that something may refer to, as Type:FullName.
type index map[string]bool

func newIndex(t *testing.T, all map[string][]byte) index {
	t.Helper()
	idx := index{}
	for typ, names := range components(t, all) {
		for _, name := range names {
			idx[typ+":"+name] = true
		}
	}
	return idx
}

func (idx index) want(t *testing.T, p, typ, name string) {
	t.Helper()
	if !idx[typ+":"+name] {
		t.Errorf("%s names %s %s, which the org has not", p, typ, name)
	}
}

// field leaves standard fields to the platform: not all of them are listed.
func (idx index) field(t *testing.T, p, name string) {
	t.Helper()
	if strings.HasSuffix(name, "__c") {
		idx.want(t, p, "CustomField", name)
	}
}

func each(e *etree.Element, xpath string, do func(*etree.Element)) {
	for _, found := range e.FindElements(xpath) {
		do(found)
	}
}

func TestLayoutsNameWhatExists(t *testing.T) {
	t.Parallel()
	inEachOrg(t, func(t *testing.T, all map[string][]byte) {
		t.Helper()
		idx := newIndex(t, all)
		for p, b := range all {
			if path.Ext(p) != ".layout" {
				continue
			}
			object, _, _ := strings.Cut(path.Base(p), "-")
			idx.want(t, p, "CustomObject", object)
			root := parse(t, p, b)
			each(root, "//layoutItems/field", func(e *etree.Element) { idx.field(t, p, object+"."+e.Text()) })
			each(root, "customButtons", func(e *etree.Element) { idx.want(t, p, "WebLink", object+"."+e.Text()) })
			each(root, "//quickActionName", func(e *etree.Element) { idx.want(t, p, "QuickAction", e.Text()) })
			each(root, "relatedLists/relatedList", func(e *etree.Element) {
				if name := e.Text(); strings.Contains(name, ".") {
					idx.field(t, p, name)
				}
			})
		}
	})
}

// access lists the sections of profiles and permission sets that name a
// component in an element of its own.
var access = []struct{ section, element, typ string }{
	{"applicationVisibilities", "application", "CustomApplication"},
	{"classAccesses", "apexClass", "ApexClass"},
	{"customMetadataTypeAccesses", "name", "CustomObject"},
	{"customPermissions", "name", "CustomPermission"},
	{"customSettingAccesses", "name", "CustomObject"},
	{"flowAccesses", "flow", "Flow"},
	{"layoutAssignments", "layout", "Layout"},
	{"layoutAssignments", "recordType", "RecordType"},
	{"objectPermissions", "object", "CustomObject"},
	{"pageAccesses", "apexPage", "ApexPage"},
	{"recordTypeVisibilities", "recordType", "RecordType"},
}

func TestProfilesAndPermissionSetsNameWhatExists(t *testing.T) {
	t.Parallel()
	inEachOrg(t, func(t *testing.T, all map[string][]byte) {
		t.Helper()
		idx := newIndex(t, all)
		for p, b := range all {
			if !slices.Contains([]string{".profile", ".permissionset", ".mutingpermissionset"}, path.Ext(p)) {
				continue
			}
			root := parse(t, p, b)
			for _, a := range access {
				each(root, a.section+"/"+a.element, func(e *etree.Element) { idx.want(t, p, a.typ, e.Text()) })
			}
			each(root, "fieldPermissions/field", func(e *etree.Element) { idx.field(t, p, e.Text()) })
			for _, xpath := range []string{"tabVisibilities/tab", "tabSettings/tab"} {
				each(root, xpath, func(e *etree.Element) {
					if !strings.HasPrefix(e.Text(), "standard-") {
						idx.want(t, p, "CustomTab", e.Text())
					}
				})
			}
		}
	})
}

// The platform refuses permissions of required and of master-detail fields.
func TestPermissionsLeaveOutRequiredFields(t *testing.T) {
	t.Parallel()
	inEachOrg(t, func(t *testing.T, all map[string][]byte) {
		t.Helper()
		required := map[string]bool{}
		for p, b := range all {
			if path.Ext(p) != ".object" {
				continue
			}
			object := strings.TrimSuffix(path.Base(p), ".object")
			each(parse(t, p, b), "fields", func(e *etree.Element) {
				if leaf(e, "required") == "true" || leaf(e, "type") == "MasterDetail" {
					required[object+"."+leaf(e, "fullName")] = true
				}
			})
		}
		if len(required) == 0 {
			t.Fatal("no required field found")
		}
		for p, b := range all {
			if path.Ext(p) != ".profile" && path.Ext(p) != ".permissionset" {
				continue
			}
			each(parse(t, p, b), "fieldPermissions/field", func(e *etree.Element) {
				if required[e.Text()] {
					t.Errorf("%s has a permission of the required field %s", p, e.Text())
				}
			})
		}
	})
}

func TestFieldsAndRulesNameWhatExists(t *testing.T) {
	t.Parallel()
	inEachOrg(t, func(t *testing.T, all map[string][]byte) {
		t.Helper()
		idx := newIndex(t, all)
		for p, b := range all {
			if !isXML(p, b) {
				continue
			}
			root := parse(t, p, b)
			each(root, "fields/referenceTo", func(e *etree.Element) {
				if e.Text() != "User" {
					idx.want(t, p, "CustomObject", e.Text())
				}
			})
			each(root, "fields/valueSet/valueSetName", func(e *etree.Element) { idx.want(t, p, "GlobalValueSet", e.Text()) })
			each(root, "fields/summaryForeignKey", func(e *etree.Element) { idx.want(t, p, "CustomField", e.Text()) })
			each(root, "fields/summarizedField", func(e *etree.Element) { idx.want(t, p, "CustomField", e.Text()) })
			each(root, "//template", func(e *etree.Element) {
				if name := e.Text(); strings.Contains(name, "/") {
					idx.want(t, p, "EmailTemplate", name)
				}
			})
			each(root, "//report", func(e *etree.Element) { idx.want(t, p, "Report", e.Text()) })
		}
	})
}

var customName = regexp.MustCompile(`\b[A-Za-z]\w*?__(?:c|mdt|e)\b`)

// What is not looked at one by one above still must not name an object or a
// field that nobody has: formulas, list views, reports, flows, Apex.
func TestEveryCustomNameIsKnown(t *testing.T) {
	t.Parallel()
	inEachOrg(t, func(t *testing.T, all map[string][]byte) {
		t.Helper()
		known := map[string]bool{"Project_Team__c": true} // a sharing reason
		for name := range newIndex(t, all) {
			typ, full, _ := strings.Cut(name, ":")
			switch typ {
			case "CustomObject", "ReportType":
				known[full] = true
			case "CustomField":
				known[full[strings.LastIndex(full, ".")+1:]] = true
			}
		}
		// A report names a report type with the ending of an object.
		known["Projects_with_Tasks__c"] = true
		for p, b := range all {
			if path.Ext(p) == ".resource" || path.Ext(p) == ".png" {
				continue
			}
			for _, name := range customName.FindAllString(string(b), -1) {
				if !known[name] {
					t.Errorf("%s names %s, which the org has not", p, name)
				}
			}
		}
	})
}

func TestUsersNamedInTheOrgAreListed(t *testing.T) {
	t.Parallel()
	inEachOrg(t, func(t *testing.T, all map[string][]byte) {
		t.Helper()
		listed := map[string]bool{
			// Mailboxes, which are no users.
			"dispatch@acme.example": true, "service@acme.example": true,
		}
		for _, u := range Users() {
			listed[u.Username] = true
		}
		address := regexp.MustCompile(`[\w.]+@[\w.]+`)
		for p, b := range all {
			if !isXML(p, b) {
				continue
			}
			for _, name := range address.FindAllString(string(b), -1) {
				if !listed[name] {
					t.Errorf("%s names %s, who is no user of the org", p, name)
				}
			}
		}
	})
}
