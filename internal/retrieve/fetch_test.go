package retrieve

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/orgkeep/orgkeep/internal/mdzip"
	"github.com/orgkeep/orgkeep/pkg/mdapi"
	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// fakeOrg runs retrieves without zips, and fails those that judge tells.
type fakeOrg struct {
	judge func(asked []metadata.Component) error

	mu        sync.Mutex
	manifests map[mdapi.AsyncID][]metadata.Component
}

func (o *fakeOrg) Retrieve(_ context.Context, req mdapi.RetrieveRequest) (mdapi.AsyncID, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.manifests == nil {
		o.manifests = map[mdapi.AsyncID][]metadata.Component{}
	}
	id := mdapi.AsyncID(fmt.Sprintf("09S%05d", len(o.manifests)))
	o.manifests[id] = req.Manifest.Components()
	return id, nil
}

func (o *fakeOrg) WaitRetrieve(_ context.Context, id mdapi.AsyncID, zip string, _ func(mdapi.RetrieveStatus)) (mdapi.RetrieveResult, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	err := o.judge(o.manifests[id])
	var fault *mdapi.Fault
	if errors.As(err, &fault) {
		return mdapi.RetrieveResult{ID: id, Done: true, ErrorCode: fault.Code, ErrorMessage: fault.Message}, nil
	}
	return mdapi.RetrieveResult{ID: id, Done: true, Success: true, ZipPath: zip}, err
}

func (o *fakeOrg) retrieves() int {
	o.mu.Lock()
	defer o.mu.Unlock()
	return len(o.manifests)
}

// fetched is what came of a fetch.
type fetched struct {
	came    map[metadata.Component]int
	refused map[metadata.Component]string
	pauses  int
}

func fetchAll(t *testing.T, org *fakeOrg, requests []Request, spoil func(Part) error) (fetched, error) {
	t.Helper()
	out := fetched{came: map[metadata.Component]int{}, refused: map[metadata.Component]string{}}
	var mu sync.Mutex
	opts := FetchOptions{Version: 66, Dir: t.TempDir(), Wait: func(context.Context, time.Duration) error {
		mu.Lock()
		defer mu.Unlock()
		out.pauses++
		return nil
	}}
	err := Fetch(t.Context(), org, requests, opts, func(p Part) error {
		if p.Refused != nil {
			for _, c := range p.Request.All() {
				out.refused[c] = p.Refused.Error()
			}
			return nil
		}
		if spoil != nil {
			if err := spoil(p); err != nil {
				return err
			}
		}
		for _, c := range p.Request.All() {
			out.came[c]++
		}
		return nil
	})
	return out, err
}

func classes(n int) []metadata.Component {
	var out []metadata.Component
	for i := range n {
		out = append(out, c("ApexClass", fmt.Sprintf("C%05d", i)))
	}
	return out
}

func fails(code string, bad ...metadata.Component) func([]metadata.Component) error {
	return func(asked []metadata.Component) error {
		for _, b := range bad {
			if slices.Contains(asked, b) {
				return &mdapi.Fault{Code: code, Message: "insufficient access rights on entity: " + b.FullName}
			}
		}
		return nil
	}
}

func TestACulpritIsFoundWithFewRetrieves(t *testing.T) {
	t.Parallel()
	const members = 4096 // 12 halvings
	companions := []metadata.Component{c("Profile", "A"), c("Profile", "B")}
	bad := c("ApexClass", "C02741")
	org := &fakeOrg{judge: fails("INSUFFICIENT_ACCESS", bad)}
	got, err := fetchAll(t, org, []Request{{Members: classes(members), Companions: companions}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[metadata.Component]string{bad: "INSUFFICIENT_ACCESS: insufficient access rights on entity: C02741"}, got.refused); diff != "" {
		t.Errorf("refused (-want +got):\n%s", diff)
	}
	if n := len(got.came); n != members-1+len(companions) {
		t.Errorf("%d components came", n)
	}
	// The request twice, the companions alone, two halves each time, the culprit
	// without companions.
	if n := org.retrieves(); n > 2+1+2*12+1 {
		t.Errorf("%d retrieves were made", n)
	}
}

func TestARottenCompanionIsLeftOutOfEveryRequest(t *testing.T) {
	t.Parallel()
	good, bad := c("Profile", "A"), c("Profile", "B")
	var requests []Request
	for chunk := range slices.Chunk(classes(400), 40) {
		requests = append(requests, Request{Members: chunk, Companions: []metadata.Component{good, bad}})
	}
	org := &fakeOrg{judge: fails("UNKNOWN_EXCEPTION", bad)}
	got, err := fetchAll(t, org, requests, nil)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]metadata.Component{bad}, slices.Collect(maps.Keys(got.refused))); diff != "" {
		t.Errorf("refused (-want +got):\n%s", diff)
	}
	if len(got.came) != 401 || got.came[good] < 10 {
		t.Errorf("%d components came, the good companion %d times", len(got.came), got.came[good])
	}
	// Ten requests; two may be under way when the culprit is found, and each then
	// takes the request twice, the companions together and each alone.
	if n := org.retrieves(); n > 10+2*5 {
		t.Errorf("%d retrieves were made", n)
	}
}

func TestASearchThatLeadsNowhereEnds(t *testing.T) {
	t.Parallel()
	t.Run("before anything came, with an error", func(t *testing.T) {
		t.Parallel()
		org := &fakeOrg{judge: fails("UNKNOWN_EXCEPTION", classes(5000)...)}
		_, err := fetchAll(t, org, []Request{{Members: classes(5000)}}, nil)
		var fault *mdapi.Fault
		if !errors.As(err, &fault) || fault.Code != "UNKNOWN_EXCEPTION" {
			t.Errorf("it ended with %v", err)
		}
		if n := org.retrieves(); n > mostFirstFailures+retrievesInFlight {
			t.Errorf("%d retrieves were made", n)
		}
	})
	t.Run("later, with what is left refused", func(t *testing.T) {
		t.Parallel()
		bad := classes(3000)[1000:]
		org := &fakeOrg{judge: fails("UNKNOWN_EXCEPTION", bad...)}
		got, err := fetchAll(t, org, []Request{{Members: classes(3000)}}, nil)
		if err != nil {
			t.Fatal(err)
		}
		if len(got.came)+len(got.refused) != 3000 {
			t.Errorf("%d came and %d were refused", len(got.came), len(got.refused))
		}
		if n := org.retrieves(); n > 2*mostFailures {
			t.Errorf("%d retrieves were made", n)
		}
	})
}

func TestAZipThatIsOfNoUseIsAskedForAgain(t *testing.T) {
	t.Parallel()
	bad := c("ApexClass", "C00007")
	spoilt := 0
	org := &fakeOrg{judge: func([]metadata.Component) error { return nil }}
	got, err := fetchAll(t, org, []Request{{Members: classes(20)}}, func(p Part) error {
		if slices.Contains(p.Request.Members, bad) {
			spoilt++
			return fmt.Errorf("%w: CRC of C00007.cls", mdzip.ErrRefused)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(got.came) != 19 || !strings.Contains(got.refused[bad], "CRC") {
		t.Errorf("%d came, refused are %v", len(got.came), got.refused)
	}
	if got.pauses > 0 || spoilt < 2 {
		t.Errorf("it waited %d times, and tried %d times", got.pauses, spoilt)
	}
}

func TestWhatIsNotTheRequestsFaultEndsTheFetch(t *testing.T) {
	t.Parallel()
	for _, want := range []error{mdapi.ErrSessionExpired, mdapi.ErrRequestLimit, errors.New("the disk is full")} {
		org := &fakeOrg{judge: func([]metadata.Component) error { return want }}
		if _, err := fetchAll(t, org, []Request{{Members: classes(20)}}, nil); !errors.Is(err, want) {
			t.Errorf("it ended with %v, not %v", err, want)
		}
		if n := org.retrieves(); n != 1 {
			t.Errorf("%d retrieves were made after %v", n, want)
		}
	}
}

func TestMessagesNameComponents(t *testing.T) {
	t.Parallel()
	tests := []struct {
		problem string
		find    func(mdapi.RetrieveMessage) (metadata.Component, bool)
		want    metadata.Component
	}{
		{"Entity of type 'CustomField' named 'Delivery__c.Status__c' cannot be found", NotFound, c("CustomField", "Delivery__c.Status__c")},
		{"Entity of type 'Report' named 'A/B/' cannot be found", NotFound, c("Report", "A/B")},
		{"Entity of type 'Layout' named 'Case-It's Layout' cannot be found", NotFound, c("Layout", "Case-It's Layout")},
		{"Load of metadata from db failed for metadata of type:Report and file name:Sales/R_1.", Broken, c("Report", "Sales/R_1")},
		{"Load of metadata from db failed for metadata of type:X and file name:a.b", Broken, c("X", "a.b")},
		{"Entity type: 'X' is unknown", NotFound, metadata.Component{}},
		{"something else", Broken, metadata.Component{}},
	}
	for _, test := range tests {
		got, ok := test.find(mdapi.RetrieveMessage{Problem: test.problem})
		if got != test.want || ok != (test.want.Type != "") {
			t.Errorf("%q names %v, not %v", test.problem, got, test.want)
		}
	}
}
