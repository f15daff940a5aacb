package mdapi

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"strings"
	"sync/atomic"
	"time"

	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// TokenSource gives access tokens (session ids). It must be safe for concurrent
// use.
type TokenSource interface {
	// Token gives the token to use now.
	Token(ctx context.Context) (string, error)
	// Refresh gives another token than stale, which the service refused. Of
	// several callers with the same stale token one renews it. A source that
	// cannot renew returns an ErrNoRefresh.
	Refresh(ctx context.Context, stale string) (string, error)
}

// Config says which org is called and how. InstanceURL, Version and Tokens are
// needed.
type Config struct {
	InstanceURL string // https://acme.my.salesforce.com
	Version     metadata.Version
	Tokens      TokenSource
	// HTTP is used as it is, but for redirects, which are never followed. Nil
	// means one of the client's own with the standard transport.
	HTTP *http.Client
	// ClientName is what the org's logs show as the client.
	ClientName string
	// Log gets one line for each request at level debug; nil means none.
	Log *slog.Logger
	// SkipFiles leaves [RetrieveResult.Files] out: a reply has a row for each of up to
	// 10,000 components, twice, and who looks into the zip need not read them.
	SkipFiles bool
	// TempDir is where zips go that are given no path; empty means the system's.
	TempDir string

	// ReplyTimeout is how long a reply may take to begin, and StallTimeout how
	// long a body may stand still. Zero means 5 minutes and 1 minute.
	ReplyTimeout, StallTimeout time.Duration
	// Now and Sleep are the clock, for tests.
	Now   func() time.Time
	Sleep func(ctx context.Context, d time.Duration) error
}

const (
	// replyTimeout leaves time for long lists, which take minutes.
	replyTimeout = 5 * time.Minute
	stallTimeout = time.Minute
)

// Client calls one org. It is safe for concurrent use.
type Client struct {
	cfg  Config
	base string
	http *http.Client
	// skew is how far the server's clock is ahead of ours, in nanoseconds.
	skew atomic.Int64
}

// ErrConfig is returned by New for a configuration that cannot work.
var ErrConfig = errors.New("the client is not configured")

// New makes a client. It calls nobody.
func New(cfg Config) (*Client, error) {
	u, err := url.Parse(cfg.InstanceURL)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return nil, fmt.Errorf("%w: instance URL %q is not of the form https://HOST", ErrConfig, cfg.InstanceURL)
	}
	if cfg.Tokens == nil {
		return nil, fmt.Errorf("%w: no source of tokens", ErrConfig)
	}
	if !cfg.Version.Supported() {
		return nil, fmt.Errorf("%w: API version %s is not between %s and %s", ErrConfig, cfg.Version, metadata.MinVersion, metadata.MaxVersion)
	}
	cfg.fill()
	own := http.Client{Transport: transport()}
	if cfg.HTTP != nil {
		own = *cfg.HTTP
	}
	own.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &Client{cfg: cfg, base: u.Scheme + "://" + u.Host, http: &own}, nil
}

func (c *Config) fill() {
	c.ClientName = cmp.Or(c.ClientName, "orgkeep")
	c.TempDir = cmp.Or(c.TempDir, os.TempDir())
	c.ReplyTimeout = cmp.Or(c.ReplyTimeout, replyTimeout)
	c.StallTimeout = cmp.Or(c.StallTimeout, stallTimeout)
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Sleep == nil {
		c.Sleep = sleep
	}
}

// connectionsKept is how many idle connections are kept for the next calls; the
// standard library's two are too few for lists that are asked for side by side.
const connectionsKept = 16

// transport is the standard one: proxies are those of HTTPS_PROXY and NO_PROXY.
func transport() http.RoundTripper {
	standard, ok := http.DefaultTransport.(*http.Transport)
	if !ok {
		return http.DefaultTransport
	}
	own := standard.Clone()
	own.MaxIdleConnsPerHost = connectionsKept
	return own
}

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

// Version is the API version of the client's calls.
func (c *Client) Version() metadata.Version { return c.cfg.Version }

// InstanceURL is the org's address without a slash at its end.
func (c *Client) InstanceURL() string { return c.base }

// ServerTime is the time on the server's clock, as far as its last reply told
// it: up to a second early, since the Date header is cut to seconds. Before the
// first reply it is the local time.
func (c *Client) ServerTime() time.Time {
	return c.cfg.Now().Add(time.Duration(c.skew.Load()))
}

func (c *Client) noteTime(h http.Header) {
	if date, err := http.ParseTime(h.Get("Date")); err == nil {
		c.skew.Store(int64(date.Sub(c.cfg.Now())))
	}
}

func (c *Client) soapPath() string { return "/services/Soap/m/" + c.cfg.Version.String() }

// dataPath gives the path of a REST resource of the client's API version.
func (c *Client) dataPath(parts ...string) string {
	return "/services/data/v" + c.cfg.Version.String() + "/" + strings.Join(parts, "/")
}

// StaticToken is a source of one token, which cannot be renewed.
func StaticToken(token string) TokenSource { return staticToken(token) }

type staticToken string

// Token gives the token.
func (t staticToken) Token(context.Context) (string, error) { return string(t), nil }

// Refresh has no other one.
func (staticToken) Refresh(context.Context, string) (string, error) { return "", ErrNoRefresh }
