package snapshot

import (
	"bytes"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"runtime"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/klauspost/compress/zlib"
)

// soakSnapshots is how many snapshots the soak takes: enough for two merges, or
// with ORGKEEP_SOAK set one every 15 minutes for 14 days.
func soakSnapshots() int {
	if os.Getenv("ORGKEEP_SOAK") != "" {
		return 14 * 24 * 4
	}
	return 70
}

// soaked is an org, as it was at each snapshot.
type soaked struct {
	rnd     *rand.Rand
	now     files
	changed int64 // compressed bytes of what changed
}

// step changes some files, adds one or deletes one.
func (o *soaked) step(t *testing.T, n int) files {
	t.Helper()
	o.now = maps.Clone(o.now)
	paths := slices.Sorted(maps.Keys(o.now))
	for range 1 + o.rnd.IntN(4) {
		path := paths[o.rnd.IntN(len(paths))]
		switch o.rnd.IntN(8) {
		case 0:
			path = fmt.Sprintf("folder%d/New_%d_%d", o.rnd.IntN(9), n, o.rnd.IntN(1000))
			o.now[path] = version(o.rnd.IntN(10_000))
		case 1:
			delete(o.now, path)
			continue
		default:
			o.now[path] = version(o.rnd.IntN(10_000)) + fmt.Sprintf("\n    <step%d>%x</step%d>", n, o.rnd.Uint64(), n)
		}
		var b bytes.Buffer
		z := zlib.NewWriter(&b)
		if _, err := z.Write([]byte(o.now[path])); err != nil {
			t.Fatal(err)
		}
		if err := z.Close(); err != nil {
			t.Fatal(err)
		}
		o.changed += int64(b.Len())
	}
	return o.now
}

func liveHeap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// Days of snapshots: none is lost, any of them comes back as it was, and the
// repository does not outgrow what changed.
func TestASoakOfSnapshotsKeepsThemAll(t *testing.T) {
	t.Parallel()
	const seed, every = 14, 50
	snapshots := soakSnapshots()
	clock := fixed()
	opts := testOptions()
	opts.Now = func() time.Time { return clock }
	dir := scratch(t)
	o := &soaked{rnd: rand.New(rand.NewPCG(seed, seed)), now: files{}}
	for n := range 60 {
		o.now[fmt.Sprintf("folder%d/File_%d", n%9, n)] = version(n)
	}
	var base int64
	kept := map[ID]map[string]ID{}
	var half, end uint64
	for n := range snapshots {
		clock = clock.Add(15 * time.Minute)
		// Each run is a process of its own.
		s, err := Init(t.Context(), dir, opts)
		if err != nil {
			t.Fatal(err)
		}
		unlock, err := s.Lock(t.Context(), "soak")
		if err != nil {
			t.Fatal(err)
		}
		state := o.now
		if n > 0 {
			state = o.step(t, n)
		}
		p := snap(t, s, state, strconv.Itoa(n))
		unlock()
		if len(p.Commits) != 1 || len(p.Notes) > 0 {
			t.Fatalf("seed %d, snapshot %d: %+v", seed, n, p)
		}
		if n == 0 {
			base = p.Stored
		}
		if n%every == 0 || n == snapshots-1 {
			kept[p.Commits[0]] = state.ids()
		}
		switch n {
		case snapshots / 2:
			half = liveHeap()
		case snapshots - 1:
			end = liveHeap()
		}
	}
	s, err := Open(dir, opts)
	if err != nil {
		t.Fatal(err)
	}
	for id, want := range kept {
		comesBack(t, s, id, want)
	}
	if n := git(t, dir, "rev-list", "--count", branchName); n != strconv.Itoa(snapshots) {
		t.Errorf("%s commits of %d are reachable", n, snapshots)
	}
	fsck(t, dir)
	size := bytesOfPacks(t, s)
	if growth := size - base; growth > 2*o.changed {
		t.Errorf("seed %d: the repository grew by %d bytes, and %d changed", seed, growth, o.changed)
	}
	if n := len(packsOf(t, s)); n >= mergeFrom {
		t.Errorf("%d packs", n)
	}
	t.Logf("%d snapshots, %d read back; grew by %d bytes for %d changed (%.2f); live heap %d KB at half, %d KB at the end",
		snapshots, len(kept), size-base, o.changed, float64(size-base)/float64(o.changed), half>>10, end>>10)
}

// ids are the names of contents, which take less memory.
func (f files) ids() map[string]ID {
	out := map[string]ID{}
	for path, content := range f {
		out[path] = idOf(kindBlob, []byte(content))
	}
	return out
}

func comesBack(t *testing.T, s *Store, id ID, want map[string]ID) {
	t.Helper()
	root, err := s.Tree(t.Context(), id, "metadata")
	if err != nil || root.Len() != len(want) {
		t.Errorf("%s: %d files, not %d: %v", id, root.Len(), len(want), err)
	}
	for e := range root.All() {
		content, err := s.Blob(t.Context(), e.Hash)
		if err != nil || idOf(kindBlob, content) != want[e.Path] {
			t.Errorf("%s, %s: %v", id, e.Path, err)
		}
	}
}
