package cli

import (
	"crypto/tls"
	"encoding/pem"
	"errors"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"testing"

	"github.com/orgkeep/orgkeep/internal/cli/iostreams"
)

// call gets a URL with the client that an environment gives.
func call(t *testing.T, url string, env ...string) error {
	t.Helper()
	f := newFactory(iostreams.New(iostreams.Options{Out: io.Discard, Err: io.Discard}), System{Environ: env, Dir: t.TempDir()}.withDefaults())
	client, err := f.HTTP()
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := client.Do(req)
	if err == nil {
		err = resp.Body.Close()
	}
	return err
}

func tlsServer(t *testing.T, maxVersion uint16) (server *httptest.Server, caFile string) {
	t.Helper()
	server = httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	server.TLS = &tls.Config{MinVersion: tls.VersionTLS10, MaxVersion: maxVersion} //nolint:gosec // an old server is the point
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	t.Cleanup(server.Close)
	caFile = filepath.Join(t.TempDir(), "ca.pem")
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	if err := os.WriteFile(caFile, text, 0o600); err != nil {
		t.Fatal(err)
	}
	return server, caFile
}

func TestServersAreTrustedByTheirCertificate(t *testing.T) {
	t.Parallel()
	server, ca := tlsServer(t, tls.VersionTLS13)
	if err := call(t, server.URL); err == nil {
		t.Error("a certificate that nobody vouches for was accepted")
	}
	if err := call(t, server.URL, "ORGKEEP_CA_FILE="+ca); err != nil {
		t.Errorf("with its CA file: %v", err)
	}
	old, ca := tlsServer(t, tls.VersionTLS11)
	if err := call(t, old.URL, "ORGKEEP_CA_FILE="+ca); err == nil {
		t.Error("TLS 1.1 was accepted")
	}
	if err := call(t, server.URL, "ORGKEEP_CA_FILE=absent"); err == nil {
		t.Error("a CA file that is not there is no error")
	}
}

func TestRedirectsAreNotFollowed(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.RedirectHandler("http://evil.example/?steal", http.StatusFound))
	defer server.Close()
	if err := call(t, server.URL); !errors.Is(err, errRedirect) {
		t.Errorf("got %v", err)
	}
}

func TestProxiesComeFromTheGivenEnvironment(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		env  []string
		url  string
		want string
	}{
		"https by HTTPS_PROXY":      {[]string{"HTTPS_PROXY=http://proxy:1"}, "https://acme.my.salesforce.com", "http://proxy:1"},
		"the lower-case form":       {[]string{"https_proxy=http://proxy:2"}, "https://acme.my.salesforce.com", "http://proxy:2"},
		"NO_PROXY wins":             {[]string{"HTTPS_PROXY=http://proxy:1", "NO_PROXY=.salesforce.com"}, "https://acme.my.salesforce.com", ""},
		"loopback is never proxied": {[]string{"HTTP_PROXY=http://proxy:1"}, "http://127.0.0.1:80", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFactory(iostreams.New(iostreams.Options{Out: io.Discard, Err: io.Discard}), System{Environ: tc.env}.withDefaults())
			u, err := url.Parse(tc.url)
			if err != nil {
				t.Fatal(err)
			}
			got, err := f.proxies().ProxyFunc()(u)
			text := ""
			if got != nil {
				text = got.String()
			}
			if err != nil || text != tc.want {
				t.Errorf("got %q, %v, want %q", text, err, tc.want)
			}
		})
	}
}
