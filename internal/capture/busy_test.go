package capture_test

import (
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/orgkeep/orgkeep/internal/demo"
	"github.com/orgkeep/orgkeep/internal/retrieve"
	"github.com/orgkeep/orgkeep/pkg/emulator"
)

// An org that is busy is asked for less at a time, and comes whole all the same.
func TestABusyOrgIsAskedForLessAtATime(t *testing.T) {
	t.Parallel()
	const most = 3
	var mu sync.Mutex
	var flying []int
	w := newWorld(t, demo.Org(),
		emulator.WithFaults(
			emulator.Fault{Call: "listMetadata", Kind: emulator.FaultLatency, Count: -1, Delay: emulator.Duration(5 * time.Millisecond)},
			emulator.Fault{Call: "listMetadata", Kind: emulator.FaultBusy, Count: -1, Most: most, RetryAfter: "1"},
		),
		emulator.WithHook(func(s *emulator.Server, call string, _ int) {
			if call == "listMetadata" {
				mu.Lock()
				defer mu.Unlock()
				flying = append(flying, s.InFlight(call))
			}
		}))
	result := w.must()
	if got := missing(result.State.Coverage); len(got) > 0 {
		t.Errorf("missing: %v", got)
	}
	same(t, w.truth(leftOut()...), w.head())
	const first = 16 // calls in which the run learns what the org bears
	early, late := slices.Max(flying[:first]), slices.Max(flying[first:])
	if early <= most || late > 2*most {
		t.Errorf("%d calls were in flight at first, and %d when the org had said that it bears %d: %v", early, late, most, flying)
	}
	if refused, taken := answers(w, "listMetadata"); refused == 0 || 2*refused > taken {
		t.Errorf("%d lists were refused for %d that were given", refused, taken)
	}
}

// answers counts the calls of a name that were refused, and the others.
func answers(w *world, name string) (refused, taken int) {
	for _, call := range w.org.Calls() {
		switch {
		case call.Name != name:
		case call.Status == http.StatusOK:
			taken++
		default:
			refused++
		}
	}
	return refused, taken
}

// An org that runs one retrieve at a time gets one at a time.
func TestABusyOrgRunsFewerRetrieves(t *testing.T) {
	t.Parallel()
	w := newWorld(t, demo.Org(), emulator.WithLatency(10*time.Second), emulator.WithFaults(emulator.Fault{
		Call: "retrieve", Kind: emulator.FaultBusy, Count: -1, Most: 1,
		Code: "REQUEST_LIMIT_EXCEEDED", Message: "REQUEST_LIMIT_EXCEEDED: ConcurrentRequests (Concurrent API Requests) Limit exceeded.",
	}))
	w.opts.Read.Limits = retrieve.Limits{Files: 40, Bytes: 1 << 20}
	result := w.must()
	if got := missing(result.State.Coverage); len(got) > 0 {
		t.Errorf("missing: %v", got)
	}
	same(t, w.truth(leftOut()...), w.head())
	refused, taken := answers(w, "retrieve")
	if refused == 0 || refused > taken {
		t.Errorf("%d retrieves were refused for %d that were taken", refused, taken)
	}
}
