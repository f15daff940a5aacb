package emulator

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"strconv"
)

// page is a reply in memory: handlers write it under the server's lock, and a
// client that reads slowly, or a fault that stalls, must not hold up the others.
type page struct {
	header http.Header
	status int
	body   bytes.Buffer
}

// Header is that of the reply to come.
func (p *page) Header() http.Header { return p.header }

// WriteHeader notes the status.
func (p *page) WriteHeader(status int) { p.status = status }

func (p *page) Write(b []byte) (int, error) { return p.body.Write(b) }

// answer lets a handler answer the call of a resource, with the faults that
// strike it.
func (s *Server) answer(w http.ResponseWriter, r *http.Request, name string, handle func(http.ResponseWriter)) {
	defer s.fly(name)()
	if w = s.inject(w, r, name); w == nil {
		return
	}
	p := &page{header: w.Header(), status: http.StatusOK}
	handle(p)
	s.record(r, name, p.status)
	if p.status != http.StatusNotModified { // whose length would be that of what is not sent
		w.Header().Set("Content-Length", strconv.Itoa(p.body.Len()))
	}
	w.WriteHeader(p.status)
	// Nobody is left to be told when the client goes away.
	_, _ = w.Write(p.body.Bytes())
}

// taken reads a request's body before the server is locked for it.
func taken(w http.ResponseWriter, r *http.Request) error {
	if r.Body == nil {
		return nil
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxSOAP))
	if err != nil {
		return errors.New("the request could not be read, or is over the limit of 50 MB")
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	return nil
}
