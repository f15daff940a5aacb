package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/orgkeep/orgkeep/internal/demo"
	"github.com/orgkeep/orgkeep/pkg/emulator"
)

// chaos is a bad road to an org: a proxy that spoils one call of five, which ones and
// how by its seed. It is safe for concurrent use.
type chaos struct {
	org   http.Handler
	blows []blow

	mu   sync.Mutex
	rnd  *rand.Rand // nil lets all pass
	hits map[string]int
	// left are calls until the org has none left for the day; none with 0.
	left int
}

// blow is one way in which the road is bad.
type blow struct {
	name   string
	weight int // of a thousand
	strike func(p passage)
}

// passage is one call on its way.
type passage struct {
	w    http.ResponseWriter
	r    *http.Request
	org  http.Handler
	rnd  *rand.Rand
	rest bool // the call is not one of SOAP
}

// blows hit about a fifth of all calls.
func blows() []blow {
	return []blow{
		{"reset before the request", 15, func(p passage) { p.raw("", reset) }},
		{"reset within the request", 15, func(p passage) {
			_, _ = io.CopyN(io.Discard, p.r.Body, p.r.ContentLength/2)
			p.raw("", reset)
		}},
		{"reply lost to a reset", 10, func(p passage) {
			p.ask()
			p.raw("", reset)
		}},
		{"reply lost to a close", 10, func(p passage) {
			p.ask()
			p.raw("", shut)
		}},
		{"reset within the reply", 20, func(p passage) { p.raw(cut(p.rnd, p.ask().whole()), reset) }},
		{"half a chunk", 15, func(p passage) { p.raw(p.ask().halfChunk(), shut) }},
		{"reply cut and whole for HTTP", 15, func(p passage) {
			a := p.ask()
			a.body = cut(p.rnd, a.body)
			p.raw(a.whole(), shut)
		}},
		{"empty reply", 5, func(p passage) {
			a := p.ask()
			a.body = ""
			p.raw(a.whole(), shut)
		}},
		{"late reply", 20, func(p passage) {
			a := p.ask()
			p.wait(300)
			p.raw(a.whole(), shut)
		}},
		{"stall", 20, func(p passage) {
			text := p.ask().whole()
			begun := cut(p.rnd, text)
			p.raw(begun, func(c net.Conn) {
				p.wait(1000)
				_, _ = io.WriteString(c, text[len(begun):])
				shut(c)
			})
		}},
		{"stall, then reset", 10, func(p passage) {
			p.raw(cut(p.rnd, p.ask().whole()), func(c net.Conn) {
				p.wait(1000)
				reset(c)
			})
		}},
		{"status before the org", 25, func(p passage) {
			p.raw(p.page(p.one(http.StatusInternalServerError, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusTooManyRequests)), shut)
		}},
		{"status after the org", 15, func(p passage) {
			a := p.ask()
			// Who says that there are too many calls has not passed this one on.
			a.status = p.one(http.StatusInternalServerError, http.StatusBadGateway, http.StatusServiceUnavailable)
			p.raw(a.whole(), shut)
		}},
		{"page instead of a call", 3, func(p passage) { p.raw(p.page(http.StatusOK), shut) }},
		{"page instead of a reply", 2, func(p passage) {
			p.ask()
			p.raw(p.page(http.StatusOK), shut)
		}},
		{"reply twice", 10, func(p passage) {
			text := p.ask().whole()
			p.raw(text+text, shut)
		}},
		{sessionEnded, 3, func(p passage) { p.refuse("INVALID_SESSION_ID", http.StatusUnauthorized) }},
	}
}

const (
	requestLimit = "out of calls"
	sessionEnded = "session ended"
	// mostCalls is how many calls an org has at most that runs out of them.
	mostCalls = 60
)

func newChaos(org http.Handler) *chaos {
	return &chaos{org: org, blows: blows(), hits: map[string]int{}}
}

// begin makes the road bad; out is whether the org runs out of calls on the way.
func (c *chaos) begin(seed uint64, out bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.rnd = rand.New(rand.NewPCG(seed, 55))
	c.left = 0
	if out {
		c.left = 1 + c.rnd.IntN(mostCalls)
	}
}

// end makes it good again, and tells what struck.
func (c *chaos) end() map[string]int {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.rnd = nil
	hits := c.hits
	c.hits = map[string]int{}
	return hits
}

// next draws what happens to a call, nil for nothing, and a source for how.
func (c *chaos) next(token bool) (*blow, *rand.Rand) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.rnd == nil {
		return nil, nil
	}
	how := rand.New(rand.NewPCG(c.rnd.Uint64(), 1))
	if c.left > 0 && !token {
		if c.left--; c.left == 0 {
			c.left = 1 // nor are there any for later calls
			c.hits[requestLimit]++
			return &blow{strike: func(p passage) { p.refuse("REQUEST_LIMIT_EXCEEDED", http.StatusForbidden) }}, how
		}
	}
	n := c.rnd.IntN(1000)
	for i, b := range c.blows {
		if n -= b.weight; n < 0 && (!token || b.name != sessionEnded) {
			c.hits[b.name]++
			return &c.blows[i], how
		}
	}
	return nil, nil
}

func (c *chaos) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	b, how := c.next(strings.HasSuffix(r.URL.Path, "/token"))
	if b == nil {
		c.org.ServeHTTP(w, r)
		return
	}
	b.strike(passage{w: w, r: r, org: c.org, rnd: how, rest: !strings.Contains(r.URL.Path, "/Soap/")})
}

// answer is what an org answered.
type answer struct {
	status int
	typ    string
	body   string
}

// ask lets the org answer.
func (p passage) ask() *answer {
	body, err := io.ReadAll(p.r.Body)
	if err != nil {
		return &answer{status: http.StatusBadRequest}
	}
	r := p.r.Clone(p.r.Context())
	r.Body = io.NopCloser(bytes.NewReader(body))
	w := httptest.NewRecorder()
	p.org.ServeHTTP(w, r)
	return &answer{w.Code, w.Header().Get("Content-Type"), w.Body.String()}
}

func (a *answer) head(length string) string {
	return fmt.Sprintf("HTTP/1.1 %d %s\r\nContent-Type: %s\r\n%s\r\n\r\n", a.status, http.StatusText(a.status), a.typ, length)
}

func (a *answer) whole() string {
	return a.head("Content-Length: "+strconv.Itoa(len(a.body))) + a.body
}

func (a *answer) halfChunk() string {
	return a.head("Transfer-Encoding: chunked") + strconv.FormatInt(int64(len(a.body)), 16) + "\r\n" + a.body[:len(a.body)/2]
}

// cut gives a text without its end.
func cut(rnd *rand.Rand, text string) string { return text[:rnd.IntN(len(text)+1)] }

func (p passage) one(statuses ...int) int { return statuses[p.rnd.IntN(len(statuses))] }

// page is what machines between say.
func (p passage) page(status int) string {
	a := &answer{status, "text/html", "<!DOCTYPE html><html><head><title>Sorry</title></head><body><p>We will be back<br>soon.</body></html>"}
	return a.whole()
}

// refuse answers in the org's name.
func (p passage) refuse(code string, status int) {
	a := &answer{
		http.StatusInternalServerError, "text/xml",
		`<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body><e:Fault><faultcode>sf:` + code + `</faultcode><faultstring>` + code + `: no</faultstring></e:Fault></e:Body></e:Envelope>`,
	}
	if p.rest {
		a = &answer{status, "application/json", `[{"errorCode":"` + code + `","message":"no"}]`}
	}
	p.raw(a.whole(), shut)
}

// wait lets up to so many milliseconds pass.
func (p passage) wait(most int) {
	select {
	case <-p.r.Context().Done():
	case <-time.After(time.Duration(1+p.rnd.IntN(most)) * time.Millisecond):
	}
}

// raw writes bytes to the connection and ends it.
func (p passage) raw(text string, end func(net.Conn)) {
	conn, _, err := http.NewResponseController(p.w).Hijack()
	if err != nil {
		panic(err) // the server of this test can
	}
	_, _ = io.WriteString(conn, text) // nobody may be there any more
	end(conn)
}

func shut(c net.Conn) { _ = c.Close() }

func reset(c net.Conn) {
	if tcp, ok := c.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = c.Close()
}

// A road on which nothing happens would prove nothing.
func TestEachBlowStrikes(t *testing.T) {
	t.Parallel()
	org := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, strings.Repeat("well ", 20)) })
	for _, b := range blows() {
		t.Run(b.name, func(t *testing.T) {
			t.Parallel()
			c := newChaos(org)
			front := httptest.NewServer(c)
			defer front.Close()
			goesWell := func() bool {
				r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, front.URL+"/services/Soap/m/66.0", strings.NewReader("please"))
				if err != nil {
					t.Fatal(err)
				}
				r.Close = true // one that the road is about to shut would spoil the next call
				resp, err := front.Client().Do(r)
				if err != nil {
					return false
				}
				defer resp.Body.Close()
				text, err := io.ReadAll(resp.Body)
				return err == nil && resp.StatusCode == http.StatusOK && len(text) == 100
			}
			b.weight = 1000
			c.blows = []blow{b}
			c.begin(1, false)
			bad := !goesWell()
			if hits := c.end(); hits[b.name] != 1 {
				t.Errorf("it did not strike: %v", hits)
			}
			if harmless := b.name == "late reply" || b.name == "reply twice" || b.name == "stall"; bad == harmless {
				t.Errorf("the call went badly: %t", bad)
			}
			if !goesWell() {
				t.Error("the road stays bad")
			}
			c.blows = nil
			c.begin(1, true)
			for range mostCalls {
				bad = !goesWell()
			}
			if hits := c.end(); hits[requestLimit] == 0 || !bad {
				t.Errorf("the org has calls left: %v", hits)
			}
		})
	}
}

// What a server sends unasked is shown to nobody: it may hold anything.
func TestRepliesThatNobodyAskedForAreNotShown(t *testing.T) {
	t.Parallel()
	org, err := emulator.New(emulator.WithOrg(demo.Org()))
	if err != nil {
		t.Fatal(err)
	}
	c := newChaos(org)
	c.blows = slices.DeleteFunc(blows(), func(b blow) bool { return b.name != "reply twice" })
	c.blows[0].weight = 1000
	front := httptest.NewServer(c)
	defer front.Close()
	c.begin(1, false)
	login := org.Credentials()
	cmd := exec.CommandContext(t.Context(), "orgkeep", "auth", "status", "prod")
	cmd.Dir = t.TempDir()
	cmd.Env = []string{
		"HOME=" + cmd.Dir, "PATH=" + os.Getenv("PATH"), "ORGKEEP_KEYRING=off",
		"ORGKEEP_ORG_PROD_INSTANCE_URL=" + front.URL, "ORGKEEP_ORG_PROD_CLIENT_ID=" + login.ClientID, "ORGKEEP_ORG_PROD_CLIENT_SECRET=" + login.ClientSecret,
	}
	out, err := cmd.CombinedOutput()
	// One that comes when the next call is made already is taken for its answer.
	var failed *exec.ExitError
	if err != nil && !errors.As(err, &failed) || bytes.Contains(out, []byte("HTTP")) || c.end()["reply twice"] == 0 {
		t.Errorf("%v\n%s", err, out)
	}
}
