package snapshot

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestTagsAreFoundByCommit(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	lock(t, s)
	snap(t, s, files{"a": "1"}, "one")
	first := head(t, s)
	snap(t, s, files{"a": "2"}, "two")
	second := head(t, s)
	tagger := Signature{Name: "A", Email: "a@example.com", When: s.opts.Now()}
	for name, id := range map[string]ID{"v2": second, "v1": first, "v1.1": first} {
		if err := s.Tag(t.Context(), name, id, tagger, name+"\n"); err != nil {
			t.Fatal(err)
		}
	}
	git(t, s.Dir(), "tag", "light", second.String())
	git(t, s.Dir(), "tag", "tree", second.String()+"^{tree}") // names no commit
	git(t, s.Dir(), "pack-refs", "--all")
	got, err := s.Tags(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	want := map[ID][]string{first: {"v1", "v1.1"}, second: {"light", "v2"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
