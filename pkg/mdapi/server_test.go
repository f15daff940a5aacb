package mdapi_test

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/orgkeep/orgkeep/pkg/mdapi"
)

// canary is a token that must not be seen anywhere.
const canary = "00D000000000001!AQ.canary"

// envelope wraps a reply as the service does.
func envelope(inner string) string {
	return `<?xml version="1.0" encoding="UTF-8"?><soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" ` +
		`xmlns="http://soap.sforce.com/2006/04/metadata" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><soapenv:Body>` +
		inner + `</soapenv:Body></soapenv:Envelope>`
}

func answer(op, result string) string {
	return envelope("<" + op + "Response>" + result + "</" + op + "Response>")
}

func soapFault(code, message string) string {
	return envelope("<soapenv:Fault><faultcode>sf:" + code + "</faultcode><faultstring>" + message + "</faultstring></soapenv:Fault>")
}

// seen is one request that a server got.
type seen struct {
	op, path, body string
	header         http.Header
}

// server answers calls with what a test gives and keeps what was asked.
type server struct {
	*httptest.Server
	mu   sync.Mutex
	seen []seen
}

// serve starts a server. answer is given the operation, or the last part of a
// REST path, and how often it was called before.
func serve(t *testing.T, answer func(w http.ResponseWriter, r seen, before int)) *server {
	t.Helper()
	s := &server{}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Errorf("read the request: %v", err)
		}
		got := seen{op: operation(r.URL.Path, string(body)), path: r.URL.RequestURI(), body: string(body), header: r.Header}
		w.Header().Set("Content-Type", "text/xml;charset=UTF-8")
		answer(w, got, s.add(got))
	}))
	t.Cleanup(s.Close)
	return s
}

func (s *server) add(r seen) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	before := 0
	for _, earlier := range s.seen {
		if earlier.op == r.op {
			before++
		}
	}
	s.seen = append(s.seen, r)
	return before
}

// ops gives the calls in their order.
func (s *server) ops() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []string
	for _, r := range s.seen {
		out = append(out, r.op)
	}
	return out
}

var firstInBody = regexp.MustCompile(`Body[^>]*><(\w+)`)

func operation(path, body string) string {
	if m := firstInBody.FindStringSubmatch(body); m != nil {
		return m[1]
	}
	return path[strings.LastIndexByte(path, '/')+1:]
}

func (s *server) client(tb testing.TB, change ...func(*mdapi.Config)) *mdapi.Client {
	tb.Helper()
	cfg := mdapi.Config{InstanceURL: s.URL, Version: 66, Tokens: mdapi.StaticToken(canary), TempDir: tb.TempDir(), Sleep: noSleep}
	for _, f := range change {
		f(&cfg)
	}
	c, err := mdapi.New(cfg)
	if err != nil {
		tb.Fatal(err)
	}
	return c
}

// always answers everything with one text.
func always(status int, text string) func(http.ResponseWriter, seen, int) {
	return func(w http.ResponseWriter, _ seen, _ int) {
		w.WriteHeader(status)
		fmt.Fprint(w, text)
	}
}

// tokens is a source that can renew.
type tokens struct {
	mu      sync.Mutex
	renewed int
	err     error
}

func (s *tokens) Token(context.Context) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return fmt.Sprintf("token-%d", s.renewed), nil
}

func (s *tokens) Refresh(_ context.Context, stale string) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err != nil {
		return "", s.err
	}
	if stale == fmt.Sprintf("token-%d", s.renewed) {
		s.renewed++
	}
	return fmt.Sprintf("token-%d", s.renewed), nil
}

// reference finds a file of the reference, which is not part of the project.
func reference(t *testing.T, parts ...string) string {
	t.Helper()
	path := filepath.Join(append([]string{"..", "..", "..", "shared", "reference"}, parts...)...)
	if _, err := os.Stat(path); err != nil {
		t.Skipf("needs %s", path)
	}
	return path
}

func sorted[K cmp.Ordered, V any](m map[K]V) []K {
	var keys []K
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
