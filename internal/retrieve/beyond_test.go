package retrieve

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/orgkeep/orgkeep/pkg/mdapi"
	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// talkative is an org that tells more than lists do.
type talkative struct {
	inventory
	global    mdapi.GlobalResult
	globalErr error
	persons   []mdapi.Record
	personErr error
	since     *time.Time
}

func (o talkative) DescribeGlobal(_ context.Context, since time.Time) (mdapi.GlobalResult, error) {
	if o.since != nil {
		*o.since = since
	}
	return o.global, o.globalErr
}

func (o talkative) Query(context.Context, string) ([]mdapi.Record, error) {
	return o.persons, o.personErr
}

func objectsNamed(names ...string) (out mdapi.GlobalResult) {
	for _, name := range names {
		out.Objects = append(out.Objects, mdapi.Object{Name: name})
	}
	return out
}

func TestObjectsThatNoListShowsAreAskedFor(t *testing.T) {
	t.Parallel()
	org := talkative{inventory: inventory{types: []string{"CustomObject", "Layout"}, rows: []mdapi.FileProperties{row("CustomObject", "Account")}}}
	org.global = objectsNamed("Solution", "Account", "AccountFeed", "Feed", "Ship__Share", "Bad Name", "../x", "")
	org.global.Objects = append(org.global.Objects, mdapi.Object{Name: "Ship__c", Custom: true}, mdapi.Object{Name: "SolutionOwnerSharingRule", PartOf: "Solution"})
	l := listingOf(t, org)
	var got []string
	for _, c := range Wanted(l, nil, nil, nil).Wanted {
		got = append(got, c.FullName)
	}
	if diff := cmp.Diff([]string{"Account", "Activity", "CaseComment", "Feed", "PersonAccount", "Solution"}, got); diff != "" {
		t.Errorf("wanted (-want +got):\n%s", diff)
	}
}

func TestDescribeGlobalIsAskedWhetherAnythingWasChanged(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC)
	before := Objects{Names: []string{"Solution"}, At: at}
	now := at.Add(time.Hour)
	for name, tc := range map[string]struct {
		global mdapi.GlobalResult
		err    error
		want   Objects
		lacks  bool // of Solution, which is not listed
	}{
		"nothing was":       {global: mdapi.GlobalResult{Unchanged: true}, want: before},
		"something was":     {global: objectsNamed("Asset"), want: Objects{Names: []string{"Asset"}, At: now}, lacks: true},
		"it does not tell":  {err: &mdapi.Fault{Code: "API_DISABLED_FOR_ORG"}, want: before},
		"it does not speak": {err: errors.New("connection reset"), want: before},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var since time.Time
			org := talkative{inventory: inventory{types: []string{"CustomObject"}}, global: tc.global, globalErr: tc.err, since: &since}
			l, err := List(t.Context(), org, ListOptions{Objects: before, ServerTime: func() time.Time { return now }})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tc.want, l.Objects); diff != "" || !since.Equal(at.Add(-hotFor)) {
				t.Errorf("asked since %s (-want +got):\n%s", since, diff)
			}
			if got := l.Lacks(c("CustomObject", "Solution")); got != tc.lacks {
				t.Errorf("it lacks an object that no list shows: %t", got)
			}
			if failed := tc.err != nil; l.Lacks(c("CustomObject", "Ghost")) == failed || !l.Lacks(c("CustomObject", "Ghost__c")) {
				t.Error("the wrong objects are taken to be there")
			}
		})
	}
}

func TestWhatEndsARunEndsItBeforeTheLists(t *testing.T) {
	t.Parallel()
	over := &mdapi.Fault{Code: "REQUEST_LIMIT_EXCEEDED"}
	types := inventory{types: []string{"CustomObject"}}
	for _, org := range []talkative{{inventory: types, globalErr: over}, {inventory: types, personErr: over}} {
		if _, err := List(t.Context(), org, ListOptions{}); !errors.Is(err, mdapi.ErrRequestLimit) {
			t.Errorf("%v", err)
		}
	}
}

func TestRecordTypesOfPersonAccountsHaveTheNameTheyAreKnownBy(t *testing.T) {
	t.Parallel()
	org := talkative{inventory: inventory{types: []string{"CustomObject"}, rows: []mdapi.FileProperties{
		row("RecordType", "Account.Guest"), row("RecordType", "Account.Firm"), row("RecordType", "Account.ns__Guest"), row("RecordType", "Case.Guest"),
	}}}
	org.persons = []mdapi.Record{{"DeveloperName": "Guest"}, {"DeveloperName": "Guest", "NamespacePrefix": "ns"}}
	want := []metadata.Component{c("RecordType", "Account.Firm"), c("RecordType", "Case.Guest"), c("RecordType", "PersonAccount.Guest"), c("RecordType", "PersonAccount.ns__Guest")}
	l := listingOf(t, withChildren{org})
	if diff := cmp.Diff(want, l.Rows()); diff != "" {
		t.Errorf("rows (-want +got):\n%s", diff)
	}
	if err := Again(t.Context(), withChildren{org}, l, want); err != nil || !slices.Equal(want, l.Rows()) {
		t.Errorf("listed again: %v, %v", l.Rows(), err)
	}
	org.personErr = &mdapi.Fault{Code: "INVALID_FIELD"}
	untold := listingOf(t, withChildren{org})
	gone := c("RecordType", "PersonAccount.Gone")
	if !l.Lacks(gone) || untold.Lacks(gone) || !untold.Lacks(c("RecordType", "Account.Gone")) {
		t.Error("a record type is gone, or is there, of which nobody can say so")
	}
}

// withChildren describes the children of types too.
type withChildren struct{ talkative }

func (o withChildren) DescribeMetadata(ctx context.Context) (mdapi.DescribeResult, error) {
	out, err := o.talkative.DescribeMetadata(ctx)
	for i, t := range out.Types {
		known, _ := metadata.Default().Type(t.Name)
		out.Types[i].Children = known.Children
	}
	return out, err
}

func TestRecipesStandForDataflows(t *testing.T) {
	t.Parallel()
	flow := func(name string) metadata.Component { return c("WaveDataflow", name) }
	org := inventory{types: []string{"WaveDataflow", "WaveRecipe"}, rows: []mdapi.FileProperties{row("WaveDataflow", "Written"), row("WaveRecipe", "Made")}}
	l := listingOf(t, org)
	if diff := cmp.Diff([]metadata.Component{flow("Made"), flow("Written"), c("WaveRecipe", "Made")}, Wanted(l, nil, nil, nil).Wanted); diff != "" {
		t.Errorf("wanted (-want +got):\n%s", diff)
	}
	if l.Lacks(flow("Made")) || !l.Lacks(flow("Gone")) {
		t.Error("no list says that the dataflow of a recipe is gone")
	}
	org.fail = func(q mdapi.ListQuery) error {
		if q.Type == "WaveRecipe" {
			return errors.New("connection reset")
		}
		return nil
	}
	if listingOf(t, org).Lacks(flow("Gone")) {
		t.Error("nobody can say that it is no recipe's")
	}
}
