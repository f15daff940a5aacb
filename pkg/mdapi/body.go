package mdapi

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"time"
)

// stalled is the error of a connection on which nothing moves. It is a
// net.Error.
type stalled struct{ after time.Duration }

// Error says how long nothing moved.
func (s *stalled) Error() string { return fmt.Sprintf("the connection stood still for %s", s.after) }

// Timeout is part of net.Error.
func (s *stalled) Timeout() bool { return true }

// Temporary is part of net.Error.
func (s *stalled) Temporary() bool { return true }

// watch ends a request on which nothing moves for a while.
type watch struct {
	ctx    context.Context // of the one request that is watched
	cancel context.CancelCauseFunc
	timer  *time.Timer
	after  time.Duration
}

func newWatch(ctx context.Context, after time.Duration) (context.Context, *watch) {
	ctx, cancel := context.WithCancelCause(ctx)
	w := &watch{ctx: ctx, cancel: cancel, after: after}
	w.timer = time.AfterFunc(after, func() { cancel(&stalled{after: after}) })
	return ctx, w
}

// limit changes how long nothing may move.
func (w *watch) limit(after time.Duration) {
	w.timer.Stop()
	w.after = after
	w.timer = time.AfterFunc(after, func() { w.cancel(&stalled{after: after}) })
}

func (w *watch) moved() { w.timer.Reset(w.after) }

func (w *watch) stop() {
	w.timer.Stop()
	w.cancel(nil)
}

// explain gives the reason why the context of a request ended.
func (w *watch) explain(err error) error {
	var s *stalled
	if errors.As(context.Cause(w.ctx), &s) {
		return s
	}
	return err
}

// body is a body on its way, in either direction. It keeps the error of the
// connection, which readers hide.
type body struct {
	r     io.ReadCloser
	watch *watch
	err   error
}

func (b *body) Read(p []byte) (int, error) {
	n, err := b.r.Read(p)
	if n > 0 {
		b.watch.moved()
	}
	if err != nil && !errors.Is(err, io.EOF) {
		b.err = b.watch.explain(err)
		err = b.err
	}
	return n, err
}

// Close closes the body underneath.
func (b *body) Close() error { return b.r.Close() }

// drainLimit is how much of a rest is read so that the connection can be used
// again.
const drainLimit = 64 << 10

func (b *body) finish() {
	_, _ = io.CopyN(io.Discard, b.r, drainLimit)
	_ = b.r.Close()
}

// replyError says of an error met while reading a reply that it is one, unless
// the service itself says why.
func replyError(err error) error {
	var fault *Fault
	var local *localError
	if errors.As(err, &fault) || errors.As(err, &local) {
		return err
	}
	if isCut(err) {
		err = errCut
	}
	return fmt.Errorf("%w: %w", ErrReply, err)
}

// isCut tells an end that came too early. The XML decoder has no error of its own
// for it but a text.
func isCut(err error) bool {
	var syntax *xml.SyntaxError
	var jsonSyntax *json.SyntaxError
	switch {
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return true
	case errors.As(err, &syntax):
		return syntax.Msg == "unexpected EOF"
	case errors.As(err, &jsonSyntax):
		return jsonSyntax.Error() == "unexpected end of JSON input"
	}
	return false
}

// localError is a failure on this side while a reply was read: a full disk.
type localError struct{ err error }

func (e *localError) Error() string { return e.err.Error() }
func (e *localError) Unwrap() error { return e.err }

func newReader(b []byte) io.Reader { return bytes.NewReader(b) }

// base64Reader encodes what it reads.
type base64Reader struct {
	r       io.Reader
	raw     []byte
	encoded []byte
	rest    []byte // of encoded, still to be handed out
	done    bool
}

// rawChunk is a multiple of three, so that only the last chunk is padded.
const rawChunk = 24 << 10

func newBase64Reader(r io.Reader) *base64Reader {
	return &base64Reader{r: r, raw: make([]byte, rawChunk), encoded: make([]byte, base64.StdEncoding.EncodedLen(rawChunk))}
}

func (b *base64Reader) Read(p []byte) (int, error) {
	if len(b.rest) == 0 {
		if b.done {
			return 0, io.EOF
		}
		n, err := io.ReadFull(b.r, b.raw)
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			b.done, err = true, nil
		}
		if err != nil {
			return 0, err
		}
		base64.StdEncoding.Encode(b.encoded, b.raw[:n])
		b.rest = b.encoded[:base64.StdEncoding.EncodedLen(n)]
	}
	n := copy(p, b.rest)
	b.rest = b.rest[n:]
	return n, nil
}
