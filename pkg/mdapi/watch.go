package mdapi

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

// stalled is the error of a connection on which nothing moves.
type stalled struct{ after time.Duration }

// Error says how long nothing moved.
func (s *stalled) Error() string { return fmt.Sprintf("the connection stood still for %s", s.after) }

// watch ends a request on which nothing moves for a while.
type watch struct {
	ctx    context.Context // of the one request that is watched
	cancel context.CancelCauseFunc
	timer  *time.Timer

	mu    sync.Mutex
	after time.Duration
}

func newWatch(ctx context.Context, after time.Duration) (context.Context, *watch) {
	ctx, cancel := context.WithCancelCause(ctx)
	w := &watch{ctx: ctx, cancel: cancel, after: after}
	w.timer = time.AfterFunc(after, w.expire)
	return ctx, w
}

func (w *watch) expire() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.cancel(&stalled{after: w.after})
}

// limit changes how long nothing may move.
func (w *watch) limit(after time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.after = after
	w.timer.Reset(after)
}

// moved is called from whoever reads or writes the connection; a body may still
// be on its way when the reply begins.
func (w *watch) moved() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.timer.Reset(w.after)
}

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
