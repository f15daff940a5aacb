package mdapi_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"path/filepath"
	"regexp"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/orgkeep/orgkeep/pkg/mdapi"
)

var session = regexp.MustCompile(`<sessionId>(.*?)</sessionId>`)

func sessionOf(body string) string {
	if m := session.FindStringSubmatch(body); m != nil {
		return m[1]
	}
	return ""
}

const (
	running   = "<result><done>false</done><id>09S1</id><status>InProgress</status><success>false</success><zipFile xmlns:xsi='x' xsi:nil='true'/></result>"
	succeeded = "<result><done>true</done><id>09S1</id><status>Succeeded</status><success>true</success><zipFile xmlns:xsi='x' xsi:nil='true'/></result>"
	withZip   = "<result><done>true</done><id>09S1</id><status>Succeeded</status><success>true</success><zipFile>UEsFBg==</zipFile></result>"
)

func TestWaitsBeginShortAndGrow(t *testing.T) {
	t.Parallel()
	s := serve(t, func(w http.ResponseWriter, r seen, before int) {
		result := running
		switch {
		case before == 20:
			result = succeeded
		case before > 20:
			result = withZip
		}
		fmt.Fprint(w, answer(r.op, result))
	})
	var n naps
	var states []string
	path := filepath.Join(t.TempDir(), "a.zip")
	got, err := s.client(t, func(c *mdapi.Config) { c.Sleep = n.sleep }).
		WaitRetrieve(t.Context(), "09S1", path, func(r mdapi.RetrieveStatus) { states = append(states, r.Status) })
	if err != nil || got.ZipPath != path || got.ZipSize != 4 {
		t.Fatalf("%+v, %v", got, err)
	}
	if len(n.took) != 21 || n.took[0] > 200*time.Millisecond || n.took[20] < 5*time.Second || n.took[20] > 15*time.Second {
		t.Errorf("waits: %v", n.took)
	}
	if len(states) != 21 || states[0] != "InProgress" || states[20] != "Succeeded" {
		t.Errorf("told: %v", states)
	}
}

func TestTheZipIsAskedForOnceAndLast(t *testing.T) {
	t.Parallel()
	s := serve(t, func(w http.ResponseWriter, r seen, before int) {
		fmt.Fprint(w, answer(r.op, []string{running, succeeded, withZip}[before]))
	})
	if _, err := s.client(t).WaitRetrieve(t.Context(), "09S1", "", nil); err != nil {
		t.Fatal(err)
	}
	var asked []string
	for _, r := range s.seen {
		asked = append(asked, regexp.MustCompile(`<includeZip>(.*?)<`).FindStringSubmatch(r.body)[1])
	}
	if diff := cmp.Diff([]string{"false", "false", "true"}, asked); diff != "" {
		t.Errorf("includeZip (-want +got):\n%s", diff)
	}
}

func TestAZipThatComesUnaskedIsTaken(t *testing.T) {
	t.Parallel()
	s := serve(t, func(w http.ResponseWriter, r seen, before int) {
		fmt.Fprint(w, answer(r.op, []string{running, withZip}[before]))
	})
	if got, err := s.client(t).WaitRetrieve(t.Context(), "09S1", "", nil); err != nil || got.ZipSize != 4 {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestAZipThatIsGoneIsToldApart(t *testing.T) {
	t.Parallel()
	for name, last := range map[string]func(w http.ResponseWriter, before int){
		"a fault": func(w http.ResponseWriter, _ int) {
			w.WriteHeader(500)
			fmt.Fprint(w, soapFault("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id"))
		},
		"a reply without it": func(w http.ResponseWriter, _ int) { fmt.Fprint(w, answer("checkRetrieveStatus", succeeded)) },
		"a fault after half of it": func(w http.ResponseWriter, before int) {
			if before == 1 {
				half(w, answer("checkRetrieveStatus", withZip))
			}
			w.WriteHeader(500)
			fmt.Fprint(w, soapFault("INVALID_LOCATOR", "Retrieve result has been deleted"))
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := serve(t, func(w http.ResponseWriter, r seen, before int) {
				if before == 0 {
					fmt.Fprint(w, answer(r.op, succeeded))
					return
				}
				last(w, before)
			})
			if _, err := s.client(t).WaitRetrieve(t.Context(), "09S1", "", nil); !errors.Is(err, mdapi.ErrZipGone) {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestAJobMayBeLostForAMoment(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		faults int
		ok     bool
	}{
		"for a moment": {3, true}, "for good": {1000, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := serve(t, func(w http.ResponseWriter, r seen, before int) {
				if before < tc.faults {
					w.WriteHeader(500)
					fmt.Fprint(w, soapFault("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id"))
					return
				}
				fmt.Fprint(w, answer(r.op, "<result><done>true</done><status>Succeeded</status><success>true</success></result>"))
			})
			got, err := s.client(t).WaitDeploy(t.Context(), "0Af1", nil)
			if (err == nil) != tc.ok || got.Success != tc.ok {
				t.Errorf("%+v, %v", got, err)
			}
		})
	}
}

func TestAnInterruptedWaitEnds(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	s := serve(t, func(w http.ResponseWriter, r seen, before int) {
		if before == 2 {
			cancel()
		}
		fmt.Fprint(w, answer(r.op, running))
	})
	if _, err := s.client(t).WaitDeploy(ctx, "0Af1", nil); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func TestADeployIsToldOfWithoutDetailsUntilItIsDone(t *testing.T) {
	t.Parallel()
	s := serve(t, func(w http.ResponseWriter, r seen, before int) {
		if before < 2 {
			fmt.Fprint(w, answer(r.op, "<result><done>false</done><status>InProgress</status><numberComponentsDeployed>1</numberComponentsDeployed></result>"))
			return
		}
		fmt.Fprint(w, answer(r.op, "<result><done>true</done><status>Succeeded</status><success>true</success></result>"))
	})
	deployed := 0
	got, err := s.client(t).WaitDeploy(t.Context(), "0Af1", func(r mdapi.DeployResult) { deployed += r.NumberComponentsDeployed })
	if err != nil || !got.Success || got.ID != "0Af1" || deployed != 2 {
		t.Errorf("%+v, %v, told of %d", got, err, deployed)
	}
	var asked []string
	for _, r := range s.seen {
		asked = append(asked, regexp.MustCompile(`<includeDetails>(.*?)<`).FindStringSubmatch(r.body)[1])
	}
	if diff := cmp.Diff([]string{"false", "false", "false", "true"}, asked); diff != "" {
		t.Errorf("includeDetails (-want +got):\n%s", diff)
	}
}
