package normalize_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/beevik/etree"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/orgkeep/orgkeep/pkg/normalize"
)

// setPlaces answers for a dotted path whether a rule makes it a set.
type setPlaces struct{ exact, deep map[string]bool }

func newSetPlaces(n *normalize.Normalizer) setPlaces {
	s := setPlaces{map[string]bool{}, map[string]bool{}}
	for _, r := range setRules(n) {
		if name, deep := strings.CutPrefix(r.Path, "**."); deep {
			s.deep[r.Type+"."+name] = true
			continue
		}
		s.exact[r.Type+"."+r.Path] = true
	}
	return s
}

func (s setPlaces) has(path string) bool {
	root, rest, _ := strings.Cut(path, ".")
	return s.exact[path] || s.deep[root+"."+rest[strings.LastIndexByte(rest, '.')+1:]]
}

// meaning is a document without what means nothing: children of one name are
// together, and those of a set in the order of their own meaning. Two documents
// with the same meaning differ only in what the rules allow.
func (s setPlaces) meaning(e *etree.Element, path string, foreign bool) string {
	var b strings.Builder
	b.WriteString("(" + e.FullTag())
	for _, a := range e.Attr {
		b.WriteString(" " + a.FullKey() + "=" + a.Value)
		foreign = foreign || a.FullKey() == "xmlns" && a.Value != "http://soap.sforce.com/2006/04/metadata"
	}
	foreign = foreign || e.Space != ""
	kids := e.ChildElements()
	if len(kids) == 0 {
		return b.String() + "|" + e.Text() + ")"
	}
	var names []string
	groups := map[string][]string{}
	for _, k := range kids {
		name := k.FullTag()
		below := s.meaning(k, path+"."+name, foreign)
		if foreign {
			name = "" // all in one list
		}
		if groups[name] == nil {
			names = append(names, name)
		}
		groups[name] = append(groups[name], below)
	}
	for _, name := range names {
		if !foreign && s.has(path+"."+name) {
			slices.Sort(groups[name])
		}
		b.WriteString(strings.Join(groups[name], ""))
	}
	return b.String() + ")"
}

func (s setPlaces) of(t interface{ Fatalf(string, ...any) }, content []byte) string {
	root := read(t, content)
	return s.meaning(root, root.FullTag(), false)
}

func TestOnlyWhatMeansNothingChanges(t *testing.T) {
	t.Parallel()
	rapid.Check(t, onlyWhatMeansNothingChanges(newNormalizer(t)))
}

func onlyWhatMeansNothingChanges(n *normalize.Normalizer) func(*rapid.T) {
	sets := newSetPlaces(n)
	return func(t *rapid.T) {
		input := spell(t, docs().Draw(t, "document"))
		if diff := cmp.Diff(sets.of(t, input), sets.of(t, must(t, n, input))); diff != "" {
			t.Fatalf("%s", diff)
		}
	}
}

// TestEntriesWithOneKeyMayStandAmongOthersAnywhere: only the order among
// themselves counts.
func TestEntriesWithOneKeyMayStandAmongOthersAnywhere(t *testing.T) {
	t.Parallel()
	rapid.Check(t, entriesWithOneKeyMayStandAmongOthersAnywhere(newNormalizer(t)))
}

func entriesWithOneKeyMayStandAmongOthersAnywhere(n *normalize.Normalizer) func(*rapid.T) {
	return func(t *rapid.T) {
		r := rapid.SampledFrom(setRules(n)).Draw(t, "rule")
		keys := rapid.SliceOfN(rapid.SampledFrom([]string{"1", "2", "3"}), 2, 9).Draw(t, "keys")
		var members []*elem
		byKey := map[string][]*elem{}
		for _, k := range keys {
			m := member(t, r, k)
			members = append(members, m)
			byKey[k] = append(byKey[k], m)
		}
		doc := inside(r, members)
		fixEmpty(doc)
		want := must(t, n, spell(t, doc))
		var moved []*elem
		for _, k := range rapid.Permutation(keys).Draw(t, "order") {
			moved = append(moved, byKey[k][0])
			byKey[k] = byKey[k][1:]
		}
		if diff := cmp.Diff(string(want), string(must(t, n, spell(t, inside(r, moved))))); diff != "" {
			t.Fatalf("%s %s:\n%s", r.Type, r.Path, diff)
		}
	}
}
