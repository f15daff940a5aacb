package mdapi_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/orgkeep/orgkeep/pkg/mdapi"
)

// logger writes without times.
func logger(out *bytes.Buffer) *slog.Logger {
	return slog.New(slog.NewTextHandler(out, &slog.HandlerOptions{Level: slog.LevelDebug, ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey {
			return slog.Attr{}
		}
		return a
	}}))
}

func TestALineForEachRequest(t *testing.T) {
	t.Parallel()
	s := serve(t, func(w http.ResponseWriter, r seen, before int) {
		w.Header().Set("X-Request-Id", "r-1")
		switch {
		case r.op == "query":
			fmt.Fprint(w, `{"done":true,"records":[]}`)
		case before == 0:
			w.WriteHeader(http.StatusServiceUnavailable)
		default:
			fmt.Fprint(w, answer(r.op, "<result/>"))
		}
	})
	var out bytes.Buffer
	now := time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC)
	var n naps
	c := s.client(t, func(c *mdapi.Config) {
		c.Log, c.Sleep, c.Now = logger(&out), n.sleep, func() time.Time { return now }
	})
	if _, err := c.DescribeMetadata(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Query(t.Context(), "SELECT Id FROM User WHERE Name = 'Ada'"); err != nil {
		t.Fatal(err)
	}
	want := `level=DEBUG msg=request method=POST path=/services/Soap/m/66.0 call=describeMetadata duration=0s status=503 request_id=r-1 error="the server answered 503 Service Unavailable"
level=DEBUG msg=again call=describeMetadata wait=` + n.took[0].String() + `
level=DEBUG msg=request method=POST path=/services/Soap/m/66.0 call=describeMetadata duration=0s status=200 request_id=r-1
level=DEBUG msg=request method=GET path=/services/data/v66.0/query call=query duration=0s status=200 request_id=r-1
`
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// Every call, answered and failing in every way, tells nobody the token.
func TestATokenIsSeenNowhere(t *testing.T) {
	t.Parallel()
	calls := produced(smallFile(t))
	calls["query"] = func(ctx context.Context, c *mdapi.Client) error {
		_, err := c.Query(ctx, "SELECT Id FROM User")
		return err
	}
	calls["limits"] = func(ctx context.Context, c *mdapi.Client) error { _, err := c.Limits(ctx); return err }
	calls["userinfo"] = func(ctx context.Context, c *mdapi.Client) error { _, err := c.UserInfo(ctx); return err }
	zip := smallFile(t)
	calls["deploy over REST"] = func(ctx context.Context, c *mdapi.Client) error {
		_, err := c.DeployREST(ctx, zip, mdapi.DeployOptions{})
		return err
	}
	for name, reply := range map[string]func(w http.ResponseWriter){
		"a fault with the token in it": func(w http.ResponseWriter) { w.WriteHeader(500); fmt.Fprint(w, soapFault("X", canary)) },
		"the end of the session":       func(w http.ResponseWriter) { w.WriteHeader(401); fmt.Fprint(w, canary) },
		"a page with the token in it":  func(w http.ResponseWriter) { fmt.Fprint(w, "<html>", canary) },
		"a reset":                      drop,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := serve(t, func(w http.ResponseWriter, _ seen, _ int) { reply(w) })
			var out bytes.Buffer
			c := s.client(t, func(c *mdapi.Config) { c.Log = logger(&out) })
			for _, call := range sorted(calls) {
				err := calls[call](t.Context(), c)
				if err == nil || strings.Contains(err.Error(), "canary") {
					t.Errorf("%s: %v", call, err)
				}
			}
			if out.Len() == 0 || strings.Contains(out.String(), "canary") {
				t.Errorf("the log: %s", out.String())
			}
		})
	}
}

func TestATokenGoesToNoOtherHost(t *testing.T) {
	t.Parallel()
	other := serve(t, always(http.StatusOK, answer("describeMetadata", "<result/>")))
	for _, status := range []int{301, 302, 307, 308} {
		s := serve(t, func(w http.ResponseWriter, _ seen, _ int) {
			w.Header().Set("Location", other.URL+"/services/Soap/m/66.0")
			w.WriteHeader(status)
		})
		// A client that would follow is handed in.
		c := s.client(t, func(c *mdapi.Config) { c.HTTP = &http.Client{} })
		if _, err := c.DescribeMetadata(t.Context()); err == nil {
			t.Errorf("%d was followed", status)
		}
		if _, err := c.Limits(t.Context()); err == nil {
			t.Errorf("%d was followed", status)
		}
	}
	if len(other.ops()) > 0 {
		t.Errorf("the other host was called: %v", other.ops())
	}
}

func TestTheServersClockIsKnown(t *testing.T) {
	t.Parallel()
	local := time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	theirs := local.Add(90 * time.Second)
	s := serve(t, func(w http.ResponseWriter, r seen, _ int) {
		w.Header().Set("Date", theirs.Format(http.TimeFormat))
		fmt.Fprint(w, answer(r.op, "<result/>"))
	})
	c := s.client(t, func(c *mdapi.Config) { c.Now = func() time.Time { return local } })
	if got := c.ServerTime(); !got.Equal(local) {
		t.Errorf("before the first reply: %v", got)
	}
	if _, err := c.DescribeMetadata(t.Context()); err != nil {
		t.Fatal(err)
	}
	local = local.Add(time.Minute)
	if got, want := c.ServerTime(), theirs.Add(time.Minute); !got.Equal(want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestAZipWithoutAPathGoesIntoTheTemporaryFolder(t *testing.T) {
	t.Parallel()
	s := serve(t, func(w http.ResponseWriter, r seen, _ int) { fmt.Fprint(w, answer(r.op, withZip)) })
	dir := t.TempDir()
	got, err := s.client(t, func(c *mdapi.Config) { c.TempDir = dir }).WaitRetrieve(t.Context(), "../09S/1", "", nil)
	if want := filepath.Join(dir, "retrieve-09S1.zip"); err != nil || got.ZipPath != want {
		t.Errorf("got %q, want %q; %v", got.ZipPath, want, err)
	}
}
