package mdapi_test

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/orgkeep/orgkeep/pkg/mdapi"
)

func TestATraceHearsThatTheServiceIsBusy(t *testing.T) {
	t.Parallel()
	good := answer("describeMetadata", "<result><testRequired>true</testRequired></result>")
	fault := func(code, message string) func(http.ResponseWriter) {
		return func(w http.ResponseWriter) { w.WriteHeader(500); fmt.Fprint(w, soapFault(code, message)) }
	}
	status := func(n int) func(http.ResponseWriter) { return func(w http.ResponseWriter) { w.WriteHeader(n) } }
	for name, tc := range map[string]struct {
		fail func(http.ResponseWriter)
		want []string
	}{
		"503":                        {status(503), []string{"throttled", "again", "throttled", "again"}},
		"429":                        {status(429), []string{"throttled", "again", "throttled", "again"}},
		"420":                        {status(420), []string{"throttled", "again", "throttled", "again"}},
		"a lock":                     {fault("UNABLE_TO_LOCK_ROW", "unable to obtain exclusive access"), []string{"throttled", "again", "throttled", "again"}},
		"too many calls at a time":   {fault("REQUEST_LIMIT_EXCEEDED", "ConcurrentRequests (Concurrent API Requests) Limit exceeded."), []string{"throttled", "again", "throttled", "again"}},
		"a reset":                    {drop, nil},
		"a gateway that has no host": {status(502), nil},
		"what passes for others":     {fault("UNKNOWN_EXCEPTION", "please retry your request"), nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := serve(t, func(w http.ResponseWriter, _ seen, before int) {
				if before < 2 {
					tc.fail(w)
					return
				}
				fmt.Fprint(w, good)
			})
			var heard []string
			ctx := mdapi.WithTrace(t.Context(), mdapi.Trace{
				Throttled: func() { heard = append(heard, "throttled") },
				Again:     func(context.Context) error { heard = append(heard, "again"); return nil },
			})
			if _, err := s.client(t).DescribeMetadata(ctx); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tc.want, heard); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestATraceCanEndACallThatWaits(t *testing.T) {
	t.Parallel()
	s := serve(t, func(w http.ResponseWriter, _ seen, _ int) { w.WriteHeader(http.StatusServiceUnavailable) })
	enough := errors.New("enough")
	ctx := mdapi.WithTrace(t.Context(), mdapi.Trace{Again: func(context.Context) error { return enough }})
	if _, err := s.client(t).DescribeMetadata(ctx); !errors.Is(err, enough) || len(s.ops()) != 1 {
		t.Errorf("%v after %d calls", err, len(s.ops()))
	}
}

func TestATraceHearsOfAZipWhileItComes(t *testing.T) {
	t.Parallel()
	const size = 300_000
	zip := base64.StdEncoding.EncodeToString([]byte(strings.Repeat("PK", size/2)))
	reply := answer("checkRetrieveStatus", "<result><done>true</done><id>09S1</id><status>Succeeded</status><success>true</success><zipFile>"+zip+"</zipFile></result>")
	s := serve(t, func(w http.ResponseWriter, _ seen, before int) {
		if before == 0 {
			half(w, reply)
		}
		fmt.Fprint(w, reply)
	})
	var heard []int64
	ctx := mdapi.WithTrace(t.Context(), mdapi.Trace{Zip: func(n int64) { heard = append(heard, n) }})
	if _, err := s.client(t).CheckRetrieveStatus(ctx, "09S1", filepath.Join(t.TempDir(), "a.zip")); err != nil {
		t.Fatal(err)
	}
	falls := 0
	for i := 1; i < len(heard); i++ {
		if heard[i] <= heard[i-1] {
			falls++
		}
	}
	if len(heard) < 10 || heard[len(heard)-1] != size || falls != 1 {
		t.Errorf("heard %d times, fell %d times: %v", len(heard), falls, heard)
	}
}
