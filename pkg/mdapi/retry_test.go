package mdapi_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/orgkeep/orgkeep/pkg/mdapi"
)

// naps keeps how long somebody would have slept.
type naps struct {
	mu   sync.Mutex
	took []time.Duration
}

func (n *naps) sleep(ctx context.Context, d time.Duration) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.took = append(n.took, d)
	return ctx.Err()
}

func TestWhatPassesIsWaitedFor(t *testing.T) {
	t.Parallel()
	good := answer("describeMetadata", "<result><testRequired>true</testRequired></result>")
	for name, fail := range map[string]func(w http.ResponseWriter){
		"503":                 func(w http.ResponseWriter) { w.WriteHeader(http.StatusServiceUnavailable) },
		"429":                 func(w http.ResponseWriter) { w.WriteHeader(http.StatusTooManyRequests) },
		"502 with a page":     func(w http.ResponseWriter) { http.Error(w, "<html>bad gateway</html>", http.StatusBadGateway) },
		"500 without a fault": func(w http.ResponseWriter) { http.Error(w, "oops", http.StatusInternalServerError) },
		"a fault that passes": func(w http.ResponseWriter) {
			w.WriteHeader(500)
			fmt.Fprint(w, soapFault("SERVER_UNAVAILABLE", "busy"))
		},
		"a reset before the reply":   drop,
		"half a reply":               func(w http.ResponseWriter) { half(w, good) },
		"half a reply, nicely ended": func(w http.ResponseWriter) { fmt.Fprint(w, good[:len(good)/2]) },
		"an empty reply":             func(http.ResponseWriter) {},
		"a page for people":          page,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := serve(t, func(w http.ResponseWriter, _ seen, before int) {
				if before < 3 {
					fail(w)
					return
				}
				fmt.Fprint(w, good)
			})
			var n naps
			got, err := s.client(t, func(c *mdapi.Config) { c.Sleep = n.sleep }).DescribeMetadata(t.Context())
			if err != nil || !got.TestRequired || len(s.ops()) != 4 {
				t.Fatalf("%+v, %v after %d calls", got, err, len(s.ops()))
			}
			if len(n.took) != 3 || n.took[2] <= n.took[0] || n.took[0] <= 0 {
				t.Errorf("waits: %v", n.took)
			}
		})
	}
}

// drop closes the connection without a reply.
func drop(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(err)
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = conn.Close()
}

// half sends the first half of a reply and breaks off.
func half(w http.ResponseWriter, text string) {
	w.Header().Set("Content-Length", fmt.Sprint(len(text)))
	fmt.Fprint(w, text[:len(text)/2])
	_ = http.NewResponseController(w).Flush()
	panic(http.ErrAbortHandler)
}

func TestWhatDoesNotPassIsAnErrorInTheEnd(t *testing.T) {
	t.Parallel()
	s := serve(t, func(w http.ResponseWriter, _ seen, _ int) { drop(w) })
	_, err := s.client(t).DescribeMetadata(t.Context())
	var network net.Error
	if !errors.As(err, &network) || len(s.ops()) != 8 {
		t.Errorf("%v after %d calls", err, len(s.ops()))
	}
	if errors.Is(err, mdapi.ErrOutcomeUnknown) {
		t.Errorf("%v: a read starts nothing", err)
	}
}

// An address that is none of an org answers everything with a page.
func TestPagesAreNotWaitedForLong(t *testing.T) {
	t.Parallel()
	calls := map[string]func(c *mdapi.Client) error{
		"SOAP": func(c *mdapi.Client) error { _, err := c.DescribeMetadata(t.Context()); return err },
		"REST": func(c *mdapi.Client) error { _, err := c.Versions(t.Context()); return err },
	}
	for _, way := range sorted(calls) {
		s := serve(t, func(w http.ResponseWriter, _ seen, _ int) { page(w) })
		err := calls[way](s.client(t))
		if !errors.Is(err, mdapi.ErrReply) || !strings.Contains(err.Error(), "a page for people") || len(s.ops()) != 4 {
			t.Errorf("%s: %v after %d calls", way, err, len(s.ops()))
		}
	}
}

// page is what a machine before the service says that is not well.
func page(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	fmt.Fprint(w, "<!DOCTYPE html><html></html>")
}

func TestRefusalsAreNotRepeated(t *testing.T) {
	t.Parallel()
	for _, code := range []string{"INVALID_TYPE", "REQUEST_LIMIT_EXCEEDED", "INSUFFICIENT_ACCESS", "UNKNOWN_EXCEPTION"} {
		s := serve(t, always(500, soapFault(code, "no")))
		if _, err := s.client(t).DescribeMetadata(t.Context()); err == nil || len(s.ops()) != 1 {
			t.Errorf("%s: %v after %d calls", code, err, len(s.ops()))
		}
	}
}

func TestTheServerSaysHowLongToWait(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	for name, tc := range map[string]struct {
		header string
		want   time.Duration // zero when it is not waited for
	}{
		"in seconds":        {"42", 42 * time.Second},
		"as a date":         {now.Add(90 * time.Second).Format(http.TimeFormat), 90 * time.Second},
		"too long":          {"3600", 0},
		"as a date of past": {now.Add(-time.Hour).Format(http.TimeFormat), 200 * time.Millisecond},
		"as nonsense":       {"soon", 200 * time.Millisecond},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := serve(t, func(w http.ResponseWriter, _ seen, before int) {
				if before == 0 {
					w.Header().Set("Retry-After", tc.header)
					w.WriteHeader(http.StatusServiceUnavailable)
					return
				}
				fmt.Fprint(w, answer("describeMetadata", "<result/>"))
			})
			var n naps
			_, err := s.client(t, func(c *mdapi.Config) { c.Sleep = n.sleep; c.Now = func() time.Time { return now } }).DescribeMetadata(t.Context())
			if tc.want == 0 {
				if err == nil || len(n.took) > 0 {
					t.Errorf("%v after %v", err, n.took)
				}
				return
			}
			if err != nil || len(n.took) != 1 || n.took[0] < tc.want*3/4 || n.took[0] > tc.want*5/4 {
				t.Errorf("waited %v, want about %v; %v", n.took, tc.want, err)
			}
		})
	}
}

func TestAConnectionThatStandsStillIsGivenUp(t *testing.T) {
	t.Parallel()
	good := answer("describeMetadata", "<result/>")
	for name, stall := range map[string]func(w http.ResponseWriter){
		"before the reply": func(http.ResponseWriter) {},
		"in the middle": func(w http.ResponseWriter) {
			fmt.Fprint(w, good[:40])
			_ = http.NewResponseController(w).Flush()
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			release := make(chan struct{})
			s := serve(t, func(w http.ResponseWriter, _ seen, before int) {
				if before == 0 {
					stall(w)
					<-release
					return
				}
				fmt.Fprint(w, good)
			})
			t.Cleanup(func() { close(release) })
			c := s.client(t, func(c *mdapi.Config) { c.ReplyTimeout, c.StallTimeout = 250*time.Millisecond, 250*time.Millisecond })
			// A busy machine may stand still once more.
			if _, err := c.DescribeMetadata(t.Context()); err != nil || len(s.ops()) < 2 {
				t.Errorf("%v after %d calls", err, len(s.ops()))
			}
		})
	}
}

func TestACancelledCallEnds(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	release := make(chan struct{})
	s := serve(t, func(http.ResponseWriter, seen, int) { cancel(); <-release })
	t.Cleanup(func() { close(release) })
	if _, err := s.client(t).DescribeMetadata(ctx); !errors.Is(err, context.Canceled) || len(s.ops()) != 1 {
		t.Errorf("%v after %d calls", err, len(s.ops()))
	}
}

// What starts a deploy is sent once, and its error says whether the org may have
// got it.
func TestADeployIsNeverSentTwice(t *testing.T) {
	t.Parallel()
	zip := smallFile(t)
	calls := map[string]func(context.Context, *mdapi.Client) (mdapi.AsyncID, error){
		"over SOAP": func(ctx context.Context, c *mdapi.Client) (mdapi.AsyncID, error) {
			return c.Deploy(ctx, zip, mdapi.DeployOptions{})
		},
		"over REST": func(ctx context.Context, c *mdapi.Client) (mdapi.AsyncID, error) {
			return c.DeployREST(ctx, zip, mdapi.DeployOptions{})
		},
		"quickly": func(ctx context.Context, c *mdapi.Client) (mdapi.AsyncID, error) {
			return c.DeployRecentValidation(ctx, "0Af1")
		},
	}
	for name, tc := range map[string]struct {
		fail    func(w http.ResponseWriter)
		unknown bool
	}{
		"a reset":           {drop, true},
		"an empty reply":    {func(http.ResponseWriter) {}, true},
		"half a reply":      {func(w http.ResponseWriter) { half(w, answer("deploy", "<result></result>")) }, true},
		"a gateway's 502":   {func(w http.ResponseWriter) { w.WriteHeader(http.StatusBadGateway) }, true},
		"a 503":             {func(w http.ResponseWriter) { w.WriteHeader(http.StatusServiceUnavailable) }, true},
		"an internal error": {func(w http.ResponseWriter) { w.WriteHeader(500); fmt.Fprint(w, soapFault("UNKNOWN_EXCEPTION", "x")) }, true},
		"a page":            {func(w http.ResponseWriter) { fmt.Fprint(w, "<html/>") }, true},
		"too many requests": {func(w http.ResponseWriter) { w.WriteHeader(http.StatusTooManyRequests) }, false},
		"a refusal":         {func(w http.ResponseWriter) { w.WriteHeader(500); fmt.Fprint(w, soapFault("INSUFFICIENT_ACCESS", "x")) }, false},
		"no calls left": {func(w http.ResponseWriter) {
			w.WriteHeader(500)
			fmt.Fprint(w, soapFault("REQUEST_LIMIT_EXCEEDED", "x"))
		}, false},
		"a session that is out": {func(w http.ResponseWriter) { w.WriteHeader(401) }, false},
	} {
		for _, way := range sorted(calls) {
			t.Run(name+" "+way, func(t *testing.T) {
				t.Parallel()
				s := serve(t, func(w http.ResponseWriter, _ seen, _ int) { tc.fail(w) })
				_, err := calls[way](t.Context(), s.client(t))
				if err == nil || errors.Is(err, mdapi.ErrOutcomeUnknown) != tc.unknown {
					t.Errorf("got %v", err)
				}
				if len(s.ops()) != 1 {
					t.Errorf("sent %d times", len(s.ops()))
				}
			})
		}
	}
}

func TestWhetherADeployWasSentIsToldApart(t *testing.T) {
	t.Parallel()
	zip := smallFile(t)
	deploy := func(ctx context.Context, c *mdapi.Client) (mdapi.AsyncID, error) {
		return c.Deploy(ctx, zip, mdapi.DeployOptions{})
	}
	t.Run("nobody to reach", func(t *testing.T) {
		t.Parallel()
		s := serve(t, always(200, ""))
		c := s.client(t)
		s.Close()
		if _, err := deploy(t.Context(), c); err == nil || errors.Is(err, mdapi.ErrOutcomeUnknown) {
			t.Errorf("got %v", err)
		}
	})
	t.Run("a zip that is not there", func(t *testing.T) {
		t.Parallel()
		s := serve(t, always(200, ""))
		if _, err := s.client(t).Deploy(t.Context(), zip+".gone", mdapi.DeployOptions{}); err == nil || errors.Is(err, mdapi.ErrOutcomeUnknown) || len(s.ops()) > 0 {
			t.Errorf("got %v", err)
		}
	})
	t.Run("an interrupt while it is under way", func(t *testing.T) {
		t.Parallel()
		ctx, cancel := context.WithCancel(t.Context())
		release := make(chan struct{})
		s := serve(t, func(http.ResponseWriter, seen, int) { cancel(); <-release })
		t.Cleanup(func() { close(release) })
		_, err := deploy(ctx, s.client(t))
		if !errors.Is(err, context.Canceled) || !errors.Is(err, mdapi.ErrOutcomeUnknown) {
			t.Errorf("got %v", err)
		}
	})
	t.Run("a reply that breaks off after the id", func(t *testing.T) {
		t.Parallel()
		s := serve(t, func(w http.ResponseWriter, _ seen, _ int) {
			half(w, answer("deploy", "<result><id>0Af1</id></result>"+fmt.Sprintf("%500s", "")))
		})
		id, err := deploy(t.Context(), s.client(t))
		if id != "0Af1" || err != nil {
			t.Errorf("%q, %v", id, err)
		}
	})
}

func TestASessionIsRenewedInTheMiddle(t *testing.T) {
	t.Parallel()
	refuse := func(w http.ResponseWriter, r seen) bool {
		ended := r.header.Get("Authorization") == "Bearer token-0" || sessionOf(r.body) == "token-0"
		if ended {
			w.WriteHeader(500)
			fmt.Fprint(w, soapFault("INVALID_SESSION_ID", "INVALID_SESSION_ID: over"))
		}
		return ended
	}
	zip := smallFile(t)
	for name, do := range map[string]func(context.Context, *mdapi.Client) error{
		"of a read": func(ctx context.Context, c *mdapi.Client) error { _, err := c.DescribeMetadata(ctx); return err },
		"of a deploy, which the org has not begun": func(ctx context.Context, c *mdapi.Client) error {
			_, err := c.Deploy(ctx, zip, mdapi.DeployOptions{})
			return err
		},
		"of a deploy over REST": func(ctx context.Context, c *mdapi.Client) error {
			_, err := c.DeployREST(ctx, zip, mdapi.DeployOptions{})
			return err
		},
		"of a query": func(ctx context.Context, c *mdapi.Client) error {
			_, err := c.Query(ctx, "SELECT Id FROM User")
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := serve(t, func(w http.ResponseWriter, r seen, _ int) {
				if refuse(w, r) {
					return
				}
				switch r.op {
				case "query":
					fmt.Fprint(w, `{"done":true,"records":[]}`)
				case "deployRequest":
					fmt.Fprint(w, `{"id":"0Af1"}`)
				default:
					fmt.Fprint(w, answer(r.op, "<result><id>0Af1</id></result>"))
				}
			})
			source := &tokens{}
			if err := do(t.Context(), s.client(t, func(c *mdapi.Config) { c.Tokens = source })); err != nil {
				t.Fatal(err)
			}
			if source.renewed != 1 || len(s.ops()) != 2 || s.seen[0].body != "" && len(s.seen[0].body) != len(s.seen[1].body) {
				t.Errorf("renewed %d times, calls %v", source.renewed, s.ops())
			}
		})
	}
}

func TestASessionThatCannotBeRenewedSaysWhy(t *testing.T) {
	t.Parallel()
	s := serve(t, always(500, soapFault("INVALID_SESSION_ID", "INVALID_SESSION_ID: over")))
	t.Run("a bare token", func(t *testing.T) {
		t.Parallel()
		_, err := s.client(t).DescribeMetadata(t.Context())
		if !errors.Is(err, mdapi.ErrSessionExpired) || !errors.Is(err, mdapi.ErrNoRefresh) {
			t.Errorf("got %v", err)
		}
	})
	t.Run("a renewal that does not help", func(t *testing.T) {
		t.Parallel()
		source := &tokens{}
		_, err := s.client(t, func(c *mdapi.Config) { c.Tokens = source }).DescribeMetadata(t.Context())
		if !errors.Is(err, mdapi.ErrSessionExpired) || source.renewed != 1 {
			t.Errorf("%v, renewed %d times", err, source.renewed)
		}
	})
	t.Run("a renewal that is refused", func(t *testing.T) {
		t.Parallel()
		why := errors.New("no more")
		_, err := s.client(t, func(c *mdapi.Config) { c.Tokens = &tokens{err: why} }).DescribeMetadata(t.Context())
		if !errors.Is(err, mdapi.ErrSessionExpired) || !errors.Is(err, mdapi.ErrRenewal) || !errors.Is(err, why) {
			t.Errorf("got %v", err)
		}
	})
	t.Run("a token in JWT form on an old version", func(t *testing.T) {
		t.Parallel()
		_, err := s.client(t, func(c *mdapi.Config) { c.Tokens = jwtTokens{} }).DescribeMetadata(t.Context())
		const want = "describeMetadata: INVALID_SESSION_ID: over (a token in JWT form is taken over SOAP from API 68.0 on)"
		if !errors.Is(err, mdapi.ErrSessionExpired) || err.Error() != want {
			t.Errorf("got %v", err)
		}
	})
}

type jwtTokens struct{}

func (jwtTokens) Token(context.Context) (string, error)           { return "eyJh.eyJz.x", nil }
func (jwtTokens) Refresh(context.Context, string) (string, error) { return "eyJh.eyJz.y", nil }
