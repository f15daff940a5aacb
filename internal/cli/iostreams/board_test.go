package iostreams_test

import (
	"bytes"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/orgkeep/orgkeep/internal/cli/iostreams"
)

func run(s *iostreams.Streams) {
	b := s.NewBoard("prod", func() time.Time { return time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC) })
	b.Step("list", 0, 0, "queries")
	b.Step("list", 104, 104, "queries")
	b.Step("wait", 1, 1, "batches")
	b.Step("retrieve", 1, 9, "batches")
	b.Step("retrieve", 9, 9, "batches")
	b.Close()
	b.Close()
}

func TestProgressInAPipeIsALineForEachPhase(t *testing.T) {
	t.Parallel()
	var errs bytes.Buffer
	s := iostreams.New(iostreams.Options{Out: &bytes.Buffer{}, Err: &errs})
	run(s)
	_ = s.Flush()
	if diff := cmp.Diff("prod  list      104 queries  0 ms\nprod  wait      1 batch  0 ms\nprod  retrieve  9 batches  0 ms\n", errs.String()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestPhasesThatOverlapEachHaveOneLine(t *testing.T) {
	t.Parallel()
	var errs bytes.Buffer
	s := iostreams.New(iostreams.Options{Out: &bytes.Buffer{}, Err: &errs})
	clock := time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC)
	b := s.NewBoard("prod", func() time.Time { clock = clock.Add(time.Second); return clock })
	b.Step("retrieve", 1, 2, "batches")
	b.Step("write", 10, 0, "files")
	b.Step("retrieve", 2, 2, "batches")
	b.Step("write", 20, 0, "files")
	b.Close()
	_ = s.Flush()
	if diff := cmp.Diff("prod  retrieve  2 batches  4.0 s\nprod  write     20 files  3.0 s\n", errs.String()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestALongPhaseSpeaksEveryFewSecondsInAPipe(t *testing.T) {
	t.Parallel()
	var errs bytes.Buffer
	s := iostreams.New(iostreams.Options{Out: &bytes.Buffer{}, Err: &errs})
	clock := time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC)
	b := s.NewBoard("prod", func() time.Time { return clock })
	for i := range 7 {
		b.Show(iostreams.Progress{Phase: "retrieve", Done: i, Total: 6, Unit: "batches", Bytes: int64(i) * 1_500_000, Note: "downloading"})
		clock = clock.Add(2 * time.Second)
	}
	b.Close()
	_ = s.Flush()
	want := "prod  retrieve  3 of 6 batches  4.5 MB  750.0 kB/s  6.0 s  about 6.0 s left  downloading\n" +
		"prod  retrieve  6 batches  12 s\n"
	if diff := cmp.Diff(want, errs.String()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// What is nearly done is not said to take no time.
func TestTheLastMomentIsNotCounted(t *testing.T) {
	t.Parallel()
	var errs bytes.Buffer
	s := iostreams.New(iostreams.Options{Out: &bytes.Buffer{}, Err: &errs})
	clock := time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC)
	b := s.NewBoard("prod", func() time.Time { return clock })
	b.Step("deploy", 0, 100, "components")
	clock = clock.Add(6 * time.Second)
	b.Step("deploy", 99, 100, "components")
	b.Close()
	_ = s.Flush()
	if diff := cmp.Diff("prod  deploy    99 of 100 components  6.0 s\nprod  deploy    99 of 100 components  6.0 s\n", errs.String()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// Bytes come all the time, and tell how long it will take before a batch is done.
func TestTheTimeThatIsLeftIsToldFromBytes(t *testing.T) {
	t.Parallel()
	var errs bytes.Buffer
	s := iostreams.New(iostreams.Options{Out: &bytes.Buffer{}, Err: &errs})
	clock := time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC)
	b := s.NewBoard("prod", func() time.Time { return clock })
	for i := range 4 {
		b.Show(iostreams.Progress{Phase: "retrieve", Total: 2, Unit: "batches", Bytes: int64(i) * 1_000_000, Expected: 12_000_000, Note: "downloading"})
		clock = clock.Add(2 * time.Second)
	}
	b.Show(iostreams.Progress{Phase: "retrieve", Done: 2, Total: 2, Unit: "batches", Bytes: 5_000_000, Expected: 12_000_000})
	b.Close()
	_ = s.Flush()
	want := "prod  retrieve  0 of 2 batches  3.0 MB  500.0 kB/s  6.0 s  about 18 s left  downloading\n" +
		"prod  retrieve  2 batches  8.0 s\n"
	if diff := cmp.Diff(want, errs.String()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestBytesAreWrittenAsPeopleReadThem(t *testing.T) {
	t.Parallel()
	for n, want := range map[int64]string{0: "0 B", 999: "999 B", 1500: "1.5 kB", 23_000_000: "23.0 MB", 4_100_000_000: "4.1 GB", 2e15: "2000.0 TB"} {
		if got := iostreams.Bytes(n); got != want {
			t.Errorf("%d is %q, not %q", n, got, want)
		}
	}
}

func TestProgressOnATerminalIsTakenAway(t *testing.T) {
	t.Parallel()
	var errs bytes.Buffer
	s := iostreams.New(iostreams.Options{Out: &bytes.Buffer{}, Err: &errs, Terminal: &iostreams.Terminal{Err: true}})
	run(s)
	_ = s.Flush()
	nothingIsLeft(t, errs.String())
}

func TestProgressOfAQuietRunIsNothing(t *testing.T) {
	t.Parallel()
	var errs bytes.Buffer
	s := iostreams.New(iostreams.Options{Out: &bytes.Buffer{}, Err: &errs, Terminal: &iostreams.Terminal{Err: true}})
	s.BeQuiet()
	run(s)
	_ = s.Flush()
	if errs.Len() > 0 {
		t.Errorf("got %q", errs.String())
	}
}

// A bar reads its phase while it draws, and a step waits for the bar: neither may
// hold what the other waits for.
func TestStepsAndDrawingDoNotWaitForEachOther(t *testing.T) {
	t.Parallel()
	s := iostreams.New(iostreams.Options{Out: io.Discard, Err: io.Discard, Terminal: &iostreams.Terminal{Err: true}})
	done := make(chan struct{})
	go func() {
		defer close(done)
		b := s.NewBoard("prod", time.Now)
		// Long enough for the board to be drawn several times.
		for end := time.Now().Add(time.Second); time.Now().Before(end); {
			b.Step("list", 1, 2, "queries")
			b.Step("write", 1, 0, "files")
		}
		b.Close()
	}()
	select {
	case <-done:
	case <-time.After(30 * time.Second):
		t.Fatal("the board hangs")
	}
}

func TestRunsSideBySideHaveALineEach(t *testing.T) {
	t.Parallel()
	var errs bytes.Buffer
	s := iostreams.New(iostreams.Options{Out: &bytes.Buffer{}, Err: &errs, Terminal: &iostreams.Terminal{Err: true, Width: 100}})
	g := s.NewBoards(time.Now, "dev", "production")
	var group sync.WaitGroup
	for n := range 2 {
		group.Go(func() {
			b := g.Board(n)
			for i := range 300 {
				b.Step("list", i, 300, "queries")
				b.Step("retrieve", i, 300, "batches")
			}
			b.Close()
		})
	}
	group.Wait()
	time.Sleep(300 * time.Millisecond) // the bars draw by the clock
	g.Close()
	_ = s.Flush()
	text := errs.String()
	if !strings.Contains(text, "dev         retrieve") || !strings.Contains(text, "production  retrieve") {
		t.Errorf("got %q", text)
	}
	nothingIsLeft(t, text)
	if s.NewBoards(time.Now, "dev").Board(0).Alone() == g.Board(0).Alone() {
		t.Error("a single run has a line among others")
	}
}
