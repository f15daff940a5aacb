package mdzip_test

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"io"
	"testing"

	"github.com/orgkeep/orgkeep/internal/mdzip"
)

// A file whose deflate stream is at hand comes out as one that was compressed here,
// name and content.
func TestAStreamIsTakenAsItIs(t *testing.T) {
	t.Parallel()
	files := []struct{ name, content string }{
		{"classes/A.cls", "public class A {}\n"}, {"empty", ""}, {"layouts/Zusätze – 2.layout", "<Layout/>\n"}, {"staticresources/x.resource", "\x00\xff\x00"},
	}
	var plain, reused bytes.Buffer
	w, r := mdzip.NewWriter(&plain), mdzip.NewWriter(&reused)
	for _, f := range files {
		var stream bytes.Buffer
		z, err := flate.NewWriter(&stream, 6)
		must(t, err)
		_, err = io.WriteString(z, f.content)
		must(t, err)
		must(t, z.Close())
		must(t, w.Add(f.name, []byte(f.content)))
		must(t, r.AddDeflated(f.name, []byte(f.content), stream.Bytes()))
	}
	must(t, w.Close())
	must(t, r.Close())
	for name, raw := range map[string][]byte{"compressed": plain.Bytes(), "reused": reused.Bytes()} {
		in, err := zip.NewReader(bytes.NewReader(raw), int64(len(raw)))
		must(t, err)
		for i, f := range in.File {
			from, err := f.Open()
			must(t, err)
			content, err := io.ReadAll(from) // compares the checksum
			must(t, err)
			if f.Name != files[i].name || f.NonUTF8 || string(content) != files[i].content || f.ReaderVersion != 20 {
				t.Errorf("%s: %+v holds %q", name, f.FileHeader, content)
			}
		}
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
