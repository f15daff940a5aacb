package mdapi

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/cenkalti/backoff/v5"

	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// repeat says how often a call may be made.
type repeat int

const (
	// once is for what starts something in the org.
	once repeat = 1
	// reading is for what changes nothing: about 25 seconds in all.
	reading repeat = 8
	// watching is for asking about a job, which goes on while nobody can be
	// reached: about five minutes.
	watching repeat = 26
)

// pages is how often a call is made that is answered with a page for people: where
// the address is none of an org, all calls are.
const pages repeat = 4

const (
	firstRetry = 200 * time.Millisecond
	maxRetry   = 15 * time.Second
	// maxRetryAfter is the longest that a server may ask to wait before it counts
	// as down.
	maxRetryAfter = 5 * time.Minute
)

// jwtVersion is the first API version whose SOAP calls take a token in JWT form;
// before it they answer as if the session had ended. Source: jsforce, soap.js.
const jwtVersion metadata.Version = 68

func isJWT(token string) bool { return strings.HasPrefix(token, "eyJ") }

// do makes a call until it succeeds, fails for good, or was made often enough. A
// session that is refused is renewed once.
func (c *Client) do(ctx context.Context, r request) error {
	waits := growing(firstRetry, maxRetry)
	renewed := false
	for try := repeat(1); ; try++ {
		token, err := c.cfg.Tokens.Token(ctx)
		if err != nil {
			return r.failed(fmt.Errorf("get a token: %w", err))
		}
		err = c.attempt(ctx, r, token)
		busy := throttles(err)
		if busy {
			traceOf(ctx).throttled()
		}
		switch {
		case err == nil:
			return nil
		case ctx.Err() != nil:
			return r.failed(r.outcome(err, ctx.Err()))
		case errors.Is(err, ErrSessionExpired) && !renewed:
			renewed = true
			if _, rerr := c.cfg.Tokens.Refresh(ctx, token); rerr != nil {
				return r.failed(fmt.Errorf("%w: %w: %w", err, ErrRenewal, rerr))
			}
			try--
			continue
		}
		if errors.Is(err, ErrSessionExpired) && !r.bearer && isJWT(token) && c.cfg.Version < jwtVersion {
			err = fmt.Errorf("%w (a token in JWT form is taken over SOAP from API %s on)", err, jwtVersion)
		}
		wait, passing := passes(err, try)
		if wait = max(wait, waits.NextBackOff()); !passing || try >= r.repeat || wait > maxRetryAfter {
			return r.failed(r.outcome(err, err))
		}
		c.cfg.Log.DebugContext(ctx, "again", "call", r.call, "wait", wait)
		if err := c.waitFor(ctx, wait, busy); err != nil {
			return r.failed(err)
		}
	}
}

// waitFor waits before a call is made again.
func (c *Client) waitFor(ctx context.Context, d time.Duration, busy bool) error {
	if err := c.cfg.Sleep(ctx, d); err != nil || !busy {
		return err
	}
	return traceOf(ctx).again(ctx)
}

// outcome adds ErrOutcomeUnknown to the error of a call that started something
// for all that is known. cause is why, err what tells how far it came.
func (r request) outcome(err, cause error) error {
	if r.repeat != once {
		return cause
	}
	var connection *connectionError
	var fault *Fault
	switch {
	case errors.As(err, &connection) && !connection.sent,
		errors.As(err, &fault) && fault.refused():
		return cause
	case connection == nil && fault == nil && !errors.Is(err, ErrReply):
		return cause // nothing was sent
	}
	return fmt.Errorf("%w: %w", ErrOutcomeUnknown, cause)
}

// passes tells whether the error of a try is one that passes, and how long the server
// asks to wait.
func passes(err error, try repeat) (time.Duration, bool) {
	var fault *Fault
	var connection *connectionError
	switch {
	case errors.As(err, &fault):
		return fault.retryAfter, fault.passing()
	case errors.As(err, &connection), errors.Is(err, errCut):
		return 0, true
	case errors.Is(err, errPage):
		return 0, try < pages
	}
	return 0, false
}

// growing gives waits that grow and are spread, so that many clients do not come
// back at the same time.
func growing(first, most time.Duration) *backoff.ExponentialBackOff {
	b := backoff.NewExponentialBackOff()
	b.InitialInterval, b.MaxInterval = first, most
	b.Multiplier, b.RandomizationFactor = 2, 0.25
	b.Reset()
	return b
}

// retryAfter reads a Retry-After header in both of its forms.
func retryAfter(h http.Header, now time.Time) time.Duration {
	text := h.Get("Retry-After")
	if seconds, err := strconv.Atoi(text); err == nil && seconds > 0 {
		return time.Duration(seconds) * time.Second
	}
	if at, err := http.ParseTime(text); err == nil {
		return max(0, at.Sub(now))
	}
	return 0
}
