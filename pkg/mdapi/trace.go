package mdapi

import (
	"context"
	"errors"
)

// Trace is told what happens to the calls that are made under a context, as
// [net/http/httptrace] tells of requests. Its functions may be nil; they are called
// from the goroutine that makes the call.
type Trace struct {
	// Throttled is told that the service answered a request with being busy: whoever
	// makes many calls at a time had better make fewer.
	Throttled func()
	// Again is called when such a call has waited and is about to be made again. Its
	// error ends the call.
	Again func(ctx context.Context) error
	// Zip is told how many bytes there are of the zip that is coming, unpacked from
	// their base64. It begins anew where a reply breaks off.
	Zip func(bytes int64)
}

type traceKey struct{}

// WithTrace gives a context whose calls are told to a trace, and to no other.
func WithTrace(ctx context.Context, t Trace) context.Context {
	return context.WithValue(ctx, traceKey{}, t)
}

func traceOf(ctx context.Context) Trace {
	t, _ := ctx.Value(traceKey{}).(Trace)
	return t
}

func (t Trace) throttled() {
	if t.Throttled != nil {
		t.Throttled()
	}
}

func (t Trace) again(ctx context.Context) error {
	if t.Again == nil {
		return nil
	}
	return t.Again(ctx)
}

func (t Trace) zip(bytes int64) {
	if t.Zip != nil {
		t.Zip(bytes)
	}
}

// throttles tells whether an error is the service asking for fewer calls.
func throttles(err error) bool {
	var fault *Fault
	return errors.As(err, &fault) && fault.throttles()
}
