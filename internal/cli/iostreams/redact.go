package iostreams

import (
	"bytes"
	"encoding/base64"
	"io"
	"net/url"
	"slices"
	"strings"
	"sync"
)

// redacted stands where a secret stood.
const redacted = "[redacted]"

// minSecret: shorter texts would be found everywhere and protect nothing.
const minSecret = 6

// Redactor knows the secrets of a run and takes them out of everything that is
// written through its writers. It is safe for concurrent use.
type Redactor struct {
	mu      sync.RWMutex
	secrets [][]byte // longest first, so that a part never hides the whole
}

// Add makes texts secret from now on, in the forms in which they travel too:
// as they are, escaped for a URL, and in base64. Texts under six bytes are left
// out.
func (r *Redactor) Add(secrets ...string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, s := range secrets {
		s = strings.TrimSpace(s)
		if len(s) < minSecret {
			continue
		}
		for _, form := range []string{s, url.QueryEscape(s), url.PathEscape(s), base64.StdEncoding.EncodeToString([]byte(s))} {
			if b := []byte(form); !slices.ContainsFunc(r.secrets, func(known []byte) bool { return bytes.Equal(known, b) }) {
				r.secrets = append(r.secrets, b)
			}
		}
	}
	slices.SortStableFunc(r.secrets, func(a, b []byte) int { return len(b) - len(a) })
}

// String takes the secrets out of a text.
func (r *Redactor) String(s string) string { return string(r.clean([]byte(s))) }

func (r *Redactor) clean(b []byte) []byte {
	r.mu.RLock()
	defer r.mu.RUnlock()
	for _, secret := range r.secrets {
		if bytes.Contains(b, secret) {
			b = bytes.ReplaceAll(b, secret, []byte(redacted))
		}
	}
	return b
}

// begun gives how many bytes at the end of b may be the beginning of a secret.
func (r *Redactor) begun(b []byte) int {
	r.mu.RLock()
	defer r.mu.RUnlock()
	longest := 0
	for _, secret := range r.secrets {
		for n := min(len(secret)-1, len(b)); n > longest; n-- {
			if bytes.HasPrefix(secret, b[len(b)-n:]) {
				longest = n
				break
			}
		}
	}
	return longest
}

// Writer wraps a writer. What may be the beginning of a secret is held back until
// more is written; Flush at the end writes the rest.
func (r *Redactor) Writer(w io.Writer) *Writer { return &Writer{redactor: r, to: w} }

// Writer takes secrets out of what is written through it, also when a secret
// comes in several writes. It is safe for concurrent use.
type Writer struct {
	redactor *Redactor
	mu       sync.Mutex
	to       io.Writer
	held     []byte
}

// Write passes p on without the secrets. The count is that of p, so that callers
// cannot tell that anything was taken out.
func (w *Writer) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	all := w.redactor.clean(append(w.held, p...))
	keep := w.redactor.begun(all)
	w.held = bytes.Clone(all[len(all)-keep:])
	if _, err := w.to.Write(all[:len(all)-keep]); err != nil {
		return 0, err
	}
	return len(p), nil
}

// Flush writes what was held back.
func (w *Writer) Flush() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.held) == 0 {
		return nil
	}
	rest := w.held
	w.held = nil
	_, err := w.to.Write(rest)
	return err
}
