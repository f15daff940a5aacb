package normalize_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/orgkeep/orgkeep/pkg/normalize"
)

func TestOneSidedChangesWin(t *testing.T) {
	t.Parallel()
	rapid.Check(t, oneSidedChangesWin(newNormalizer(t)))
}

func oneSidedChangesWin(n *normalize.Normalizer) func(*rapid.T) {
	return func(t *rapid.T) {
		base, other := spell(t, docs().Draw(t, "base")), spell(t, docs().Draw(t, "other"))
		want := must(t, n, other)
		for _, sides := range [][2][]byte{{other, base}, {base, other}, {other, other}} {
			got, conflicts, err := n.Merge("", base, sides[0], sides[1])
			if err != nil || conflicts != 0 || !bytes.Equal(got, want) {
				t.Fatalf("%d conflicts, %v\n%s", conflicts, err, cmp.Diff(string(want), string(got)))
			}
		}
	}
}

func TestChangesOfDifferentEntriesNeverConflict(t *testing.T) {
	t.Parallel()
	rapid.Check(t, changesOfDifferentEntriesNeverConflict(newNormalizer(t)))
}

func changesOfDifferentEntriesNeverConflict(n *normalize.Normalizer) func(*rapid.T) {
	fields := []string{"A", "B", "C", "D", "E"}
	return func(t *rapid.T) {
		var base, ours, theirs, want []string
		for _, f := range fields {
			states := rapid.SampledFrom([]string{"", f + "+", f + "-"})
			was, is := states.Draw(t, "was"), states.Draw(t, "is")
			mine, yours := is, was
			if rapid.Bool().Draw(t, "theirs") {
				mine, yours = was, is
			}
			base, ours, theirs, want = append(base, was), append(ours, mine), append(theirs, yours), append(want, is)
		}
		file := func(entries []string) []byte {
			return []byte(profile(append([]string{"=x"}, slices.DeleteFunc(entries, func(s string) bool { return s == "" })...)...))
		}
		got, conflicts, err := n.Merge("", file(base), file(ours), file(theirs))
		if err != nil || conflicts != 0 {
			t.Fatalf("%d conflicts, %v\n%s", conflicts, err, got)
		}
		if diff := cmp.Diff(string(must(t, n, file(want))), string(got)); diff != "" {
			t.Fatal(diff)
		}
	}
}

// TestAMergeHoldsTheChangesOfBothSides edits random files at random places, on
// both sides: without a conflict, leaves that one side has more or less often
// than the base are there so much more or less often.
func TestAMergeHoldsTheChangesOfBothSides(t *testing.T) {
	t.Parallel()
	rapid.Check(t, aMergeHoldsTheChangesOfBothSides(newNormalizer(t)))
}

func aMergeHoldsTheChangesOfBothSides(n *normalize.Normalizer) func(*rapid.T) {
	return func(t *rapid.T) {
		base := docs().Filter(isPlatform).Draw(t, "base")
		ours, theirs := edited(t, base), edited(t, base)
		var counts [3]map[string]int
		var sides [3][]byte
		for i, doc := range []*elem{base, ours, theirs} {
			sides[i] = spell(t, doc)
			counts[i] = countFacts(t, sides[i])
		}
		merged, conflicts, err := n.Merge("", sides[0], sides[1], sides[2])
		if err != nil {
			t.Fatalf("%v", err)
		}
		if conflicts > 0 {
			return
		}
		got := countFacts(t, merged)
		for fact := range union(counts) {
			was, mine, yours := counts[0][fact], counts[1][fact], counts[2][fact]
			want := mine + yours - was
			low := min(mine, yours, want) // both may have made the same change
			if got[fact] > max(mine, yours, want) || got[fact] < low {
				t.Fatalf("%q: %d, base %d, ours %d, theirs %d\n%s\n%s\n%s\n%s", fact, got[fact], was, mine, yours, sides[0], sides[1], sides[2], merged)
			}
		}
	}
}

// isPlatform: other documents are merged by their lines.
func isPlatform(e *elem) bool {
	return !strings.Contains(e.name, ":") && (len(e.attrs) == 0 || e.attrs[0] != [2]string{"xmlns", "urn:other"})
}

func union(counts [3]map[string]int) map[string]bool {
	all := map[string]bool{}
	for _, c := range counts {
		for fact := range c {
			all[fact] = true
		}
	}
	return all
}

func countFacts(t *rapid.T, b []byte) map[string]int {
	counts := map[string]int{}
	for _, fact := range facts(read(t, b), "") {
		if _, text, leaf := strings.Cut(fact, "\x00"); leaf && text != "" {
			counts[fact]++
		}
	}
	return counts
}

// edited gives a copy with leaves changed, elements added and elements left out.
// Keys stay: with another key an entry is another entry.
func edited(t *rapid.T, e *elem) *elem {
	c := &elem{name: e.name, attrs: e.attrs, text: e.text}
	if len(e.kids) == 0 {
		if rapid.IntRange(0, 7).Draw(t, "change") == 0 {
			c.text = rapid.SampledFrom([]string{"x", "y", "z"}).Draw(t, "text")
		}
		return c
	}
	for _, k := range e.kids {
		if k.name == "fullName" || k.name == "name" {
			c.kids = append(c.kids, k)
			continue
		}
		switch rapid.IntRange(0, 11).Draw(t, "edit") {
		case 0:
			continue
		case 1:
			c.kids = append(c.kids, leafOf(rapid.SampledFrom([]string{"label", "values", "filters", "b", "zz"}).Draw(t, "name"), rapid.SampledFrom([]string{"x", "y", "z"}).Draw(t, "text")))
		}
		c.kids = append(c.kids, edited(t, k))
	}
	return c
}

// FuzzMerge: it makes no difference which side is ours, and what is merged
// without a conflict is normalized if the sides can be.
func FuzzMerge(f *testing.F) {
	for _, tc := range mergeCases {
		f.Add([]byte(tc.base), []byte(tc.ours), []byte(tc.theirs))
	}
	n := newNormalizer(f)
	f.Fuzz(func(t *testing.T, base, ours, theirs []byte) {
		got, conflicts, err := n.Merge("", base, ours, theirs)
		if err != nil {
			return
		}
		swapped, again, err := n.Merge("", base, theirs, ours)
		if err != nil || (conflicts == 0) != (again == 0) {
			t.Fatalf("%d conflicts one way, %d the other (%v)\n%q\n%q", conflicts, again, err, got, swapped)
		}
		if conflicts > 0 {
			return
		}
		if !slices.Equal(sortedLines(got), sortedLines(swapped)) {
			t.Fatalf("one way %q\nthe other %q", got, swapped)
		}
		accepted := func(b []byte) bool { return n.Bytes("", b).Refused == nil }
		if accepted(base) && accepted(ours) && accepted(theirs) && !n.Bytes("", got).Unchanged {
			t.Fatalf("not normalized: %q", got)
		}
	})
}

func sortedLines(b []byte) []string {
	return slices.Sorted(strings.Lines(string(b)))
}
