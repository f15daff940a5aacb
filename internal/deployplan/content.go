package deployplan

import (
	"context"
	"fmt"

	"github.com/orgkeep/orgkeep/internal/tree"
)

// File is one file of a package.
type File struct {
	Path string `json:"path"`
	// Hash is set when the file is sent as the target snapshot holds it; a plan's
	// file then does not repeat the content.
	Hash string `json:"hash,omitempty"`
	// Content is what is sent, where it is held in memory: what was made for the
	// plan, and what somebody has put in its place. Read it with [File.Bytes].
	Content []byte `json:"content,omitempty"`

	// Where Content is nil it is read from here each time: the contents of a large
	// plan are more than fits into memory.
	from tree.Blobs
	id   tree.Hash
	size int
}

// heldBy is a file whose content others hold.
func heldBy(from tree.Blobs, path string, id tree.Hash, size int) File {
	return File{Path: path, from: from, id: id, size: size}
}

// Bytes gives what is sent: nil for a file of a plan that was read and not filled.
func (f File) Bytes(ctx context.Context) ([]byte, error) {
	if f.Content != nil || f.from == nil {
		return f.Content, nil
	}
	content, err := f.from.Blob(ctx, f.id)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", f.Path, err)
	}
	return content, nil
}

// deflated is Bytes with the content's deflate stream, where it is at hand.
func (f File) deflated(ctx context.Context) (content, stream []byte, err error) {
	from, can := f.from.(tree.Deflated)
	if f.Content != nil || !can {
		content, err = f.Bytes(ctx)
		return content, nil, err
	}
	if content, stream, err = from.Deflated(ctx, f.id); err != nil {
		return nil, nil, fmt.Errorf("read %s: %w", f.Path, err)
	}
	return content, stream, nil
}

// length is that of the content, as far as it is known.
func (f File) length() int {
	if f.Content != nil {
		return len(f.Content)
	}
	return f.size
}

// hash is the id of the content.
func (f File) hash() tree.Hash {
	if f.Content == nil && f.from != nil {
		return f.id
	}
	return tree.HashOf(f.Content)
}
