package tree_test

import (
	"fmt"
	"testing"

	"github.com/orgkeep/orgkeep/internal/tree"
	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// manyFiles are 10,000 components with their XML beside them.
func manyFiles() []tree.Entry {
	var entries []tree.Entry
	for i := range 10_000 {
		p := fmt.Sprintf("classes/Class%05d.cls", i)
		entries = append(entries, tree.Entry{Path: p, Hash: h(p)}, tree.Entry{Path: p + metadata.MetaSuffix, Hash: h("meta")})
	}
	return entries
}

func BenchmarkTree(b *testing.B) {
	entries := manyFiles()
	t := tree.New(entries)
	e := t.Edit()
	for i := 0; i < len(entries); i += 2000 {
		e.Set(entries[i].Path, h("changed"))
	}
	edited := e.Tree()
	b.Run("built", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			tree.New(entries)
		}
	})
	b.Run("edited", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			e.Tree()
		}
	})
	b.Run("compared", func(b *testing.B) {
		b.ReportAllocs()
		n := 0
		for b.Loop() {
			n = 0
			for range tree.Changed(t, edited) {
				n++
			}
		}
		if n != 10 {
			b.Fatalf("%d changes", n)
		}
	})
	b.Run("grouped by component", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			t.Components(metadata.Default())
		}
	})
}
