package diff_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/orgkeep/orgkeep/internal/diff"
	"github.com/orgkeep/orgkeep/internal/tree"
)

// blobs is a store in memory.
type blobs map[tree.Hash][]byte

func (b blobs) Blob(_ context.Context, h tree.Hash) ([]byte, error) {
	content, ok := b[h]
	if !ok {
		return nil, fmt.Errorf("no blob %s", h)
	}
	return content, nil
}

// state makes a tree of files by path.
func (b blobs) state(files map[string]string) tree.Tree {
	var entries []tree.Entry
	for path, content := range files {
		h := tree.HashOf([]byte(content))
		b[h] = []byte(content)
		entries = append(entries, tree.Entry{Path: path, Hash: h})
	}
	return tree.New(entries)
}

func compare(t *testing.T, old, now map[string]string) diff.Result {
	t.Helper()
	store := blobs{}
	result, err := diff.Trees(t.Context(), diff.Input{Old: store.state(old), New: store.state(now), OldBlobs: store, NewBlobs: store})
	if err != nil {
		t.Fatal(err)
	}
	return result
}

func TestAFieldOfAnObjectIsAChangeOfItsOwn(t *testing.T) {
	t.Parallel()
	object := func(length string) map[string]string {
		return map[string]string{"objects/Account.object": `<?xml version="1.0" encoding="UTF-8"?>
<CustomObject xmlns="http://soap.sforce.com/2006/04/metadata">
    <fields>
        <fullName>Rating__c</fullName>
        <length>` + length + `</length>
    </fields>
</CustomObject>
`}
	}
	got := compare(t, object("80"), object("120"))
	var lines []string
	for _, c := range got.Changes {
		for _, e := range c.Elements {
			lines = append(lines, fmt.Sprintf("%s %s: %s %s → %s", c.Kind, c.Component, e.Name, e.Old, e.New))
		}
	}
	want := []string{"changed CustomField:Account.Rating__c: length 80 → 120"}
	if d := cmp.Diff(want, lines); d != "" {
		t.Errorf("-want +got:\n%s", d)
	}
}
