package auth

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"time"
)

// unwell is a token endpoint that answers neither yes nor no.
type unwell struct{ status int }

// Error tells the status and nothing of the body.
func (u *unwell) Error() string { return fmt.Sprintf("the server answered HTTP %d", u.status) }

// grantTries is how often a token is asked for; the waits in between double.
const (
	grantTries = 4
	grantWait  = 500 * time.Millisecond
)

// again asks for a token until there is one, it is refused, or it was asked for
// often enough.
func (f Flow) again(ctx context.Context, method Method, ask func() (Grant, error)) (Grant, error) {
	wait := grantWait
	for try := 1; ; try++ {
		grant, err := ask()
		if err == nil || try >= grantTries || ctx.Err() != nil || !passes(method, err) {
			return grant, err
		}
		if err := f.sleep(ctx, wait); err != nil {
			return Grant{}, err
		}
		wait *= 2
	}
}

// passes tells whether asking again may help and can do no harm. A refresh token
// may be used up by a request whose answer was lost, so that it is sent again only
// where the first one cannot have arrived.
func passes(method Method, err error) bool {
	var ill *unwell
	if errors.As(err, &ill) {
		return true
	}
	var op *net.OpError
	if errors.As(err, &op) && op.Op == "dial" {
		return true
	}
	var call *url.Error
	var answer *unread
	return method != RefreshToken && (errors.As(err, &call) || errors.As(err, &answer))
}

func (f Flow) sleep(ctx context.Context, d time.Duration) error {
	if f.Sleep != nil {
		return f.Sleep(ctx, d)
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
