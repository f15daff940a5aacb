package impact_test

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/orgkeep/orgkeep/internal/impact"
	"github.com/orgkeep/orgkeep/pkg/metadata"
)

func comp(t *testing.T, s string) metadata.Component {
	t.Helper()
	c, err := metadata.ParseComponent(s)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func comps(t *testing.T, all ...string) []metadata.Component {
	t.Helper()
	out := make([]metadata.Component, len(all))
	for i, s := range all {
		out[i] = comp(t, s)
	}
	return out
}

// saying gives texts by component.
func saying(texts map[string]string) impact.Texts {
	return func(_ context.Context, c metadata.Component) (string, error) { return texts[c.String()], nil }
}

func TestWhatRefersGoesFirst(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		deletes []string
		texts   map[string]string
		want    [][]string
	}{
		"nothing": {},
		"a formula before its field": {
			deletes: []string{"CustomField:A.Abc__c", "CustomField:A.Xyz__c"},
			texts:   map[string]string{"CustomField:A.Xyz__c": "<formula>Abc__c + 1</formula>"},
			want:    [][]string{{"CustomField:A.Xyz__c", "CustomField:A.Abc__c"}},
		},
		"a class before the object that it reads": {
			deletes: []string{"CustomObject:Ship__c", "ApexClass:Dock"},
			texts:   map[string]string{"ApexClass:Dock": "SELECT Id FROM Ship__c"},
			want:    [][]string{{"ApexClass:Dock", "CustomObject:Ship__c"}},
		},
		"types that need each other in turn": {
			deletes: []string{"ApexClass:A", "ApexPage:P", "ApexClass:B"},
			texts:   map[string]string{"ApexClass:A": "P", "ApexPage:P": "B"},
			want:    [][]string{{"ApexClass:A", "ApexPage:P"}, {"ApexClass:B"}},
		},
		"two that name each other": {
			deletes: []string{"ApexClass:A", "ApexClass:B"},
			texts:   map[string]string{"ApexClass:A": "B", "ApexClass:B": "A"},
			want:    [][]string{{"ApexClass:B", "ApexClass:A"}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			lists, err := impact.Deletions(t.Context(), comps(t, tc.deletes...), saying(tc.texts))
			if err != nil {
				t.Fatal(err)
			}
			var got [][]string
			for _, list := range lists {
				var names []string
				for _, c := range list {
					names = append(names, c.String())
				}
				got = append(got, names)
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestWhatIsNeededIsFoundAndWhatThatNeeds(t *testing.T) {
	t.Parallel()
	texts := saying(map[string]string{
		"ApexClass:Dock":           "public class Dock { Ship__c s; Integer n = s.Masts__c; }",
		"CustomObject:Ship__c":     "<valueSetName>Colours</valueSetName>",
		"Layout:Ship__c-Ship Page": "<field>Masts__c</field>",
		"Profile:Admin":            "<layout>Ship__c-Ship Page</layout>",
		"ApexClass:Other":          "Masts__c of nothing known",
	})
	for name, tc := range map[string]struct {
		from, candidates []string
		want             []string
	}{
		"an object and its value set": {
			[]string{"ApexClass:Dock"},
			[]string{"CustomObject:Ship__c", "GlobalValueSet:Colours", "ApexClass:Unrelated"},
			[]string{"CustomObject:Ship__c by ApexClass:Dock", "GlobalValueSet:Colours by CustomObject:Ship__c"},
		},
		"a field whose object is named":      {[]string{"ApexClass:Dock"}, []string{"CustomField:Ship__c.Masts__c"}, []string{"CustomField:Ship__c.Masts__c by ApexClass:Dock"}},
		"a field on the object's own layout": {[]string{"Layout:Ship__c-Ship Page"}, []string{"CustomField:Ship__c.Masts__c"}, []string{"CustomField:Ship__c.Masts__c by Layout:Ship__c-Ship Page"}},
		"a field of another object is not":   {[]string{"ApexClass:Other"}, []string{"CustomField:Ship__c.Masts__c"}, nil},
		"a name that is no word":             {[]string{"Profile:Admin"}, []string{"Layout:Ship__c-Ship Page"}, []string{"Layout:Ship__c-Ship Page by Profile:Admin"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			needs, err := impact.Needs(t.Context(), comps(t, tc.from...), comps(t, tc.candidates...), texts)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, n := range needs {
				got = append(got, n.Component.String()+" by "+n.By.String())
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestTestsOfWhatChangesAreFound(t *testing.T) {
	t.Parallel()
	got, err := impact.Tests(t.Context(), comps(t, "ApexClass:Dock"), comps(t, "ApexClass:DockTest", "ApexClass:User", "ApexClass:OtherTest"), saying(map[string]string{
		"ApexClass:DockTest": "@IsTest class DockTest { void a() { new Dock(); } }", "ApexClass:User": "new Dock()", "ApexClass:OtherTest": "@isTest class OtherTest {}",
	}))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"DockTest"}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestWhatOthersReferToIsMadeFirst(t *testing.T) {
	t.Parallel()
	for _, pair := range [][2]string{
		{"Settings:Case", "CustomObject:A__c"}, {"GlobalValueSet:G", "CustomObject:A__c"}, {"CustomObject:A__c", "ApexClass:C"}, {"ApexClass:C", "Layout:A__c-L"}, {"ApexClass:A", "ApexClass:B"},
	} {
		if impact.Creations(comp(t, pair[0]), comp(t, pair[1])) >= 0 {
			t.Errorf("%s is not before %s", pair[0], pair[1])
		}
	}
}
