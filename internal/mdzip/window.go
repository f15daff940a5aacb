package mdzip

import "os"

// window reads a file. While one goroutine goes through it from front to back it
// reads ahead, as an entry takes several small reads; else it reads what is asked
// for, for any number of goroutines.
type window struct {
	file  *os.File
	ahead bool
	at    int64
	data  []byte
	room  []byte
}

const (
	windowSize = 256 << 10
	// windowGap is how far a read may lie beyond the last one and still be the next.
	windowGap = 64 << 10
)

// ReadAt is that of [io.ReaderAt].
func (w *window) ReadAt(p []byte, off int64) (int, error) {
	if !w.ahead || len(p) > windowSize/2 {
		return w.file.ReadAt(p, off)
	}
	end := w.at + int64(len(w.data))
	if off < w.at || off+int64(len(p)) > end {
		if off < w.at || off > end+windowGap {
			// Not the next one: reading ahead would be in vain.
			w.at, w.data = off+int64(len(p)), nil
			return w.file.ReadAt(p, off)
		}
		if w.room == nil {
			w.room = make([]byte, windowSize)
		}
		n, err := w.file.ReadAt(w.room, off)
		if n < len(p) {
			return copy(p, w.room[:n]), err
		}
		w.at, w.data = off, w.room[:n]
	}
	return copy(p, w.data[off-w.at:]), nil
}
