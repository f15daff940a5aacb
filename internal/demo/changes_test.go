package demo

import (
	"bytes"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/beevik/etree"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// folderEditor edits files in memory, with no more knowledge of an org than
// where a component's files are.
type folderEditor map[string][]byte

func (f folderEditor) Get(p string) ([]byte, error) {
	content, ok := f[p]
	if !ok {
		return nil, fmt.Errorf("no file %s", p)
	}
	return content, nil
}

func (f folderEditor) Put(p string, content []byte) error {
	f[p] = content
	return nil
}

func (f folderEditor) Delete(c metadata.Component) error {
	reg := metadata.Default()
	p, ok := reg.Path(c)
	if !ok || f[p] == nil {
		return fmt.Errorf("no component %s", c)
	}
	if _, child, ok := reg.Parent(c.Type); ok {
		name := c.FullName[strings.Index(c.FullName, ".")+1:]
		return edit(f, p, drop(child.Element, child.Key, name))
	}
	delete(f, p)
	delete(f, p+metadata.MetaSuffix)
	return nil
}

// states gives what every component holds, independent of the order of access
// entries.
func states(t *testing.T, all map[string][]byte) map[metadata.Component]string {
	t.Helper()
	out := map[metadata.Component]string{}
	for _, p := range slices.Sorted(maps.Keys(all)) {
		c, ok := metadata.Default().ComponentAt(p)
		if !ok {
			continue
		}
		if !isXML(p, all[p]) {
			out[c] += p + string(all[p])
			continue
		}
		typ, _ := metadata.Default().Type(c.Type)
		var own []string
		for _, e := range parse(t, p, all[p]).ChildElements() {
			if child, ok := childOf(typ, e); ok {
				out[metadata.Component{Type: child.Type, FullName: child.FullName(c.FullName, leaf(e, child.Key))}] = text(t, e)
				continue
			}
			own = append(own, text(t, e))
		}
		if strings.Contains(c.Type, "Profile") || strings.Contains(c.Type, "PermissionSet") {
			slices.Sort(own)
		}
		out[c] += p + strings.Join(own, "")
	}
	return out
}

func childOf(typ metadata.Type, e *etree.Element) (metadata.Child, bool) {
	i := slices.IndexFunc(typ.Children, func(c metadata.Child) bool { return c.Element == e.Tag && !c.Unaddressable })
	if i < 0 {
		return metadata.Child{}, false
	}
	return typ.Children[i], true
}

func text(t *testing.T, e *etree.Element) string {
	t.Helper()
	doc := etree.NewDocument()
	doc.SetRoot(e.Copy())
	s, err := doc.WriteToString()
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// differing names the components whose state differs between two orgs. Only
// files whose bytes differ are looked into.
func differing(t *testing.T, was, is map[string][]byte) []metadata.Component {
	t.Helper()
	a, b := maps.Clone(was), maps.Clone(is)
	for p := range was {
		if bytes.Equal(was[p], is[p]) {
			delete(a, p)
			delete(b, p)
		}
	}
	before, after := states(t, a), states(t, b)
	all := maps.Clone(before)
	maps.Copy(all, after)
	var out []metadata.Component
	for c := range all {
		x, hadIt := before[c]
		y, hasIt := after[c]
		if x != y || hadIt != hasIt {
			out = append(out, c)
		}
	}
	slices.SortFunc(out, metadata.Component.Compare)
	return out
}

func TestEachChangeTouchesWhatItSays(t *testing.T) {
	t.Parallel()
	original := files(t)
	for _, change := range Changes() {
		t.Run(change.Name, func(t *testing.T) {
			t.Parallel()
			org := folderEditor(maps.Clone(original))
			if err := change.Apply(org); err != nil {
				t.Fatal(err)
			}
			if maps.EqualFunc(org, original, bytes.Equal) {
				t.Error("no byte was changed")
			}
			got := differing(t, original, org)
			if diff := cmp.Diff(change.Touched, got, cmpopts.EquateEmpty()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestAllChangesTogetherTouchWhatEachSays(t *testing.T) {
	t.Parallel()
	var want []metadata.Component
	for _, change := range Changes() {
		want = append(want, change.Touched...)
	}
	slices.SortFunc(want, metadata.Component.Compare)
	if diff := cmp.Diff(want, differing(t, files(t), changed(t))); diff != "" {
		t.Error(diff)
	}
}

// changed is the org after all changes.
func changed(t *testing.T) map[string][]byte {
	t.Helper()
	org := folderEditor(files(t))
	for _, change := range Changes() {
		if err := change.Apply(org); err != nil {
			t.Fatalf("%s: %v", change.Name, err)
		}
	}
	return org
}

func TestChangesAreOfManyKindsByTwoUsers(t *testing.T) {
	t.Parallel()
	names, users, without := map[string]bool{}, map[User]bool{}, 0
	for _, change := range Changes() {
		if names[change.Name] {
			t.Errorf("two changes are called %q", change.Name)
		}
		names[change.Name], users[change.User] = true, true
		if len(change.Touched) == 0 {
			without++
		}
		if change.Description == "" || strings.Contains(change.Description, "\n") {
			t.Errorf("%s: description %q is not one line", change.Name, change.Description)
		}
	}
	want := map[User]bool{maria(): true, tom(): true}
	if diff := cmp.Diff(want, users); diff != "" {
		t.Error(diff)
	}
	if len(names) < 14 || without == 0 {
		t.Errorf("%d kinds, %d of them without meaning", len(names), without)
	}
}

func TestChangesComeOutTheSameEveryTime(t *testing.T) {
	t.Parallel()
	if diff := cmp.Diff(changed(t), changed(t)); diff != "" {
		t.Error(diff)
	}
}

// The platform keeps record types and picklist values for good, so a change
// that adds one could not be rolled back.
func TestNoChangeAddsWhatADeployCannotTakeAway(t *testing.T) {
	t.Parallel()
	count := func(all map[string][]byte) map[string]int {
		n := map[string]int{}
		for p, b := range all {
			switch path.Ext(p) {
			case ".object":
				root := parse(t, p, b)
				n["record types"] += len(root.FindElements("recordTypes"))
				n["picklist values"] += len(root.FindElements("//valueSetDefinition/value"))
			case ".standardValueSet", ".globalValueSet":
				n["picklist values"] += len(parse(t, p, b).FindElements("//fullName"))
			case ".flow":
				n["flows"]++
			case ".translation":
				n["translated words"] += len(parse(t, p, b).FindElements("//label"))
			case ".profile":
				n["profile entries"] += len(parse(t, p, b).ChildElements())
			}
		}
		return n
	}
	if diff := cmp.Diff(count(files(t)), count(changed(t))); diff != "" {
		t.Error(diff)
	}
}

func TestEditsFailWhereTheTextIsNotWhatTheyWereWrittenFor(t *testing.T) {
	t.Parallel()
	const doc = "<A>\n    <b>\n        <k>1</k>\n    </b>\n    <b>\n        <k>2</k>\n    </b>\n</A>\n"
	for name, step := range map[string]rewrite{
		"text that is not there":          swap("<k>3</k>", ""),
		"text that is there twice":        swap("<b>", ""),
		"an element that is not there":    drop("c", "k", "1"),
		"a key that is not there":         drop("b", "k", "3"),
		"a set that is not there":         reverse("c"),
		"text outside the element meant":  inside("b", "k", "1", swap("<k>2</k>", "")),
		"a place to insert that is amiss": before("b", "k", "3", ""),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got, err := step(doc); err == nil {
				t.Errorf("no error but %q", got)
			}
		})
	}
	got, err := reverse("b")(doc)
	if err != nil {
		t.Fatal(err)
	}
	want := "<A>\n    <b>\n        <k>2</k>\n    </b>\n    <b>\n        <k>1</k>\n    </b>\n</A>\n"
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
