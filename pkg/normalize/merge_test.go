package normalize_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/orgkeep/orgkeep/pkg/normalize"
)

// profile makes a profile of entries like "F+" (field F, editable) and "F-";
// "=text" is the description.
func profile(entries ...string) string {
	var b strings.Builder
	b.WriteString(header + "<Profile" + ns + ">\n")
	for _, e := range entries {
		if text, ok := strings.CutPrefix(e, "="); ok {
			b.WriteString("    <description>" + text + "</description>\n")
			continue
		}
		editable := map[byte]string{'+': "true", '-': "false"}[e[len(e)-1]]
		b.WriteString("    <fieldPermissions>\n        <editable>" + editable + "</editable>\n        <field>" + e[:len(e)-1] + "</field>\n    </fieldPermissions>\n")
	}
	b.WriteString("</Profile>\n")
	return b.String()
}

func layout(items ...string) string {
	return lines("<Layout" + ns + ">\n    <items>" + strings.Join(items, "</items>\n    <items>") + "</items>\n</Layout>")
}

// doc is a document of one leaf for each name.
func doc(names ...string) string {
	root := "<Thing" + ns + ">"
	for _, name := range names {
		root += "\n    <" + name + ">x</" + name + ">"
	}
	return lines(root + "\n</Thing>")
}

var mergeCases = []struct {
	name, base, ours, theirs string
	want                     string
	conflicts                int
}{
	{"both add another entry", profile("B-"), profile("A-", "B-"), profile("B-", "C+"), profile("A-", "B-", "C+"), 0},
	{"both add at the same place", profile("A-"), profile("A-", "B+"), profile("A-", "C+"), profile("A-", "B+", "C+"), 0},
	{"both add the same", profile("A-"), profile("A-", "B+"), profile("A-", "B+"), profile("A-", "B+"), 0},
	{"one changes what the other leaves", profile("A-", "B-"), profile("A+", "B-"), profile("A-", "B+"), profile("A+", "B+"), 0},
	{"one deletes what the other leaves", profile("A-", "B-"), profile("B-"), profile("A-", "B-", "C-"), profile("B-", "C-"), 0},
	{"order and form make no conflict", profile("A-", "B-"), profile("B+", "A-"), strings.ReplaceAll(profile("A-", "B-", "C-"), "    ", "\t"), profile("A-", "B+", "C-"), 0},
	{"without a base", "", profile("A-"), profile("B-"), profile("A-", "B-"), 0},
	{
		"both change the same leaf", profile("=x", "A-", "B-"), profile("=y", "A+", "B-"), profile("=z", "A-", "B-"),
		strings.Replace(profile("=Q", "A+", "B-"), "    <description>Q</description>\n",
			"<<<<<<< ours\n    <description>y</description>\n=======\n    <description>z</description>\n>>>>>>> theirs\n", 1), 1,
	},
	{
		"one deletes what the other changes", profile("A-", "B-"), profile("B-"), profile("A+", "B-"),
		strings.Replace(profile("B-"), "    <field", "<<<<<<< ours\n=======\n    <fieldPermissions>\n        <editable>true</editable>\n        <field>A</field>\n    </fieldPermissions>\n>>>>>>> theirs\n    <field", 1), 1,
	},
	{
		"both add one key differently", profile("A-"), profile("A-", "B+"), profile("A-", "B-"),
		strings.Replace(profile("A-", "B+"), "        <editable>true</editable>\n",
			"<<<<<<< ours\n        <editable>true</editable>\n=======\n        <editable>false</editable>\n>>>>>>> theirs\n", 1), 1,
	},
	{
		"a comment is no change of what follows", profile("=x", "A-"), strings.Replace(profile("=x", "A-"), "    <f", "    <!-- c -->\n    <f", 1), profile("=x", "A+"),
		strings.Replace(profile("=x", "A+"), "    <f", "    <!-- c -->\n    <f", 1), 0,
	},
	{
		"nor of a leaf", profile("=x"), strings.Replace(profile("=x"), "    <d", "    <!-- c -->\n    <d", 1), profile("=y"),
		strings.Replace(profile("=y"), "    <d", "    <!-- c -->\n    <d", 1), 0,
	},
	{
		"an attribute that one side adds is no change of the children", profile("A-"), strings.Replace(profile("A-"), "<Profile", `<Profile a="b"`, 1), profile("A+"),
		strings.Replace(profile("A+"), "<Profile", `<Profile a="b"`, 1), 0,
	},
	{
		"roots of two names are a conflict", lines("<A><x>1</x></A>"), lines("<A><x>2</x></A>"), lines("<B><x>1</x></B>"),
		header + "<<<<<<< ours\n<A>\n    <x>2</x>\n</A>\n=======\n<B>\n    <x>1</x>\n</B>\n>>>>>>> theirs\n", 1,
	},
	{"elements of different names stand as the platform writes them", doc(), doc("fullName", "a", "z"), doc("b", "c"), doc("fullName", "a", "b", "c", "z"), 0},
	{"or as ours has them", doc(), doc("z", "a"), doc("z", "c"), doc("z", "c", "a"), 0},
	{"each takes away what the other leaves", profile("A-", "B-"), profile("A-"), profile("B-"), lines("<Profile" + ns + "/>"), 0},
	{"a list takes what one side adds", layout("a", "b", "c"), layout("x", "a", "b", "c"), layout("a", "b", "c", "y"), layout("x", "a", "b", "c", "y"), 0},
	{
		"a list that both extend at one place", layout("a", "b"), layout("a", "x", "b"), layout("a", "y", "b"),
		strings.Replace(layout("a", "b"), "    <items>b", "<<<<<<< ours\n    <items>x</items>\n=======\n    <items>y</items>\n>>>>>>> theirs\n    <items>b", 1), 1,
	},
	{"files that are no metadata go by lines", "a\nb\nc\nd", "a\nB\nc\nd", "a\nb\nc\nD\n", "a\nB\nc\nD\n", 0},
	{"and conflict by lines", "a\nb\nc", "a\nx\nc", "a\ny\nc", "a\n<<<<<<< ours\nx\n=======\ny\n>>>>>>> theirs\nc", 1},
}

func TestMergesByKey(t *testing.T) {
	t.Parallel()
	n := newNormalizer(t)
	for _, tc := range mergeCases {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			got, conflicts, err := n.Merge("", []byte(tc.base), []byte(tc.ours), []byte(tc.theirs))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tc.want, string(got)); diff != "" || conflicts != tc.conflicts {
				t.Errorf("%d conflicts, want %d\n%s", conflicts, tc.conflicts, diff)
			}
		})
	}
}

func TestBinaryFilesAreNotMerged(t *testing.T) {
	t.Parallel()
	_, _, err := newNormalizer(t).Merge("staticresources/a.resource", []byte("a"), []byte("\x00"), []byte("b"))
	if !errors.Is(err, normalize.ErrNotText) {
		t.Errorf("got %v", err)
	}
}
