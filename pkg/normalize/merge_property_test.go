package normalize_test

import (
	"bytes"
	"fmt"
	"maps"
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
// both sides. No text is there twice, so that each tells what became of it:
// without a conflict, one of the base is there if neither side took it away, and
// a new one if either side has it.
func TestAMergeHoldsTheChangesOfBothSides(t *testing.T) {
	t.Parallel()
	rapid.Check(t, aMergeHoldsTheChangesOfBothSides(newNormalizer(t)))
}

func aMergeHoldsTheChangesOfBothSides(n *normalize.Normalizer) func(*rapid.T) {
	return func(t *rapid.T) {
		base := docs().Filter(isPlatform).Draw(t, "base")
		name := editor{t: t, side: "base"}
		name.rename(base)
		ours := (&editor{t: t, side: "ours"}).edited(base)
		theirs := (&editor{t: t, side: "theirs"}).edited(base)
		var sides [3][]byte
		for i, doc := range []*elem{base, ours, theirs} {
			sides[i] = spell(t, doc)
		}
		merged, conflicts, err := n.Merge("", sides[0], sides[1], sides[2])
		if err != nil {
			t.Fatalf("%v", err)
		}
		if conflicts > 0 {
			return
		}
		was, mine, yours := textsOf(t, sides[0]), textsOf(t, sides[1]), textsOf(t, sides[2])
		var want []string
		for text := range yours {
			if mine[text] || !was[text] {
				want = append(want, text)
			}
		}
		for text := range mine {
			if !was[text] {
				want = append(want, text)
			}
		}
		slices.Sort(want)
		if diff := cmp.Diff(want, slices.Sorted(maps.Keys(textsOf(t, merged)))); diff != "" {
			t.Fatalf("%s\n%s\n%s\n%s\n%s", diff, sides[0], sides[1], sides[2], merged)
		}
	}
}

// isPlatform: other documents are merged by their lines.
func isPlatform(e *elem) bool {
	return !strings.Contains(e.name, ":") && (len(e.attrs) == 0 || e.attrs[0] != [2]string{"xmlns", "urn:other"})
}

func textsOf(t *rapid.T, b []byte) map[string]bool {
	texts := map[string]bool{}
	for _, fact := range facts(read(t, b), "") {
		if _, text, leaf := strings.Cut(fact, "\x00"); leaf && text != "" {
			texts[text] = true
		}
	}
	return texts
}

// editor makes texts that are nowhere else.
type editor struct {
	t     *rapid.T
	side  string
	count int
}

func (d *editor) text() string {
	d.count++
	return fmt.Sprint(d.side, d.count)
}

// rename gives each leaf a text of its own.
func (d *editor) rename(e *elem) {
	if len(e.kids) == 0 {
		e.text = d.text()
	}
	for _, k := range e.kids {
		d.rename(k)
	}
}

// edited gives a copy with leaves changed, elements added and elements left out.
// Keys stay: with another key an entry is another entry.
func (d *editor) edited(e *elem) *elem {
	c := &elem{name: e.name, attrs: e.attrs, text: e.text}
	if len(e.kids) == 0 {
		if rapid.IntRange(0, 7).Draw(d.t, "change") == 0 {
			c.text = d.text()
		}
		return c
	}
	for _, k := range e.kids {
		if k.name == "fullName" || k.name == "name" {
			c.kids = append(c.kids, k)
			continue
		}
		switch rapid.IntRange(0, 11).Draw(d.t, "edit") {
		case 0:
			continue
		case 1:
			c.kids = append(c.kids, leafOf(rapid.SampledFrom([]string{"label", "values", "filters", "b", "zz"}).Draw(d.t, "name"), d.text()))
		}
		c.kids = append(c.kids, d.edited(k))
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
