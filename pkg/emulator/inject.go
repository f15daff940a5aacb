package emulator

import (
	"context"
	"errors"
	"net"
	"net/http"
	"strconv"
	"time"
)

// inject lets hooks and the faults of a call happen. It gives the writer to go on with,
// or nil if the call has been answered.
func (s *Server) inject(w http.ResponseWriter, r *http.Request, call string) http.ResponseWriter {
	s.mu.Lock()
	s.asked[call]++
	nth := s.asked[call]
	hit := s.faults.strikes(call, FaultLatency, FaultHTTP, FaultReset, FaultEmptyBody, FaultHalfBody, FaultStall, FaultBusy, FaultSOAP, FaultExpire)
	s.mu.Unlock()
	for _, hook := range s.set.hooks {
		hook(s, call, nth)
	}
	for _, f := range hit {
		if w = s.strike(w, r, call, f); w == nil {
			return nil
		}
	}
	return w
}

func (s *Server) strike(w http.ResponseWriter, r *http.Request, call string, f Fault) http.ResponseWriter {
	switch f.Kind {
	case FaultLatency:
		pause(r.Context(), time.Duration(f.Delay))
	case FaultBusy:
		if s.InFlight(call) <= f.Most {
			return w
		}
		if f.Code == "" {
			f.Kind = FaultHTTP
		} else {
			f.Kind = FaultSOAP
		}
		return s.strike(w, r, call, f)
	case FaultHTTP:
		status := f.Status
		if status == 0 {
			status = http.StatusServiceUnavailable
		}
		if f.RetryAfter != "" {
			w.Header().Set("Retry-After", f.RetryAfter)
		}
		s.record(r, call, status)
		http.Error(w, http.StatusText(status), status)
		return nil
	case FaultReset:
		s.record(r, call, 0)
		reset(w)
		return nil
	case FaultEmptyBody:
		s.record(r, call, http.StatusOK)
		w.WriteHeader(http.StatusOK)
		return nil
	case FaultSOAP:
		s.answerFault(w, r, call, f)
		return nil
	case FaultExpire:
		s.ExpireSessions()
	case FaultHalfBody, FaultStall:
		return &brokenWriter{ResponseWriter: w, ctx: r.Context(), stall: f.Kind == FaultStall, delay: time.Duration(f.Delay)}
	}
	return w
}

func pause(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}

// reset closes the connection so that the peer sees a reset, not an end.
func reset(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler) // what the server of net/http takes as: drop it
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = conn.Close()
}

func (s *Server) answerFault(w http.ResponseWriter, r *http.Request, call string, f Fault) {
	status := http.StatusInternalServerError
	if _, soap := operations()[call]; soap {
		s.record(r, call, status)
		writeFault(w, &soapFault{f.Code, f.Message})
		return
	}
	switch f.Code {
	case "INVALID_SESSION_ID":
		status = http.StatusUnauthorized
	case "REQUEST_LIMIT_EXCEEDED":
		status = http.StatusForbidden
	}
	s.record(r, call, status)
	writeRESTError(w, status, f.Code, f.Message)
}

// brokenWriter stops in the middle of a reply.
type brokenWriter struct {
	http.ResponseWriter
	ctx     context.Context //nolint:containedctx // the writer's life is the request's
	stall   bool
	delay   time.Duration
	left    int
	started bool
}

// unknownHalf is where a reply of unknown length breaks off.
const unknownHalf = 16

// WriteHeader finds out where the middle of the reply is.
func (b *brokenWriter) WriteHeader(status int) {
	b.started = true
	b.left = unknownHalf
	if n, err := strconv.Atoi(b.Header().Get("Content-Length")); err == nil {
		b.left = n / 2
	}
	b.ResponseWriter.WriteHeader(status)
}

func (b *brokenWriter) Write(p []byte) (int, error) {
	if !b.started {
		b.WriteHeader(http.StatusOK)
	}
	if len(p) <= b.left {
		b.left -= len(p)
		return b.ResponseWriter.Write(p)
	}
	n, err := b.ResponseWriter.Write(p[:b.left])
	b.left = 0
	if err = errors.Join(err, http.NewResponseController(b.ResponseWriter).Flush()); err != nil {
		return n, err
	}
	if !b.stall {
		panic(http.ErrAbortHandler)
	}
	if b.delay == 0 {
		<-b.ctx.Done()
		panic(http.ErrAbortHandler)
	}
	pause(b.ctx, b.delay)
	b.left = int(^uint(0) >> 1)
	rest, err := b.ResponseWriter.Write(p[n:])
	return n + rest, err
}

// Unwrap lets a response controller reach the connection.
func (b *brokenWriter) Unwrap() http.ResponseWriter { return b.ResponseWriter }
