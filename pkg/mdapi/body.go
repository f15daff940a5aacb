package mdapi

import (
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
)

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

// errPage is what machines before the service say, with a status that is none of a
// failure: that there is work on it, or who they are.
var errPage = errors.New("it is a page for people")

// replyError says of an error met while reading a reply that it is one, unless
// the service itself says why.
func replyError(h http.Header, err error) error {
	var fault *Fault
	var local *localError
	switch {
	case errors.As(err, &fault), errors.As(err, &local):
		return err
	case strings.HasPrefix(h.Get("Content-Type"), "text/html"):
		err = errPage
	case isCut(err):
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
