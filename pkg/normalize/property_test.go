package normalize_test

import (
	"bytes"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/beevik/etree"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/orgkeep/orgkeep/pkg/normalize"
)

// must normalizes what has to be accepted.
func must(t interface{ Fatalf(string, ...any) }, n *normalize.Normalizer, input []byte) []byte {
	res := n.Bytes("", input)
	if res.Refused != nil {
		t.Fatalf("refused: %v\n%q", res.Refused, input)
	}
	if res.Unchanged != bytes.Equal(res.Output, input) {
		t.Fatalf("says unchanged = %v\n%q\n%q", res.Unchanged, input, res.Output)
	}
	return res.Output
}

// read is a second opinion: what another parser makes of a document.
func read(t interface{ Fatalf(string, ...any) }, b []byte) *etree.Element {
	doc := etree.NewDocument()
	if err := doc.ReadFromBytes(bytes.TrimPrefix(b, []byte("\ufeff"))); err != nil {
		t.Fatalf("does not parse: %v\n%q", err, b)
	}
	return doc.Root()
}

// facts are path, attributes and text of each leaf, in the order of the file.
func facts(e *etree.Element, path string) []string {
	path += "/" + e.FullTag()
	attrs := ""
	for _, a := range e.Attr {
		attrs += " " + a.FullKey() + "=" + a.Value
	}
	kids := e.ChildElements()
	if len(kids) == 0 {
		return []string{path + attrs + "\x00" + e.Text()}
	}
	all := []string{path + attrs}
	for _, k := range kids {
		all = append(all, facts(k, path)...)
	}
	return all
}

func sortedFacts(t interface{ Fatalf(string, ...any) }, b []byte) []string {
	return slices.Sorted(slices.Values(facts(read(t, b), "")))
}

func TestTwiceIsOnce(t *testing.T) {
	t.Parallel()
	rapid.Check(t, twiceIsOnce(newNormalizer(t)))
}

func twiceIsOnce(n *normalize.Normalizer) func(*rapid.T) {
	return func(t *rapid.T) {
		once := must(t, n, spell(t, docs().Draw(t, "document")))
		if diff := cmp.Diff(string(once), string(must(t, n, once))); diff != "" {
			t.Fatalf("not idempotent:\n%s", diff)
		}
	}
}

func TestNoLeafIsLostOrChanged(t *testing.T) {
	t.Parallel()
	rapid.Check(t, noLeafIsLostOrChanged(newNormalizer(t)))
}

func noLeafIsLostOrChanged(n *normalize.Normalizer) func(*rapid.T) {
	return func(t *rapid.T) {
		input := spell(t, docs().Draw(t, "document"))
		if diff := cmp.Diff(sortedFacts(t, input), sortedFacts(t, must(t, n, input))); diff != "" {
			t.Fatalf("%s", diff)
		}
	}
}

func TestTextAndAttributesKeepTheirValue(t *testing.T) {
	t.Parallel()
	rapid.Check(t, textAndAttributesKeepTheirValue(newNormalizer(t)))
}

func textAndAttributesKeepTheirValue(n *normalize.Normalizer) func(*rapid.T) {
	return func(t *rapid.T) {
		text, attribute := texts().Draw(t, "text"), texts().Draw(t, "attribute")
		root := &elem{name: "Profile", kids: []*elem{{name: "description", text: text, attrs: [][2]string{{"a", attribute}}}}}
		got := read(t, must(t, n, spell(t, root))).SelectElement("description")
		if got.Text() != text || got.SelectAttrValue("a", "") != attribute {
			t.Fatalf("%q became %q, attribute %q became %q", text, got.Text(), attribute, got.SelectAttrValue("a", ""))
		}
	}
}

func TestSpellingMakesNoDifference(t *testing.T) {
	t.Parallel()
	rapid.Check(t, spellingMakesNoDifference(newNormalizer(t)))
}

func spellingMakesNoDifference(n *normalize.Normalizer) func(*rapid.T) {
	return func(t *rapid.T) {
		doc := docs().Draw(t, "document")
		fixEmpty(doc)
		a, b := must(t, n, spell(t, doc)), must(t, n, spell(t, doc))
		if diff := cmp.Diff(string(a), string(b)); diff != "" {
			t.Fatalf("%s", diff)
		}
	}
}

// fixEmpty gives empty leaves a text: both their forms are kept.
func fixEmpty(e *elem) {
	if len(e.kids) == 0 && e.text == "" {
		e.text = "x"
	}
	for _, k := range e.kids {
		fixEmpty(k)
	}
}

func TestTheOrderOfASetMakesNoDifference(t *testing.T) {
	t.Parallel()
	rapid.Check(t, theOrderOfASetMakesNoDifference(newNormalizer(t)))
}

func theOrderOfASetMakesNoDifference(n *normalize.Normalizer) func(*rapid.T) {
	return func(t *rapid.T) {
		r := rapid.SampledFrom(setRules(n)).Draw(t, "rule")
		var members []*elem
		for _, key := range keysFor(r).Draw(t, "keys") {
			members = append(members, member(t, r, key))
		}
		doc := inside(r, members)
		fixEmpty(doc)
		a := must(t, n, spell(t, doc))
		doc = inside(r, rapid.Permutation(members).Draw(t, "order"))
		if diff := cmp.Diff(string(a), string(must(t, n, spell(t, doc)))); diff != "" {
			t.Fatalf("%s %s:\n%s", r.Type, r.Path, diff)
		}
	}
}

func TestDuplicatesKeepTheirOrder(t *testing.T) {
	t.Parallel()
	rapid.Check(t, duplicatesKeepTheirOrder(newNormalizer(t)))
}

func duplicatesKeepTheirOrder(n *normalize.Normalizer) func(*rapid.T) {
	return func(t *rapid.T) {
		keys := rapid.SliceOfN(rapid.SampledFrom([]string{"k", "l", "m"}), 2, 8).Draw(t, "keys")
		var members []*elem
		want := map[string][]string{}
		for i, k := range keys {
			mark := string(rune('a' + i))
			members = append(members, &elem{name: "fieldPermissions", kids: []*elem{leafOf("field", k), leafOf("mark", mark)}})
			want[k] = append(want[k], mark)
		}
		res := n.Bytes("", spell(t, &elem{name: "Profile", kids: members}))
		got := map[string][]string{}
		for _, e := range read(t, res.Output).ChildElements() {
			k := e.SelectElement("field").Text()
			got[k] = append(got[k], e.SelectElement("mark").Text())
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("%s", diff)
		}
		for _, d := range res.Duplicates {
			if len(d.Lines) != len(want[d.Key]) {
				t.Fatalf("duplicates of %s: %v, want %v", d.Key, d.Lines, want[d.Key])
			}
		}
	}
}

func TestTheOrderOfAListIsKept(t *testing.T) {
	t.Parallel()
	rapid.Check(t, theOrderOfAListIsKept(newNormalizer(t)))
}

func theOrderOfAListIsKept(n *normalize.Normalizer) func(*rapid.T) {
	lists := []normalize.Rule{
		{Type: "Workflow", Path: "rules.criteriaItems", Key: []string{"field"}},
		{Type: "Layout", Path: "layoutSections.layoutColumns.layoutItems", Key: []string{"field"}},
		{Type: "Flow", Path: "decisions.rules", Key: []string{"name"}},
		{Type: "GlobalValueSet", Path: "customValue", Key: []string{"fullName"}},
		{Type: "Unheard", Path: "of", Key: []string{"fullName"}},
		{Type: "CustomObject", Path: "listViews.columns", Key: []string{"."}},
		{Type: "RecordType", Path: "picklistValues.values", Key: []string{"fullName"}},
	}
	return func(t *rapid.T) {
		r := rapid.SampledFrom(lists).Draw(t, "list")
		var members []*elem
		for _, key := range rapid.SliceOfNDistinct(texts(), 2, 6, rapid.ID).Draw(t, "keys") {
			members = append(members, member(t, r, key))
		}
		doc := inside(r, members)
		out := must(t, n, spell(t, doc))
		if diff := cmp.Diff(facts(read(t, spell(t, doc)), ""), facts(read(t, out), "")); diff != "" {
			t.Fatalf("%s", diff)
		}
		doc = inside(r, rapid.Permutation(members).Draw(t, "order"))
		same := bytes.Equal(out, must(t, n, spell(t, doc)))
		if same && !slices.Equal(facts(read(t, out), ""), facts(read(t, spell(t, doc)), "")) {
			t.Fatalf("two orders of a list became one")
		}
	}
}

func TestElementsOfOneNameStandTogetherAndNamesKeepTheirOrder(t *testing.T) {
	t.Parallel()
	rapid.Check(t, elementsOfOneNameStandTogetherAndNamesKeepTheirOrder(newNormalizer(t)))
}

func elementsOfOneNameStandTogetherAndNamesKeepTheirOrder(n *normalize.Normalizer) func(*rapid.T) {
	return func(t *rapid.T) {
		doc := docs().Filter(func(e *elem) bool {
			return e.name != "x:Profile" && (len(e.attrs) == 0 || e.attrs[0][1] != "urn:other")
		}).Draw(t, "document")
		input := spell(t, doc)
		checkNames(t, read(t, input), read(t, must(t, n, input)))
	}
}

func checkNames(t *rapid.T, in, out *etree.Element) {
	want, got := appearances(in), runs(out)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatalf("children of %s:\n%s", in.FullTag(), diff)
	}
	for _, k := range out.ChildElements() {
		if k.Space == "" && slices.Contains(slices.Sorted(slices.Values(got)), k.FullTag()) && len(k.ChildElements()) > 0 {
			if first := runs(k); len(first) != len(slices.Compact(slices.Sorted(slices.Values(first)))) {
				t.Fatalf("%s has a name in two places: %v", k.FullTag(), first)
			}
		}
	}
}

func appearances(e *etree.Element) []string {
	var tags []string
	for _, k := range e.ChildElements() {
		if !slices.Contains(tags, k.FullTag()) {
			tags = append(tags, k.FullTag())
		}
	}
	return tags
}

func runs(e *etree.Element) []string {
	var tags []string
	for _, k := range e.ChildElements() {
		if len(tags) == 0 || tags[len(tags)-1] != k.FullTag() {
			tags = append(tags, k.FullTag())
		}
	}
	return tags
}

func TestAChangedLeafChangesItsLineAlone(t *testing.T) {
	t.Parallel()
	rapid.Check(t, aChangedLeafChangesItsLineAlone(newNormalizer(t)))
}

// leafLine is a line of a fixture that is one leaf with text.
var leafLine = regexp.MustCompile(`^( +<([A-Za-z]+)>)[^<]+(</[A-Za-z]+>)$`)

func aChangedLeafChangesItsLineAlone(n *normalize.Normalizer) func(*rapid.T) {
	keys := map[string]bool{}
	for _, r := range n.Rules() {
		last := r.Path[strings.LastIndexByte(r.Path, '.')+1:]
		for _, k := range append(slices.Clone(r.Key), last) {
			keys[k] = true // another key may stand in another place
		}
	}
	files := fixtures(silent{})
	return func(t *rapid.T) {
		f := rapid.SampledFrom(files).Draw(t, "file")
		lines := strings.Split(string(f.content), "\n")
		var at []int
		for i, line := range lines {
			if m := leafLine.FindStringSubmatch(line); m != nil && !keys[m[2]] {
				at = append(at, i)
			}
		}
		if len(at) == 0 {
			return
		}
		i := rapid.SampledFrom(at).Draw(t, "line")
		lines[i] = leafLine.ReplaceAllString(lines[i], "${1}"+rapid.StringMatching(`[a-z é]{1,9}`).Draw(t, "text")+"${3}")
		changed := strings.Join(lines, "\n")
		if diff := cmp.Diff(changed, string(must(t, n, []byte(changed)))); diff != "" {
			t.Fatalf("%s", diff)
		}
	}
}

func TestAnAddedEntryAddsOneHunk(t *testing.T) {
	t.Parallel()
	rapid.Check(t, anAddedEntryAddsOneHunk(newNormalizer(t)))
}

func anAddedEntryAddsOneHunk(n *normalize.Normalizer) func(*rapid.T) {
	return func(t *rapid.T) {
		r := rapid.SampledFrom(setRules(n)).Draw(t, "rule")
		var members []*elem
		for _, key := range keysFor(r).Draw(t, "keys") {
			members = append(members, member(t, r, key))
		}
		doc := inside(r, members)
		fixEmpty(doc)
		all := strings.SplitAfter(string(must(t, n, spell(t, doc))), "\n")
		if len(members) < 3 {
			return
		}
		fewer := strings.SplitAfter(string(must(t, n, spell(t, inside(r, members[1:])))), "\n")
		head := 0
		for head < len(fewer) && fewer[head] == all[head] {
			head++
		}
		tail := 0
		for tail < len(fewer)-head && fewer[len(fewer)-1-tail] == all[len(all)-1-tail] {
			tail++
		}
		if head+tail != len(fewer) {
			t.Fatalf("more than one hunk:\n%s", cmp.Diff(fewer, all))
		}
	}
}

// silent stands in where fixtures are read within a property.
type silent struct{ testing.TB }

func (silent) Helper() {}

func TestAnyBytesComeBack(t *testing.T) {
	t.Parallel()
	rapid.Check(t, anyBytesComeBack(newNormalizer(t)))
}

func anyBytesComeBack(n *normalize.Normalizer) func(*rapid.T) {
	return func(t *rapid.T) {
		input := rapid.SliceOf(rapid.Byte()).Draw(t, "bytes")
		checkAnything(t, n, input)
	}
}

// checkAnything holds for every input, however broken.
func checkAnything(t interface{ Fatalf(string, ...any) }, n *normalize.Normalizer, input []byte) {
	before := bytes.Clone(input)
	res := n.Bytes("", input)
	if !bytes.Equal(before, input) {
		t.Fatalf("the input was written to: %q, was %q", input, before)
	}
	if res.Refused != nil {
		if !bytes.Equal(res.Output, input) || !res.Unchanged || res.Refused.Line < 1 || res.Refused.Column < 1 || res.Refused.Reason == "" {
			t.Fatalf("refused in a wrong way: %+v", res)
		}
		return
	}
	again := n.Bytes("", res.Output)
	if again.Refused != nil || !again.Unchanged || !bytes.Equal(again.Output, res.Output) {
		t.Fatalf("not idempotent (%v):\n%q\n%q\n%q", again.Refused, input, res.Output, again.Output)
	}
	if len(again.Sorted) > 0 {
		t.Fatalf("sorted twice: %+v\n%q", again.Sorted, res.Output)
	}
}
