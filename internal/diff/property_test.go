package diff_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/orgkeep/orgkeep/internal/diff"
)

// element is an element of a made-up file.
type element struct {
	name, text string
	kids       []*element
	set        bool // its order among its like means nothing
	key        bool // tells its parent among its like
}

func (e *element) write(out *strings.Builder, indent string) {
	if len(e.kids) == 0 {
		fmt.Fprintf(out, "%s<%s>%s</%s>\n", indent, e.name, e.text, e.name)
		return
	}
	fmt.Fprintf(out, "%s<%s>\n", indent, e.name)
	for _, k := range e.kids {
		k.write(out, indent+"    ")
	}
	fmt.Fprintf(out, "%s</%s>\n", indent, e.name)
}

// document is a made-up component.
type document struct {
	path string
	root *element
}

func (d document) files() map[string]string {
	var out strings.Builder
	d.root.write(&out, "")
	return map[string]string{d.path: complete(out.String())}
}

// leaves gives all elements that hold a value.
func (e *element) leaves() []*element {
	if len(e.kids) == 0 {
		return []*element{e}
	}
	var out []*element
	for _, k := range e.kids {
		out = append(out, k.leaves()...)
	}
	return out
}

// all gives all elements below e.
func (e *element) all() []*element {
	var out []*element
	for _, k := range e.kids {
		out = append(append(out, k), k.all()...)
	}
	return out
}

func (e *element) clone() *element {
	c := *e
	c.kids = nil
	for _, k := range e.kids {
		c.kids = append(c.kids, k.clone())
	}
	return &c
}

func leaf(name, text string) *element { return &element{name: name, text: text} }

func key(name, text string) *element { return &element{name: name, text: text, key: true} }

func branch(name string, kids ...*element) *element { return &element{name: name, kids: kids} }

func setOf(kids ...*element) []*element {
	for _, k := range kids {
		k.set = true
	}
	return kids
}

// drawn makes components of the kinds that matter: sets by key, lists with and
// without names, nesting, children with names of their own.
func drawn(t *rapid.T) document {
	names := rapid.SliceOfNDistinct(rapid.StringMatching(`[A-Z][a-z]{1,6}(__c)?`), 1, 6, func(s string) string { return strings.ToLower(s) }).Draw(t, "names")
	word := rapid.SampledFrom([]string{"true", "false", "a", "b", "", " x ", "&lt;y&gt;", "line\nline\nmore"})
	draw := func(name string) *element { return leaf(name, word.Draw(t, name)) }
	switch rapid.IntRange(0, 3).Draw(t, "kind") {
	case 0:
		root := branch("PermissionSet", draw("description"), leaf("label", "L"))
		for _, n := range names {
			root.kids = append(root.kids, setOf(branch("fieldPermissions", draw("editable"), key("field", "Account."+n), draw("readable")))...)
		}
		return document{"permissionsets/A.permissionset", root}
	case 1:
		var sections []*element
		for i, n := range names {
			column := branch("layoutColumns")
			for j := range i + 1 {
				column.kids = append(column.kids, branch("layoutItems", draw("behavior"), key("field", fmt.Sprintf("%s_%d", n, j))))
			}
			sections = append(sections, branch("layoutSections", key("label", n), draw("detailHeading"), column, branch("layoutColumns", draw("reserved"))))
		}
		return document{"layouts/A.layout", branch("Layout", sections...)}
	case 2:
		root := branch("CustomObject", draw("description"))
		for _, n := range names {
			root.kids = append(root.kids, setOf(branch("fields", key("fullName", n), draw("label"), draw("formula")))...)
		}
		return document{"objects/A.object", root}
	}
	root := branch("AssignmentRules")
	rule := branch("assignmentRule", key("fullName", "Standard"))
	for _, n := range names {
		rule.kids = append(rule.kids, branch("ruleEntry", leaf("assignedTo", n), branch("criteriaItems", key("field", "F"), draw("value")), branch("criteriaItems", key("field", "G"), draw("value"))))
	}
	root.kids = append(root.kids, rule)
	return document{"assignmentRules/A.assignmentRules", root}
}

func trees(t *rapid.T, old, now document) diff.Result {
	store := blobs{}
	result, err := diff.Trees(t.Context(), diff.Input{Old: store.state(old.files()), New: store.state(now.files()), OldBlobs: store, NewBlobs: store})
	if err != nil {
		t.Fatal(err)
	}
	return result
}

func TestAStateDoesNotDifferFromItself(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		d := drawn(t)
		if got := render(trees(t, d, d)); got != "nothing\n" {
			t.Fatal(got)
		}
	})
}

func TestTheOrderOfSetsIsNoDifference(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		d := drawn(t)
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		other := document{d.path, d.root.clone()}
		shuffleSets(other.root, r)
		if got := render(trees(t, d, other)); got != "nothing\n" {
			t.Fatal(got)
		}
	})
}

// shuffleSets moves what is in a set, and different elements among each other.
func shuffleSets(e *element, r *rand.Rand) {
	var groups [][]*element
	for _, k := range e.kids {
		shuffleSets(k, r)
		i := slices.IndexFunc(groups, func(g []*element) bool { return g[0].name == k.name })
		if i < 0 {
			groups = append(groups, nil)
			i = len(groups) - 1
		}
		groups[i] = append(groups[i], k)
	}
	r.Shuffle(len(groups), func(i, j int) { groups[i], groups[j] = groups[j], groups[i] })
	e.kids = nil
	for _, g := range groups {
		if g[0].set {
			r.Shuffle(len(g), func(i, j int) { g[i], g[j] = g[j], g[i] })
		}
		e.kids = append(e.kids, g...)
	}
}

func TestEveryChangedValueIsTold(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		d := drawn(t)
		other := document{d.path, d.root.clone()}
		// Under another key it is another entry, of which a summary is told.
		leaves := slices.DeleteFunc(other.root.leaves(), func(e *element) bool { return e.key })
		places := rapid.SliceOfNDistinct(rapid.IntRange(0, len(leaves)-1), 1, min(4, len(leaves)), rapid.ID[int]).Draw(t, "places")
		for _, i := range places {
			leaves[i].text = fmt.Sprintf("marker%d", i)
		}
		got := render(trees(t, d, other))
		for _, i := range places {
			if want := fmt.Sprintf("marker%d", i); !strings.Contains(got, want) {
				t.Fatalf("%s is missing in\n%s", want, got)
			}
		}
	})
}

// TestADifferenceIsNeverSilent takes an element out, puts one in or swaps two of a
// list.
func TestADifferenceIsNeverSilent(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		d := drawn(t)
		other := document{d.path, d.root.clone()}
		parents := slices.DeleteFunc(append(other.root.all(), other.root), func(e *element) bool { return len(e.kids) == 0 })
		at := parents[rapid.IntRange(0, len(parents)-1).Draw(t, "parent")]
		i := rapid.IntRange(0, len(at.kids)-1).Draw(t, "child")
		switch rapid.IntRange(0, 2).Draw(t, "edit") {
		case 0:
			if len(at.kids) == 1 {
				t.Skip("what is left would be an empty value")
			}
			at.kids = slices.Delete(at.kids, i, i+1)
		case 1:
			at.kids = slices.Insert(at.kids, i, at.kids[i].clone())
		case 2:
			j := slices.IndexFunc(at.kids, func(e *element) bool { return e.name == at.kids[i].name })
			if at.kids[i].set || i == j || same(at.kids[i], at.kids[j]) {
				t.Skip("nothing that counts is swapped")
			}
			at.kids[i], at.kids[j] = at.kids[j], at.kids[i]
		}
		there, back := render(trees(t, d, other)), render(trees(t, other, d))
		if there == "nothing\n" || back == "nothing\n" {
			t.Fatalf("there: %sback: %s", there, back)
		}
	})
}

func same(a, b *element) bool {
	var x, y strings.Builder
	a.write(&x, "")
	b.write(&y, "")
	return x.String() == y.String()
}
