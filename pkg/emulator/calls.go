package emulator

import (
	"net/http"
	"slices"
	"time"
)

// Call is one request that the server answered.
type Call struct {
	Name   string // operation of SOAP, resource of REST: "retrieve", "query"
	Method string
	Path   string
	Status int
	Time   time.Time
}

// Calls lists what was asked, oldest first; faults that were injected count as
// asked.
func (s *Server) Calls() []Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.calls)
}

// maxCalls bounds the memory of a server that runs for long.
const maxCalls = 100_000

func (s *Server) record(r *http.Request, name string, status int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.calls) >= maxCalls {
		s.calls = slices.Delete(s.calls, 0, maxCalls/2)
	}
	s.calls = append(s.calls, Call{Name: name, Method: r.Method, Path: r.URL.Path, Status: status, Time: s.now()})
}
