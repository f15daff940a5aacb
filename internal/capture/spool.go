package capture

import (
	"compress/flate"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"
)

// spool keeps parts of companions until all of them are there, packed, in one file
// beside the zips that they came in. It is safe for concurrent use.
type spool struct {
	mu   sync.Mutex
	dir  string
	file *os.File
	end  int64
}

// spooled is a part in the spool.
type spooled struct {
	at, size int64
	raw      int // its size unpacked
	packed   bool
}

// spoolPattern names the file so that what sweeps zips sweeps it too.
const spoolPattern = "retrieve-parts-*.tmp"

// add keeps raw, of which stream is the deflated form where there is one.
func (s *spool) add(raw, stream []byte) (spooled, error) {
	data := stream
	if stream == nil {
		data = raw
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.file == nil {
		f, err := os.CreateTemp(s.dir, spoolPattern)
		if err != nil {
			return spooled{}, fmt.Errorf("keep parts of profiles: %w", err)
		}
		s.file = f
	}
	n, err := s.file.WriteAt(data, s.end)
	if err != nil {
		return spooled{}, fmt.Errorf("keep parts of profiles: %w", err)
	}
	at := spooled{at: s.end, size: int64(n), raw: len(raw), packed: stream != nil}
	s.end += int64(n)
	return at, nil
}

// get gives what was kept.
func (s *spool) get(p spooled) ([]byte, error) {
	section := io.NewSectionReader(s.file, p.at, p.size)
	var from io.Reader = section
	if p.packed {
		from = flate.NewReader(section)
	}
	out := make([]byte, p.raw)
	if _, err := io.ReadFull(from, out); err != nil {
		return nil, fmt.Errorf("read parts of profiles again: %w", err)
	}
	return out, nil
}

// close removes the file.
func (s *spool) close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.file == nil {
		return
	}
	name := s.file.Name()
	// One that stays behind is swept by the next run.
	_ = errors.Join(s.file.Close(), os.Remove(filepath.Clean(name)))
	s.file = nil
}
