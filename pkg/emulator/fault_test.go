package emulator_test

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/orgkeep/orgkeep/pkg/emulator"
	"github.com/orgkeep/orgkeep/pkg/metadata"
)

func TestFaultsStrikeTheCallsTheyName(t *testing.T) {
	t.Parallel()
	o := serve(t, sample(), emulator.WithFaults(
		emulator.Fault{Call: "describeMetadata", Nth: 2, Count: 2, Kind: emulator.FaultHTTP, Status: 429, RetryAfter: "7"},
		emulator.Fault{Call: "limits", Kind: emulator.FaultSOAP, Code: "REQUEST_LIMIT_EXCEEDED", Message: "TotalRequests Limit exceeded."},
	))
	var codes []int
	for range 4 {
		codes = append(codes, o.soap("<describeMetadata/>").Code)
	}
	if diff := cmp.Diff([]int{200, 429, 429, 200}, codes); diff != "" {
		t.Error(diff)
	}
	if w := o.get("/services/data/v66.0/limits"); w.Code != 403 || !strings.Contains(w.Body.String(), "REQUEST_LIMIT_EXCEEDED") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	var called []string
	for _, c := range o.Calls() {
		called = append(called, c.Name)
	}
	if diff := cmp.Diff([]string{"describeMetadata", "describeMetadata", "describeMetadata", "describeMetadata", "limits"}, called); diff != "" {
		t.Error(diff)
	}
}

// listen starts the server on loopback and describes the org.
func (o *org) listen() (*http.Response, error) {
	o.t.Helper()
	o.start()
	return o.ask(http.MethodPost, "/services/Soap/m/66.0", envelope(o.token, "<describeMetadata/>"))
}

func (o *org) start() {
	o.t.Helper()
	if err := o.Start(o.t.Context(), "127.0.0.1:0"); err != nil {
		o.t.Fatal(err)
	}
	o.t.Cleanup(func() {
		if err := o.Close(); err != nil {
			o.t.Error(err)
		}
	})
}

func (o *org) ask(method, path, body string) (*http.Response, error) {
	o.t.Helper()
	r, err := http.NewRequestWithContext(o.t.Context(), method, o.URL()+path, strings.NewReader(body))
	if err != nil {
		o.t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+o.token)
	return http.DefaultClient.Do(r)
}

// bodyOf reads a reply to its end.
func bodyOf(resp *http.Response) (string, error) {
	body, err := io.ReadAll(resp.Body)
	return string(body), errors.Join(err, resp.Body.Close())
}

func TestAStalledReplyHoldsUpNobodyElse(t *testing.T) {
	t.Parallel()
	o := serve(t, sample(), emulator.WithFaults(emulator.Fault{Call: "limits", Kind: emulator.FaultStall}))
	o.start()
	stalled, err := o.ask(http.MethodGet, "/services/data/v66.0/limits", "")
	if err != nil {
		t.Fatal(err)
	}
	other, err := o.ask(http.MethodGet, "/services/data/v66.0/limits", "")
	if err != nil {
		t.Fatal(err)
	}
	whole, err := bodyOf(other)
	if err != nil || !strings.Contains(whole, "DailyApiRequests") {
		t.Errorf("%v %s", err, whole)
	}
	half := make([]byte, len(whole)/2)
	if n, err := io.ReadFull(stalled.Body, half); err != nil {
		t.Errorf("%d bytes of the first half: %v", n, err)
	}
	if err := stalled.Body.Close(); err != nil {
		t.Error(err)
	}
}

func TestConnectionsBreak(t *testing.T) {
	t.Parallel()
	for name, kind := range map[string]string{"a reset": emulator.FaultReset, "half a body": emulator.FaultHalfBody} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := serve(t, sample(), emulator.WithFaults(emulator.Fault{Kind: kind}))
			resp, err := o.listen()
			if kind == emulator.FaultReset {
				if err == nil {
					_ = resp.Body.Close()
					t.Error("a reply came")
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			body, err := io.ReadAll(resp.Body)
			if err = errors.Join(err, resp.Body.Close()); err == nil || len(body) == 0 {
				t.Errorf("%d bytes, %v", len(body), err)
			}
		})
	}
}

func TestAStallGoesOn(t *testing.T) {
	t.Parallel()
	o := serve(t, sample(), emulator.WithFaults(emulator.Fault{Kind: emulator.FaultStall, Delay: emulator.Duration(time.Millisecond)}))
	resp, err := o.listen()
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(resp.Body)
	if err = errors.Join(err, resp.Body.Close()); err != nil || !strings.HasSuffix(string(body), "</soapenv:Envelope>") {
		t.Errorf("%d bytes, %v", len(body), err)
	}
}

func TestResultsAreSpoiled(t *testing.T) {
	t.Parallel()
	ask := map[string][]string{"ApexClass": {"Captain"}, "Settings": {"*"}}
	t.Run("a component is withheld with a message", func(t *testing.T) {
		t.Parallel()
		o := serve(t, sample(), emulator.WithFaults(emulator.Fault{Kind: emulator.FaultMessage, Type: "ApexClass", Name: "Captain"}))
		if got := o.retrieve(66, map[string][]string{"Settings": {"*"}}); len(got.messages) > 0 {
			t.Error("a retrieve without it:", got.messages)
		}
		got := o.retrieve(66, ask)
		want := []string{"Load of metadata from db failed for metadata of type:ApexClass and file name:Captain."}
		if diff := cmp.Diff(want, got.messages); diff != "" || got.files["classes/Captain.cls"] != "" {
			t.Error(diff, paths(got.files))
		}
	})
	t.Run("a hostile entry", func(t *testing.T) {
		t.Parallel()
		o := serve(t, sample(), emulator.WithFaults(emulator.Fault{Kind: emulator.FaultHostileZip, Name: "../out"}))
		if got := o.retrieve(66, ask); got.files["../out"] == "" {
			t.Error(paths(got.files))
		}
	})
	t.Run("a retrieve that fails", func(t *testing.T) {
		t.Parallel()
		o := serve(t, sample(), emulator.WithFaults(emulator.Fault{Kind: emulator.FaultFailRetrieve, Code: "UNKNOWN_EXCEPTION", Message: "UNKNOWN_EXCEPTION: ErrorId 1"}))
		if got := o.retrieve(66, ask); got.failure != "UNKNOWN_EXCEPTION: ErrorId 1" {
			t.Error(got.status, got.failure)
		}
	})
	t.Run("a component that no retrieve survives", func(t *testing.T) {
		t.Parallel()
		o := serve(t, sample(), emulator.WithFaults(emulator.Fault{Kind: emulator.FaultFailRetrieve, Count: -1, Type: "ApexClass", Name: "Captain", Code: "UNKNOWN_EXCEPTION", Message: "UNKNOWN_EXCEPTION: ErrorId 2"}))
		for range 2 {
			if got := o.retrieve(66, map[string][]string{"Settings": {"*"}}); got.status != "Succeeded" {
				t.Error(got.status, got.failure)
			}
			if got := o.retrieve(66, ask); got.failure != "UNKNOWN_EXCEPTION: ErrorId 2" {
				t.Error(got.status, got.failure)
			}
		}
	})
	t.Run("a hidden type", func(t *testing.T) {
		t.Parallel()
		o := serve(t, sample(), emulator.WithFaults(emulator.Fault{Kind: emulator.FaultHiddenType, Type: "ApexClass"}))
		w := o.soap("<listMetadata><queries><type>ApexClass</type></queries></listMetadata>")
		if !strings.Contains(w.Body.String(), "INVALID_TYPE: Cannot use: ApexClass in this organization") {
			t.Error(w.Body)
		}
	})
	t.Run("a hidden type in other words", func(t *testing.T) {
		t.Parallel()
		const words = "Cannot use: ApexClass in this version"
		o := serve(t, sample(), emulator.WithFaults(emulator.Fault{Kind: emulator.FaultHiddenType, Type: "ApexClass", Message: words}))
		w := o.soap("<listMetadata><queries><type>ApexClass</type></queries></listMetadata>")
		if !strings.Contains(w.Body.String(), "INVALID_TYPE: "+words) {
			t.Error(w.Body)
		}
		w = o.soap("<listMetadata><queries><type>Nonsense</type></queries></listMetadata>")
		if !strings.Contains(w.Body.String(), "INVALID_TYPE: Unknown type:Nonsense") {
			t.Error(w.Body)
		}
	})
	t.Run("a reply that says nothing", func(t *testing.T) {
		t.Parallel()
		o := serve(t, sample(), emulator.WithFaults(emulator.Fault{Kind: emulator.FaultEmptyBody, Call: "listMetadata"}))
		for _, empty := range []bool{true, false} {
			w := o.soap("<listMetadata><queries><type>ApexClass</type></queries></listMetadata>")
			if w.Code != http.StatusOK || (w.Body.Len() == 0) != empty {
				t.Errorf("%d %s", w.Code, w.Body)
			}
		}
	})
	t.Run("a locked setup", func(t *testing.T) {
		t.Parallel()
		o := serve(t, sample(), emulator.WithFaults(emulator.Fault{Kind: emulator.FaultLock}))
		got := o.deploy(post("CustomLabel:Bye"), careful)
		if got.status != "Failed" || text(got.result, "errorStatusCode") != "ALREADY_IN_PROCESS" {
			t.Error(got.status)
		}
	})
	t.Run("a component that fails", func(t *testing.T) {
		t.Parallel()
		o := serve(t, sample(), emulator.WithFaults(emulator.Fault{Kind: emulator.FaultFailComponent, Type: "CustomLabel", Name: "Bye", Message: "no"}))
		if got := o.deploy(post("CustomLabel:Bye"), careful); got.status != "Failed" || o.file("labels/CustomLabels.labels") != sample()["labels/CustomLabels.labels"] {
			t.Error(got.status, got.failures)
		}
	})
}

func TestListsOfFaults(t *testing.T) {
	t.Parallel()
	want := []emulator.Fault{{Call: "retrieve", Nth: 2, Count: -1, Kind: "latency", Delay: emulator.Duration(50 * time.Millisecond)}}
	for name, list := range map[string]string{
		"as YAML": "- call: retrieve\n  nth: 2\n  count: -1\n  kind: latency\n  delay: 50ms\n",
		"as JSON": `[{"call":"retrieve","nth":2,"count":-1,"kind":"latency","delay":"50ms"}]`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := emulator.ParseFaults([]byte(list))
			if diff := cmp.Diff(want, got); diff != "" || err != nil {
				t.Error(diff, err)
			}
		})
	}
	if _, err := emulator.ParseFaults([]byte("- kind: nonsense\n")); !errors.Is(err, emulator.ErrFault) {
		t.Errorf("err %v", err)
	}
	if _, err := emulator.ParseFaults([]byte("- kindd: reset\n")); err == nil {
		t.Error("an unknown field was taken")
	}
}

func TestUnknownBehavioursAreRefused(t *testing.T) {
	t.Parallel()
	for _, pair := range [][2]string{{"nonsense", "x"}, {"dates", "x"}} {
		if _, err := emulator.New(emulator.WithBehaviour(pair[0], pair[1])); !errors.Is(err, emulator.ErrUnknownBehaviour) {
			t.Errorf("%v: %v", pair, err)
		}
	}
	for _, b := range emulator.Behaviours() {
		for _, value := range b.Alternatives {
			if _, err := emulator.New(emulator.WithBehaviour(b.Name, value)); err != nil || b.Meaning == "" {
				t.Errorf("%s=%s: %v", b.Name, value, err)
			}
		}
	}
}

func TestTheOrgChangesBetweenCalls(t *testing.T) {
	t.Parallel()
	hook := func(s *emulator.Server, call string, nth int) {
		if call != "listMetadata" || nth != 2 {
			return
		}
		err := s.Edit("admin@emulator.example", func(e *emulator.Editor) error {
			return e.Delete(metadata.Component{Type: "CustomLabel", FullName: "Bye"})
		})
		if err != nil {
			t.Error(err)
		}
	}
	o := serve(t, sample(), emulator.WithHook(hook))
	var seen []int
	for range 3 {
		seen = append(seen, len(o.list("CustomLabel", "")))
	}
	if diff := cmp.Diff([]int{2, 1, 1}, seen); diff != "" {
		t.Error(diff)
	}
}
