package mdzip

import (
	"os"
	"sync"
)

// window reads a file, for any number of goroutines. While they go through it from
// front to back it reads ahead, as files are small and each reading is a system call;
// else it reads what is asked for.
type window struct {
	file *os.File

	mu   sync.Mutex
	at   int64
	data []byte
	room []byte
}

const (
	windowSize = 256 << 10
	// windowGap is how far a read may lie beyond the last one and still be the next.
	windowGap = 64 << 10
)

// ReadAt is that of [io.ReaderAt].
func (w *window) ReadAt(p []byte, off int64) (int, error) {
	if len(p) <= windowSize/2 {
		if n, ok := w.near(p, off); ok {
			return n, nil
		}
	}
	return w.file.ReadAt(p, off)
}

// near fills p from the window, which it moves on where p is what comes next.
func (w *window) near(p []byte, off int64) (int, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	end, last := w.at+int64(len(w.data)), off+int64(len(p))
	switch {
	case off < w.at && off >= w.at-windowSize:
		return 0, false // somebody who is a little behind
	case off >= w.at && last <= end:
		return copy(p, w.data[off-w.at:]), true
	case off < w.at, off > end+windowGap:
		w.at, w.data = last, nil // begin there, if the next read does
		return 0, false
	}
	if w.room == nil {
		w.room = make([]byte, windowSize)
	}
	n, _ := w.file.ReadAt(w.room, off)
	w.at, w.data = off, w.room[:n]
	if n < len(p) {
		return 0, false // reading it alone tells why
	}
	return copy(p, w.data), true
}
