package mdzip_test

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/klauspost/compress/zip"

	"github.com/orgkeep/orgkeep/internal/mdzip"
)

func zipFile(t *testing.T, build func(*zip.Writer)) string {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	build(w)
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(t.TempDir(), "x.zip")
	if err := os.WriteFile(name, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

func put(t *testing.T, w *zip.Writer, name, content string) {
	t.Helper()
	f, err := w.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Write([]byte(content)); err != nil {
		t.Fatal(err)
	}
}

func TestHostileNamesAreRefused(t *testing.T) {
	t.Parallel()
	for _, name := range []string{
		"../x", "/etc/passwd", "classes/../../x", `classes\x.cls`, "C:/x", "C:x", "classes//x", "classes/./x",
		".git/hooks/pre-commit", "classes/.git/config", "classes/.GIT/config", ".gitattributes", "classes/.gitmodules",
		"classes/a\x00b", "classes/\x1b[31m.cls", "classes/GIT~1", "classes/a\u202egpj.cls", "classes/x.", "classes/x ",
		"classes/\xff.cls", "", strings.Repeat("a/", 600) + "x",
	} {
		zipped := zipFile(t, func(w *zip.Writer) { put(t, w, name, "x") })
		if _, err := mdzip.Open(zipped, "", mdzip.DefaultLimits()); !errors.Is(err, mdzip.ErrRefused) {
			t.Errorf("%q: got %v, want a refusal", name, err)
		}
	}
}

func TestALinkIsRefused(t *testing.T) {
	t.Parallel()
	zipped := zipFile(t, func(w *zip.Writer) {
		h := &zip.FileHeader{Name: "classes/link.cls"}
		h.SetMode(fs.ModeSymlink | 0o777)
		f, err := w.CreateHeader(h)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = f.Write([]byte("/etc/passwd"))
	})
	if _, err := mdzip.Open(zipped, "", mdzip.DefaultLimits()); !errors.Is(err, mdzip.ErrRefused) {
		t.Errorf("got %v, want a refusal", err)
	}
}

func TestANameTwiceIsRefused(t *testing.T) {
	t.Parallel()
	zipped := zipFile(t, func(w *zip.Writer) { put(t, w, "a/x", "1"); put(t, w, "a/x", "2") })
	if _, err := mdzip.Open(zipped, "", mdzip.DefaultLimits()); !errors.Is(err, mdzip.ErrRefused) {
		t.Errorf("got %v, want a refusal", err)
	}
}

func TestABombIsRefusedBeforeItIsUnpacked(t *testing.T) {
	t.Parallel()
	zipped := zipFile(t, func(w *zip.Writer) { put(t, w, "a/x", strings.Repeat("0", 20<<20)) })
	if _, err := mdzip.Open(zipped, "", mdzip.DefaultLimits()); !errors.Is(err, mdzip.ErrRefused) {
		t.Errorf("ratio: got %v, want a refusal", err)
	}
	limits := mdzip.DefaultLimits()
	limits.Ratio, limits.FileBytes = 1<<40, 1<<20
	if _, err := mdzip.Open(zipped, "", limits); !errors.Is(err, mdzip.ErrRefused) {
		t.Errorf("file size: got %v, want a refusal", err)
	}
	limits.FileBytes, limits.TotalBytes = 1<<40, 1<<20
	if _, err := mdzip.Open(zipped, "", limits); !errors.Is(err, mdzip.ErrRefused) {
		t.Errorf("total size: got %v, want a refusal", err)
	}
	limits = mdzip.DefaultLimits()
	limits.Entries = 0
	if _, err := mdzip.Open(zipped, "", limits); !errors.Is(err, mdzip.ErrRefused) {
		t.Errorf("entries: got %v, want a refusal", err)
	}
}

func TestFilesBesideTheRootAreRefused(t *testing.T) {
	t.Parallel()
	zipped := zipFile(t, func(w *zip.Writer) { put(t, w, "unpackaged/a/x", "1"); put(t, w, "other/x", "2") })
	if _, err := mdzip.Open(zipped, "unpackaged", mdzip.DefaultLimits()); !errors.Is(err, mdzip.ErrRefused) {
		t.Errorf("got %v, want a refusal", err)
	}
}

func TestADamagedFileIsFoundWhenItIsRead(t *testing.T) {
	t.Parallel()
	zipped := zipFile(t, func(w *zip.Writer) { put(t, w, "a/x", strings.Repeat("hello ", 100)) })
	data, err := os.ReadFile(zipped)
	if err != nil {
		t.Fatal(err)
	}
	data[40] ^= 0xff
	if err := os.WriteFile(zipped, data, 0o600); err != nil {
		t.Fatal(err)
	}
	a, err := mdzip.Open(zipped, "", mdzip.DefaultLimits())
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close() //nolint:errcheck // a reader
	if _, err := a.Files()[0].Content(); !errors.Is(err, mdzip.ErrRefused) {
		t.Errorf("got %v, want a refusal", err)
	}
}

func TestWhatWasWrittenIsRead(t *testing.T) {
	t.Parallel()
	write := func() []byte {
		var b bytes.Buffer
		w := mdzip.NewWriter(&b)
		for _, name := range []string{"classes/A.cls", "package.xml"} {
			if err := w.Add(name, []byte("content of "+name)); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}
	if !bytes.Equal(write(), write()) {
		t.Error("the same files gave different bytes")
	}
	name := filepath.Join(t.TempDir(), "x.zip")
	if err := os.WriteFile(name, write(), 0o600); err != nil {
		t.Fatal(err)
	}
	a, err := mdzip.Open(name, "", mdzip.DefaultLimits())
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close() //nolint:errcheck // a reader
	for _, f := range a.Files() {
		content, err := f.Content()
		if err != nil || string(content) != "content of "+f.Name {
			t.Errorf("%s: %q, %v", f.Name, content, err)
		}
		if raw, ok, err := f.Deflated(); !ok || err != nil || len(raw) == 0 {
			t.Errorf("%s: deflate stream: %v, %v", f.Name, ok, err)
		}
	}
}

func FuzzEntries(f *testing.F) {
	var b bytes.Buffer
	w := mdzip.NewWriter(&b)
	_ = w.Add("classes/A.cls", []byte("class A {}"))
	_ = w.Close()
	f.Add(b.Bytes())
	f.Fuzz(func(t *testing.T, data []byte) {
		name := filepath.Join(t.TempDir(), "x.zip")
		if err := os.WriteFile(name, data, 0o600); err != nil {
			t.Fatal(err)
		}
		a, err := mdzip.Open(name, "", mdzip.Limits{Entries: 100, TotalBytes: 1 << 20, FileBytes: 1 << 20, Ratio: 200, RatioFrom: 1 << 16})
		if err != nil {
			return
		}
		defer a.Close() //nolint:errcheck // a reader
		for _, file := range a.Files() {
			_, _ = file.Content()
			_, _, _ = file.Deflated()
		}
	})
}
