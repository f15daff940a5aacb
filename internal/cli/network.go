package cli

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"time"

	"golang.org/x/net/http/httpproxy"
)

// errRedirect: a redirect would carry a token to where it was not meant to go.
var errRedirect = errors.New("a redirect is not followed")

// Times after which a connection that does not move is given up. Requests as a
// whole have no limit here: a retrieve takes as long as it takes.
const (
	handshakeTimeout = 20 * time.Second
	headerTimeout    = 3 * time.Minute
)

// idlePerHost is how many connections to one org wait for the next call: more
// than are used at once. With the standard 2, listings side by side would make
// a connection for almost every call.
const idlePerHost = 16

// newHTTP gives the client for orgs and login hosts: TLS 1.2 or newer, proxies
// and a further CA file as the environment says, and no redirects.
func (f *Factory) newHTTP() (*http.Client, error) {
	roots, err := f.rootCAs()
	if err != nil {
		return nil, err
	}
	base, ok := http.DefaultTransport.(*http.Transport)
	if !ok {
		return nil, errors.New("the standard transport was replaced")
	}
	t := base.Clone()
	t.TLSClientConfig = &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: roots}
	t.TLSHandshakeTimeout = handshakeTimeout
	t.ResponseHeaderTimeout = headerTimeout
	t.MaxIdleConnsPerHost = idlePerHost
	proxy := f.proxies().ProxyFunc()
	t.Proxy = func(r *http.Request) (*url.URL, error) { return proxy(r.URL) }
	return &http.Client{Transport: t, CheckRedirect: func(r *http.Request, _ []*http.Request) error {
		return fmt.Errorf("%w: to %s://%s", errRedirect, r.URL.Scheme, r.URL.Host)
	}}, nil
}

// proxies are read from the environment that was handed in, not from that of
// the process. Both spellings are in use.
func (f *Factory) proxies() *httpproxy.Config {
	get := func(names ...string) string {
		for _, name := range names {
			if v := f.Env.Get(name); v != "" {
				return v
			}
		}
		return ""
	}
	return &httpproxy.Config{
		HTTPProxy:  get("HTTP_PROXY", "http_proxy"),
		HTTPSProxy: get("HTTPS_PROXY", "https_proxy"),
		NoProxy:    get("NO_PROXY", "no_proxy"),
	}
}

// rootCAs are the system's and those of ORGKEEP_CA_FILE; nil means the system's
// alone.
func (f *Factory) rootCAs() (*x509.CertPool, error) {
	name := f.Env.Get("ORGKEEP_CA_FILE")
	if name == "" {
		return nil, nil
	}
	pem, err := os.ReadFile(f.Path(name))
	if err != nil {
		return nil, fmt.Errorf("read ORGKEEP_CA_FILE: %w", err)
	}
	pool, err := x509.SystemCertPool()
	if err != nil {
		pool = x509.NewCertPool()
	}
	if !pool.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("ORGKEEP_CA_FILE: %s holds no certificate in PEM", name)
	}
	return pool, nil
}
