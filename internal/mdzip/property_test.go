package mdzip_test

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/zip"
	"pgregory.net/rapid"

	"github.com/orgkeep/orgkeep/internal/mdzip"
	"github.com/orgkeep/orgkeep/internal/tree"
	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// drawFiles draws paths that can lie beside each other, and their contents.
func drawFiles(t *rapid.T) map[string][]byte {
	path := rapid.Custom(func(t *rapid.T) string {
		return rapid.SampledFrom([]string{"", "classes/", "lwc/tile/", "reports/Sales/EMEA/", "layouts/Account-", "é/"}).Draw(t, "folder") +
			rapid.StringMatching(`[a-z0-9é界%. -]{0,8}[a-z0-9é界]`).Draw(t, "name")
	}).Filter(func(p string) bool { return metadata.CheckPath(p) == nil })
	content := rapid.OneOf(rapid.SliceOfN(rapid.Byte(), 0, 200), rapid.Just([]byte(strings.Repeat("<a/>\n", 1000))))
	all := rapid.MapOfN(path, content, 0, 20).Draw(t, "files")
	for p := range all {
		if strings.Contains(p, "/") {
			delete(all, p[:strings.Index(p, "/")]) // a file cannot be a folder too
		}
	}
	for _, folder := range []string{"lwc/tile", "reports/Sales", "reports/Sales/EMEA"} {
		delete(all, folder)
	}
	return all
}

func treeOf(files map[string][]byte) tree.Tree {
	e := tree.Tree{}.Edit()
	for p, content := range files {
		e.Set(p, tree.HashOf(content))
	}
	return e.Tree()
}

// read makes a tree of a zip, and keeps the contents.
func read(t *rapid.T, dir string, data []byte, root string) (tree.Tree, map[string][]byte) {
	name := filepath.Join(dir, "x.zip")
	if err := os.WriteFile(name, data, 0o600); err != nil {
		t.Fatal(err)
	}
	a, err := mdzip.Open(name, root, mdzip.DefaultLimits())
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close() //nolint:errcheck // a reader
	files := map[string][]byte{}
	var entries []tree.Entry
	for _, f := range a.Files() {
		content, err := f.Content()
		if err != nil {
			t.Fatal(err)
		}
		files[f.Name] = content
		entries = append(entries, tree.Entry{Path: f.Name, Hash: tree.HashOf(content)})
	}
	got := tree.New(entries)
	if got.Len() != len(entries) {
		t.Fatalf("%d files of %d have names of their own", got.Len(), len(entries))
	}
	return got, files
}

func write(t *rapid.T, paths []string, files map[string][]byte) []byte {
	var b bytes.Buffer
	w := mdzip.NewWriter(&b)
	for _, p := range paths {
		if err := w.Add(p, files[p]); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestATreeIsReadBackFromItsZip(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	rapid.Check(t, func(t *rapid.T) {
		files := drawFiles(t)
		want := treeOf(files)
		var paths []string
		for e := range want.All() {
			paths = append(paths, e.Path)
		}
		data := write(t, paths, files)
		got, back := read(t, dir, data, "")
		if !got.Equal(want) {
			t.Fatal(cmp.Diff(slices.Collect(want.All()), slices.Collect(got.All())))
		}
		if again := write(t, paths, back); !bytes.Equal(again, data) {
			t.Fatal("the tree that was read gives another zip")
		}
	})
}

// Servers put files in as they come, pack them or not, and below a folder.
func TestTheOrderOfEntriesDoesNotMatter(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	rapid.Check(t, func(t *rapid.T) {
		files := drawFiles(t)
		want := treeOf(files)
		var paths []string
		for e := range want.All() {
			paths = append(paths, e.Path)
		}
		var b bytes.Buffer
		w := zip.NewWriter(&b)
		for _, p := range rapid.Permutation(paths).Draw(t, "order") {
			f, err := w.CreateHeader(&zip.FileHeader{Name: "unpackaged/" + p, Method: rapid.SampledFrom([]uint16{zip.Store, zip.Deflate}).Draw(t, "method")})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := f.Write(files[p]); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		if got, _ := read(t, dir, b.Bytes(), "unpackaged"); !got.Equal(want) {
			t.Fatal(cmp.Diff(slices.Collect(want.All()), slices.Collect(got.All())))
		}
	})
}
