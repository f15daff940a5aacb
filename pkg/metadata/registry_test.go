package metadata_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/orgkeep/orgkeep/pkg/metadata"
)

func TestTypeLooksUpByXMLName(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		in   string
		want metadata.Type
	}{
		"a type with a content file": {"ApexClass", metadata.Type{Name: "ApexClass", Directory: "classes", Suffix: "cls", MetaFile: true}},
		"a type that is XML alone":   {"Layout", metadata.Type{Name: "Layout", Directory: "layouts", Suffix: "layout"}},
		"a bundle":                   {"LightningComponentBundle", metadata.Type{Name: "LightningComponentBundle", Directory: "lwc", Bundle: true}},
		"a bundle with an ending":    {"UIBundle", metadata.Type{Name: "UIBundle", Directory: "uiBundles", Suffix: "uibundle", Bundle: true}},
		"a type in folders":          {"EmailTemplate", metadata.Type{Name: "EmailTemplate", Directory: "email", Suffix: "email", MetaFile: true, InFolder: true, FolderType: "EmailFolder"}},
		"a type with children": {"CustomLabels", metadata.Type{Name: "CustomLabels", Directory: "labels", Suffix: "labels", Children: []metadata.Child{
			{Type: "CustomLabel", Element: "labels", Key: "fullName", Bare: true},
		}}},
		"a type whose children cannot be named": {"CustomObjectTranslation", metadata.Type{Name: "CustomObjectTranslation", Directory: "objectTranslations", Suffix: "objectTranslation", Children: []metadata.Child{
			{Type: "CustomFieldTranslation", Element: "fields", Key: "name", Unaddressable: true},
		}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, ok := metadata.Default().Type(tc.in)
			if !ok {
				t.Fatalf("%s: unknown", tc.in)
			}
			if diff := cmp.Diff(tc.want, got, cmpopts.EquateEmpty()); diff != "" {
				t.Error(diff)
			}
		})
	}
	for _, name := range []string{"", "apexclass", "ApexClass ", "CustomField", "ReportFolder", "NoSuchType"} {
		if got, ok := metadata.Default().Type(name); ok {
			t.Errorf("%q is %+v; want nothing", name, got)
		}
	}
}

func TestParentTellsWhereAChildLives(t *testing.T) {
	t.Parallel()
	for child, want := range map[string]string{
		"CustomField": "CustomObject", "ValidationRule": "CustomObject", "RecordType": "CustomObject", "CustomLabel": "CustomLabels",
		"WorkflowAlert": "Workflow", "SharingCriteriaRule": "SharingRules", "AssignmentRule": "AssignmentRules", "BotVersion": "Bot",
		"CustomFieldTranslation": "CustomObjectTranslation", "MatchingRule": "MatchingRules",
	} {
		parent, got, ok := metadata.Default().Parent(child)
		if !ok || parent.Name != want || got.Type != child {
			t.Errorf("%s lives in %s as %+v, %v; want %s", child, parent.Name, got, ok, want)
		}
	}
	for _, name := range []string{"", "CustomObject", "customField", "NoSuchType"} {
		if parent, child, ok := metadata.Default().Parent(name); ok || parent.Name != "" || child != (metadata.Child{}) {
			t.Errorf("%q lives in %+v as %+v; want nothing", name, parent, child)
		}
	}
}

func TestTheNameOfAChild(t *testing.T) {
	t.Parallel()
	if got := (metadata.Child{}).FullName("Account", "Rating__c"); got != "Account.Rating__c" {
		t.Errorf("got %q", got)
	}
	if got := (metadata.Child{Bare: true}).FullName("CustomLabels", "Greeting"); got != "Greeting" {
		t.Errorf("a bare child: got %q", got)
	}
}

// The table is data: a slip in it would send files to the wrong component.
func TestTheTableIsSound(t *testing.T) {
	t.Parallel()
	types := metadata.Default().Types()
	if !slices.IsSortedFunc(types, func(a, b metadata.Type) int { return strings.Compare(a.Name, b.Name) }) {
		t.Error("types are not sorted by name")
	}
	endings, names, children := map[string]string{}, map[string]bool{}, map[string]string{}
	for _, typ := range types {
		names[typ.Name] = true
		if err := metadata.CheckPath(typ.Directory); err != nil || strings.Contains(typ.Directory, "/") {
			t.Errorf("%s: directory %q: %v", typ.Name, typ.Directory, err)
		}
		key := typ.Directory + "/." + typ.Suffix
		if other, twice := endings[key]; twice {
			t.Errorf("%s and %s both have files %s", other, typ.Name, key)
		}
		endings[key] = typ.Name
		if typ.InFolder != (typ.FolderType != "") {
			t.Errorf("%s: lives in folders: %v, of type %q", typ.Name, typ.InFolder, typ.FolderType)
		}
		if strings.HasPrefix(typ.Suffix, ".") {
			t.Errorf("%s: the ending %q starts with a dot", typ.Name, typ.Suffix)
		}
		for _, child := range typ.Children {
			if other, twice := children[child.Type]; twice {
				t.Errorf("%s is a child of %s and %s", child.Type, other, typ.Name)
			}
			children[child.Type] = typ.Name
			if child.Element == "" || child.Key == "" {
				t.Errorf("%s: %+v lacks its element or key", typ.Name, child)
			}
		}
	}
	for child := range children {
		if names[child] {
			t.Errorf("%s is a type and a child", child)
		}
	}
	values := metadata.StandardValueSetNames()
	if len(values) < 100 || !slices.IsSorted(values) || len(slices.Compact(slices.Clone(values))) != len(values) {
		t.Errorf("%d standard value sets, not sorted or not once each", len(values))
	}
}

func TestWithFollowsWhatAnOrgDescribes(t *testing.T) {
	t.Parallel()
	base := metadata.Default()
	before := base.Types()
	for name, tc := range map[string]struct {
		described metadata.Type
		want      metadata.Type
	}{
		"a type that the table lacks is added": {
			metadata.Type{Name: "Brandnew", Directory: "brandnews", Suffix: "brandnew", MetaFile: true},
			metadata.Type{Name: "Brandnew", Directory: "brandnews", Suffix: "brandnew", MetaFile: true},
		},
		"directory, ending and form follow the org": {
			metadata.Type{Name: "Layout", Directory: "pageLayouts", Suffix: "pl", MetaFile: true, InFolder: true},
			metadata.Type{Name: "Layout", Directory: "pageLayouts", Suffix: "pl", MetaFile: true, InFolder: true},
		},
		"children are kept, with their elements": {
			metadata.Type{Name: "CustomLabels", Directory: "labels2", Suffix: "labels", Children: []metadata.Child{{Type: "CustomLabel"}}},
			metadata.Type{Name: "CustomLabels", Directory: "labels2", Suffix: "labels", Children: []metadata.Child{{Type: "CustomLabel", Element: "labels", Key: "fullName", Bare: true}}},
		},
		"the type of folders is kept": {
			metadata.Type{Name: "Report", Directory: "reports", Suffix: "report", InFolder: true},
			metadata.Type{Name: "Report", Directory: "reports", Suffix: "report", InFolder: true, FolderType: "ReportFolder"},
		},
		"a bundle stays one, as no org says so": {
			metadata.Type{Name: "LightningComponentBundle", Directory: "lwc"},
			metadata.Type{Name: "LightningComponentBundle", Directory: "lwc", Bundle: true},
		},
		"a directory that leads out is none": {
			metadata.Type{Name: "ApexClass", Directory: "../classes", Suffix: "x"},
			metadata.Type{Name: "ApexClass", Directory: "classes", Suffix: "cls", MetaFile: true},
		},
		"a new type may have no usable directory": {
			metadata.Type{Name: "Brandnew", Directory: "../brandnews", Suffix: "brandnew"},
			metadata.Type{Name: "Brandnew", Suffix: "brandnew"},
		},
		"a type that the org names and does not describe stays as it is": {
			metadata.Type{Name: "ApexClass"},
			metadata.Type{Name: "ApexClass", Directory: "classes", Suffix: "cls", MetaFile: true},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := base.With(tc.described)
			got, ok := r.Type(tc.want.Name)
			if !ok {
				t.Fatal("the type is not there")
			}
			if diff := cmp.Diff(tc.want, got, cmpopts.EquateEmpty()); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff(before, base.Types()); diff != "" {
				t.Errorf("the table it was made from has changed: %s", diff)
			}
			if other, ok := r.Type("Workflow"); !ok || len(other.Children) != 8 {
				t.Errorf("what the org did not speak of has changed: %+v", other)
			}
		})
	}
}

func TestWithMovesFilesAlong(t *testing.T) {
	t.Parallel()
	r := metadata.Default().With(
		metadata.Type{Name: "Layout", Directory: "pageLayouts", Suffix: "pl"},
		metadata.Type{Name: "Newbundle", Directory: "newbundles"},
		metadata.Type{Name: "Nowhere"},
	)
	for p, want := range map[string]metadata.Component{
		"pageLayouts/Account-A.pl":  c("Layout", "Account-A"),
		"newbundles/Foo/a/b.json":   c("Newbundle", "Foo"),
		"newbundles/Foo.x-meta.xml": c("Newbundle", "Foo"),
		"classes/Foo.cls":           c("ApexClass", "Foo"),
	} {
		if got, ok := r.ComponentAt(p); !ok || got != want {
			t.Errorf("%s belongs to %s, %v; want %s", p, got, ok, want)
		}
	}
	if got, ok := r.ComponentAt("layouts/Account-A.layout"); ok {
		t.Errorf("the old path still belongs to %s", got)
	}
	if p, ok := r.Path(c("Nowhere", "Foo")); ok {
		t.Errorf("a type without a directory has files at %q", p)
	}
	if p, ok := r.Path(c("Layout", "Account-A")); !ok || p != "pageLayouts/Account-A.pl" {
		t.Errorf("the layout lies at %q, %v", p, ok)
	}
}

func TestWithNothingIsTheSameTable(t *testing.T) {
	t.Parallel()
	if diff := cmp.Diff(metadata.Default().Types(), metadata.Default().With().Types()); diff != "" {
		t.Error(diff)
	}
}
