package retrieve

import (
	"net/url"
	"strings"

	"github.com/orgkeep/orgkeep/pkg/mdapi"
	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// Canonical gives the name by which two spellings of a component are the same
// one: the service percent-encodes the names of some types in one place and not
// in another. What is asked for and stored keeps the service's spelling. Source:
// public tools that decode exactly these types before they compare.
func Canonical(c metadata.Component) metadata.Component {
	switch c.Type {
	case "Layout", "Profile", "HomePageComponent", "HomePageLayout", "MilestoneType":
		if !strings.Contains(c.FullName, "%") {
			return c
		}
		if plain, err := url.PathUnescape(c.FullName); err == nil {
			c.FullName = plain
		}
	}
	return c
}

// withNamespace completes the name of an installed component: layouts, custom
// metadata records and quick actions are listed without the namespace on the
// second half of their names, and cannot be retrieved by such a name. Source: a
// public reproduction of that defect.
func withNamespace(row mdapi.FileProperties, typ, name string) string {
	sep := map[string]string{"Layout": "-", "CustomMetadata": ".", "QuickAction": "."}[typ]
	if sep == "" || row.NamespacePrefix == "" || !isManaged(row) {
		return name
	}
	first, second, ok := strings.Cut(name, sep)
	if !ok || strings.HasPrefix(second, row.NamespacePrefix+"__") {
		return name
	}
	return first + sep + row.NamespacePrefix + "__" + second
}

// unfiled is the folder of what lies in none; no list of folders has it.
const unfiled = "unfiled$public"

// hasUnfiled tells which types lie outside of every folder at times.
func hasUnfiled(typeName string) bool { return typeName == "Report" || typeName == "EmailTemplate" }

// objectOf gives the object whose layout or translation a name is: they are named
// OBJECT-NAME, and no object has a dash in its name.
func objectOf(name string) string {
	object, _, _ := strings.Cut(name, "-")
	return object
}

// ObjectOf gives the object that a layout is for. It need not be there.
func ObjectOf(layout metadata.Component) metadata.Component {
	return metadata.Component{Type: "CustomObject", FullName: objectOf(layout.FullName)}
}
