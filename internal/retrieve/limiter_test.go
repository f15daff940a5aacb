package retrieve

import (
	"context"
	"sync"
	"testing"
	"time"
)

// enterNow takes a slot where there is room at once.
func enterNow(t *testing.T, l *limiter) (*slot, bool) {
	t.Helper()
	s := &slot{limiter: l}
	return s, s.tryTake() == nil
}

// room counts the slots that can be taken, and gives them back unused.
func room(t *testing.T, l *limiter) int {
	t.Helper()
	var taken []*slot
	for {
		s, ok := enterNow(t, l)
		if !ok {
			break
		}
		taken = append(taken, s)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, s := range taken {
		s.release()
	}
	return len(taken)
}

func TestCallsThatAreRefusedTogetherHalveTheBoundOnce(t *testing.T) {
	t.Parallel()
	l := newLimiter(8, 10)
	var all []*slot
	for range 8 {
		s, ok := enterNow(t, l)
		if !ok {
			t.Fatal("no room for eight")
		}
		all = append(all, s)
	}
	for _, s := range all {
		s.slower()
	}
	for _, s := range all {
		s.leave()
	}
	if got := room(t, l); got != 4 {
		t.Errorf("room for %d, not for 4", got)
	}
}

func TestTheBoundFallsToOneAndGrowsSlowly(t *testing.T) {
	t.Parallel()
	l := newLimiter(8, 3)
	once := func(busy bool) int {
		s, ok := enterNow(t, l)
		if !ok {
			t.Fatal("no room for one")
		}
		if busy {
			s.slower()
		}
		s.leave()
		return room(t, l)
	}
	for i, want := range []int{4, 2, 1, 1} {
		if got := once(true); got != want {
			t.Errorf("after %d answers that the org is busy there is room for %d, not for %d", i+1, got, want)
		}
	}
	for i := range 30 {
		if got, want := once(false), min(8, 1+(i+1)/3); got != want {
			t.Errorf("after %d calls that went well there is room for %d, not for %d", i+1, got, want)
		}
	}
}

func TestACallThatWaitsLeavesItsSlotToOthers(t *testing.T) {
	t.Parallel()
	l := newLimiter(1, 10)
	first, err := l.enter(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var order []string
	var group sync.WaitGroup
	group.Go(func() {
		second, err := l.enter(t.Context())
		if err != nil {
			t.Error(err)
			return
		}
		order = append(order, "second")
		second.leave()
	})
	first.stepAside()
	group.Wait()
	if err := first.take(t.Context()); err != nil {
		t.Fatal(err)
	}
	first.leave()
	if len(order) != 1 || room(t, l) != 1 {
		t.Errorf("%v, room for %d", order, room(t, l))
	}
}

func TestWaitingForASlotEndsWithTheRun(t *testing.T) {
	t.Parallel()
	l := newLimiter(1, 10)
	if _, err := l.enter(t.Context()); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	if _, err := l.enter(ctx); err == nil {
		t.Error("two have one slot")
	}
}
