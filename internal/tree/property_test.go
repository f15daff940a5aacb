package tree_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/orgkeep/orgkeep/internal/tree"
	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// drawEntries draws from few paths and contents, so that trees meet.
func drawEntries(t *rapid.T, label string) []tree.Entry {
	path := rapid.Custom(func(t *rapid.T) string {
		return rapid.SampledFrom([]string{"classes/", "lwc/tile/", "reports/", "reports/Sales/", "", "nosuch/"}).Draw(t, "folder") +
			rapid.StringMatching(`[A-C]`).Draw(t, "name") +
			rapid.SampledFrom([]string{"", ".cls", ".cls-meta.xml", "-meta.xml", ".report", ".js", "/x.js"}).Draw(t, "ending")
	})
	hash := rapid.SampledFrom([]tree.Hash{h("1"), h("2"), h("3")})
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) tree.Entry {
		return tree.Entry{Path: path.Draw(t, "path"), Hash: hash.Draw(t, "hash")}
	}), 0, 30).Draw(t, label)
}

func drawTree(t *rapid.T, label string) tree.Tree { return tree.New(drawEntries(t, label)) }

func apply(to tree.Tree, changes []tree.Change) tree.Tree {
	e := to.Edit()
	for _, c := range changes {
		if c.To.IsZero() {
			e.Delete(c.Path)
			continue
		}
		e.Set(c.Path, c.To)
	}
	return e.Tree()
}

func TestChangesAppliedToOneTreeGiveTheOther(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		a, b := drawTree(t, "a"), drawTree(t, "b")
		there := slices.Collect(tree.Changed(a, b))
		if got := apply(a, there); !got.Equal(b) {
			t.Fatal(cmp.Diff(list(b), list(got)))
		}
		if !slices.IsSortedFunc(there, func(x, y tree.Change) int { return strings.Compare(x.Path, y.Path) }) {
			t.Fatalf("not sorted: %+v", there)
		}
		for _, c := range there {
			from, _ := a.Get(c.Path)
			to, _ := b.Get(c.Path)
			if c.From != from || c.To != to || from == to {
				t.Fatalf("%+v, but it is %s and then %s", c, from, to)
			}
		}
		back := slices.Collect(tree.Changed(b, a))
		for i := range back {
			back[i].From, back[i].To = back[i].To, back[i].From
		}
		if diff := cmp.Diff(there, back); diff != "" {
			t.Fatalf("the way back is another: %s", diff)
		}
		if same := slices.Collect(tree.Changed(a, a)); len(same) > 0 {
			t.Fatalf("a tree differs from itself: %+v", same)
		}
		if a.Equal(b) != (len(there) == 0) {
			t.Fatalf("equal is %v, with %d changes", a.Equal(b), len(there))
		}
	})
}

// model is what a tree is to those who use it.
func model(entries []tree.Entry) map[string]tree.Hash {
	m := map[string]tree.Hash{}
	for _, e := range entries {
		m[e.Path] = e.Hash
	}
	return m
}

func checkModel(t *rapid.T, want map[string]tree.Hash, got tree.Tree) {
	t.Helper()
	entries := list(got)
	if diff := cmp.Diff(want, model(entries)); diff != "" {
		t.Fatal(diff)
	}
	if len(entries) != len(want) || got.Len() != len(want) {
		t.Fatalf("%d entries, length %d, want %d", len(entries), got.Len(), len(want))
	}
	if !slices.IsSortedFunc(entries, func(x, y tree.Entry) int { return strings.Compare(x.Path, y.Path) }) {
		t.Fatalf("not sorted: %+v", entries)
	}
	for path, hash := range want {
		if at, ok := got.Get(path); !ok || at != hash {
			t.Fatalf("%s is %s, %v; want %s", path, at, ok, hash)
		}
	}
}

func TestEditingDoesWhatAMapWould(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		entries := drawEntries(t, "base")
		base, want := tree.New(entries), model(entries)
		e, before := base.Edit(), list(base)
		for _, step := range drawEntries(t, "steps") {
			if rapid.Bool().Draw(t, "delete") {
				e.Delete(step.Path)
				delete(want, step.Path)
			} else {
				e.Set(step.Path, step.Hash)
				want[step.Path] = step.Hash
			}
			if rapid.Bool().Draw(t, "look") {
				checkModel(t, want, e.Tree())
			}
		}
		checkModel(t, want, e.Tree())
		if diff := cmp.Diff(before, list(base)); diff != "" {
			t.Fatalf("the tree that was edited has changed: %s", diff)
		}
	})
}

func TestTheOrderOfFilesDoesNotMatter(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		tr := drawTree(t, "tree")
		shuffled := rapid.Permutation(list(tr)).Draw(t, "order")
		if got := tree.New(shuffled); !got.Equal(tr) {
			t.Fatal(cmp.Diff(list(tr), list(got)))
		}
	})
}

func TestComponentsCoverEachFileOnce(t *testing.T) {
	t.Parallel()
	r := metadata.Default()
	rapid.Check(t, func(t *rapid.T) {
		tr := drawTree(t, "tree")
		groups := tr.Components(r)
		var all []tree.Entry
		for i, g := range groups {
			if i > 0 && groups[i-1].Component.Compare(g.Component) >= 0 {
				t.Fatalf("%s before %s", groups[i-1].Component, g.Component)
			}
			if len(g.Entries) == 0 {
				t.Fatalf("%s has no files", g.Component)
			}
			if !slices.IsSortedFunc(g.Entries, func(x, y tree.Entry) int { return strings.Compare(x.Path, y.Path) }) {
				t.Fatalf("%s: not sorted: %+v", g.Component, g.Entries)
			}
			for _, e := range g.Entries {
				at, known := r.ComponentAt(e.Path)
				if known && at != g.Component || !known && g.Component != (metadata.Component{FullName: e.Path}) {
					t.Fatalf("%s came under %s", e.Path, g.Component)
				}
			}
			all = append(all, g.Entries...)
		}
		if got := tree.New(all); !got.Equal(tr) || len(all) != tr.Len() {
			t.Fatal(cmp.Diff(list(tr), all))
		}
	})
}
