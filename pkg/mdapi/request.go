package mdapi

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strings"
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
	// unchanged is called instead when the service says that nothing was changed;
	// nil for calls that do not ask for that.
	unchanged func()
}

// connectionError is a failure to send or to receive. sent tells whether the
// service may have got the request. It is a net.Error, so that callers can tell
// it from what the service says.
type connectionError struct {
	err  error
	sent bool
}

// Error is that of the connection.
func (e *connectionError) Error() string { return e.err.Error() }

// Unwrap gives the error of the connection.
func (e *connectionError) Unwrap() error { return e.err }

// Timeout tells whether nothing moved for too long.
func (e *connectionError) Timeout() bool {
	var timeout interface{ Timeout() bool }
	var still *stalled
	return errors.As(e.err, &still) || errors.As(e.err, &timeout) && timeout.Timeout()
}

// Temporary is part of net.Error.
func (e *connectionError) Temporary() bool { return true }

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
	err = c.receive(r, token, resp, body)
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
	sent, size, err := p.open()
	if err != nil {
		return nil, err
	}
	req.Body, req.ContentLength = &body{r: sent, watch: watch}, size
	// For a connection that was found closed before anything was written to it.
	req.GetBody = func() (io.ReadCloser, error) {
		again, _, err := p.open()
		if err != nil {
			return nil, err
		}
		return &body{r: again, watch: watch}, nil
	}
	return req, nil
}

// receive reads the reply. An error of the connection comes before what its
// consequence was for whoever was reading.
func (c *Client) receive(r request, token string, resp *http.Response, b *body) error {
	var err error
	switch {
	case resp.StatusCode >= 200 && resp.StatusCode < 300:
		if err = r.read(b); err != nil {
			err = replyError(resp.Header, err)
		}
	case resp.StatusCode == http.StatusNotModified && r.unchanged != nil:
		r.unchanged()
	default:
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
		fault.Message = without(fault.Message, token)
		fault.Status = resp.StatusCode
		fault.RequestID = requestID(resp.Header)
		fault.retryAfter = retryAfter(resp.Header, c.cfg.Now())
	}
	return err
}

// without takes a token out of a text of the service: none should repeat it, and
// what does must not spread it.
func without(text, token string) string {
	if token == "" {
		return text
	}
	return strings.ReplaceAll(text, token, "(token)")
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
