package snapshot

import (
	"bytes"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/orgkeep/orgkeep/internal/tree"
)

// sumOf is a fingerprint for tests.
func sumOf(path, content string) (s Sum) {
	a, b := idOf(kindBlob, []byte(path)), idOf(kindBlob, []byte(content))
	copy(s[copy(s[:], a[:16]):], b[:16])
	return s
}

// recorded takes a snapshot of files that all come, and tells which of them the
// batch knew, as what.
func recorded(t *testing.T, s *Store, f files) map[string]tree.Hash {
	t.Helper()
	old := head(t, s)
	b, err := s.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer b.Discard()
	b.Recall(branchName)
	knew := map[string]tree.Hash{}
	for path, content := range f {
		if h, ok := b.Known(sumOf(path, content)); ok {
			knew[path] = h
			continue
		}
		b.Learn(sumOf(path, content), tree.HashOf([]byte(content)))
	}
	root, err := f.put(b)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.Commit(t.Context(), spec(root, "next")); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Publish(t.Context(), branchName, old); err != nil {
		t.Fatal(err)
	}
	return knew
}

func hashes(f files) map[string]tree.Hash {
	out := map[string]tree.Hash{}
	for path, content := range f {
		out[path] = tree.HashOf([]byte(content))
	}
	return out
}

func TestWhatCameAsBeforeIsKnown(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	lock(t, s)
	first, next := files{"a": "1", "b": "2", "c": "3"}, files{"a": "1", "b": "4", "c": "3"}
	for _, step := range []struct {
		come, want files
	}{
		{first, files{}},
		{first, first},
		{next, files{"a": "1", "c": "3"}},
		{next, next},
		{first, files{"a": "1", "c": "3"}}, // what is gone from the snapshot is forgotten
	} {
		if diff := cmp.Diff(hashes(step.want), recorded(t, s, step.come)); diff != "" {
			t.Errorf("%v:\n%s", step.come, diff)
		}
	}
	if got := recorded(t, s, files{"b": "2"}); len(got) != 1 {
		t.Errorf("a run for a part: %v", got)
	}
}

func TestABatchThatRecallsNothingKnowsNothing(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	lock(t, s)
	b, err := s.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer b.Discard()
	b.Learn(sumOf("a", "1"), tree.HashOf([]byte("1")))
	if _, ok := b.Known(sumOf("a", "1")); ok {
		t.Error("it knows")
	}
}

// What the memory answers is right or nothing, whatever was done to its file; and a
// file that is not good is replaced by one that is.
func TestADamagedMemoryIsNone(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	lock(t, s)
	come := files{}
	for i := range 5 {
		come[strconv.Itoa(i)] = "content " + strconv.Itoa(i)
	}
	recorded(t, s, come)
	name := s.private(formsPrefix + "org-prod")
	good, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	load := func(data []byte) *forms {
		file := filepath.Join(t.TempDir(), "forms")
		if err := os.WriteFile(file, data, 0o600); err != nil {
			t.Fatal(err)
		}
		f := &forms{file: file}
		f.load()
		return f
	}
	if f := load(good); f.count() != len(come) {
		t.Fatalf("%d records", f.count())
	}
	const seed = 20261125
	r := rand.New(rand.NewPCG(seed, seed))
	damaged := [][]byte{nil, {}, good[:formsHead], append(bytes.Clone(good), good...), bytes.Replace(good, []byte("forms 1"), []byte("forms 2"), 1)}
	for range 200 {
		data := bytes.Clone(good)
		data[r.IntN(len(data))] ^= 1 << r.IntN(8)
		damaged = append(damaged, data, good[:r.IntN(len(good))])
	}
	for i, data := range damaged {
		if f := load(data); f.count() != 0 {
			t.Errorf("damage %d: %d records are believed", i, f.count())
		}
	}
	for what, damage := range map[string]func() error{
		"gone": func() error { return os.Remove(name) },
		"torn": func() error { return os.WriteFile(name, good[:len(good)/2], 0o600) },
	} {
		if err := damage(); err != nil {
			t.Fatal(err)
		}
		if got := recorded(t, s, come); len(got) != 0 {
			t.Errorf("%s: it knows %v", what, got)
		}
		if diff := cmp.Diff(hashes(come), recorded(t, s, come)); diff != "" {
			t.Errorf("%s, and after the next run:\n%s", what, diff)
		}
	}
}
