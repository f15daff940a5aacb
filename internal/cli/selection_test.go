package cli

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/orgkeep/orgkeep/pkg/metadata"
)

func TestASelectionMeansWhatItSays(t *testing.T) {
	t.Parallel()
	all := []metadata.Component{
		comp("CustomObject", "Account"), comp("CustomField", "Account.Region__c"), comp("Flow", "Route_Case"),
		comp("Report", "Sales/Pipeline"), comp("ApexClass", "Router"),
	}
	for name, tc := range map[string]struct {
		selection selection
		want      []string
	}{
		"nothing means everything":            {selection{}, []string{"CustomObject:Account", "CustomField:Account.Region__c", "Flow:Route_Case", "Report:Sales/Pipeline", "ApexClass:Router"}},
		"a type, with what lives in it":       {selection{Types: []string{"CustomObject"}}, []string{"CustomObject:Account", "CustomField:Account.Region__c"}},
		"a child's type alone":                {selection{Types: []string{"CustomField"}}, []string{"CustomField:Account.Region__c"}},
		"names do not depend on case":         {selection{Names: []string{"rout*"}}, []string{"Flow:Route_Case", "ApexClass:Router"}},
		"a name with a star":                  {selection{Names: []string{"Rout*"}}, []string{"Flow:Route_Case", "ApexClass:Router"}},
		"a star goes over folders":            {selection{Names: []string{"*Pipe*"}}, []string{"Report:Sales/Pipeline"}},
		"a name is whole without a star":      {selection{Names: []string{"Route"}}, nil},
		"a dot is a dot":                      {selection{Names: []string{"Account?Region__c", "Route.Case"}}, []string{"CustomField:Account.Region__c"}},
		"types and names together":            {selection{Types: []string{"Flow"}, Names: []string{"Rout*"}}, []string{"Flow:Route_Case"}},
		"a type is left out, with its parts":  {selection{Excludes: []string{"CustomObject", "Report", "ApexClass"}}, []string{"Flow:Route_Case"}},
		"a name of a type is left out":        {selection{Types: []string{"ApexClass", "Flow"}, Excludes: []string{"ApexClass:Rout*"}}, []string{"Flow:Route_Case"}},
		"a type that only the org may know":   {selection{Types: []string{"NewThing"}}, nil},
		"what is left out is not what is not": {selection{Excludes: []string{"Flow:Other"}, Types: []string{"Flow"}}, []string{"Flow:Route_Case"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m, err := tc.selection.compile(metadata.Default())
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, c := range all {
				if m.component(c) {
					got = append(got, c.String())
				}
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestReadingIsNarrowedToTypesWithFilesOfTheirOwn(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		selection selection
		narrow    bool
	}{
		"types":                       {selection{Types: []string{"Flow", "ApexClass"}}, true},
		"a child among them":          {selection{Types: []string{"Flow", "CustomField"}}, false},
		"names are looked at after":   {selection{Names: []string{"A*"}}, false},
		"and what is left out too":    {selection{Excludes: []string{"Flow"}}, false},
		"types, and names afterwards": {selection{Types: []string{"Flow"}, Names: []string{"A*"}}, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := tc.selection.forReading(metadata.Default())
			if narrow := len(got.Types) > 0; narrow != tc.narrow || len(got.Names)+len(got.Excludes) > 0 {
				t.Errorf("got %+v", got)
			}
		})
	}
}

func TestAScopeOfAPlan(t *testing.T) {
	t.Parallel()
	keep, err := scope{Only: []string{"CustomObject", "Flow:Rou*"}, Except: []string{"CustomField:*.Old__c"}}.keep(metadata.Default())
	if err != nil {
		t.Fatal(err)
	}
	for c, want := range map[metadata.Component]bool{
		comp("CustomObject", "A"): true, comp("CustomField", "A.B__c"): true, comp("CustomField", "A.Old__c"): false,
		comp("Flow", "Route"): true, comp("Flow", "Other"): false, comp("ApexClass", "Route"): false,
	} {
		if keep(c) != want {
			t.Errorf("%s: %v", c, keep(c))
		}
	}
	if keep, err := (scope{}).keep(metadata.Default()); keep != nil || err != nil {
		t.Errorf("no scope: %v", err)
	}
	if _, err := (scope{Only: []string{"flow:X"}}).keep(metadata.Default()); err == nil {
		t.Error("flow is no type")
	}
}
