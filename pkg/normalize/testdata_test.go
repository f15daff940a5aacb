package normalize_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/orgkeep/orgkeep/pkg/normalize"
)

// file is a fixture; its path is as the normalizer is asked with it.
type file struct {
	path    string
	content []byte
}

// fixtures are files as the server writes them.
func fixtures(tb testing.TB) []file {
	tb.Helper()
	return filesBelow(tb, filepath.Join("testdata", "server"))
}

func filesBelow(tb testing.TB, root string) []file {
	tb.Helper()
	var files []file
	err := filepath.WalkDir(root, func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		content, err := os.ReadFile(p)
		files = append(files, file{p, content})
		return err
	})
	if err != nil {
		tb.Fatal(err)
	}
	return files
}

// reference gives a folder or file of the reference material that may lie
// beside the repository.
func reference(name string) (string, bool) {
	root := os.Getenv("ORGKEEP_REFERENCE")
	if root == "" {
		root = filepath.Join("..", "..", "..", "shared")
	}
	p := filepath.Join(root, filepath.FromSlash(name))
	_, err := os.Stat(p)
	return p, err == nil
}

func needReference(tb testing.TB, name string) string {
	tb.Helper()
	p, ok := reference(name)
	if !ok {
		tb.Skipf("no reference material: %s is not there", name)
	}
	return p
}

func newNormalizer(tb testing.TB, opts ...normalize.Option) *normalize.Normalizer {
	tb.Helper()
	n, err := normalize.New(opts...)
	if err != nil {
		tb.Fatal(err)
	}
	return n
}

// isMetadata tells whether a file of the corpora is one to be normalized.
func isMetadata(n *normalize.Normalizer, f file) bool {
	return n.Handles(filepath.ToSlash(f.path)) && !strings.HasSuffix(f.path, ".json")
}
