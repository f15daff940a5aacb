package retrieve

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/orgkeep/orgkeep/internal/mdzip"
	"github.com/orgkeep/orgkeep/pkg/mdapi"
	"github.com/orgkeep/orgkeep/pkg/metadata"
)

const (
	// retrievesInFlight is polite to the org: it runs retrieves one beside another
	// and queues the rest. A busy org gets one at a time, and two again after
	// calmRetrieves that went well.
	retrievesInFlight = 2
	calmRetrieves     = 2
	// partsWaiting is how many parts may have come and wait to be taken in, while
	// the next retrieves are under way.
	partsWaiting = 2
)

// Part is what one retrieve brought.
type Part struct {
	Request  Request
	ZipPath  string // empty when the request was refused
	Messages []mdapi.RetrieveMessage
	// Refused is the org's answer to a request that failed although it was cut
	// down as far as it can be. It is about the members, or about the companions
	// where there are no members.
	Refused error

	zipBytes int64
}

// FetchOptions say how.
type FetchOptions struct {
	Version  metadata.Version
	Dir      string // where zips are kept until the caller removes them
	Progress Progress
	// TooLarge is told each time that the org refuses a request for its size; may
	// be nil. Calls never overlap.
	TooLarge func(Request)
	// Wait waits before a retrieve that failed is tried again; nil waits by the
	// clock.
	Wait func(ctx context.Context, d time.Duration) error
}

// Fetch runs the requests, two at a time where the org is not busy, and hands each
// part to each as it comes; calls to each never overlap. A request that is too large is cut in two.
// One that fails otherwise is tried again, and cut down to what makes it fail,
// which comes as a part with Refused set. An error of each that is an
// mdzip.ErrRefused counts as such a failure; every other error ends the run.
func Fetch(ctx context.Context, org Retriever, requests []Request, opts FetchOptions, each func(Part) error) error {
	if opts.Wait == nil {
		opts.Wait = wait
	}
	f := &fetcher{
		org: org, opts: opts, each: each, limiter: newLimiter(retrievesInFlight, calmRetrieves), total: len(requests),
		bad: map[metadata.Component]bool{}, good: map[metadata.Component]bool{},
	}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(retrievesInFlight + partsWaiting)
	for _, r := range requests {
		f.expected += r.Estimate.Bytes
	}
	for _, r := range requests {
		group.Go(func() error { return f.fetch(ctx, r) })
	}
	return group.Wait()
}

func wait(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

type fetcher struct {
	org     Retriever
	opts    FetchOptions
	limiter *limiter

	handing sync.Mutex // guards calls to each
	each    func(Part) error

	mu          sync.Mutex // guards what follows
	done, total int
	bytes       int64 // that came, also of zips that are coming
	told        int64 // of them, when somebody was last told
	expected    int64 // as estimated, where nothing has come yet
	zips        int
	came        int // retrieves that succeeded
	failures    int // and those that did not, but for their size
	// bad companions make every retrieve fail; good ones were seen to come.
	bad, good map[metadata.Component]bool
}

// failedError is a retrieve that the org ran and gave up, or whose zip is of no
// use.
type failedError struct {
	code string
	err  error
}

func (e *failedError) Error() string { return e.err.Error() }

func (e *failedError) Unwrap() error { return e.err }

// tooLarge: more of the same will not help.
func (e *failedError) tooLarge() bool { return e.code == "LIMIT_EXCEEDED" }

// failure tells what of an error is the request's own trouble, and not that of
// the session, the network or this machine.
func failure(err error) (*failedError, bool) {
	var failed *failedError
	var fault *mdapi.Fault
	switch {
	case err == nil || Ends(err):
		return nil, false
	case errors.As(err, &failed):
		return failed, true
	case errors.Is(err, mdapi.ErrZipGone), errors.Is(err, mdzip.ErrRefused):
		return &failedError{err: err}, true
	case errors.As(err, &fault):
		return &failedError{code: fault.Code, err: err}, true
	}
	return nil, false
}

// attempt retrieves a request and hands over what came.
func (f *fetcher) attempt(ctx context.Context, r Request) error {
	coming := download{fetcher: f, planned: r.Estimate.Bytes, expected: r.Estimate.Bytes}
	part, err := f.retrieve(ctx, r, &coming)
	if err == nil {
		err = f.hand(part)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	switch failed, ok := failure(err); {
	case err == nil:
		f.came++
		f.done++
		for _, c := range r.Companions {
			f.good[c] = true
		}
		coming.over(part.zipBytes)
		f.tell("")
	case ok && failed.tooLarge():
		if f.opts.TooLarge != nil {
			f.opts.TooLarge(r)
		}
	case ok:
		f.failures++
	}
	if err != nil {
		coming.lost()
	}
	return err
}

func (f *fetcher) hand(part Part) error {
	f.handing.Lock()
	defer f.handing.Unlock()
	return f.each(part)
}

func (f *fetcher) retrieve(ctx context.Context, r Request, coming *download) (Part, error) {
	slot, err := f.limiter.enter(ctx)
	if err != nil {
		return Part{}, err
	}
	defer slot.leave()
	manifest := metadata.NewManifest(f.opts.Version, r.All()...)
	id, err := f.org.Retrieve(slot.calls(ctx), mdapi.RetrieveRequest{Manifest: manifest, SinglePackage: true})
	if err != nil {
		return Part{}, fmt.Errorf("start the retrieve of %d components: %w", len(r.All()), err)
	}
	result, err := f.org.WaitRetrieve(slot.job(ctx, coming.at), id, f.zipPath(id), func(s mdapi.RetrieveStatus) {
		f.mu.Lock()
		defer f.mu.Unlock()
		f.tell(inWords(s.Status))
	})
	if err != nil {
		return Part{}, fmt.Errorf("retrieve %s: %w", id, err)
	}
	if !result.Success {
		fault := &mdapi.Fault{Code: result.ErrorCode, Message: result.ErrorMessage}
		return Part{}, &failedError{code: result.ErrorCode, err: fault}
	}
	return Part{Request: r, ZipPath: result.ZipPath, Messages: result.Messages, zipBytes: result.ZipSize}, nil
}

// tell says how far the run is. The caller holds f.mu.
func (f *fetcher) tell(note string) {
	f.opts.Progress.tell(Step{Phase: "retrieve", Done: f.done, Total: f.total, Unit: "batches", Bytes: f.bytes, Expected: f.expected, Note: note})
	f.told = f.bytes
}

// inWords says what the org does with a retrieve.
func inWords(status string) string {
	switch status {
	case "Pending", "Queued":
		return "waiting for the org to begin"
	case "InProgress":
		return "the org is gathering files"
	case "Succeeded":
		return "downloading"
	}
	return ""
}

func (f *fetcher) zipPath(id mdapi.AsyncID) string {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.zips++
	return filepath.Join(f.opts.Dir, fmt.Sprintf("retrieve-%04d-%s.zip", f.zips, safeName(string(id))))
}

// safeName: an id is the org's word and becomes a file name.
func safeName(id string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' {
			return r
		}
		return -1
	}, id)
}
