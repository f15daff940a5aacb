package mdapi_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"testing/fstest"
	"time"

	"github.com/orgkeep/orgkeep/pkg/emulator"
	"github.com/orgkeep/orgkeep/pkg/mdapi"
	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// mishap spoils one call. It may let the org answer.
type mishap func(w http.ResponseWriter, r *http.Request, org http.Handler)

func mishaps() map[string]mishap {
	return map[string]mishap{
		"reset before": func(w http.ResponseWriter, _ *http.Request, _ http.Handler) { drop(w) },
		"reset after":  func(w http.ResponseWriter, r *http.Request, org http.Handler) { record(r, org); drop(w) },
		"half a body":  func(w http.ResponseWriter, r *http.Request, org http.Handler) { half(w, record(r, org)) },
		"empty body":   func(_ http.ResponseWriter, r *http.Request, org http.Handler) { record(r, org) },
		"503": func(w http.ResponseWriter, _ *http.Request, _ http.Handler) {
			w.Header().Set("Retry-After", "1")
			w.WriteHeader(http.StatusServiceUnavailable)
		},
		"429": func(w http.ResponseWriter, _ *http.Request, _ http.Handler) {
			w.WriteHeader(http.StatusTooManyRequests)
		},
		"502 after": func(w http.ResponseWriter, r *http.Request, org http.Handler) {
			record(r, org)
			w.WriteHeader(http.StatusBadGateway)
		},
		"session ends":  refuse("INVALID_SESSION_ID", http.StatusUnauthorized),
		"request limit": refuse("REQUEST_LIMIT_EXCEEDED", http.StatusForbidden),
		"stall": func(w http.ResponseWriter, r *http.Request, org http.Handler) {
			text := record(r, org)
			fmt.Fprint(w, text[:len(text)/2])
			_ = http.NewResponseController(w).Flush()
			<-r.Context().Done()
		},
	}
}

// record lets the org answer and keeps what it says.
func record(r *http.Request, org http.Handler) string {
	w := httptest.NewRecorder()
	org.ServeHTTP(w, r)
	return w.Body.String()
}

func refuse(code string, status int) mishap {
	return func(w http.ResponseWriter, r *http.Request, _ http.Handler) {
		if strings.Contains(r.URL.Path, "/Soap/") {
			w.WriteHeader(http.StatusInternalServerError)
			fmt.Fprint(w, soapFault(code, code+": no"))
			return
		}
		w.WriteHeader(status)
		fmt.Fprintf(w, `[{"errorCode":%q,"message":"no"}]`, code)
	}
}

// constant is a token that a renewal gives again: the emulator's sessions do not
// end by the mishaps here.
type constant string

func (c constant) Token(context.Context) (string, error)           { return string(c), nil }
func (c constant) Refresh(context.Context, string) (string, error) { return string(c), nil }

// story is what a snapshot and a rollback ask of an org. It stops at the first
// error.
func story(ctx context.Context, c *mdapi.Client, zip, dir string) (deployed bool, err error) {
	if _, err := c.UserInfo(ctx); err != nil {
		return false, err
	}
	if about, err := c.Organization(ctx); err != nil || !about.IsSandbox {
		return false, fmt.Errorf("organization %+v: %w", about, err)
	}
	if described, err := c.DescribeMetadata(ctx); err != nil || len(described.Types) == 0 {
		return false, fmt.Errorf("%d types: %w", len(described.Types), err)
	}
	if rows, err := c.ListMetadata(ctx, mdapi.ListQuery{Type: "ApexClass"}); err != nil || len(rows) != 1 {
		return false, fmt.Errorf("%d rows: %w", len(rows), err)
	}
	hello := metadata.NewManifest(66, metadata.Component{Type: "ApexClass", FullName: "Hello"})
	id, err := c.Retrieve(ctx, mdapi.RetrieveRequest{Manifest: hello, SinglePackage: true})
	if err != nil {
		return false, err
	}
	got, err := c.WaitRetrieve(ctx, id, filepath.Join(dir, "a.zip"), nil)
	if err != nil || !got.Success {
		return false, fmt.Errorf("retrieve %+v: %w", got, err)
	}
	job, err := c.Deploy(ctx, zip, mdapi.DeployOptions{RollbackOnError: true, SinglePackage: true})
	if err != nil {
		return false, err
	}
	result, err := c.WaitDeploy(ctx, job, nil)
	if err != nil || !result.Success {
		return false, fmt.Errorf("deploy %+v: %w", result, err)
	}
	return true, nil
}

// TestEveryMishapAtEveryCall: the right result or the right error, no deploy sent
// twice, and no rests of zips.
func TestEveryMishapAtEveryCall(t *testing.T) {
	t.Parallel()
	files := class()
	files["classes/Hello.cls"] = &fstest.MapFile{Data: []byte("public class Hello { /* new */ }\n")}
	files["package.xml"] = &fstest.MapFile{Data: metadata.NewManifest(66, metadata.Component{Type: "ApexClass", FullName: "Hello"}).XML()}
	zip := pack(t, files)
	calls := plot(t, zip, 0, nil, patient)
	if !calls.deployed || calls.total < 9 {
		t.Fatalf("undisturbed: %+v", calls)
	}
	var counts struct{ done, refused atomic.Int32 }
	t.Run("group", func(t *testing.T) {
		kinds := mishaps()
		for _, kind := range sorted(kinds) {
			for n := 1; n <= calls.total; n++ {
				t.Run(kind+" at call "+strconv.Itoa(n), func(t *testing.T) {
					t.Parallel()
					still := patient
					if kind == "stall" {
						still = hasty
					}
					run := plot(t, zip, n, kinds[kind], still)
					run.judge(t, kind)
					if run.deployed {
						counts.done.Add(1)
					} else {
						counts.refused.Add(1)
					}
				})
			}
		}
	})
	t.Logf("%d runs came through, %d ended with the right error", counts.done.Load(), counts.refused.Load())
}

// outcome is how a run of the story ended.
type outcome struct {
	total    int
	deployed bool
	err      error
	deploys  int // that the org has got
}

// How long a reply may stand still. On a busy machine one stands still for a
// moment without a mishap, and what is asked again would be a call too many.
const (
	hasty   = 100 * time.Millisecond
	patient = time.Minute
)

// plot runs the story with a mishap at call n.
func plot(t *testing.T, zip string, n int, strike mishap, still time.Duration) outcome {
	t.Helper()
	org, err := emulator.New(emulator.WithOrg(class()), emulator.WithUsername("ada@acme.example"), emulator.WithSandbox(true))
	if err != nil {
		t.Fatal(err)
	}
	var count atomic.Int32
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strike != nil && int(count.Add(1)) == n {
			strike(w, r, org)
			return
		}
		org.ServeHTTP(w, r)
	}))
	defer s.Close()
	c, err := mdapi.New(mdapi.Config{
		InstanceURL: s.URL, Version: 66, Tokens: constant(org.Credentials().AccessToken), Sleep: noSleep,
		ReplyTimeout: patient, StallTimeout: still,
	})
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	var out outcome
	out.deployed, out.err = story(t.Context(), c, zip, dir)
	calls := org.Calls()
	out.total = len(calls)
	for _, call := range calls {
		if call.Name == "deploy" {
			out.deploys++
		}
	}
	left, err := os.ReadDir(dir)
	if err != nil || len(left) > 1 || len(left) == 1 && left[0].Name() != "a.zip" {
		t.Errorf("left behind: %v, %v", left, err)
	}
	return out
}

func (o outcome) judge(t *testing.T, kind string) {
	t.Helper()
	if o.deploys > 1 {
		t.Errorf("%d deploys", o.deploys)
	}
	switch {
	case o.deployed:
		if kind == "request limit" {
			t.Error("the limit was not told")
		}
	case kind == "request limit":
		if !errors.Is(o.err, mdapi.ErrRequestLimit) || errors.Is(o.err, mdapi.ErrOutcomeUnknown) {
			t.Errorf("got %v", o.err)
		}
	case errors.Is(o.err, mdapi.ErrZipGone):
		if o.deploys > 0 {
			t.Errorf("a zip is gone after the deploy: %v", o.err)
		}
	case errors.Is(o.err, mdapi.ErrOutcomeUnknown):
	case kind == "429" && strings.HasPrefix(o.err.Error(), "deploy: "):
		if o.deploys > 0 {
			t.Errorf("it was sent: %v", o.err)
		}
	default:
		t.Errorf("got %v", o.err)
	}
}
