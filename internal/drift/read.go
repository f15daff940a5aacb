package drift

import (
	"context"
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

	spool *tree.Spool
}

// Close frees what the state is kept in; its blobs cannot be read any more.
func (l *Live) Close() {
	l.spool.Close()
	for _, zip := range l.Zips {
		_ = os.Remove(zip) // one that stays is swept later
	}
}

// Read reads an org. What cannot be read is carried over from base and named in
// the state's coverage. The caller closes what comes.
func Read(ctx context.Context, deps Deps, base capture.Base, opts capture.ReadOptions) (*Live, error) {
	s, err := tree.NewSpool(opts.ZipDir, base.Blobs)
	if err != nil {
		return nil, err
	}
	if base.Blobs == nil {
		base.Blobs = s
	}
	state, err := capture.Read(ctx, deps.Org, deps.Normalizer, base, sink{s}, opts)
	if err != nil {
		s.Close()
		return nil, err
	}
	return &Live{State: state, Blobs: s, spool: s}, nil
}

// sink is the side of a spool that takes contents.
type sink struct{ *tree.Spool }

// Blob keeps a content and gives its id.
func (s sink) Blob(content []byte) (tree.Hash, error) { return s.Put(content) }
