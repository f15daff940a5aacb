package retrieve

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/orgkeep/orgkeep/pkg/metadata"
)

const (
	// secondTry is how long a retrieve that the org gave up is left alone: chunks
	// were seen to fail and to pass later.
	secondTry = 30 * time.Second
	// mostFailures is how many retrieves may fail before the search for culprits
	// ends and what is left is given up as it is. Those that are too large do not
	// count: to cut them leads somewhere.
	mostFailures = 400
	// mostFirstFailures is how many may fail before one has come: then it is the
	// org and not a component.
	mostFirstFailures = 24
)

// fetch brings a request, in as many pieces as it takes.
func (f *fetcher) fetch(ctx context.Context, r Request) error {
	r.Companions = f.withoutBad(r.Companions)
	err := f.attempt(ctx, r)
	failed, ok := failure(err)
	if ok && !failed.tooLarge() {
		if err := f.pause(ctx, failed); err != nil {
			return err
		}
		err = f.attempt(ctx, r)
		failed, ok = failure(err)
	}
	if !ok {
		return err
	}
	return f.cut(ctx, r, failed)
}

// pause: what the org itself gave up may pass a little later. A zip that came to
// grief on its way can be asked for at once.
func (f *fetcher) pause(ctx context.Context, why *failedError) error {
	if why.code == "" {
		return nil
	}
	return f.opts.Wait(ctx, secondTry)
}

// smaller brings a piece of a request that failed.
func (f *fetcher) smaller(ctx context.Context, r Request) error {
	r.Companions = f.withoutBad(r.Companions)
	if len(r.Members)+len(r.Companions) == 0 {
		return nil
	}
	f.mu.Lock()
	f.total++
	f.mu.Unlock()
	err := f.attempt(ctx, r)
	if failed, ok := failure(err); ok {
		return f.cut(ctx, r, failed)
	}
	return err
}

// cut brings the pieces of a request that failed as a whole.
func (f *fetcher) cut(ctx context.Context, r Request, why *failedError) error {
	if stop, err := f.givesUp(why); err != nil || stop {
		if err != nil {
			return err
		}
		return f.refuse(r, why)
	}
	if !why.tooLarge() && len(r.Members) > 0 {
		tried, err := f.tryCompanions(ctx, r)
		if tried || err != nil {
			return err
		}
	}
	pieces := halves(r, why)
	if len(pieces) == 0 {
		return f.refuse(r, why)
	}
	for _, piece := range pieces {
		piece.Estimate.Bytes = r.Estimate.Bytes / int64(len(pieces))
		if err := f.smaller(ctx, piece); err != nil {
			return err
		}
	}
	return nil
}

// tryCompanions: companions are in every request, so that a rotten one would make
// each member look like the culprit. They are tried alone first, and where one is
// rotten the request is brought without it.
func (f *fetcher) tryCompanions(ctx context.Context, r Request) (brought bool, err error) {
	if f.proven(r.Companions) {
		return false, nil
	}
	if err := f.smaller(ctx, Request{Companions: r.Companions}); err != nil {
		return false, err
	}
	rest := f.withoutBad(r.Companions)
	if len(rest) == len(r.Companions) {
		return false, nil
	}
	return true, f.smaller(ctx, Request{Members: r.Members, Companions: rest, Estimate: r.Estimate})
}

func (f *fetcher) proven(companions []metadata.Component) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return !slices.ContainsFunc(companions, func(c metadata.Component) bool { return !f.good[c] })
}

func (f *fetcher) withoutBad(companions []metadata.Component) []metadata.Component {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(companions), func(c metadata.Component) bool { return f.bad[c] })
}

// halves cuts a request in two, or gives nothing when it is as small as can be.
// Families stay together as long as there are several; of one family the head
// goes with both halves. One member is at last asked for without companions: what
// they say of it is lost, the member is not.
func halves(r Request, why *failedError) []Request {
	switch all := families(r.Members); {
	case len(all) > 1:
		mid := len(all) / 2
		return []Request{
			{Members: slices.Concat(all[:mid]...), Companions: r.Companions},
			{Members: slices.Concat(all[mid:]...), Companions: r.Companions},
		}
	case len(r.Members) > 1 && (!why.tooLarge() || len(r.Members) > 2 || len(r.Companions) < 2):
		return partFamily(all[0], r.Companions)
	case len(r.Members) == 1 && len(r.Companions) == 0, len(r.Members) == 0 && len(r.Companions) == 1:
		return nil
	case len(r.Members) == 1 && !why.tooLarge():
		return []Request{{Members: r.Members}}
	case len(r.Members) == 1 && len(r.Companions) == 1:
		return []Request{{Members: r.Members}, {Companions: r.Companions}}
	}
	mid := len(r.Companions) / 2
	return []Request{{Members: r.Members, Companions: r.Companions[:mid]}, {Members: r.Members, Companions: r.Companions[mid:]}}
}

func partFamily(family, companions []metadata.Component) []Request {
	first, rest := family[0], family[1:]
	withHead := first == head(first)
	if withHead && len(rest) == 1 {
		return []Request{{Members: family[:1], Companions: companions}, {Members: rest, Companions: companions}}
	}
	if !withHead {
		rest = family
	}
	mid := len(rest) / 2
	out := []Request{{Members: rest[:mid], Companions: companions}, {Members: rest[mid:], Companions: companions}}
	if withHead {
		for i := range out {
			out[i].Members = append([]metadata.Component{first}, out[i].Members...)
		}
	}
	return out
}

// givesUp ends a search that leads nowhere.
func (f *fetcher) givesUp(why *failedError) (bool, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.came == 0 && f.failures >= mostFirstFailures {
		return false, fmt.Errorf("every retrieve fails, the last one of %d: %w", f.failures, why.err)
	}
	return f.failures >= mostFailures, nil
}

// refuse hands over that nothing came of a request.
func (f *fetcher) refuse(r Request, why *failedError) error {
	f.mu.Lock()
	f.done++
	f.expected -= r.Estimate.Bytes
	if len(r.Members) == 0 {
		for _, c := range r.Companions {
			f.bad[c] = true
		}
	}
	f.mu.Unlock()
	return f.hand(Part{Request: r, Refused: why.err})
}
