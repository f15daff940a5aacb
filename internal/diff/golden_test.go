package diff_test

import (
	"bytes"
	"encoding/base64"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/zip"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/orgkeep/orgkeep/internal/diff"
)

var update = flag.Bool("update", false, "rewrite the expected part of the golden files")

// TestKindsOfEdit compares before and after of each file in testdata.
//
// A section is before/PATH or after/PATH. Contents that do not go into a text
// file are written otherwise: before.quoted/PATH as a Go string, before.base64/PATH,
// and before.zip/PATH!ENTRY as an entry of the zip at PATH. Metadata files whose
// first line is <Type> lack declaration and namespace for brevity.
func TestKindsOfEdit(t *testing.T) {
	t.Parallel()
	names, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(names) < 50 {
		t.Fatalf("%d golden files, %v", len(names), err)
	}
	for _, name := range names {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txtar"), func(t *testing.T) {
			t.Parallel()
			golden(t, name)
		})
	}
}

func golden(t *testing.T, name string) {
	t.Helper()
	archive, err := txtar.ParseFile(name)
	if err != nil {
		t.Fatal(err)
	}
	old, now := side(t, archive, "before"), side(t, archive, "after")
	got := render(compare(t, old, now))
	at := slices.IndexFunc(archive.Files, func(f txtar.File) bool { return f.Name == "expected" })
	if at < 0 {
		archive.Files = append(archive.Files, txtar.File{Name: "expected"})
		at = len(archive.Files) - 1
	}
	if *update {
		archive.Files[at].Data = []byte(got)
		if err := os.WriteFile(name, txtar.Format(archive), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if d := cmp.Diff(string(archive.Files[at].Data), got); d != "" {
		t.Errorf("-want +got:\n%s", d)
	}
}

// side gives the files of one state by path.
func side(t *testing.T, archive *txtar.Archive, name string) map[string]string {
	t.Helper()
	files := map[string]string{}
	packed := map[string][]txtar.File{}
	for _, f := range archive.Files {
		kind, path, _ := strings.Cut(f.Name, "/")
		switch kind {
		case name:
			files[path] = complete(string(f.Data))
		case name + ".quoted":
			text, err := strconv.Unquote(strings.TrimSpace(string(f.Data)))
			if err != nil {
				t.Fatalf("%s: %v", f.Name, err)
			}
			files[path] = text
		case name + ".base64":
			raw, err := base64.StdEncoding.DecodeString(strings.TrimSpace(string(f.Data)))
			if err != nil {
				t.Fatalf("%s: %v", f.Name, err)
			}
			files[path] = string(raw)
		case name + ".zip":
			at, entry, _ := strings.Cut(path, "!")
			packed[at] = append(packed[at], txtar.File{Name: entry, Data: f.Data})
		}
	}
	for path, entries := range packed {
		files[path] = pack(t, name, entries)
	}
	return files
}

// complete puts declaration and namespace to a file that was shortened.
func complete(s string) string {
	first, rest, _ := strings.Cut(s, "\n")
	name, ok := strings.CutSuffix(strings.TrimPrefix(first, "<"), ">")
	if !ok || !strings.HasPrefix(first, "<") || strings.ContainsAny(name, " !?/<") {
		return s
	}
	return `<?xml version="1.0" encoding="UTF-8"?>` + "\n<" + name + ` xmlns="http://soap.sforce.com/2006/04/metadata">` + "\n" + rest
}

// pack makes a zip; the sides differ in times, so that equal entries make unequal
// bytes.
func pack(t *testing.T, side string, entries []txtar.File) string {
	t.Helper()
	when := time.Date(2026, 11, 2, 14, 0, 0, 0, time.UTC)
	if side == "after" {
		when = when.Add(time.Hour)
	}
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for _, e := range entries {
		f, err := w.CreateHeader(&zip.FileHeader{Name: e.Name, Method: zip.Deflate, Modified: when})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Write(e.Data); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// render writes all that a result tells.
func render(r diff.Result) string {
	var out strings.Builder
	for _, c := range r.Changes {
		fmt.Fprintf(&out, "%s %s %s\n", c.Kind.Mark(), c.Kind, c)
		fmt.Fprintf(&out, "    in %s\n", strings.Join(c.Paths, ", "))
		for _, e := range c.Elements {
			fmt.Fprintf(&out, "    %s%s\n", e, at(e))
			for _, h := range e.Hunks {
				fmt.Fprintf(&out, "      @@ -%d +%d @@\n", h.OldLine, h.NewLine)
				for _, l := range h.Lines {
					fmt.Fprintf(&out, "      %s\n", strings.TrimRight(l.Op+" "+marked(l), " "))
				}
			}
		}
	}
	if len(r.Changes) == 0 {
		return "nothing\n"
	}
	return out.String()
}

func at(e diff.Element) string {
	switch {
	case e.Line == 0 && e.File == "":
		return ""
	case e.Line == 0:
		return "  (" + e.File + ")"
	case e.File == "":
		return fmt.Sprintf("  (line %d)", e.Line)
	}
	return fmt.Sprintf("  (%s, line %d)", e.File, e.Line)
}

// marked shows the words of a line that changed in braces, and what the end of
// the text is.
func marked(l diff.Line) string {
	var out strings.Builder
	from := 0
	for _, s := range l.Spans {
		out.WriteString(l.Text[from:s.From] + "{" + l.Text[s.From:s.To] + "}")
		from = s.To
	}
	out.WriteString(l.Text[from:])
	text := strings.ReplaceAll(out.String(), "\r", `\r`)
	if l.Open {
		text += " (no line break)"
	}
	return text
}
