package large_test

import (
	"crypto/sha256"
	"fmt"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/orgkeep/orgkeep/pkg/emulator/internal/large"
	"github.com/orgkeep/orgkeep/pkg/emulator/internal/orgstate"
	"github.com/orgkeep/orgkeep/pkg/emulator/internal/refs"
	"github.com/orgkeep/orgkeep/pkg/metadata"
)

func load(t *testing.T, n int, seed int64) *orgstate.State {
	t.Helper()
	loaded, err := orgstate.Load(fstest.MapFS{}, large.Files(n, seed), metadata.Default(), orgstate.NewIDs(1), orgstate.User{}, time.Unix(0, 0))
	if err != nil {
		t.Fatal(err)
	}
	return loaded.State
}

func TestAnOrgIsAsLargeAsWanted(t *testing.T) {
	t.Parallel()
	for _, n := range []int{0, 1, 2, 3, 7, 50, 99, 1000, 4321} {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			t.Parallel()
			got, org := 0, load(t, n, 1)
			for _, c := range org.All() {
				if row, _ := org.Row(c); !row.Folder {
					got++
				}
			}
			if got != n {
				t.Errorf("%d components", got)
			}
		})
	}
}

func TestWhatFilesReferToIsThere(t *testing.T) {
	t.Parallel()
	if missing := refs.Dangling(load(t, 2000, 5)); len(missing) > 0 {
		t.Errorf("missing: %v", missing)
	}
}

// sums gives a digest for each file.
func sums(n int, seed int64) map[string][sha256.Size]byte {
	out := map[string][sha256.Size]byte{}
	for p, content := range large.Files(n, seed) {
		out[p] = sha256.Sum256(content)
	}
	return out
}

func TestSizeAndSeedMakeTheOrg(t *testing.T) {
	t.Parallel()
	first := sums(800, 3)
	if diff := cmp.Diff(first, sums(800, 3)); diff != "" {
		t.Error(diff)
	}
	if cmp.Equal(first, sums(800, 4)) {
		t.Error("another seed gives the same org")
	}
}

func TestReadingMayStopAnywhere(t *testing.T) {
	t.Parallel()
	whole := len(sums(60, 1))
	for stop := 1; stop <= whole; stop++ {
		read := 0
		for range large.Files(60, 1) {
			if read++; read == stop {
				break
			}
		}
		if read != stop {
			t.Fatalf("stopped after %d of %d", read, stop)
		}
	}
}

func BenchmarkFiles(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		bytes, files := 0, 0
		for _, content := range large.Files(10_000, 1) {
			bytes, files = bytes+len(content), files+1
		}
		b.ReportMetric(float64(files), "files")
		b.SetBytes(int64(bytes))
	}
}
