package mdzip_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io/fs"
	"strings"
	"testing"

	"github.com/klauspost/compress/flate"
	"github.com/klauspost/compress/zip"

	"github.com/orgkeep/orgkeep/internal/mdzip"
)

// built makes a zip with a writer that does as it is told.
func built(t *testing.T, build func(*zip.Writer)) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	build(w)
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func put(t *testing.T, w *zip.Writer, name, content string) {
	t.Helper()
	putAs(t, w, &zip.FileHeader{Name: name, Method: zip.Deflate}, content)
}

func putAs(t *testing.T, w *zip.Writer, h *zip.FileHeader, content string) {
	t.Helper()
	f, err := w.CreateHeader(h)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Write([]byte(content)); err != nil && content != "" {
		t.Fatal(err)
	}
}

// putRaw puts an entry in whose header says what it likes.
func putRaw(t *testing.T, w *zip.Writer, h *zip.FileHeader, raw []byte) {
	t.Helper()
	f, err := w.CreateRaw(h)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Write(raw); err != nil && !strings.HasSuffix(h.Name, "/") {
		t.Fatal(err) // a folder's content is left out
	}
}

// header describes content as it is; tests then change what they lie about.
func header(t *testing.T, name, content string) (h *zip.FileHeader, raw []byte) {
	t.Helper()
	var b bytes.Buffer
	w, err := flate.NewWriter(&b, flate.DefaultCompression)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write([]byte(content)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return &zip.FileHeader{
		Name: name, Method: zip.Deflate, CRC32: crc32.ChecksumIEEE([]byte(content)),
		CompressedSize64: uint64(b.Len()), UncompressedSize64: uint64(len(content)),
	}, b.Bytes()
}

func checkRefused(t *testing.T, err error, says ...string) {
	t.Helper()
	if !errors.Is(err, mdzip.ErrRefused) {
		t.Fatalf("got %v, want a refusal", err)
	}
	for _, s := range says {
		if !strings.Contains(err.Error(), s) {
			t.Errorf("%q does not say %q", err, s)
		}
	}
}

func TestHostileNamesAreRefused(t *testing.T) {
	t.Parallel()
	for name, entry := range map[string]string{
		"a way out":                             "../x",
		"a way out from below":                  "classes/../../x",
		"a way out by backslashes":              `..\x`,
		"an absolute path":                      "/etc/passwd",
		"a drive":                               "C:/x",
		"a place on a drive":                    "C:x",
		"a share":                               `\\server\share`,
		"a backslash":                           `classes\x.cls`,
		"two slashes":                           "classes//x",
		"a dot":                                 "classes/./x",
		"Git's own folder":                      ".git/hooks/pre-commit",
		"Git's own folder below":                "classes/.GIT/config",
		"Git's own folder as NTFS shortens it":  "classes/GIT~1",
		"attributes":                            ".gitattributes",
		"modules":                               "classes/.gitmodules",
		"a NUL":                                 "classes/a\x00b",
		"an escape sequence":                    "classes/\x1b[31m.cls",
		"an override of the direction":          "classes/a\u202egpj.cls",
		"a dot at the end":                      "classes/x.",
		"a blank at the end":                    "classes/x ",
		"bytes that are no UTF-8":               "classes/\xff.cls",
		"nothing":                               "",
		"a path that is too long":               strings.Repeat("a/", 600) + "x",
		"a folder above":                        "../",
		"a folder at the root of the system":    "/",
		"Git's own folder, with nothing in it":  ".git/",
		"a folder with two slashes":             "classes//",
		"a folder that would paint the screen":  "classes/\x1b[31m/",
		"a folder whose name ends with a blank": "classes /",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			data := built(t, func(w *zip.Writer) {
				put(t, w, "classes/Good.cls", "x")
				put(t, w, entry, "")
			})
			_, err := mdzip.Open(stored(t, data), "", mdzip.DefaultLimits())
			shown := fmt.Sprintf("%q", strings.TrimSuffix(entry, "/"))
			checkRefused(t, err, shown[:min(len(shown)-1, 40)])
		})
	}
}

// What is cut off in front must not be what made the name harmless.
func TestHostileNamesBelowTheRootAreRefused(t *testing.T) {
	t.Parallel()
	for name, entry := range map[string]string{
		"a drive":                     "unpackaged/C:/x",
		"a place on a drive":          "unpackaged/C:x",
		"a way out":                   "unpackaged/../x",
		"an absolute path":            "unpackaged//etc/passwd",
		"Git's own folder":            "unpackaged/.git/config",
		"a file beside the root":      "other/x",
		"a file for the root":         "unpackaged",
		"a root that starts likewise": "unpackaged2/x",
		"the root in other letters":   "Unpackaged/x",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			data := built(t, func(w *zip.Writer) {
				put(t, w, "unpackaged/package.xml", "x")
				put(t, w, entry, "x")
			})
			_, err := mdzip.Open(stored(t, data), "unpackaged", mdzip.DefaultLimits())
			checkRefused(t, err, fmt.Sprintf("%q", entry))
		})
	}
}

func TestWhatIsNoPlainFileIsRefused(t *testing.T) {
	t.Parallel()
	for name, mode := range map[string]fs.FileMode{
		"a link":                         fs.ModeSymlink | 0o777,
		"a device":                       fs.ModeDevice | 0o644,
		"a terminal":                     fs.ModeDevice | fs.ModeCharDevice | 0o644,
		"a pipe":                         fs.ModeNamedPipe | 0o644,
		"a socket":                       fs.ModeSocket | 0o644,
		"a folder that is named a file":  fs.ModeDir | 0o755,
		"a link that lets everybody run": fs.ModeSymlink | fs.ModeSetuid | 0o777,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			data := built(t, func(w *zip.Writer) {
				h := &zip.FileHeader{Name: "classes/link.cls"}
				h.SetMode(mode)
				putAs(t, w, h, "/etc/passwd")
			})
			_, err := mdzip.Open(stored(t, data), "", mdzip.DefaultLimits())
			checkRefused(t, err, `"classes/link.cls"`, "plain file")
		})
	}
}

func TestNamesThatMeetAreRefused(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		entries []string
		says    []string
	}{
		"a name twice":                             {[]string{"a/x", "b", "a/x"}, []string{`"a/x"`, "twice"}},
		"names that differ in case alone":          {[]string{"classes/Foo.cls", "classes/foo.cls"}, []string{`"classes/Foo.cls"`, `"classes/foo.cls"`, "case"}},
		"names that differ in case, of any script": {[]string{"layouts/É.layout", "layouts/é.layout"}, []string{`"layouts/É.layout"`, `"layouts/é.layout"`, "case"}},
		"a letter that folds into ASCII":           {[]string{"a/\u212a", "a/k"}, []string{`"a/k"`, "case"}},
		"folders that differ in case alone":        {[]string{"lwc/Tile/x.js", "lwc/tile/x.js"}, []string{`"lwc/Tile/x.js"`, `"lwc/tile/x.js"`, "case"}},
		"a file and a folder":                      {[]string{"a/x", "a/x/y"}, []string{`"a/x"`, "folder"}},
		"a folder and a file":                      {[]string{"a/x/y/z", "a/x"}, []string{`"a/x"`, "folder"}},
		"a file and a folder, with one in between": {[]string{"a/x", "a/x.b", "a/x/y"}, []string{`"a/x"`, "folder"}},
		"a file and a folder in other letters":     {[]string{"a/X", "a/x/y"}, []string{`"a/X"`, "folder"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			data := built(t, func(w *zip.Writer) {
				for _, entry := range tc.entries {
					put(t, w, entry, "x")
				}
			})
			_, err := mdzip.Open(stored(t, data), "", mdzip.DefaultLimits())
			checkRefused(t, err, tc.says...)
		})
	}
}

func TestNamesThatOnlyLookAlikeDoNotMeet(t *testing.T) {
	t.Parallel()
	a := open(t, written(t, "a/x", "", "a/x.y", "", "a/xy", "", "A/z", "", "b", "", "a/b", "", "layouts/e\u0301", "", "layouts/e", ""), "")
	if len(a.Files()) != 8 {
		t.Errorf("%d files", len(a.Files()))
	}
}

func TestWhatCannotBeReadIsRefusedAtOnce(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		lie  func(h *zip.FileHeader, raw []byte)
		says string
	}{
		"an encrypted file":                      {func(h *zip.FileHeader, _ []byte) { h.Flags |= 1 }, "encrypted"},
		"a strongly encrypted file":              {func(h *zip.FileHeader, _ []byte) { h.Flags |= 1 << 6 }, "encrypted"},
		"a file whose header is hidden":          {func(h *zip.FileHeader, _ []byte) { h.Flags |= 1 << 13 }, "encrypted"},
		"a file packed in a way of others":       {func(h *zip.FileHeader, _ []byte) { h.Method = 12 }, "method 12"},
		"a file that says AES":                   {func(h *zip.FileHeader, _ []byte) { h.Method = 99 }, "method 99"},
		"a file larger than the zip":             {func(h *zip.FileHeader, _ []byte) { h.CompressedSize64 = 1 << 20 }, "larger than the zip"},
		"a size past all numbers":                {func(h *zip.FileHeader, _ []byte) { h.CompressedSize64 = 1 << 63 }, "bytes"},
		"an unpacked size past all numbers":      {func(h *zip.FileHeader, _ []byte) { h.UncompressedSize64 = 1 << 63 }, "bytes"},
		"a file that is stored and yet unpacks":  {func(h *zip.FileHeader, _ []byte) { h.Method = zip.Store; h.UncompressedSize64 = 10_000 }, "stored"},
		"a file that claims to unpack to a lot":  {func(h *zip.FileHeader, _ []byte) { h.UncompressedSize64 = 256 << 20 }, "times its size"},
		"a file that claims more than any has":   {func(h *zip.FileHeader, _ []byte) { h.UncompressedSize64 = 1 << 40 }, "bytes"},
		"a second file that claims to lie there": {func(h *zip.FileHeader, raw []byte) { h.CompressedSize64 = uint64(len(raw)) + 250 }, "more than the zip"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			data := built(t, func(w *zip.Writer) {
				putAs(t, w, &zip.FileHeader{Name: "a/Good.cls", Method: zip.Store}, strings.Repeat("x", 200))
				h, raw := header(t, "a/Bad.cls", "content")
				tc.lie(h, raw)
				putRaw(t, w, h, raw)
			})
			_, err := mdzip.Open(stored(t, data), "", mdzip.DefaultLimits())
			checkRefused(t, err, `"a/Bad.cls"`, tc.says)
		})
	}
}

func TestWhatIsNotWhatItSaysIsRefusedWhenItIsRead(t *testing.T) {
	t.Parallel()
	for name, lie := range map[string]func(h *zip.FileHeader, raw []byte){
		"no checksum":             func(h *zip.FileHeader, _ []byte) { h.CRC32 = 0 },
		"a wrong checksum":        func(h *zip.FileHeader, _ []byte) { h.CRC32++ },
		"more than it says":       func(h *zip.FileHeader, _ []byte) { h.UncompressedSize64-- },
		"much more than it says":  func(h *zip.FileHeader, _ []byte) { h.UncompressedSize64 = 1 },
		"something for nothing":   func(h *zip.FileHeader, _ []byte) { h.UncompressedSize64 = 0 },
		"less than it says":       func(h *zip.FileHeader, _ []byte) { h.UncompressedSize64++ },
		"a stream that ends soon": func(h *zip.FileHeader, _ []byte) { h.CompressedSize64 -= 4 },
		"a stream of rubbish":     func(_ *zip.FileHeader, raw []byte) { raw[0] ^= 0xff; raw[3] ^= 0xff },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			data := built(t, func(w *zip.Writer) {
				h, raw := header(t, "a/Bad.cls", strings.Repeat("hello ", 100))
				lie(h, raw)
				putRaw(t, w, h, raw)
			})
			_, err := open(t, data, "").Files()[0].Content()
			checkRefused(t, err, `"a/Bad.cls"`)
		})
	}
}

func TestABombIsRefusedBeforeItIsUnpacked(t *testing.T) {
	t.Parallel()
	zeros := strings.Repeat("0", 2<<20)
	for name, tc := range map[string]struct {
		limits func(*mdzip.Limits)
		build  func(t *testing.T, w *zip.Writer)
		says   []string
	}{
		"a file that unpacks to more than 200 times its size": {
			func(l *mdzip.Limits) { l.RatioFrom = 1 << 20 },
			func(t *testing.T, w *zip.Writer) { t.Helper(); put(t, w, "a/x", zeros) },
			[]string{`"a/x"`, "200 times"},
		},
		"many files that each stay below": {
			func(l *mdzip.Limits) { l.RatioFrom = 1 << 18 },
			func(t *testing.T, w *zip.Writer) {
				t.Helper()
				for i := range 8 {
					put(t, w, fmt.Sprintf("a/%d", i), zeros[:1<<18])
				}
			},
			[]string{"200 times"},
		},
		"a file that is too large": {
			func(l *mdzip.Limits) { l.Ratio, l.FileBytes = 1<<40, 1<<20 },
			func(t *testing.T, w *zip.Writer) { t.Helper(); put(t, w, "a/x", zeros) },
			[]string{`"a/x"`, "1048576"},
		},
		"files that are too large together": {
			func(l *mdzip.Limits) { l.Ratio, l.TotalBytes = 1<<40, 1<<20 },
			func(t *testing.T, w *zip.Writer) {
				t.Helper()
				put(t, w, "a/x", zeros[:1<<19])
				put(t, w, "a/y", zeros[:1<<19])
				put(t, w, "a/z", "0")
			},
			[]string{`"a/z"`, "1048576"},
		},
		"more entries than are taken": {
			func(l *mdzip.Limits) { l.Entries = 2 },
			func(t *testing.T, w *zip.Writer) {
				t.Helper()
				put(t, w, "a/", "")
				put(t, w, "a/x", "1")
				put(t, w, "a/y", "1")
			},
			[]string{"2 entries"},
		},
		"a directory that is all comment": {
			func(l *mdzip.Limits) { l.Entries = 1000 },
			func(t *testing.T, w *zip.Writer) {
				t.Helper()
				for i := range 11 {
					putAs(t, w, &zip.FileHeader{Name: fmt.Sprintf("a/%d", i), Comment: strings.Repeat("c", 1<<16-1)}, "")
				}
			},
			[]string{"directory"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			limits := mdzip.DefaultLimits()
			tc.limits(&limits)
			_, err := mdzip.Open(stored(t, built(t, func(w *zip.Writer) { tc.build(t, w) })), "", limits)
			checkRefused(t, err, tc.says...)
		})
	}
}

// The entries of such a bomb all lie at one place: the zip stays small however
// many there are.
func TestEntriesThatShareTheirBytesAreRefused(t *testing.T) {
	t.Parallel()
	data := built(t, func(w *zip.Writer) { put(t, w, "a/00", strings.Repeat("0", 1<<20)) })
	const end = 22
	directory := int(binary.LittleEndian.Uint32(data[len(data)-end+16:]))
	entry := data[directory : len(data)-end]
	bomb := bytes.Clone(data[:directory])
	const count = 50
	for i := range count {
		one := bytes.Clone(entry)
		copy(one[bytes.Index(one, []byte("a/00")):], fmt.Sprintf("a/%02d", i))
		bomb = append(bomb, one...)
	}
	size := len(bomb) - directory
	bomb = append(bomb, data[len(data)-end:]...)
	tail := bomb[len(bomb)-end:]
	binary.LittleEndian.PutUint16(tail[8:], count)
	binary.LittleEndian.PutUint16(tail[10:], count)
	binary.LittleEndian.PutUint32(tail[12:], uint32(size))

	_, err := mdzip.Open(stored(t, bomb), "", mdzip.DefaultLimits())
	checkRefused(t, err, `"a/`, "more than the zip")
}

// A zip in a zip is a static resource: it is a file like others and stays shut.
func TestAZipInAZipIsNotOpened(t *testing.T) {
	t.Parallel()
	inner := string(built(t, func(w *zip.Writer) { put(t, w, "../out", strings.Repeat("0", 1<<20)) }))
	got := contents(t, open(t, written(t, "staticresources/x.resource", inner), ""))
	if got["staticresources/x.resource"] != inner {
		t.Error("the inner zip has changed")
	}
}

func TestADamagedZipIsRefused(t *testing.T) {
	t.Parallel()
	whole := built(t, func(w *zip.Writer) {
		for i := range 20 {
			put(t, w, fmt.Sprintf("classes/C%02d.cls", i), strings.Repeat(fmt.Sprintf("class C%d {}\n", i), 50))
		}
	})
	for name, data := range map[string][]byte{
		"nothing":                        nil,
		"no zip":                         []byte("<?xml version=\"1.0\"?><error/>"),
		"rubbish":                        bytes.Repeat([]byte("PK\x05\x06"), 100),
		"a directory that is not there":  whole[len(whole)-22:],
		"a zip that lacks its beginning": whole[len(whole)/2:],
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			checkRefused(t, readAll(t, data))
		})
	}
	t.Run("a zip that is cut anywhere", func(t *testing.T) {
		t.Parallel()
		for n := 0; n < len(whole); n += 7 {
			if err := readAll(t, whole[:n]); !errors.Is(err, mdzip.ErrRefused) {
				t.Fatalf("cut to %d of %d bytes: got %v", n, len(whole), err)
			}
		}
	})
	t.Run("a zip of which a part is missing anywhere", func(t *testing.T) {
		t.Parallel()
		for n := 0; n+9 < len(whole); n += 31 {
			if err := readAll(t, append(bytes.Clone(whole[:n]), whole[n+9:]...)); !errors.Is(err, mdzip.ErrRefused) {
				t.Fatalf("without bytes %d to %d of %d: got %v", n, n+9, len(whole), err)
			}
		}
	})
}

// readAll opens a zip and reads all of it, up to the first refusal.
func readAll(t *testing.T, data []byte) error {
	t.Helper()
	a, err := mdzip.Open(stored(t, data), "", mdzip.DefaultLimits())
	if err != nil {
		return err
	}
	defer a.Close() //nolint:errcheck // a reader
	for _, f := range a.Files() {
		if _, err := f.Content(); err != nil {
			return err
		}
	}
	return nil
}

// What follows a stream is no harm to its content, but the stream cannot be kept.
func TestAStreamWithBytesAfterItIsNotHandedOn(t *testing.T) {
	t.Parallel()
	data := built(t, func(w *zip.Writer) {
		h, raw := header(t, "a/Long.cls", "class Long {}")
		h.CompressedSize64 += 3
		putRaw(t, w, h, append(raw, "abc"...))
	})
	content, raw, err := open(t, data, "").Files()[0].Unpack()
	if string(content) != "class Long {}" || raw != nil || err != nil {
		t.Errorf("got %q, %q, %v", content, raw, err)
	}
}
