package drift

import (
	"context"
	"errors"
	"os"

	"github.com/orgkeep/orgkeep/internal/capture"
	"github.com/orgkeep/orgkeep/internal/tree"
)

// Deps are what a reading needs.
type Deps struct {
	Org        capture.Org
	Normalizer capture.Normalizer
}

// Live is an org as it is now, recorded nowhere.
type Live struct {
	*capture.State
	Blobs tree.Blobs

	scratch *scratch
}

// Close frees what the state is kept in; its blobs cannot be read any more.
func (l *Live) Close() {
	l.scratch.close()
	for _, zip := range l.Zips {
		_ = os.Remove(zip) // one that stays is swept later
	}
}

// Read reads an org. What cannot be read is carried over from base and named in
// the state's coverage. The caller closes what comes.
func Read(ctx context.Context, deps Deps, base capture.Base, opts capture.ReadOptions) (*Live, error) {
	if base.Blobs == nil {
		base.Blobs = noBlobs{}
	}
	s, err := newScratch(opts.ZipDir, base.Blobs)
	if err != nil {
		return nil, err
	}
	state, err := capture.Read(ctx, deps.Org, deps.Normalizer, base, sink{s}, opts)
	if err != nil {
		s.close()
		return nil, err
	}
	return &Live{State: state, Blobs: s, scratch: s}, nil
}

// noBlobs is below a state that has nothing to be carried over from.
type noBlobs struct{}

var errNoBlob = errors.New("nobody holds this content")

// Blob fails: there is nothing below.
func (noBlobs) Blob(context.Context, tree.Hash) ([]byte, error) { return nil, errNoBlob }
