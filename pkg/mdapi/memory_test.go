package mdapi_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/orgkeep/orgkeep/pkg/mdapi"
)

// replySize is about the largest reply that the service sends: a zip of 39 MB is
// 52 MB in base64.
const replySize = 60 << 20

// largeReply answers with a zip of replySize without holding it.
func largeReply(tb testing.TB) http.HandlerFunc {
	tb.Helper()
	chunk := []byte(strings.Repeat("UEsF", 16<<10))
	head, tail, _ := strings.Cut(answer("checkRetrieveStatus",
		"<result><done>true</done><id>09S1</id><status>Succeeded</status><success>true</success><zipFile>|</zipFile></result>"), "|")
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/xml")
		fmt.Fprint(w, head)
		for range replySize / len(chunk) {
			if _, err := w.Write(chunk); err != nil {
				return
			}
		}
		fmt.Fprint(w, tail)
	}
}

func closing(tb testing.TB, h http.HandlerFunc) *httptest.Server {
	tb.Helper()
	s := httptest.NewServer(h)
	tb.Cleanup(s.Close)
	return s
}

func fetchLarge(tb testing.TB, c *mdapi.Client, path string) {
	tb.Helper()
	got, err := c.CheckRetrieveStatus(tb.Context(), "09S1", path)
	if err != nil || got.ZipSize != replySize/4*3 {
		tb.Fatalf("%+v, %v", got, err)
	}
}

// What is allocated from begin to end is a bound of what can be held at any time.
func TestALargeZipIsNotHeldInMemory(t *testing.T) {
	s := &server{Server: closing(t, largeReply(t))}
	c := s.client(t)
	path := filepath.Join(t.TempDir(), "a.zip")
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	fetchLarge(t, c, path)
	runtime.ReadMemStats(&after)
	if got := after.TotalAlloc - before.TotalAlloc; got > 8<<20 {
		t.Errorf("%d MB were allocated for a reply of %d MB", got>>20, replySize>>20)
	}
}

func TestALargeZipIsNotHeldInMemoryWhenItIsDeployed(t *testing.T) {
	s := &server{Server: closing(t, func(w http.ResponseWriter, r *http.Request) {
		if n, err := io.Copy(io.Discard, r.Body); err != nil || n != r.ContentLength || n < replySize {
			t.Errorf("%d bytes of %d, %v", n, r.ContentLength, err)
		}
		fmt.Fprint(w, answer("deploy", "<result><id>0Af1</id></result>"))
	})}
	c := s.client(t)
	path := filepath.Join(t.TempDir(), "a.zip")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Truncate(replySize / 4 * 3); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	if _, err := c.Deploy(t.Context(), path, mdapi.DeployOptions{}); err != nil {
		t.Fatal(err)
	}
	runtime.ReadMemStats(&after)
	if got := after.TotalAlloc - before.TotalAlloc; got > 8<<20 {
		t.Errorf("%d MB were allocated for a zip of %d MB", got>>20, replySize>>22*3)
	}
}
