package retrieve

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/orgkeep/orgkeep/pkg/mdapi"
	"github.com/orgkeep/orgkeep/pkg/metadata"
)

func TestAFailedListIsNotAnEmptyOne(t *testing.T) {
	t.Parallel()
	fault := func(code string) error { return &mdapi.Fault{Code: code, Message: code + ": words", Status: 500} }
	tests := []struct {
		name  string
		err   error
		kind  Kind
		lacks bool
	}{
		{"an empty list", nil, Listed, true},
		{"a type that the org does not have", fault("INVALID_TYPE"), NotAvailable, false},
		{"an error of the service", fault("UNKNOWN_EXCEPTION"), Failed, false},
		{"no answer", errors.New("connection reset"), Failed, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			l := listingOf(t, inventory{
				types: []string{"ApexClass", "ApexPage", "ApexTrigger"},
				fail: func(q mdapi.ListQuery) error {
					if q.Type == "ApexClass" {
						return test.err
					}
					return nil
				},
			})
			if got := l.Outcome("ApexClass").Kind; got != test.kind {
				t.Errorf("the outcome is %q, not %q", got, test.kind)
			}
			if got := l.Lacks(c("ApexClass", "A")); got != test.lacks {
				t.Errorf("it lacks the class: %t", got)
			}
			if !l.Lacks(c("ApexPage", "P")) {
				t.Error("the list in the same call is spoilt")
			}
			if l.Lacks(c("Layout", "L")) {
				t.Error("a type that was not asked for lacks something")
			}
		})
	}
}

func TestNobodyThereEndsTheListing(t *testing.T) {
	t.Parallel()
	var calls atomic.Int64
	org := inventory{types: []string{"ApexClass", "ApexPage", "ApexTrigger", "Layout", "Queue", "Role", "Group", "Flow"}, fail: func(mdapi.ListQuery) error {
		calls.Add(1)
		return errors.New("connection refused")
	}}
	if _, err := List(context.Background(), org, ListOptions{}); err == nil {
		t.Error("a listing came")
	}
	if n := calls.Load(); n > 24 {
		t.Errorf("%d calls were made", n)
	}
}

func TestALongListProvesNoAbsence(t *testing.T) {
	t.Parallel()
	org := inventory{types: []string{"ApexClass", "Group"}}
	for range truncatedRows {
		org.rows = append(org.rows, row("Group", "G"))
	}
	l := listingOf(t, org)
	if l.Lacks(c("Group", "Other")) {
		t.Error("a list that was cut proves that a group is gone")
	}
	if !l.Lacks(c("ApexClass", "Other")) {
		t.Error("the list in the same call is spoilt")
	}
}

func TestRowsAreKeptUnderWhatTheySpeakOf(t *testing.T) {
	t.Parallel()
	early, late := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2026, 2, 1, 0, 0, 0, 0, time.UTC)
	l := newListing([]metadata.Type{{Name: "Layout", Directory: "layouts", Suffix: "layout"}, {Name: "Report", Directory: "reports", Suffix: "report", InFolder: true}, {Name: "StandardValueSetTranslation", Directory: "standardValueSetTranslations", Suffix: "standardValueSetTranslation"}})
	add := func(q mdapi.ListQuery, row mdapi.FileProperties) { l.add([]mdapi.ListQuery{q}, row) }
	add(mdapi.ListQuery{Type: "Layout"}, mdapi.FileProperties{Type: "Layout", FullName: "Case-Foo %28Bar%29 Layout", LastModifiedDate: late})
	add(mdapi.ListQuery{Type: "Layout"}, mdapi.FileProperties{Type: "Layout", FullName: "Case-Foo (Bar) Layout", LastModifiedDate: early})
	add(mdapi.ListQuery{Type: "Layout"}, mdapi.FileProperties{Type: "Layout", FullName: "ns__V__c-V Layout", NamespacePrefix: "ns", ManageableState: "installed"})
	add(mdapi.ListQuery{Type: "StandardValueSetTranslation"}, mdapi.FileProperties{FullName: "AccountType-de", FileName: "standardValueSetTranslations/AccountType-de.standardValueSetTranslation"})
	add(mdapi.ListQuery{Type: "Report", Folder: "A/B"}, mdapi.FileProperties{Type: "Report", FullName: "B/R", FileName: "reports/A/B/R.report"})
	add(mdapi.ListQuery{Type: "Report", Folder: "A/B"}, mdapi.FileProperties{Type: "Report", FullName: "B/S"})
	add(mdapi.ListQuery{Type: "Report", Folder: "A/B"}, mdapi.FileProperties{Type: "Report", FullName: "A/B/T"})
	add(mdapi.ListQuery{Type: "ReportFolder"}, mdapi.FileProperties{Type: "ReportFolder", FullName: "A/B/"})
	add(mdapi.ListQuery{Type: "Layout"}, mdapi.FileProperties{FullName: "_Default"})
	add(mdapi.ListQuery{Type: "Layout"}, mdapi.FileProperties{Type: "Layout"})
	want := []metadata.Component{
		c("Layout", "Case-Foo %28Bar%29 Layout"), c("Layout", "ns__V__c-ns__V Layout"),
		c("Report", "A/B"), c("Report", "A/B/R"), c("Report", "A/B/S"), c("Report", "A/B/T"),
		c("StandardValueSetTranslation", "AccountType-de"),
	}
	if diff := cmp.Diff(want, l.Rows()); diff != "" {
		t.Errorf("rows (-want +got):\n%s", diff)
	}
	if l.BadRows() != 2 {
		t.Errorf("%d rows are counted as bad, not 2", l.BadRows())
	}
	if _, ok := l.Row(c("Layout", "Case-Foo (Bar) Layout")); !ok {
		t.Error("a name is not found in its other spelling")
	}
}

func TestManagedComponentsComeWhereTheyCanBeChanged(t *testing.T) {
	t.Parallel()
	installed := func(typ, name string) mdapi.FileProperties {
		r := row(typ, name)
		r.ManageableState, r.NamespacePrefix = "installed", "ns"
		return r
	}
	l := listingOf(t, inventory{types: []string{"ApexClass", "CustomIndex", "CustomObject", "Layout"}, rows: []mdapi.FileProperties{
		row("CustomIndex", "I"),
		row("ApexClass", "Mine"), installed("ApexClass", "ns__Theirs"), installed("CustomObject", "ns__O__c"),
		installed("Layout", "ns__O__c-O Layout"), row("CustomField", "Hidden__c.F__c"),
	}})
	got := Wanted(l, []metadata.Component{c("ApexClass", "Before"), c("Queue", "Other")}, func(c metadata.Component) bool { return c.FullName != "Mine" }, nil)
	want := []metadata.Component{
		c("ApexClass", "Before"), c("CustomObject", "Activity"), c("CustomObject", "CaseComment"), c("CustomObject", "Hidden__c"),
		c("CustomObject", "PersonAccount"), c("CustomObject", "ns__O__c"), c("Layout", "ns__O__c-ns__O Layout"),
	}
	if diff := cmp.Diff(want, got.Wanted); diff != "" {
		t.Errorf("wanted (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]metadata.Component{c("ApexClass", "ns__Theirs")}, got.Managed); diff != "" {
		t.Errorf("managed (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]metadata.Component{c("CustomIndex", "I")}, got.Unretrievable); diff != "" {
		t.Errorf("not retrievable (-want +got):\n%s", diff)
	}
}
