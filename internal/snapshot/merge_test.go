package snapshot

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// mergingStore merges packs much sooner than others do.
func mergingStore(t *testing.T, from int) *Store {
	t.Helper()
	opts := testOptions()
	opts.mergeFrom = from
	s, err := Init(t.Context(), t.TempDir(), opts)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func packsOf(t *testing.T, s *Store) []string {
	t.Helper()
	names, err := packNames(s.objects.packDir())
	if err != nil {
		t.Fatal(err)
	}
	return names
}

func bytesOfPacks(t *testing.T, s *Store) (size int64) {
	t.Helper()
	for _, name := range packsOf(t, s) {
		info, err := os.Stat(name + ".pack")
		if err != nil {
			t.Fatal(err)
		}
		size += info.Size()
	}
	return size
}

// version is a file that changes a little from one to the next.
func version(n int) string {
	lines := make([]string, 200)
	for i := range lines {
		lines[i] = fmt.Sprintf("    <field%d>%x</field%d>", i, uint64(i+1)*0x9e3779b97f4a7c15, i) //nolint:gosec // i is small
	}
	lines[n*7%200] = "    <changed>" + strconv.Itoa(n) + "</changed>"
	return strings.Join(lines, "\n")
}

func TestManyPacksBecomeOneWithAllThatWasInThem(t *testing.T) {
	t.Parallel()
	const from, snapshots = 5, 23
	s := mergingStore(t, from)
	lock(t, s)
	objects := map[string]bool{}
	var sum int64
	for n := range snapshots {
		p := snap(t, s, files{"a/A": version(n), "b/B": "same", fmt.Sprintf("c/%d", n): "x"}, strconv.Itoa(n))
		if len(p.Notes) > 0 {
			t.Error(p.Notes)
		}
		sum += p.Stored
		if len(packsOf(t, s)) >= from {
			t.Fatalf("%d packs after snapshot %d", len(packsOf(t, s)), n)
		}
		for line := range strings.Lines(git(t, s.Dir(), "cat-file", "--batch-all-objects", "--batch-check")) {
			objects[line] = true
		}
	}
	if size := bytesOfPacks(t, s); size > sum/2 {
		t.Errorf("%d bytes became %d", sum, size)
	}
	all := git(t, s.Dir(), "cat-file", "--batch-all-objects", "--batch-check")
	for object := range objects {
		if !strings.Contains(all, strings.TrimSpace(object)) {
			t.Errorf("lost: %s", object)
		}
	}
	fsck(t, s.Dir())
	if found := findings(t, s, true); len(found) > 0 {
		t.Errorf("found %v", found)
	}
	for n := range snapshots {
		id := git(t, s.Dir(), "rev-parse", fmt.Sprintf("%s~%d", branchName, snapshots-1-n))
		want, err := s.Resolve(t.Context(), id, ResolveOptions{})
		if err != nil {
			t.Fatal(err)
		}
		content, err := s.File(t.Context(), want, "metadata/a/A")
		if err != nil || string(content) != version(n) {
			t.Errorf("version %d: %d bytes, %v", n, len(content), err)
		}
	}
}

func TestWhatGitHasPackedIsMergedToo(t *testing.T) {
	t.Parallel()
	const from = 4
	s := mergingStore(t, from)
	lock(t, s)
	for n := range 3 {
		snap(t, s, files{"a/A": version(n)}, strconv.Itoa(n))
	}
	git(t, s.Dir(), "gc", "--quiet")
	for n := 3; n < 12; n++ {
		snap(t, s, files{"a/A": version(n)}, strconv.Itoa(n))
	}
	if n := len(packsOf(t, s)); n >= from {
		t.Errorf("%d packs", n)
	}
	fsck(t, s.Dir())
	git(t, s.Dir(), "gc", "--quiet", "--prune=now")
	if content, err := s.File(t.Context(), head(t, s), "metadata/a/A"); err != nil || string(content) != version(11) {
		t.Errorf("%d bytes, %v", len(content), err)
	}
}

func TestSpecialPacksStay(t *testing.T) {
	t.Parallel()
	const from = 3
	for _, ext := range []string{".keep", ".promisor", ".bitmap", ".mtimes"} {
		t.Run(ext, func(t *testing.T) {
			t.Parallel()
			s := mergingStore(t, from)
			lock(t, s)
			snap(t, s, files{"a/A": version(0)}, "first")
			special := packsOf(t, s)[0]
			if err := os.WriteFile(special+ext, nil, 0o600); err != nil {
				t.Fatal(err)
			}
			for n := 1; n < 6; n++ {
				snap(t, s, files{"a/A": version(n)}, strconv.Itoa(n))
			}
			if got := packsOf(t, s); !slices.Contains(got, special) || len(got) > from {
				t.Errorf("packs: %v", got)
			}
		})
	}
	t.Run("while git is at it", func(t *testing.T) {
		t.Parallel()
		s := mergingStore(t, from)
		lock(t, s)
		write(t, s.gitDir, "gc.pid", "1 here\n")
		if err := os.Chtimes(filepath.Join(s.gitDir, "gc.pid"), fixed(), fixed()); err != nil {
			t.Fatal(err)
		}
		for n := range 5 {
			snap(t, s, files{"a/A": version(n)}, strconv.Itoa(n))
		}
		if got := packsOf(t, s); len(got) != 5 {
			t.Errorf("packs: %v", got)
		}
	})
}

func TestReadersGoOnWhilePacksAreMerged(t *testing.T) {
	t.Parallel()
	s := mergingStore(t, 3)
	lock(t, s)
	first := snap(t, s, files{"a/A": version(0)}, "first").Commits[0]
	done := make(chan struct{})
	var readers sync.WaitGroup
	stop := sync.OnceFunc(func() { close(done); readers.Wait() })
	defer stop()
	var reads atomic.Int64
	for range 2 {
		other, err := Open(s.Dir(), testOptions()) // as another process
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range []*Store{s, other} {
			readers.Go(func() {
				for {
					content, err := s.File(t.Context(), first, "metadata/a/A")
					if err != nil || string(content) != version(0) {
						t.Errorf("%d bytes, %v", len(content), err)
						return
					}
					reads.Add(1)
					select {
					case <-done:
						return
					default:
					}
				}
			})
		}
	}
	for n := 1; n < 12; n++ {
		snap(t, s, files{"a/A": version(n)}, strconv.Itoa(n))
	}
	stop()
	t.Logf("%d reads", reads.Load())
}

func TestADamagedPackIsNotMerged(t *testing.T) {
	t.Parallel()
	const from = 4
	s := mergingStore(t, from)
	lock(t, s)
	for n := range from - 1 {
		snap(t, s, files{"a/A": version(n)}, strconv.Itoa(n))
	}
	before := packsOf(t, s)
	data, err := os.ReadFile(before[0] + ".pack")
	if err != nil {
		t.Fatal(err)
	}
	remove(t, before[0]+".pack")
	data[len(data)-idSize-5] ^= 1 // in the last object's stream
	if err := os.WriteFile(before[0]+".pack", data, 0o600); err != nil {
		t.Fatal(err)
	}
	s.opts.mergeFrom = from - 1
	if err := s.mergePacks(t.Context(), nil); err == nil {
		t.Error("no error")
	}
	if diff := cmp.Diff(before, packsOf(t, s)); diff != "" {
		t.Error(diff)
	}
}

func TestDifferencesGiveBackWhatTheyWereMadeOf(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	for n := range 300 {
		from := make([]byte, r.IntN(200_000)>>r.IntN(12))
		for i := range from {
			from[i] = byte(r.IntN(4 + n))
		}
		content := bytes.Clone(from)
		for range r.IntN(6) {
			at := r.IntN(len(content) + 1)
			switch r.IntN(3) {
			case 0:
				content = slices.Insert(content, at, []byte("inserted text "+strconv.Itoa(n))...)
			case 1:
				content = slices.Delete(content, at, min(len(content), at+r.IntN(100)))
			default:
				content = append(content[at:], content[:at]...)
			}
		}
		delta := newDeltaIndex(from).makeDelta(content, 1<<30)
		got, err := applyDelta(from, delta)
		if err != nil || !bytes.Equal(got, content) {
			t.Fatalf("case %d: %d bytes from %d: %v", n, len(content), len(from), err)
		}
		back := int64(r.Uint64() >> (1 + r.IntN(40) + 6))
		h := header{}
		if err := h.ofs(appendBack(nil, back)); err != nil || h.back != back {
			t.Fatalf("%d became %d, %v", back, h.back, err)
		}
	}
}
