package capture_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/orgkeep/orgkeep/internal/capture"
	"github.com/orgkeep/orgkeep/internal/demo"
	"github.com/orgkeep/orgkeep/internal/diff"
	"github.com/orgkeep/orgkeep/internal/retrieve"
	"github.com/orgkeep/orgkeep/pkg/emulator"
	"github.com/orgkeep/orgkeep/pkg/mdapi"
	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// missing gives what a coverage names, as "Type:Name carried".
func missing(c capture.Coverage) []string {
	out := []string{}
	for _, m := range c.Missing {
		text := m.Type + ":" + m.FullName
		if m.Carried {
			text += " carried"
		}
		out = append(out, text)
	}
	return out
}

// Faults that leave something unread: whatever did not come stays in the
// snapshot as it was, and the coverage names it.
func TestWhatDoesNotComeIsNeverTakenAsDeleted(t *testing.T) {
	t.Parallel()
	gateway := emulator.Fault{
		Call: "listMetadata", Kind: emulator.FaultSOAP, Count: -1, Code: "UNKNOWN_EXCEPTION",
		Message: "UNKNOWN_EXCEPTION: An unexpected error occurred. Please include this ErrorId if you contact support: 1299731893-85513 (-412)",
	}
	tests := []struct {
		name   string
		faults []emulator.Fault
		// some of what the coverage must name.
		named []string
	}{
		{"a type that the org hides", []emulator.Fault{{Kind: emulator.FaultHiddenType, Type: "ApexClass"}}, []string{"ApexClass:CaseRouter carried", "ApexClass:RateCard carried"}},
		{"a child type that the org hides", []emulator.Fault{{Kind: emulator.FaultHiddenType, Type: "CustomObject"}}, []string{"CustomObject:Project__c carried"}},
		{"every list fails", []emulator.Fault{gateway}, []string{"ApexClass:*", "CustomField:*", "ReportFolder:*", "EmailFolder:*"}},
		{"a component that cannot be loaded", []emulator.Fault{{Kind: emulator.FaultMessage, Count: -1, Type: "ApexClass", Name: "RateCard"}}, []string{"ApexClass:RateCard carried"}},
		{"a profile that cannot be loaded", []emulator.Fault{{Kind: emulator.FaultMessage, Count: -1, Type: "Profile", Name: "Admin"}}, []string{"Profile:Admin carried"}},
		{"an object that cannot be loaded", []emulator.Fault{{Kind: emulator.FaultMessage, Count: -1, Type: "CustomObject", Name: "Account"}}, []string{"CustomObject:Account carried"}},
		{
			"a component of which the retrieve says that it is not there, and the list that it is",
			[]emulator.Fault{{Kind: emulator.FaultMessage, Count: -1, Type: "ApexClass", Name: "RateCard", Message: "Entity of type 'ApexClass' named 'RateCard' cannot be found"}},
			[]string{"ApexClass:RateCard carried"},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, demo.Org())
			w.must()
			before := w.head()
			if err := w.org.Inject(test.faults...); err != nil {
				t.Fatal(err)
			}
			result := w.must()
			same(t, before, w.head())
			if result.State.Coverage.Complete() {
				t.Error("the run says that it is complete")
			}
			got := missing(result.State.Coverage)
			for _, name := range test.named {
				if !slices.Contains(got, name) {
					t.Errorf("the coverage does not name %s, only %v", name, got)
				}
			}
			if again := w.must(); again.Changed() {
				t.Error("the same trouble made a second commit")
			}
			w.clock.advance(time.Hour)
			quick := w.must(incremental)
			now := missing(quick.State.Coverage)
			for _, name := range got {
				if !slices.Contains(now, name) {
					t.Errorf("a run on top of it, full: %t, does not name %s", quick.Full, name)
				}
			}
			same(t, before, w.head())
		})
	}
}

// Faults that pass: the run tries again and lacks nothing.
func TestTroubleThatPassesLeavesNoTrace(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		fault emulator.Fault
	}{
		{"a zip that lacks its end", emulator.Fault{Kind: emulator.FaultTruncatedZip}},
		{"a zip that holds something hostile", emulator.Fault{Kind: emulator.FaultHostileZip, Name: "../../.bashrc"}},
		{"a retrieve that the org gives up once", emulator.Fault{Kind: emulator.FaultFailRetrieve, Code: "UNKNOWN_EXCEPTION", Message: "UNKNOWN_EXCEPTION: ErrorId 1-2"}},
		{"a reply with the zip that breaks off", emulator.Fault{Call: "checkRetrieveStatus", Nth: 2, Kind: emulator.FaultHalfBody}},
		{"a list that the network loses", emulator.Fault{Call: "listMetadata", Nth: 3, Count: 2, Kind: emulator.FaultReset}},
		{"a gateway that is overloaded", emulator.Fault{Call: "*", Nth: 2, Count: 3, Kind: emulator.FaultHTTP, Status: 503}},
		{"a list that fails together with others and not alone", emulator.Fault{Call: "listMetadata", Nth: 2, Kind: emulator.FaultSOAP, Code: "UNKNOWN_EXCEPTION", Message: "UNKNOWN_EXCEPTION: x"}},
		{"a retrieve that cannot be started at first", emulator.Fault{Call: "retrieve", Kind: emulator.FaultSOAP, Code: "UNKNOWN_EXCEPTION", Message: "UNKNOWN_EXCEPTION: x"}},
		{"one retrieve that is too large", emulator.Fault{Kind: emulator.FaultFailRetrieve, Code: "LIMIT_EXCEEDED", Message: "LIMIT_EXCEEDED: Too many files in retrieve call, limit is: 10000"}},
		{"three retrieves that are too large", emulator.Fault{Kind: emulator.FaultFailRetrieve, Count: 3, Code: "LIMIT_EXCEEDED", Message: "LIMIT_EXCEEDED: x"}},
		{"nine retrieves that are too large", emulator.Fault{Kind: emulator.FaultFailRetrieve, Count: 9, Code: "LIMIT_EXCEEDED", Message: "LIMIT_EXCEEDED: x"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, demo.Org(), emulator.WithFaults(test.fault))
			result := w.must()
			if got := missing(result.State.Coverage); len(got) > 0 {
				t.Errorf("missing: %v", got)
			}
			same(t, w.truth(leftOut()...), w.head())
			if again := w.must(); again.Changed() {
				t.Errorf("the next run found other things: %v", again.Diff.Changes)
			}
		})
	}
}

// renewing is a source of tokens that can get new ones.
type renewing struct{ org *emulator.Server }

func (r renewing) Token(context.Context) (string, error) { return r.org.Credentials().AccessToken, nil }

func (r renewing) Refresh(context.Context, string) (string, error) {
	return r.org.NewSession(demo.Administrator().Username)
}

// held is a renewing source that remembers.
type held struct {
	renewing
	token chan string
}

func (h held) Token(ctx context.Context) (string, error) {
	token := <-h.token
	h.token <- token
	return token, nil
}

func (h held) Refresh(ctx context.Context, stale string) (string, error) {
	token := <-h.token
	if token == stale {
		var err error
		if token, err = h.renewing.Refresh(ctx, stale); err != nil {
			return "", err
		}
	}
	h.token <- token
	return token, nil
}

func TestASessionThatEndsInTheMiddleIsRenewed(t *testing.T) {
	t.Parallel()
	for _, nth := range []int{1, 5, 40, 60} {
		t.Run(fmt.Sprintf("before call %d", nth), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, demo.Org(), emulator.WithFaults(emulator.Fault{Call: "*", Nth: nth, Kind: emulator.FaultExpire}))
			tokens := held{renewing{w.org}, make(chan string, 1)}
			tokens.token <- w.org.Credentials().AccessToken
			w.client = w.signIn(tokens)
			result := w.must()
			if got := missing(result.State.Coverage); len(got) > 0 {
				t.Errorf("missing: %v", got)
			}
			same(t, w.truth(leftOut()...), w.head())
		})
	}
}

// What ends a run at any call leaves the last snapshot as it was, and the next run
// as if it had not been.
func TestARunThatEndsEarlyRecordsNothing(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		fault emulator.Fault
		want  error
	}{
		{"the session ends and cannot be renewed", emulator.Fault{Kind: emulator.FaultExpire}, mdapi.ErrSessionExpired},
		{"the org has no calls left", emulator.Fault{Kind: emulator.FaultSOAP, Code: "REQUEST_LIMIT_EXCEEDED", Message: "REQUEST_LIMIT_EXCEEDED: TotalRequests Limit exceeded.", Count: -1}, mdapi.ErrRequestLimit},
		{"nobody answers any more", emulator.Fault{Kind: emulator.FaultReset, Count: -1}, nil},
	}
	for _, test := range tests {
		for i, call := range []string{"describeMetadata", "listMetadata", "retrieve", "checkRetrieveStatus"} {
			if i%2 == len(test.name)%2 && rounds(0, 1) == 0 {
				continue
			}
			t.Run(test.name+" at "+call, func(t *testing.T) {
				t.Parallel()
				w := newWorld(t, demo.Org())
				w.must()
				before := w.head()
				fault := test.fault
				fault.Call = call
				if err := w.org.Inject(fault); err != nil {
					t.Fatal(err)
				}
				_, err := w.run()
				if err == nil || test.want != nil && !errors.Is(err, test.want) {
					t.Errorf("the run ended with %v, not %v", err, test.want)
				}
				same(t, before, w.head())
			})
		}
	}
}

// poison makes every retrieve fail that names a component.
type poison struct {
	*mdapi.Client
	bad  []metadata.Component
	code string
	// asked counts retrieves.
	asked *int
	most  int // members that one retrieve may name; 0 for any number
}

func (p poison) Retrieve(ctx context.Context, req mdapi.RetrieveRequest) (mdapi.AsyncID, error) {
	*p.asked++
	return p.Client.Retrieve(ctx, req)
}

// WaitRetrieve answers as the service does for a retrieve that it gave up; which
// ones is told by their manifests, so these are kept by id.
type poisoned struct {
	poison
	manifests map[mdapi.AsyncID]metadata.Manifest
}

func (p poisoned) Retrieve(ctx context.Context, req mdapi.RetrieveRequest) (mdapi.AsyncID, error) {
	id, err := p.poison.Retrieve(ctx, req)
	p.manifests[id] = req.Manifest
	return id, err
}

func (p poisoned) WaitRetrieve(ctx context.Context, id mdapi.AsyncID, zip string, progress func(mdapi.RetrieveStatus)) (mdapi.RetrieveResult, error) {
	members := p.manifests[id].Components()
	for _, c := range p.bad {
		if slices.Contains(members, c) {
			return mdapi.RetrieveResult{ID: id, Done: true, Status: "Failed", ErrorCode: p.code, ErrorMessage: p.code + ": insufficient access rights on entity: " + c.FullName}, nil
		}
	}
	if p.most > 0 && len(members) > p.most {
		return mdapi.RetrieveResult{ID: id, Done: true, Status: "Failed", ErrorCode: "LIMIT_EXCEEDED", ErrorMessage: "LIMIT_EXCEEDED: Too many files in retrieve call, limit is: 10000"}, nil
	}
	return p.poison.WaitRetrieve(ctx, id, zip, progress)
}

// A folder whose list fails says nothing of what lies in it, at any depth.
func TestAFolderThatCannotBeListedKeepsItsMembers(t *testing.T) {
	t.Parallel()
	tests := []struct {
		folder, deleted string
		stays           bool
	}{
		{"Acme_Sales", "Acme_Sales/Lost_Deals", true},
		{"Acme_Sales/Forecast/Board", "Acme_Sales/Forecast/Board/Discounts_by_Region", true},
		{"Acme_Service", "Acme_Sales/Lost_Deals", false},
		{"Acme_Sales", "Acme_Sales/Forecast/Open_Pipeline", false},
	}
	for _, test := range tests {
		t.Run(test.deleted+" when the list of "+test.folder+" fails", func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, demo.Org())
			w.must()
			gone := metadata.Component{Type: "Report", FullName: test.deleted}
			w.edit("tom.osei@acme.example", func(e *emulator.Editor) error { return e.Delete(gone) })
			result, err := w.runOn(failingLists{w.client, mdapi.ListQuery{Type: "Report", Folder: test.folder}})
			if err != nil {
				t.Fatal(err)
			}
			got := missing(result.State.Coverage)
			if !slices.Contains(got, "Report:"+test.folder+"/*") {
				t.Errorf("the coverage does not name the folder: %v", got)
			}
			_, there := w.head().Get("reports/" + test.deleted + ".report")
			if there != test.stays || test.stays != slices.Contains(got, gone.String()+" carried") {
				t.Errorf("it is there: %t, and the coverage says %v", there, got)
			}
		})
	}
}

func TestOneRottenComponentDoesNotSpoilTheRest(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		bad  []metadata.Component
		want []string
	}{
		{"a class", []metadata.Component{{Type: "ApexClass", FullName: "RateCard"}}, []string{"ApexClass:RateCard carried"}},
		{"the first component of all", []metadata.Component{{Type: "ApexClass", FullName: "CaseRouter"}}, []string{"ApexClass:CaseRouter carried"}},
		{"an object, whose layouts still come", []metadata.Component{{Type: "CustomObject", FullName: "Case"}}, []string{"CustomObject:Case carried"}},
		{"a layout, whose object still comes", []metadata.Component{{Type: "Layout", FullName: "Case-Complaint Layout"}}, []string{"Layout:Case-Complaint Layout carried"}},
		{"a profile", []metadata.Component{{Type: "Profile", FullName: "Acme Technician"}}, []string{"Profile:Acme Technician carried"}},
		{"all profiles", []metadata.Component{{Type: "Profile", FullName: "Acme Technician"}, {Type: "Profile", FullName: "Admin"}, {Type: "Profile", FullName: "Acme Sales User"}}, []string{"Profile:Acme Sales User carried", "Profile:Acme Technician carried", "Profile:Admin carried"}},
		{"a class, a report and a translation", []metadata.Component{{Type: "ApexClass", FullName: "RateCard"}, {Type: "Report", FullName: "Acme_Sales/Lost_Deals"}, {Type: "Translations", FullName: "fr"}}, []string{"ApexClass:RateCard carried", "Report:Acme_Sales/Lost_Deals carried", "Translations:fr carried"}},
	}
	for i, code := range []string{"INSUFFICIENT_ACCESS", "UNKNOWN_EXCEPTION", "LIMIT_EXCEEDED"} {
		for j, test := range tests {
			if (i+j)%rounds(3, 1) != 0 {
				continue
			}
			t.Run(test.name+" that ends in "+code, func(t *testing.T) {
				t.Parallel()
				w := newWorld(t, demo.Org())
				w.must()
				before := w.head()
				asked := 0
				result, err := w.runOn(poisoned{poison{Client: w.client, bad: test.bad, code: code, asked: &asked}, map[mdapi.AsyncID]metadata.Manifest{}})
				if err != nil {
					t.Fatal(err)
				}
				same(t, before, w.head())
				got := missing(result.State.Coverage)
				if diff := cmp.Diff(test.want, got); diff != "" && code != "LIMIT_EXCEEDED" {
					t.Errorf("the coverage (-want +got):\n%s", diff)
				}
				for _, name := range test.want {
					if !slices.Contains(got, name) {
						t.Errorf("the coverage does not name %s, only %v", name, got)
					}
				}
				t.Logf("%d retrieves", asked)
			})
		}
	}
}

func TestARetrieveThatIsTooLargeIsCutUntilItFits(t *testing.T) {
	t.Parallel()
	for _, most := range []int{6, 20, 60, 150} {
		if most == 6 && rounds(0, 1) == 0 {
			continue
		}
		t.Run(fmt.Sprintf("%d members at most", most), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, demo.Org())
			asked := 0
			result, err := w.runOn(poisoned{poison{Client: w.client, most: most, asked: &asked}, map[mdapi.AsyncID]metadata.Manifest{}})
			if err != nil {
				t.Fatal(err)
			}
			if got := missing(result.State.Coverage); len(got) > 0 {
				t.Errorf("missing: %v", got)
			}
			same(t, w.truth(leftOut()...), w.head())
			t.Logf("%d retrieves", asked)
		})
	}
}

func TestAnOrgThatGivesUpEveryRetrieveEndsTheRun(t *testing.T) {
	t.Parallel()
	w := newWorld(t, demo.Org(), emulator.WithFaults(emulator.Fault{Kind: emulator.FaultFailRetrieve, Code: "UNKNOWN_EXCEPTION", Message: "UNKNOWN_EXCEPTION: no", Count: -1}))
	_, err := w.run()
	if err == nil || !strings.Contains(err.Error(), "every retrieve fails") || !strings.Contains(err.Error(), "UNKNOWN_EXCEPTION: no") {
		t.Errorf("the run ended with %v", err)
	}
	if n := calls(w.org, "retrieve"); n > 40 {
		t.Errorf("%d retrieves were started", n)
	}
}

func calls(org *emulator.Server, name string) int {
	n := 0
	for _, c := range org.Calls() {
		if c.Name == name {
			n++
		}
	}
	return n
}

// A field whose list failed and which is really gone stays for this run; what else
// changed in its object does not wait for it.
func TestAChildThatNobodyCanSpeakForStaysInItsParent(t *testing.T) {
	t.Parallel()
	w := newWorld(t, demo.Org())
	w.must()
	w.edit("tom.osei@acme.example", func(e *emulator.Editor) error {
		if err := e.Delete(metadata.Component{Type: "CustomField", FullName: "Project__c.Budget__c"}); err != nil {
			return err
		}
		return e.Delete(metadata.Component{Type: "ListView", FullName: "Project__c.All"})
	})
	result, err := w.runOn(failingLists{w.client, mdapi.ListQuery{Type: "CustomField"}})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"CustomField:*", "CustomField:Project__c.Budget__c carried"}, missing(result.State.Coverage)); diff != "" {
		t.Errorf("the coverage (-want +got):\n%s", diff)
	}
	// The org took the field out of whatever named it.
	want := []string{
		"changed CustomObjectTranslation:Project__c-de", "changed Layout:Project__c-Project Layout", "deleted ListView:Project__c.All",
		"changed Profile:Acme Sales User", "changed Profile:Admin",
	}
	if diff := cmp.Diff(want, changes(result.Diff)); diff != "" {
		t.Errorf("the changes (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"deleted CustomField:Project__c.Budget__c"}, changes(w.must().Diff)); diff != "" {
		t.Errorf("the changes of the next run (-want +got):\n%s", diff)
	}
	same(t, w.truth(leftOut()...), w.head())
}

type failingLists struct {
	*mdapi.Client
	query mdapi.ListQuery
}

func (f failingLists) ListMetadata(ctx context.Context, queries ...mdapi.ListQuery) ([]mdapi.FileProperties, error) {
	for _, q := range queries {
		if q == f.query {
			return nil, &mdapi.Fault{Code: "UNKNOWN_EXCEPTION", Message: "UNKNOWN_EXCEPTION: it takes too long"}
		}
	}
	return f.Client.ListMetadata(ctx, queries...)
}

func changes(d diff.Result) []string {
	var out []string
	for _, c := range d.Changes {
		out = append(out, c.Kind.String()+" "+c.Component.String())
	}
	return out
}

var _ retrieve.Retriever = poisoned{}
