package snapshot

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// memoryTrees keeps tree objects in memory and counts what is asked of it.
type memoryTrees struct {
	objects map[ID][]byte
	reads   []ID
}

func (m *memoryTrees) readTree(id ID) ([]treeEntry, error) {
	m.reads = append(m.reads, id)
	raw, ok := m.objects[id]
	if !ok {
		return nil, fmt.Errorf("tree %s: %w", id, ErrNotFound)
	}
	return parseTree(raw)
}

func (m *memoryTrees) writeTree(entries []treeEntry) (ID, error) {
	raw := formatTree(entries)
	id := idOf(kindTree, raw)
	m.objects[id] = raw
	return id, nil
}

// contentsOf lists all files below a tree.
func (m *memoryTrees) contentsOf(tb testing.TB, id ID, prefix string) map[string]ID {
	tb.Helper()
	out := map[string]ID{}
	if id.IsZero() {
		return out
	}
	entries, err := m.readTree(id)
	if err != nil {
		tb.Fatal(err)
	}
	for _, e := range entries {
		if e.isDir() {
			maps.Copy(out, m.contentsOf(tb, e.id, prefix+e.name+"/"))
			continue
		}
		out[prefix+e.name] = e.id
	}
	return out
}

// fileSets draws files of which none lies below another.
func fileSets() *rapid.Generator[map[string]ID] {
	name := rapid.SampledFrom([]string{"a", "a.b", "a-b", "a0", "b", "ab"})
	path := rapid.Map(rapid.SliceOfN(name, 1, 4), func(names []string) string { return strings.Join(names, "/") })
	id := rapid.Map(rapid.ByteRange(1, 3), func(b byte) ID { return ID{b} })
	return rapid.Map(rapid.MapOfN(path, id, 0, 12), func(all map[string]ID) map[string]ID {
		out := map[string]ID{}
		for _, p := range slices.Sorted(maps.Keys(all)) {
			inside := func(q string) bool { return strings.HasPrefix(p, q+"/") || strings.HasPrefix(q, p+"/") }
			if !slices.ContainsFunc(slices.Collect(maps.Keys(out)), inside) {
				out[p] = all[p]
			}
		}
		return out
	})
}

func editsFrom(before, after map[string]ID) []edit {
	var edits []edit
	for p, id := range after {
		if before[p] != id {
			edits = append(edits, edit{path: p, id: id})
		}
	}
	for p := range before {
		if _, ok := after[p]; !ok {
			edits = append(edits, edit{path: p})
		}
	}
	return sortEdits(edits)
}

func TestEditingATreeGivesWhatBuildingItAnewGives(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		before, after := fileSets().Draw(rt, "before"), fileSets().Draw(rt, "after")
		m := &memoryTrees{objects: map[ID][]byte{}}
		base, err := editTree(m, ID{}, editsFrom(nil, before))
		if err != nil {
			rt.Fatal(err)
		}
		got, err := editTree(m, base, editsFrom(before, after))
		if err != nil {
			rt.Fatal(err)
		}
		want, err := editTree(m, ID{}, editsFrom(nil, after))
		if err != nil {
			rt.Fatal(err)
		}
		if got != want {
			rt.Errorf("%s, want %s", got, want)
		}
		if diff := cmp.Diff(after, m.contentsOf(t, got, "")); diff != "" {
			rt.Error(diff)
		}
	})
}

func TestEditingReadsOnlyWhatLiesOnTheWay(t *testing.T) {
	t.Parallel()
	m := &memoryTrees{objects: map[ID][]byte{}}
	all := map[string]ID{}
	for i := range 100 {
		all[fmt.Sprintf("objects/o%d/fields/f", i)] = ID{1}
	}
	base, err := editTree(m, ID{}, editsFrom(nil, all))
	if err != nil {
		t.Fatal(err)
	}
	m.reads = nil
	if _, err := editTree(m, base, []edit{{path: "objects/o7/fields/f", id: ID{2}}}); err != nil {
		t.Fatal(err)
	}
	if len(m.reads) != 4 { // the root, objects, o7, fields
		t.Errorf("%d trees were read", len(m.reads))
	}
}

func TestAFileIsNotMadeAFolderByAccident(t *testing.T) {
	t.Parallel()
	m := &memoryTrees{objects: map[ID][]byte{}}
	base, err := editTree(m, ID{}, []edit{{path: "a", id: ID{1}}, {path: "run", id: ID{1}, mode: modeExec}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := editTree(m, base, []edit{{path: "a/b", id: ID{2}}}); err == nil {
		t.Error("a is a file and a folder")
	}
	id, err := editTree(m, base, []edit{{path: "run", id: ID{2}}})
	if err != nil {
		t.Fatal(err)
	}
	entries, err := m.readTree(id)
	if err != nil {
		t.Fatal(err)
	}
	want := []treeEntry{{modeFile, "a", ID{1}}, {modeExec, "run", ID{2}}}
	if diff := cmp.Diff(want, entries, cmp.AllowUnexported(treeEntry{})); diff != "" {
		t.Error(diff)
	}
}
