package tree

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
)

// Spool holds contents in a file, so that the memory which they take does not grow
// with their size. It is safe for concurrent use.
type Spool struct {
	below Blobs
	file  *os.File

	mu   sync.Mutex // guards what follows
	at   map[Hash]span
	size int64
}

type span struct{ from, length int64 }

var errNoContent = errors.New("nobody holds this content")

// NewSpool makes an empty one in a folder, which is made where it is not there; an
// empty name is the system's folder for such files. What the spool does not hold is
// looked for below it, which may be nil. The caller closes it.
func NewSpool(dir string, below Blobs) (*Spool, error) {
	if dir != "" {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return nil, fmt.Errorf("make the folder for contents: %w", err)
		}
	}
	f, err := os.CreateTemp(dir, "live-*")
	if err != nil {
		return nil, fmt.Errorf("make a file for contents: %w", err)
	}
	// Where a file that is open can lose its name, a run that is killed leaves none.
	_ = os.Remove(f.Name())
	return &Spool{below: below, file: f, at: map[Hash]span{}}, nil
}

// Close takes the file away; what stays behind in a folder for downloads is swept with
// those.
func (s *Spool) Close() {
	_ = s.file.Close()
	_ = os.Remove(s.file.Name())
}

// Put keeps a content and gives its id.
func (s *Spool) Put(content []byte) (Hash, error) {
	h := HashOf(content)
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, known := s.at[h]; known {
		return h, nil
	}
	if _, err := s.file.WriteAt(content, s.size); err != nil {
		return Hash{}, fmt.Errorf("keep a content: %w", err)
	}
	s.at[h] = span{s.size, int64(len(content))}
	s.size += int64(len(content))
	return h, nil
}

// Blob gives a content by its id.
func (s *Spool) Blob(ctx context.Context, h Hash) ([]byte, error) {
	s.mu.Lock()
	where, ok := s.at[h]
	s.mu.Unlock()
	switch {
	case !ok && s.below == nil:
		return nil, fmt.Errorf("%w: %s", errNoContent, h)
	case !ok:
		return s.below.Blob(ctx, h)
	}
	content := make([]byte, where.length)
	if _, err := s.file.ReadAt(content, where.from); err != nil {
		return nil, fmt.Errorf("read a content that was kept: %w", err)
	}
	return content, nil
}
