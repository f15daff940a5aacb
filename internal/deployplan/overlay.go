package deployplan

import (
	"context"

	"github.com/orgkeep/orgkeep/internal/tree"
)

// Overlay is in what a state differs from one that a commit holds.
type Overlay struct {
	Files []File   `json:"files,omitempty"` // with their contents
	Gone  []string `json:"gone,omitempty"`  // paths
}

// Empty tells that the state is the commit's.
func (o *Overlay) Empty() bool { return o == nil || len(o.Files)+len(o.Gone) == 0 }

// Over lays the overlay over a state.
func (o *Overlay) Over(s State) State {
	if o.Empty() {
		return s
	}
	e := s.Tree.Edit()
	for _, path := range o.Gone {
		e.Delete(path)
	}
	held := contents{below: s.Blobs, of: map[tree.Hash]File{}}
	for _, f := range o.Files {
		h := f.hash()
		held.of[h] = f
		e.Set(f.Path, h)
	}
	return State{Tree: e.Tree(), Blobs: held}
}

// contents are those of files above others.
type contents struct {
	below tree.Blobs
	of    map[tree.Hash]File
}

// Blob gives a content.
func (c contents) Blob(ctx context.Context, h tree.Hash) ([]byte, error) {
	if f, ok := c.of[h]; ok {
		return f.Bytes(ctx)
	}
	return c.below.Blob(ctx, h)
}

// Deflated gives a content with its deflate stream, where that is at hand.
func (c contents) Deflated(ctx context.Context, h tree.Hash) (content, stream []byte, err error) {
	if f, ok := c.of[h]; ok {
		return f.deflated(ctx)
	}
	if below, can := c.below.(tree.Deflated); can {
		return below.Deflated(ctx, h)
	}
	content, err = c.below.Blob(ctx, h)
	return content, nil, err
}
