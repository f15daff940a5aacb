package mdapi_test

import (
	"errors"
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/orgkeep/orgkeep/pkg/mdapi"
)

func TestDescribeGlobalAsksForWhatWasChanged(t *testing.T) {
	t.Parallel()
	moment := time.Date(2026, 11, 24, 10, 0, 0, 500, time.FixedZone("", 3600))
	s := serve(t, func(w http.ResponseWriter, r seen, before int) {
		switch since := r.header.Get("If-Modified-Since"); {
		case before == 0:
			w.WriteHeader(http.StatusServiceUnavailable)
		case since == "Tue, 24 Nov 2026 09:00:00 GMT":
			w.WriteHeader(http.StatusNotModified)
		default:
			fmt.Fprint(w, `{"sobjects":[{"name":"Account","custom":false,"associateParentEntity":null},{"name":"AccountHistory","associateParentEntity":"Account"},{"name":"Ship__c","custom":true}]}`)
		}
	})
	c := s.client(t)
	all := mdapi.GlobalResult{Objects: []mdapi.Object{{Name: "Account"}, {Name: "AccountHistory", PartOf: "Account"}, {Name: "Ship__c", Custom: true}}}
	for _, tc := range []struct {
		since time.Time
		want  mdapi.GlobalResult
	}{{time.Time{}, all}, {moment, mdapi.GlobalResult{Unchanged: true}}, {moment.Add(-time.Hour), all}} {
		got, err := c.DescribeGlobal(t.Context(), tc.since)
		if diff := cmp.Diff(tc.want, got); diff != "" || err != nil {
			t.Errorf("since %s: %v (-want +got):\n%s", tc.since, err, diff)
		}
	}
	if path := s.seen[0].path; path != "/services/data/v66.0/sobjects" {
		t.Errorf("asked %s", path)
	}
}

// Something between client and org may say so unasked.
func TestNothingIsUnchangedThatNobodyAskedAbout(t *testing.T) {
	t.Parallel()
	c := serve(t, func(w http.ResponseWriter, _ seen, _ int) { w.WriteHeader(http.StatusNotModified) }).client(t)
	var fault *mdapi.Fault
	if got, err := c.DescribeGlobal(t.Context(), time.Time{}); !errors.As(err, &fault) || fault.Code != "HTTP_304" {
		t.Errorf("%v, %v", got, err)
	}
}
