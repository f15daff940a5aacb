package diff_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/orgkeep/orgkeep/internal/diff"
	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// sampleChanges are two permissions of a profile, a field and a class.
func sampleChanges(t *testing.T) diff.Result {
	t.Helper()
	profile := func(flag string) string {
		return complete("<Profile>\n    <fieldPermissions>\n        <editable>" + flag + "</editable>\n        <field>Account.Fax</field>\n    </fieldPermissions>\n" +
			"    <userPermissions>\n        <enabled>" + flag + "</enabled>\n        <name>ViewSetup</name>\n    </userPermissions>\n</Profile>\n")
	}
	object := func(length string) string {
		return complete("<CustomObject>\n    <fields>\n        <fullName>Rating__c</fullName>\n        <length>" + length + "</length>\n    </fields>\n</CustomObject>\n")
	}
	return compare(t, map[string]string{
		"profiles/Admin.profile": profile("true"), "objects/Account.object": object("80"),
	}, map[string]string{
		"profiles/Admin.profile": profile("false"), "objects/Account.object": object("120"), "classes/A.cls": "class A {}\n",
	})
}

func TestExceptionsTakeOutWhatTheySelect(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 2, 14, 0, 0, 0, time.UTC)
	class, field, profile := "ApexClass:A", "CustomField:Account.Rating__c", "Profile:Admin"
	for name, tc := range map[string]struct {
		x     diff.Exception
		left  []string
		count int
	}{
		"a type":                               {diff.Exception{Type: "Profile"}, []string{class, field}, 2},
		"a name, whatever its case":            {diff.Exception{Type: "Profile", Name: "ad*"}, []string{class, field}, 2},
		"another name":                         {diff.Exception{Type: "Profile", Name: "Standard"}, []string{class, field, profile}, 0},
		"an element with what is below it":     {diff.Exception{Type: "Profile", Element: "userPermissions"}, []string{class, field, profile}, 1},
		"an element anywhere":                  {diff.Exception{Element: "length"}, []string{class, profile}, 1},
		"an element with another key":          {diff.Exception{Type: "Profile", Element: "fieldPermissions", Key: "Account.Phone"}, []string{class, field, profile}, 0},
		"an element with its key":              {diff.Exception{Type: "Profile", Element: "fieldPermissions.editable", Key: "account.*"}, []string{class, field, profile}, 1},
		"a type for what lives in its files":   {diff.Exception{Type: "CustomObject", Name: "Account"}, []string{class, profile}, 1},
		"an element does not take out a whole": {diff.Exception{Type: "ApexClass", Element: "*"}, []string{class, field, profile}, 0},
		"the last day still counts":            {diff.Exception{Type: "Profile", Until: time.Date(2026, 11, 2, 0, 0, 0, 0, time.UTC)}, []string{class, field}, 2},
		"the day after does not":               {diff.Exception{Type: "Profile", Until: time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)}, []string{class, field, profile}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			result, excepted := sampleChanges(t).Except([]diff.Exception{tc.x}, metadata.Default(), now)
			var left []string
			for _, c := range result.Changes {
				left = append(left, c.Component.String())
			}
			if d := cmp.Diff(tc.left, left); d != "" {
				t.Errorf("what is left (-want +got):\n%s", d)
			}
			if got := excepted[0]; got.Count != tc.count || got.Expired != (name == "the day after does not") {
				t.Errorf("%d taken out, want %d; expired %v", got.Count, tc.count, got.Expired)
			}
		})
	}
}

func TestOfSeveralExceptionsTheFirstCounts(t *testing.T) {
	t.Parallel()
	_, excepted := sampleChanges(t).Except([]diff.Exception{
		{Type: "Profile", Element: "userPermissions"}, {Type: "Profile"}, {Type: "Profile"},
	}, metadata.Default(), time.Now())
	var counts []int
	for _, x := range excepted {
		counts = append(counts, x.Count)
	}
	if d := cmp.Diff([]int{1, 1, 0}, counts); d != "" {
		t.Error(d)
	}
}

func TestAnExceptionHasToSayWhatForAndWhy(t *testing.T) {
	t.Parallel()
	for name, x := range map[string]diff.Exception{
		"nothing selected":    {Reason: "r", Owner: "o"},
		"a key alone":         {Type: "Profile", Key: "x", Reason: "r", Owner: "o"},
		"no reason":           {Type: "Profile", Owner: "o"},
		"no owner":            {Type: "Profile", Reason: "r"},
		"what is no pattern":  {Type: "Profile", Name: "[", Reason: "r", Owner: "o"},
		"an element likewise": {Type: "Profile", Element: "[", Reason: "r", Owner: "o"},
	} {
		if err := x.Check(); !errors.Is(err, diff.ErrException) {
			t.Errorf("%s: %v", name, err)
		}
	}
	good := diff.Exception{Type: "Profile", Name: "*", Element: "fieldPermissions", Key: "Account.*", Reason: "r", Owner: "o"}
	if err := good.Check(); err != nil || good.String() != "Profile:* fieldPermissions Account.*" {
		t.Errorf("%v, %s", err, good)
	}
}
