package tree_test

import (
	"context"
	"errors"
	"os"
	"testing"

	"github.com/orgkeep/orgkeep/internal/tree"
)

// held are contents below a spool.
type held map[tree.Hash]string

var errNotHeld = errors.New("not held")

// Blob gives a content.
func (h held) Blob(_ context.Context, id tree.Hash) ([]byte, error) {
	if content, ok := h[id]; ok {
		return []byte(content), nil
	}
	return nil, errNotHeld
}

func TestASpoolGivesBackWhatWasPutIn(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	below := tree.HashOf([]byte("below"))
	s, err := tree.NewSpool(dir, held{below: "below"})
	if err != nil {
		t.Fatal(err)
	}
	for _, content := range []string{"one", "", "two", "one"} {
		id, err := s.Put([]byte(content))
		if err != nil || id != tree.HashOf([]byte(content)) {
			t.Errorf("%q is kept as %s: %v", content, id, err)
		}
	}
	for _, content := range []string{"two", "one", "", "below"} {
		if got, err := s.Blob(t.Context(), tree.HashOf([]byte(content))); err != nil || string(got) != content {
			t.Errorf("%q comes back as %q: %v", content, got, err)
		}
	}
	if _, err := s.Blob(t.Context(), tree.HashOf([]byte("no"))); !errors.Is(err, errNotHeld) {
		t.Errorf("%v", err)
	}
	s.Close()
	if left, err := os.ReadDir(dir); err != nil || len(left) != 0 {
		t.Errorf("left: %v %v", left, err)
	}
	alone, err := tree.NewSpool("", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer alone.Close()
	if _, err := alone.Blob(t.Context(), below); err == nil {
		t.Error("nobody holds it")
	}
}
