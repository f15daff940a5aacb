package tree_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/orgkeep/orgkeep/internal/tree"
	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// h is the hash of a content.
func h(content string) tree.Hash { return tree.HashOf([]byte(content)) }

// of makes a tree of pairs: path, content.
func of(pairs ...string) tree.Tree {
	var entries []tree.Entry
	for i := 0; i < len(pairs); i += 2 {
		entries = append(entries, tree.Entry{Path: pairs[i], Hash: h(pairs[i+1])})
	}
	return tree.New(entries)
}

// list gives the entries of a tree, which cmp can look into.
func list(t tree.Tree) []tree.Entry { return slices.Collect(t.All()) }

func TestNewSortsAndKeepsTheLaterOfTwo(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		in, want []tree.Entry
	}{
		"nothing is the empty tree":         {nil, nil},
		"paths are sorted by their bytes":   {[]tree.Entry{{"b", h("1")}, {"a/b", h("2")}, {"a.b", h("3")}, {"B", h("4")}, {"é", h("5")}}, []tree.Entry{{"B", h("4")}, {"a.b", h("3")}, {"a/b", h("2")}, {"b", h("1")}, {"é", h("5")}}},
		"of a path twice the later stays":   {[]tree.Entry{{"a", h("1")}, {"b", h("2")}, {"a", h("3")}}, []tree.Entry{{"a", h("3")}, {"b", h("2")}}},
		"of a path thrice the last stays":   {[]tree.Entry{{"a", h("1")}, {"a", h("3")}, {"a", h("2")}}, []tree.Entry{{"a", h("2")}}},
		"the zero hash is no file":          {[]tree.Entry{{"a", tree.Hash{}}, {"b", h("2")}}, []tree.Entry{{"b", h("2")}}},
		"the zero hash takes a file away":   {[]tree.Entry{{"a", h("1")}, {"a", tree.Hash{}}}, nil},
		"a file may follow the zero hash":   {[]tree.Entry{{"a", tree.Hash{}}, {"a", h("1")}}, []tree.Entry{{"a", h("1")}}},
		"names in other letters are others": {[]tree.Entry{{"a", h("1")}, {"A", h("2")}}, []tree.Entry{{"A", h("2")}, {"a", h("1")}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			given := slices.Clone(tc.in)
			got := tree.New(tc.in)
			if diff := cmp.Diff(tc.want, list(got)); diff != "" {
				t.Error(diff)
			}
			if got.Len() != len(tc.want) {
				t.Errorf("length %d, want %d", got.Len(), len(tc.want))
			}
			if diff := cmp.Diff(given, tc.in); diff != "" {
				t.Errorf("the caller's list was changed: %s", diff)
			}
		})
	}
}

func TestATreeDoesNotChangeWithTheListItWasMadeOf(t *testing.T) {
	t.Parallel()
	entries := []tree.Entry{{"a", h("1")}, {"b", h("2")}}
	got := tree.New(entries)
	entries[0] = tree.Entry{Path: "z", Hash: h("9")}
	if diff := cmp.Diff(list(of("a", "1", "b", "2")), list(got)); diff != "" {
		t.Error(diff)
	}
}

func TestGet(t *testing.T) {
	t.Parallel()
	tr := of("a", "1", "a.b", "2", "a/b", "3")
	for path, want := range map[string]string{"a": "1", "a.b": "2", "a/b": "3"} {
		if got, ok := tr.Get(path); !ok || got != h(want) {
			t.Errorf("%s: got %s, %v", path, got, ok)
		}
	}
	for _, path := range []string{"", "A", "a/", "a/c", "b"} {
		if got, ok := tr.Get(path); ok || !got.IsZero() {
			t.Errorf("%q: got %s, %v; want nothing", path, got, ok)
		}
	}
	if _, ok := (tree.Tree{}).Get("a"); ok {
		t.Error("the empty tree has a file")
	}
}

func TestEqual(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		a, b tree.Tree
		want bool
	}{
		"two empty trees":      {tree.Tree{}, tree.New(nil), true},
		"the same files":       {of("a", "1", "b", "2"), of("b", "2", "a", "1"), true},
		"there and back again": {of("a", "1"), backAgain(of("a", "1")), true},
		"one file more":        {of("a", "1"), of("a", "1", "b", "2"), false},
		"another content":      {of("a", "1"), of("a", "2"), false},
		"another path":         {of("a", "1"), of("b", "1"), false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := tc.a.Equal(tc.b); got != tc.want {
				t.Errorf("got %v", got)
			}
			if got := tc.b.Equal(tc.a); got != tc.want {
				t.Errorf("the other way round: got %v", got)
			}
		})
	}
}

// backAgain edits a tree and takes the edits back.
func backAgain(t tree.Tree) tree.Tree {
	e := t.Edit()
	e.Set("b", h("2"))
	e.Delete("a")
	back := e.Tree().Edit()
	back.Delete("b")
	back.Set("a", h("1"))
	return back.Tree()
}

func TestAnEditorMakesTheNextTree(t *testing.T) {
	t.Parallel()
	base := of("a", "1", "b", "2", "c", "3")
	for name, tc := range map[string]struct {
		edit func(*tree.Editor)
		want tree.Tree
	}{
		"nothing done is the same tree":       {func(*tree.Editor) {}, base},
		"a file is added in its place":        {func(e *tree.Editor) { e.Set("aa", h("9")) }, of("a", "1", "aa", "9", "b", "2", "c", "3")},
		"a file is replaced":                  {func(e *tree.Editor) { e.Set("b", h("9")) }, of("a", "1", "b", "9", "c", "3")},
		"a file is taken away":                {func(e *tree.Editor) { e.Delete("b") }, of("a", "1", "c", "3")},
		"what is not there may be taken away": {func(e *tree.Editor) { e.Delete("x") }, base},
		"setting the zero hash takes away":    {func(e *tree.Editor) { e.Set("b", tree.Hash{}) }, of("a", "1", "c", "3")},
		"the last word counts: there":         {func(e *tree.Editor) { e.Delete("b"); e.Set("b", h("9")) }, of("a", "1", "b", "9", "c", "3")},
		"the last word counts: gone":          {func(e *tree.Editor) { e.Set("x", h("9")); e.Delete("x") }, base},
		"all may go":                          {func(e *tree.Editor) { e.Delete("a"); e.Delete("b"); e.Delete("c") }, tree.Tree{}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := base.Edit()
			tc.edit(e)
			if diff := cmp.Diff(list(tc.want), list(e.Tree())); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff(list(of("a", "1", "b", "2", "c", "3")), list(base)); diff != "" {
				t.Errorf("the tree that was edited has changed: %s", diff)
			}
		})
	}
}

func TestAnEditorCanGoOn(t *testing.T) {
	t.Parallel()
	e := tree.Tree{}.Edit()
	e.Set("b", h("2"))
	first := e.Tree()
	e.Set("a", h("1"))
	e.Set("b", h("3"))
	if diff := cmp.Diff(list(of("b", "2")), list(first)); diff != "" {
		t.Errorf("the first tree has changed: %s", diff)
	}
	if diff := cmp.Diff(list(of("a", "1", "b", "3")), list(e.Tree())); diff != "" {
		t.Error(diff)
	}
}

func TestChanged(t *testing.T) {
	t.Parallel()
	none := tree.Hash{}
	for name, tc := range map[string]struct {
		a, b tree.Tree
		want []tree.Change
	}{
		"two empty trees":       {tree.Tree{}, tree.Tree{}, nil},
		"the same files":        {of("a", "1", "b", "2"), of("a", "1", "b", "2"), nil},
		"all is new":            {tree.Tree{}, of("b", "2", "a", "1"), []tree.Change{{"a", none, h("1")}, {"b", none, h("2")}}},
		"all is gone":           {of("b", "2", "a", "1"), tree.Tree{}, []tree.Change{{"a", h("1"), none}, {"b", h("2"), none}}},
		"a file was changed":    {of("a", "1", "b", "2"), of("a", "1", "b", "3"), []tree.Change{{"b", h("2"), h("3")}}},
		"a file has moved":      {of("a", "1", "c", "3"), of("b", "1", "c", "3"), []tree.Change{{"a", h("1"), none}, {"b", none, h("1")}}},
		"a folder for a file":   {of("a", "1"), of("a/b", "1"), []tree.Change{{"a", h("1"), none}, {"a/b", none, h("1")}}},
		"changes come by path":  {of("d", "1", "b", "1"), of("c", "1", "d", "2", "a", "1"), []tree.Change{{"a", none, h("1")}, {"b", h("1"), none}, {"c", none, h("1")}, {"d", h("1"), h("2")}}},
		"one side ends earlier": {of("a", "1"), of("a", "1", "b", "2", "c", "3"), []tree.Change{{"b", none, h("2")}, {"c", none, h("3")}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tc.want, slices.Collect(tree.Changed(tc.a, tc.b))); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestWhoLooksForOneChangeNeedNotSeeAll(t *testing.T) {
	t.Parallel()
	seen := 0
	for range tree.Changed(tree.Tree{}, of("a", "1", "b", "2")) {
		seen++
		break
	}
	if seen != 1 {
		t.Errorf("saw %d changes", seen)
	}
}

func TestComponentsGroupsTheFilesOfEach(t *testing.T) {
	t.Parallel()
	tr := of(
		"README.md", "0", "classes/B.cls", "1", "classes/A.cls-meta.xml", "2", "classes/A.cls", "3", "lwc/tile/tile.js", "4", "lwc/tile/tile.html", "5",
		"reports/Sales-meta.xml", "6", "reports/Sales/Pipeline.report", "7", "nosuch/x", "8",
	)
	c := func(typ, name string) metadata.Component { return metadata.Component{Type: typ, FullName: name} }
	want := []tree.Files{
		{Component: c("", "README.md"), Entries: []tree.Entry{{"README.md", h("0")}}},
		{Component: c("", "nosuch/x"), Entries: []tree.Entry{{"nosuch/x", h("8")}}},
		{Component: c("ApexClass", "A"), Entries: []tree.Entry{{"classes/A.cls", h("3")}, {"classes/A.cls-meta.xml", h("2")}}},
		{Component: c("ApexClass", "B"), Entries: []tree.Entry{{"classes/B.cls", h("1")}}},
		{Component: c("LightningComponentBundle", "tile"), Entries: []tree.Entry{{"lwc/tile/tile.html", h("5")}, {"lwc/tile/tile.js", h("4")}}},
		{Component: c("Report", "Sales"), Entries: []tree.Entry{{"reports/Sales-meta.xml", h("6")}}},
		{Component: c("Report", "Sales/Pipeline"), Entries: []tree.Entry{{"reports/Sales/Pipeline.report", h("7")}}},
	}
	if diff := cmp.Diff(want, tr.Components(metadata.Default())); diff != "" {
		t.Error(diff)
	}
	if got := (tree.Tree{}).Components(metadata.Default()); len(got) != 0 {
		t.Errorf("the empty tree has %+v", got)
	}
}
