package diff_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/orgkeep/orgkeep/internal/diff"
	"github.com/orgkeep/orgkeep/internal/tree"
)

// bigOrg makes an org of n components, and the same with 10 changed, one of them
// added and one deleted.
func bigOrg(n int) (store blobs, old, now tree.Tree) {
	store = blobs{}
	entries := make([]tree.Entry, n)
	for i := range n {
		entries[i] = store.bigFile(i, "as it was")
	}
	old = tree.New(entries)
	edit := old.Edit()
	for i := range 8 {
		e := store.bigFile(i*n/10+i, "as it is")
		edit.Set(e.Path, e.Hash)
	}
	edit.Delete(entries[n-1].Path)
	added := store.bigFile(n+4, "new")
	edit.Set(added.Path, added.Hash)
	return store, old, edit.Tree()
}

// bigFile makes one of several kinds of file.
func (b blobs) bigFile(i int, text string) tree.Entry {
	path, content := fmt.Sprintf("classes/C%05d.cls", i), "class C { String s = '"+text+"'; }\n"
	switch i % 5 {
	case 1:
		path = fmt.Sprintf("objects/O%05d__c.object", i)
		content = "<CustomObject>\n    <description>" + text + "</description>\n" + strings.Repeat("    <fields>\n        <fullName>F</fullName>\n    </fields>\n", 20) + "</CustomObject>\n"
	case 2:
		path = fmt.Sprintf("layouts/L%05d.layout", i)
		content = "<Layout>\n    <label>" + text + "</label>\n</Layout>\n"
	case 3:
		path = fmt.Sprintf("permissionsets/P%05d.permissionset", i)
		content = "<PermissionSet>\n    <label>" + text + "</label>\n</PermissionSet>\n"
	}
	content = complete(content)
	h := tree.HashOf([]byte(content))
	b[h] = []byte(content)
	return tree.Entry{Path: path, Hash: h}
}

func TestTenChangesInFiftyThousandComponentsTakeLessThanATenthOfASecond(t *testing.T) {
	store, old, now := bigOrg(50_000)
	in := diff.Input{Old: old, New: now, OldBlobs: store, NewBlobs: store}
	best := time.Hour
	for range 5 {
		start := time.Now()
		result, err := diff.Trees(t.Context(), in)
		best = min(best, time.Since(start))
		if err != nil || len(result.Changes) != 10 {
			t.Fatalf("%d changes, %v\n%s", len(result.Changes), err, render(result))
		}
	}
	t.Logf("%v", best)
	if limit := 100 * time.Millisecond * slowness; best > limit {
		t.Errorf("%v, at most %v", best, limit)
	}
}

func BenchmarkTrees(b *testing.B) {
	for _, n := range []int{10_000, 50_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			store, old, now := bigOrg(n)
			in := diff.Input{Old: old, New: now, OldBlobs: store, NewBlobs: store}
			b.ReportAllocs()
			for b.Loop() {
				if _, err := diff.Trees(b.Context(), in); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkLargeProfile(b *testing.B) {
	var out strings.Builder
	out.WriteString("<Profile>\n")
	for i := range 20_000 {
		fmt.Fprintf(&out, "    <fieldPermissions>\n        <editable>true</editable>\n        <field>A.F%05d</field>\n        <readable>true</readable>\n    </fieldPermissions>\n", i)
	}
	out.WriteString("</Profile>\n")
	before := complete(out.String())
	after := strings.Replace(before, "true", "false", 1)
	store := blobs{}
	in := diff.Input{
		Old: store.state(map[string]string{"profiles/A.profile": before}), OldBlobs: store,
		New: store.state(map[string]string{"profiles/A.profile": after}), NewBlobs: store,
	}
	b.SetBytes(int64(2 * len(before)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := diff.Trees(b.Context(), in); err != nil {
			b.Fatal(err)
		}
	}
}
