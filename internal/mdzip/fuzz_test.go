package mdzip_test

import (
	"bytes"
	"compress/flate"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/klauspost/compress/zip"

	"github.com/orgkeep/orgkeep/internal/mdzip"
	"github.com/orgkeep/orgkeep/pkg/metadata"
)

var fuzzLimits = mdzip.Limits{Entries: 100, TotalBytes: 1 << 20, FileBytes: 1 << 19, Ratio: 200, RatioFrom: 1 << 16}

// fuzzZip opens a zip that anybody may have made and holds it to what Open
// promises. It gives the files that could be read.
func fuzzZip(t *testing.T, data []byte, root string) (map[string]string, error) {
	t.Helper()
	name := filepath.Join(t.TempDir(), "x.zip")
	if err := os.WriteFile(name, data, 0o600); err != nil {
		t.Fatal(err)
	}
	a, err := mdzip.Open(name, root, fuzzLimits)
	if err != nil {
		if !errors.Is(err, mdzip.ErrRefused) {
			t.Fatalf("refused by %v", err)
		}
		return nil, err
	}
	defer a.Close() //nolint:errcheck // a reader
	total, all, folded := int64(0), map[string]string{}, map[string]bool{}
	for _, f := range a.Files() {
		if err := metadata.CheckPath(f.Name); err != nil {
			t.Fatalf("let through: %v", err)
		}
		if key := strings.ToLower(f.Name); folded[key] {
			t.Fatalf("%q came twice", f.Name)
		} else {
			folded[key] = true
		}
		if total += f.Size; f.Size > fuzzLimits.FileBytes || total > fuzzLimits.TotalBytes {
			t.Fatalf("%q brings it to %d bytes", f.Name, total)
		}
		content, raw, err := f.Unpack()
		if err != nil {
			if !errors.Is(err, mdzip.ErrRefused) {
				t.Fatalf("%q is refused by %v", f.Name, err)
			}
			continue
		}
		all[f.Name] = string(content)
		checkDeflated(t, f.Name, content, raw)
	}
	if !slices.IsSortedFunc(a.Files(), func(x, y *mdzip.File) int { return strings.Compare(x.Name, y.Name) }) {
		t.Fatal("not sorted")
	}
	return all, nil
}

// checkDeflated inflates by the standard library, which reads no byte too far.
func checkDeflated(t *testing.T, name string, content, raw []byte) {
	t.Helper()
	if raw == nil {
		return
	}
	src := bytes.NewReader(raw)
	got, err := io.ReadAll(flate.NewReader(src))
	if err != nil || !bytes.Equal(got, content) || src.Len() != 0 {
		t.Fatalf("%q: its stream gives %d bytes of %d and leaves %d, %v", name, len(got), len(content), src.Len(), err)
	}
}

// FuzzOpen reads bytes that anybody may have sent.
func FuzzOpen(f *testing.F) {
	for _, files := range []map[string]string{
		{}, {"package.xml": "<Package/>"}, {"unpackaged/classes/A.cls": "class A {}", "unpackaged/package.xml": strings.Repeat("<a/>", 1000)}, {"a/": "", "a/x": "1", "a/X": "2", "../y": "3"},
	} {
		for _, method := range []uint16{zip.Store, zip.Deflate} {
			var b bytes.Buffer
			w := zip.NewWriter(&b)
			for name, content := range files {
				e, err := w.CreateHeader(&zip.FileHeader{Name: name, Method: method})
				if err != nil {
					f.Fatal(err)
				}
				if _, err := e.Write([]byte(content)); err != nil && content != "" {
					f.Fatal(err)
				}
			}
			if err := w.Close(); err != nil {
				f.Fatal(err)
			}
			f.Add(b.Bytes(), "")
			f.Add(b.Bytes(), "unpackaged")
		}
	}
	f.Fuzz(func(t *testing.T, data []byte, root string) {
		if root != "" && metadata.CheckPath(root) != nil {
			return // the root is the caller's word
		}
		files, err := fuzzZip(t, data, root)
		if err != nil {
			return
		}
		again := []string{}
		for _, name := range slices.Sorted(func(yield func(string) bool) {
			for name := range files {
				if !yield(name) {
					return
				}
			}
		}) {
			again = append(again, name, files[name])
		}
		back, err := fuzzZip(t, written(t, again...), "")
		if err != nil || len(back) != len(files) {
			t.Fatalf("%d files came back as %d, %v", len(files), len(back), err)
		}
		for name, content := range files {
			if back[name] != content {
				t.Fatalf("%q has changed", name)
			}
		}
	})
}

// FuzzEntries makes a zip of entries that say what they like: those that Open
// takes have names that may be used and are what they say.
func FuzzEntries(f *testing.F) {
	f.Add("classes/A.cls", "classes/B.cls", "class {}", uint16(8), uint16(0), uint32(0), uint32(0), uint32(0))
	f.Add("classes/A.cls", "classes/a.cls", "class {}", uint16(0), uint16(0), uint32(0), uint32(0), uint32(0))
	f.Add("a", "a/b", "", uint16(8), uint16(8), uint32(0o120777)<<16, uint32(0), uint32(0))
	f.Add("../x", "C:/y", strings.Repeat("0", 4000), uint16(12), uint16(1), uint32(0), uint32(1), uint32(0xffffffff))
	f.Fuzz(func(t *testing.T, one, two, content string, method, flags uint16, attributes, more, moreUnpacked uint32) {
		if len(one) > 4096 || len(two) > 4096 {
			return
		}
		files, err := fuzzZip(t, built(t, func(w *zip.Writer) {
			h, raw := header(t, one, content)
			putRaw(t, w, h, raw)
			h, raw = header(t, two, content)
			h.Method, h.Flags, h.ExternalAttrs, h.CreatorVersion = method, flags, attributes, 3<<8
			h.CompressedSize64 += uint64(more)
			h.UncompressedSize64 += uint64(moreUnpacked)
			putRaw(t, w, h, raw)
		}), "")
		if err != nil {
			return
		}
		for name, got := range files {
			if name != one && name != two || name == one && got != content {
				t.Fatalf("%q came of %q and %q", name, one, two)
			}
		}
	})
}
