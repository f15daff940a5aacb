package capture

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/orgkeep/orgkeep/pkg/mdapi"
)

func TestReasonsAreTheSameEachTime(t *testing.T) {
	t.Parallel()
	tests := []struct {
		err  error
		want string
	}{
		{&mdapi.Fault{Code: "UNKNOWN_EXCEPTION", Message: "UNKNOWN_EXCEPTION: An unexpected error occurred. Please include this ErrorId if you contact support: 1299731893-85513 (-412)"}, "UNKNOWN_EXCEPTION: An unexpected error occurred. Please include this ErrorId if you contact support"},
		{&mdapi.Fault{Code: "UNKNOWN_EXCEPTION", Message: "UNKNOWN_EXCEPTION: Internal error (ErrorId: 12345-678)"}, "UNKNOWN_EXCEPTION: Internal error"},
		{&mdapi.Fault{Code: "INVALID_TYPE", Message: "INVALID_TYPE: Cannot use: Territory2 in this organization"}, "INVALID_TYPE: Cannot use: Territory2 in this organization"},
		{&mdapi.Fault{Code: "LIMIT_EXCEEDED", Message: "LIMIT_EXCEEDED: Too many files in retrieve call, limit is: 10000"}, "LIMIT_EXCEEDED: Too many files in retrieve call, limit is: 10000"},
		{errors.New("read tcp 127.0.0.1:39144->127.0.0.1:41231: connection reset by peer"), "no answer"},
	}
	for _, test := range tests {
		if got := reasonOf(test.err); got != test.want {
			t.Errorf("%q is worded %q, not %q", test.err, got, test.want)
		}
	}
}

func TestACoverageIsReadAsItWasWritten(t *testing.T) {
	t.Parallel()
	c := newCoverage(66)
	c.OrgID = "00D"
	c.count("ApexClass", func(t *TypeCoverage) { t.Asked, t.Returned = 3, 2 })
	c.Missing = []Missing{{"ApexClass", "B", "x", true}, {"ApexClass", "A", "x", true}, {"ApexClass", "B", "x", true}}
	c.sort()
	data, err := c.JSON()
	if err != nil {
		t.Fatal(err)
	}
	got, err := ParseCoverage(data)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(c, got); diff != "" {
		t.Errorf("read (-want +got):\n%s", diff)
	}
	if asked, returned := got.Counts(); asked != 3 || returned != 2 || got.Complete() || len(got.Missing) != 2 {
		t.Errorf("it says %d asked, %d returned, %v", asked, returned, got.Missing)
	}
	if _, err := ParseCoverage([]byte("{")); err == nil {
		t.Error("half a file was taken")
	}
}
