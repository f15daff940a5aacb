package drift

import (
	"context"
	"fmt"
	"os"
	"sync"

	"github.com/orgkeep/orgkeep/internal/tree"
)

// scratch holds contents that are recorded nowhere, in a file, so that the memory
// which a live org takes does not grow with its size. What it does not hold lies
// below it.
type scratch struct {
	below tree.Blobs
	file  *os.File

	mu   sync.Mutex // guards what follows
	at   map[tree.Hash]span
	size int64
}

type span struct{ from, length int64 }

func newScratch(dir string, below tree.Blobs) (*scratch, error) {
	if dir != "" {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return nil, fmt.Errorf("make the folder for what the org sends: %w", err)
		}
	}
	f, err := os.CreateTemp(dir, "live-*")
	if err != nil {
		return nil, fmt.Errorf("make a file for what the org sends: %w", err)
	}
	return &scratch{below: below, file: f, at: map[tree.Hash]span{}}, nil
}

// close takes the file away; what stays behind is swept with other downloads.
func (s *scratch) close() {
	_ = s.file.Close()
	_ = os.Remove(s.file.Name())
}

// sink is the side of a scratch that takes contents.
type sink struct{ *scratch }

// Blob keeps a content and gives its id.
func (s sink) Blob(content []byte) (tree.Hash, error) {
	h := tree.HashOf(content)
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, known := s.at[h]; known {
		return h, nil
	}
	if _, err := s.file.WriteAt(content, s.size); err != nil {
		return tree.Hash{}, fmt.Errorf("keep what the org sent: %w", err)
	}
	s.at[h] = span{s.size, int64(len(content))}
	s.size += int64(len(content))
	return h, nil
}

// Blob gives a content by its id.
func (s *scratch) Blob(ctx context.Context, h tree.Hash) ([]byte, error) {
	s.mu.Lock()
	where, ok := s.at[h]
	s.mu.Unlock()
	if !ok {
		return s.below.Blob(ctx, h)
	}
	content := make([]byte, where.length)
	if _, err := s.file.ReadAt(content, where.from); err != nil {
		return nil, fmt.Errorf("read what the org sent: %w", err)
	}
	return content, nil
}
