package mdapi

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"os"
	"sync/atomic"
)

// request is one call in a form that can be made again.
type request struct {
	method string
	path   string // may carry a query
	call   string // its name, for errors and the log
	header http.Header
	bearer bool // the token goes into the Authorization header
	repeat repeat
	body   func(token string) payload // nil for none
	// read is given the body of a reply that is no refusal.
	read func(io.Reader) error
}

// payload is what a request sends: head, a file if there is one, tail.
type payload struct {
	head   []byte
	file   string
	base64 bool
	tail   []byte
}

// open gives the bytes and how many they are.
func (p payload) open() (io.ReadCloser, int64, error) {
	size := int64(len(p.head) + len(p.tail))
	if p.file == "" {
		return io.NopCloser(io.MultiReader(newReader(p.head), newReader(p.tail))), size, nil
	}
	f, err := os.Open(p.file)
	if err != nil {
		return nil, 0, err
	}
	info, err := f.Stat()
	if err != nil {
		_ = f.Close()
		return nil, 0, err
	}
	// A file that grows meanwhile must not make the body longer than announced.
	n := info.Size()
	middle := io.LimitReader(f, n)
	if p.base64 {
		middle = newBase64Reader(middle)
		n = int64(base64.StdEncoding.EncodedLen(int(n)))
	}
	return struct {
		io.Reader
		io.Closer
	}{io.MultiReader(newReader(p.head), middle, newReader(p.tail)), f}, size + n, nil
}

// connectionError is a failure to send or to receive. sent tells whether the
// service may have got the request.
type connectionError struct {
	err  error
	sent bool
}

func (e *connectionError) Error() string { return e.err.Error() }
func (e *connectionError) Unwrap() error { return e.err }

// attempt makes the call once.
func (c *Client) attempt(ctx context.Context, r request, token string) error {
	began := c.cfg.Now()
	ctx, watch := newWatch(ctx, c.cfg.ReplyTimeout)
	defer watch.stop()
	var sent atomic.Bool
	req, err := c.build(ctx, r, token, watch)
	if err != nil {
		return err
	}
	trace := &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) { sent.Store(true) }}
	resp, err := c.http.Do(req.WithContext(httptrace.WithClientTrace(ctx, trace))) //nolint:bodyclose // body.finish closes it
	if err != nil {
		err = &connectionError{err: watch.explain(withoutURL(err)), sent: sent.Load()}
		c.logFailure(ctx, r, began, err)
		return err
	}
	c.noteTime(resp.Header)
	body := &body{r: resp.Body, watch: watch}
	defer body.finish()
	watch.limit(c.cfg.StallTimeout)
	err = c.receive(r, resp, body)
	c.logReply(ctx, r, resp, began, err)
	return err
}

func (c *Client) build(ctx context.Context, r request, token string, watch *watch) (*http.Request, error) {
	req, err := http.NewRequestWithContext(ctx, r.method, c.base+r.path, nil)
	if err != nil {
		return nil, err
	}
	for name, values := range r.header {
		req.Header[name] = values
	}
	req.Header.Set("User-Agent", c.cfg.ClientName)
	if r.bearer {
		req.Header.Set("Authorization", "Bearer "+token)
		req.Header.Set("Sforce-Call-Options", "client="+c.cfg.ClientName)
	}
	if r.body == nil {
		return req, nil
	}
	p := r.body(token)
	open := func() (io.ReadCloser, error) {
		rc, size, err := p.open()
		if err != nil {
			return nil, err
		}
		req.ContentLength = size
		return &body{r: rc, watch: watch}, nil
	}
	if req.Body, err = open(); err != nil {
		return nil, err
	}
	req.GetBody = open
	return req, nil
}

// receive reads the reply. An error of the connection comes before what its
// consequence was for whoever was reading.
func (c *Client) receive(r request, resp *http.Response, b *body) error {
	var err error
	if resp.StatusCode >= 200 && resp.StatusCode < 300 {
		if err = r.read(b); err != nil {
			err = replyError(err)
		}
	} else {
		err = readRefusal(resp, b)
	}
	if err == nil {
		return nil
	}
	if b.err != nil {
		return &connectionError{err: b.err, sent: true}
	}
	var fault *Fault
	if errors.As(err, &fault) {
		fault.Status = resp.StatusCode
		fault.RequestID = requestID(resp.Header)
		fault.retryAfter = retryAfter(resp.Header, c.cfg.Now())
	}
	return err
}

// requestID: the service names calls in one of these headers. Neither is
// documented.
func requestID(h http.Header) string {
	for _, name := range []string{"X-Sfdc-Request-Id", "X-Request-Id"} {
		if id := h.Get(name); id != "" {
			return id
		}
	}
	return ""
}

// withoutURL: the standard library's errors repeat the whole URL, query and all.
func withoutURL(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		return u.Err
	}
	return err
}

func (r request) failed(err error) error { return fmt.Errorf("%s: %w", r.call, err) }
