package mdzip_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/zip"
)

// sums gives the fingerprints of a zip's files.
func sums(t *testing.T, data []byte, scope string) map[string][32]byte {
	t.Helper()
	a := open(t, data, "")
	all := map[string][32]byte{}
	if err := a.Fingerprint(scope); err != nil {
		t.Fatal(err)
	}
	for _, f := range a.Files() {
		sum, ok := f.Sum()
		if !ok {
			t.Errorf("%s has no fingerprint", f.Name)
		}
		all[f.Name] = sum
	}
	return all
}

// many makes a zip of files that are small, large and incompressible, in an order.
func many(t *testing.T, order []int, change func(i int, content string) string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, i := range order {
		content := strings.Repeat(fmt.Sprintf("%d ", i*i), i*i*40)
		f, err := w.CreateHeader(&zip.FileHeader{Name: fmt.Sprintf("classes/C%02d.cls", i), Method: []uint16{zip.Deflate, zip.Store}[i%2]})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Write([]byte(change(i, content))); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestFingerprintsTellFilesApart(t *testing.T) {
	t.Parallel()
	as := func(_ int, content string) string { return content }
	up, down := make([]int, 40), make([]int, 40)
	for i := range up {
		up[i], down[i] = i+1, 40-i
	}
	want := sums(t, many(t, up, as), "rules 1")
	if diff := cmp.Diff(want, sums(t, many(t, down, as), "rules 1")); diff != "" {
		t.Errorf("the order of a zip matters:\n%s", diff)
	}
	for name, sum := range sums(t, many(t, up, as), "rules 2") {
		if sum == want[name] {
			t.Errorf("%s has the same fingerprint under another scope", name)
		}
	}
	seen := map[[32]byte]bool{}
	for name, sum := range sums(t, many(t, up, func(int, string) string { return "equal" }), "rules 1") {
		if seen[sum] {
			t.Errorf("%s has the fingerprint of another file with the same content", name)
		}
		seen[sum] = true
	}
	changed := sums(t, many(t, up, func(i int, content string) string {
		if i == 17 {
			return content[1:] + "!"
		}
		return content
	}), "rules 1")
	for name, sum := range changed {
		if (sum == want[name]) == (name == "classes/C17.cls") {
			t.Errorf("%s: same fingerprint: %v", name, sum == want[name])
		}
	}
}

func TestWithoutFingerprintsThereAreNone(t *testing.T) {
	t.Parallel()
	a := open(t, many(t, []int{1}, func(_ int, content string) string { return content }), "")
	if _, ok := a.Files()[0].Sum(); ok {
		t.Error("a fingerprint that was not made")
	}
}
