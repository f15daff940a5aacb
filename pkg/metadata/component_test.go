package metadata_test

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// c is short for what nearly every table here is made of.
func c(typ, name string) metadata.Component {
	return metadata.Component{Type: typ, FullName: name}
}

func TestParseComponent(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		in   string
		want metadata.Component
	}{
		"a type and a name":                    {"ApexClass:Foo", c("ApexClass", "Foo")},
		"a child carries its parent":           {"CustomField:Account.Rating__c", c("CustomField", "Account.Rating__c")},
		"a member carries its folder":          {"Report:Sales/Q1/Pipeline", c("Report", "Sales/Q1/Pipeline")},
		"a name may hold colons":               {"CustomLabel:a:b", c("CustomLabel", "a:b")},
		"blanks in a name are its own":         {"Layout:Account-Account Layout ", c("Layout", "Account-Account Layout ")},
		"percent signs are kept as they stand": {"Profile:Sales %28EMEA%29", c("Profile", "Sales %28EMEA%29")},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := metadata.ParseComponent(tc.in)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Error(diff)
			}
			if got.String() != tc.in {
				t.Errorf("%q is written as %q", tc.in, got)
			}
		})
	}
}

func TestParseComponentRefuses(t *testing.T) {
	t.Parallel()
	for name, in := range map[string]string{
		"nothing":                 "",
		"a name without a type":   ":Foo",
		"a type without a name":   "ApexClass:",
		"a colon alone":           ":",
		"a type without a colon":  "ApexClass",
		"another mark in between": "ApexClass/Foo",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got, err := metadata.ParseComponent(in); err == nil || got != (metadata.Component{}) {
				t.Errorf("%q gave %+v, %v; want nothing and an error", in, got, err)
			}
		})
	}
}

func TestComponentsAreOrderedByTypeThenName(t *testing.T) {
	t.Parallel()
	got := []metadata.Component{c("Layout", "a"), c("ApexClass", "b"), c("ApexClass", "a"), c("ApexClass", "B"), c("", "z")}
	slices.SortFunc(got, metadata.Component.Compare)
	want := []metadata.Component{c("", "z"), c("ApexClass", "B"), c("ApexClass", "a"), c("ApexClass", "b"), c("Layout", "a")}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// Plans and reports keep components as JSON: the keys are part of their format.
func TestAComponentInJSONHasSnakeCaseKeys(t *testing.T) {
	t.Parallel()
	got, err := json.Marshal(c("CustomField", "Account.Rating__c"))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(`{"type":"CustomField","full_name":"Account.Rating__c"}`, string(got)); diff != "" {
		t.Error(diff)
	}
}

func TestAComponentIsReadBackFromItsText(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		want := c(rapid.StringMatching(`[A-Za-z0-9]+`).Draw(t, "type"), rapid.StringN(1, 40, -1).Draw(t, "name"))
		got, err := metadata.ParseComponent(want.String())
		if err != nil || got != want {
			t.Fatalf("%q: got %+v, %v", want.String(), got, err)
		}
	})
}
