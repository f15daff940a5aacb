package capture_test

import (
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/orgkeep/orgkeep/internal/capture"
	"github.com/orgkeep/orgkeep/internal/demo"
	"github.com/orgkeep/orgkeep/pkg/emulator"
	"github.com/orgkeep/orgkeep/pkg/metadata"
	"github.com/orgkeep/orgkeep/pkg/normalize"
)

// counting is a normalizer that counts the files that are no companions, under
// rules that may have another name.
type counting struct {
	*normalize.Normalizer
	rules string
	files atomic.Int64
}

func (c *counting) Fingerprint() string { return c.Normalizer.Fingerprint() + c.rules }

func (c *counting) Bytes(path string, input []byte) normalize.Result {
	if t, ok := metadata.Default().ComponentAt(path); !ok || t.Type == "ApexClass" || t.Type == "CustomObject" || t.Type == "Layout" {
		c.files.Add(1)
	}
	return c.Normalizer.Bytes(path, input)
}

func TestWhatComesAsItCameIsNotNormalizedAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t, demo.Org())
	inner, err := normalize.New()
	if err != nil {
		t.Fatal(err)
	}
	run := func(rules string) int64 {
		t.Helper()
		norm := &counting{Normalizer: inner, rules: rules}
		unlock, err := w.store.Lock(t.Context(), "snapshot")
		if err != nil {
			t.Fatal(err)
		}
		defer unlock()
		if _, err := capture.Run(t.Context(), w.client, norm, w.store, w.opts); err != nil {
			t.Fatal(err)
		}
		same(t, w.truth("classes/acmepkg__SyncJob.cls", "classes/acmepkg__SyncJob.cls-meta.xml"), w.head())
		return norm.files.Load()
	}
	all := run("")
	if again := run(""); all == 0 || again != 0 {
		t.Errorf("%d files were normalized, and in the next run %d", all, again)
	}
	var class string
	for path := range w.org.Files() {
		if filepath.Ext(path) == ".cls" && !strings.Contains(path, "acmepkg") {
			class = path
		}
	}
	w.edit(demo.Administrator().Username, func(e *emulator.Editor) error {
		content, err := e.Get(class)
		if err != nil {
			return err
		}
		return e.Put(class, append(content, "\n// changed\n"...))
	})
	if changed := run(""); changed == 0 || changed > 2 {
		t.Errorf("after a change of one class %d files were normalized", changed)
	}
	if other := run(" other"); other != all {
		t.Errorf("under other rules %d of %d files were normalized", other, all)
	}
	run("")
	dir, err := w.store.PrivateDir()
	if err != nil {
		t.Fatal(err)
	}
	memory := filepath.Join(dir, "forms-org-prod")
	data, err := os.ReadFile(memory)
	if err != nil {
		t.Fatal(err)
	}
	data[len(data)/2] ^= 1
	if err := os.WriteFile(memory, data, 0o600); err != nil {
		t.Fatal(err)
	}
	if damaged := run(""); damaged != all {
		t.Errorf("with a damaged memory %d of %d files were normalized", damaged, all)
	}
	if again := run(""); again != 0 {
		t.Errorf("the memory was not made anew: %d files", again)
	}
}
