package retrieve

import (
	"context"
	"sync"

	"github.com/orgkeep/orgkeep/pkg/mdapi"
)

// limiter bounds how many calls or jobs are under way in an org. Where the org
// answers that it is busy, the bound is halved, down to one; after a number of
// calls without such an answer it grows by one, up to what it was. It is safe for
// concurrent use.
type limiter struct {
	most int // the bound that nothing exceeds
	calm int // calls that must go well before the bound grows

	mu      sync.Mutex // guards what follows
	bound   int
	used    int
	well    int // calls that went well since the bound last moved
	halved  int // how often it was halved
	changed chan struct{}
}

func newLimiter(most, calm int) *limiter {
	return &limiter{most: most, calm: calm, bound: most, changed: make(chan struct{})}
}

// slot is the right to one call or job.
type slot struct {
	limiter *limiter
	// seen is how often the bound had been halved when the call was sent. An answer
	// to a call from before the last time says nothing of the bound as it is now:
	// eight calls that are refused together halve it once.
	seen int
	held bool
	busy bool // the org said so in answer to this call
}

// enter waits until there is room for one more.
func (l *limiter) enter(ctx context.Context) (*slot, error) {
	s := &slot{limiter: l}
	return s, s.take(ctx)
}

func (s *slot) take(ctx context.Context) error {
	for {
		wait := s.tryTake()
		if wait == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-wait:
		}
	}
}

// tryTake gives what to wait for, or nil when the slot is held.
func (s *slot) tryTake() <-chan struct{} {
	l := s.limiter
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.used >= l.bound {
		return l.changed
	}
	l.used++
	s.held, s.seen = true, l.halved
	return nil
}

// leave gives the slot back. A call to which the org did not answer that it was
// busy went well, whatever else it answered.
func (s *slot) leave() {
	l := s.limiter
	l.mu.Lock()
	defer l.mu.Unlock()
	s.release()
	if s.busy {
		return
	}
	if l.well++; l.well >= l.calm && l.bound < l.most {
		l.bound, l.well = l.bound+1, 0
		l.wake()
	}
}

// slower takes note that the org is busy.
func (s *slot) slower() {
	s.limiter.mu.Lock()
	defer s.limiter.mu.Unlock()
	s.halve()
}

// stepAside does the same, and leaves the slot to others until it is taken again.
func (s *slot) stepAside() {
	s.limiter.mu.Lock()
	defer s.limiter.mu.Unlock()
	s.halve()
	s.release()
}

// halve must be called with the limiter's lock held, and so must release.
func (s *slot) halve() {
	l := s.limiter
	s.busy, l.well = true, 0
	if s.seen == l.halved {
		l.bound = max(1, l.bound/2)
		l.halved++
	}
}

func (s *slot) release() {
	if s.held {
		s.held = false
		s.limiter.used--
		s.limiter.wake()
	}
}

func (l *limiter) wake() {
	close(l.changed)
	l.changed = make(chan struct{})
}

// calls gives a context for calls that may wait and be made again: meanwhile their
// slot is free for others.
func (s *slot) calls(ctx context.Context) context.Context {
	return mdapi.WithTrace(ctx, mdapi.Trace{Throttled: s.stepAside, Again: s.take})
}

// job gives a context for asking about a job, which goes on and keeps its slot
// whatever is answered. zip is told how much of its zip has come.
func (s *slot) job(ctx context.Context, zip func(int64)) context.Context {
	return mdapi.WithTrace(ctx, mdapi.Trace{Throttled: s.slower, Again: s.again, Zip: zip})
}

// again: the next answer is to a call that was sent under the bound as it is now.
func (s *slot) again(context.Context) error {
	s.limiter.mu.Lock()
	defer s.limiter.mu.Unlock()
	s.seen = s.limiter.halved
	return nil
}
