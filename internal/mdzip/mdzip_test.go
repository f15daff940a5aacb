package mdzip_test

import (
	stdzip "archive/zip"
	"bytes"
	"compress/flate"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/zip"
	"golang.org/x/sync/errgroup"

	"github.com/orgkeep/orgkeep/internal/mdzip"
)

// stored puts the bytes of a zip where Open can have them.
func stored(t *testing.T, data []byte) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "x.zip")
	if err := os.WriteFile(name, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

// open opens what has to be accepted.
func open(t *testing.T, data []byte, root string) *mdzip.Archive {
	t.Helper()
	a, err := mdzip.Open(stored(t, data), root, mdzip.DefaultLimits())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = a.Close() })
	return a
}

// contents reads all files of an archive.
func contents(t *testing.T, a *mdzip.Archive) map[string]string {
	t.Helper()
	all := map[string]string{}
	for _, f := range a.Files() {
		content, err := f.Content()
		if err != nil {
			t.Fatal(err)
		}
		if int64(len(content)) != f.Size {
			t.Errorf("%s has %d bytes, and says %d", f.Name, len(content), f.Size)
		}
		all[f.Name] = string(content)
	}
	return all
}

// written makes a zip with our own writer.
func written(t *testing.T, files ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := mdzip.NewWriter(&b)
	for i := 0; i < len(files); i += 2 {
		if err := w.Add(files[i], []byte(files[i+1])); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestTheSameFilesGiveTheSameBytes(t *testing.T) {
	t.Parallel()
	files := []string{"classes/A.cls", "class A {}", "layouts/Account-é.layout", "<Layout/>", "package.xml", ""}
	if !bytes.Equal(written(t, files...), written(t, files...)) {
		t.Error("the same files gave different bytes")
	}
}

func TestWhatWasWrittenIsRead(t *testing.T) {
	t.Parallel()
	large := strings.Repeat("all work and no play\n", 100_000)
	data := written(t, "package.xml", "", "classes/A.cls", "class A {}", "layouts/Account-é.layout", large)
	want := map[string]string{"package.xml": "", "classes/A.cls": "class A {}", "layouts/Account-é.layout": large}
	a := open(t, data, "")
	if diff := cmp.Diff(want, contents(t, a)); diff != "" {
		t.Error(diff)
	}
	for _, f := range a.Files() {
		_, raw, err := f.Unpack()
		if raw == nil || err != nil {
			t.Fatalf("%s: deflate stream: %v, %v", f.Name, raw, err)
		}
		content, err := io.ReadAll(flate.NewReader(bytes.NewReader(raw)))
		if err != nil || string(content) != want[f.Name] {
			t.Errorf("%s: the deflate stream gives %d bytes, %v", f.Name, len(content), err)
		}
	}
}

// Others read what we write: the standard library does not share our reader.
func TestOthersReadWhatWasWritten(t *testing.T) {
	t.Parallel()
	data := written(t, "classes/A.cls", "class A {}", "layouts/Account-é.layout", "<Layout/>")
	r, err := stdzip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, f := range r.File {
		in, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(in)
		if err != nil {
			t.Fatal(err)
		}
		got[f.Name] = string(content)
		if f.NonUTF8 || !f.Modified.IsZero() && f.Modified.Year() > 1980 {
			t.Errorf("%s: %+v", f.Name, f.FileHeader)
		}
	}
	if diff := cmp.Diff(map[string]string{"classes/A.cls": "class A {}", "layouts/Account-é.layout": "<Layout/>"}, got); diff != "" {
		t.Error(diff)
	}
}

func TestAZipThatOthersMadeIsRead(t *testing.T) {
	t.Parallel()
	want := map[string]string{"classes/A.cls": "class A {}", "package.xml": "<Package/>"}
	for name, tc := range map[string]struct {
		root  string
		build func(*zip.Writer)
	}{
		"files at the root": {"", func(w *zip.Writer) {
			put(t, w, "package.xml", "<Package/>")
			put(t, w, "classes/A.cls", "class A {}")
		}},
		"files below the folder of the package": {"unpackaged", func(w *zip.Writer) {
			put(t, w, "unpackaged/classes/A.cls", "class A {}")
			put(t, w, "unpackaged/package.xml", "<Package/>")
		}},
		"folders have entries of their own": {"zip", func(w *zip.Writer) {
			for _, folder := range []string{"zip/", "zip/classes/", "zip/empty/"} {
				put(t, w, folder, "")
			}
			put(t, w, "zip/classes/A.cls", "class A {}")
			put(t, w, "zip/package.xml", "<Package/>")
		}},
		"files are not packed": {"", func(w *zip.Writer) {
			putAs(t, w, &zip.FileHeader{Name: "package.xml", Method: zip.Store}, "<Package/>")
			putAs(t, w, &zip.FileHeader{Name: "classes/A.cls", Method: zip.Store}, "class A {}")
		}},
		"files have times and permissions": {"", func(w *zip.Writer) {
			h := &zip.FileHeader{Name: "package.xml", Method: zip.Deflate, Modified: time.Date(2026, 11, 2, 14, 0, 0, 0, time.UTC), Comment: "c"}
			h.SetMode(0o755)
			putAs(t, w, h, "<Package/>")
			put(t, w, "classes/A.cls", "class A {}")
		}},
		"the zip has a comment": {"", func(w *zip.Writer) {
			put(t, w, "package.xml", "<Package/>")
			put(t, w, "classes/A.cls", "class A {}")
			if err := w.SetComment("made by hand"); err != nil {
				t.Error(err)
			}
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(want, contents(t, open(t, built(t, tc.build), tc.root))); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestAFileThatIsNotPackedHasNoDeflateStream(t *testing.T) {
	t.Parallel()
	a := open(t, built(t, func(w *zip.Writer) {
		putAs(t, w, &zip.FileHeader{Name: "a", Method: zip.Store}, "content")
	}), "")
	if content, raw, err := a.Files()[0].Unpack(); string(content) != "content" || raw != nil || err != nil {
		t.Errorf("got %q, %q, %v", content, raw, err)
	}
}

func TestFilesAreSortedByName(t *testing.T) {
	t.Parallel()
	var names []string
	for _, f := range open(t, written(t, "b", "", "a/b", "", "a.b", "", "C/x", ""), "").Files() {
		names = append(names, f.Name)
	}
	if diff := cmp.Diff([]string{"C/x", "a.b", "a/b", "b"}, names); diff != "" {
		t.Error(diff)
	}
}

func TestAnEmptyZipHasNoFiles(t *testing.T) {
	t.Parallel()
	if got := open(t, written(t), "").Files(); len(got) > 0 {
		t.Errorf("got %d files", len(got))
	}
}

func TestAZipThatIsNotThereIsNoRefusal(t *testing.T) {
	t.Parallel()
	_, err := mdzip.Open(filepath.Join(t.TempDir(), "none.zip"), "", mdzip.DefaultLimits())
	if !errors.Is(err, fs.ErrNotExist) || errors.Is(err, mdzip.ErrRefused) {
		t.Errorf("got %v", err)
	}
}

// failingWriter takes a number of bytes.
type failingWriter struct{ left int }

var errFull = errors.New("disk is full")

func (w *failingWriter) Write(p []byte) (int, error) {
	if w.left -= len(p); w.left < 0 {
		return 0, errFull
	}
	return len(p), nil
}

func TestAFailureToWriteIsNotLost(t *testing.T) {
	t.Parallel()
	content := make([]byte, 1<<16)
	for i := range content {
		content[i] = byte(i * i >> 3) // does not pack to nothing
	}
	var whole bytes.Buffer
	write := func(to io.Writer) error {
		w := mdzip.NewWriter(to)
		return errors.Join(w.Add("a", content), w.Add("b", content), w.Close())
	}
	if err := write(&whole); err != nil {
		t.Fatal(err)
	}
	for left := 0; left < whole.Len(); left += 1 + whole.Len()/50 {
		if err := write(&failingWriter{left}); !errors.Is(err, errFull) {
			t.Errorf("after %d of %d bytes: got %v", left, whole.Len(), err)
		}
	}
}

// Whatever the order in which files are read, and by however many, they are what they
// are.
func TestFilesMayBeReadInAnyOrder(t *testing.T) {
	t.Parallel()
	order := make([]int, 60)
	for i := range order {
		order[i] = i + 1
	}
	data := many(t, order, func(_ int, content string) string { return content })
	want := contents(t, open(t, data, ""))
	for name, arrange := range map[string]func([]*mdzip.File){
		"as the zip has them": func([]*mdzip.File) {},
		"from the back":       slices.Reverse[[]*mdzip.File],
		"at random": func(files []*mdzip.File) {
			rand.New(rand.NewPCG(1, 2)).Shuffle(len(files), func(i, j int) { files[i], files[j] = files[j], files[i] })
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := open(t, data, "")
			files := slices.Clone(a.InOrder())
			arrange(files)
			var group errgroup.Group
			group.SetLimit(4)
			for _, f := range files {
				group.Go(func() error {
					content, err := f.Content()
					if err == nil && string(content) != want[f.Name] {
						err = fmt.Errorf("%s is another", f.Name)
					}
					return err
				})
			}
			if err := group.Wait(); err != nil {
				t.Error(err)
			}
		})
	}
}
