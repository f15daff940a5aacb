package normalize_test

import (
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/beevik/etree"
	"github.com/google/go-cmp/cmp"

	"github.com/orgkeep/orgkeep/pkg/normalize"
)

// ordering is the researched table that rules.tsv was made of.
type ordering struct {
	Order, Confidence, Collation, Compare, Note string
	Key                                         []string
}

func (o ordering) isSet() bool {
	return o.Order == "set" && (o.Confidence == "high" || o.Confidence == "medium")
}

func readOrdering(t *testing.T) (rows map[string]map[string]ordering, complexTypes map[string]ordering) {
	t.Helper()
	b, err := os.ReadFile(needReference(t, "reference/ordering.json"))
	if err != nil {
		t.Fatal(err)
	}
	var all map[string]json.RawMessage
	if err := json.Unmarshal(b, &all); err != nil {
		t.Fatal(err)
	}
	rows = map[string]map[string]ordering{}
	for typ, raw := range all {
		if strings.HasPrefix(typ, "_") || typ == "default" {
			continue
		}
		paths := map[string]ordering{}
		if err := json.Unmarshal(raw, &paths); err != nil {
			t.Fatal(err)
		}
		rows[typ] = paths
	}
	if err := json.Unmarshal(all["_complexTypes"], &complexTypes); err != nil {
		t.Fatal(err)
	}
	return rows, complexTypes
}

// TestRulesAgreeWithTheResearch sorts a document for each row of the table: two
// members in falling order come out rising where the row says set, and as they
// were where it says list.
func TestRulesAgreeWithTheResearch(t *testing.T) {
	t.Parallel()
	rows, _ := readOrdering(t)
	n := newNormalizer(t)
	sets := 0
	for typ, paths := range rows {
		for path, row := range paths {
			key := row.Key
			if len(key) == 0 {
				key = []string{"name"}
			}
			r := normalize.Rule{Type: typ, Path: path, Key: key}
			low, high := entry(r, "1"), entry(r, "2")
			res := n.Bytes("", plainly(inside(r, []*elem{high, low})))
			if got := len(res.Sorted) == 1; got != row.isSet() {
				t.Errorf("%s.%s: sorted %v, want %v", typ, path, got, row.isSet())
				continue
			}
			if !row.isSet() {
				continue
			}
			sets++
			want := ordering{Key: row.Key, Confidence: row.Confidence, Collation: row.Collation, Compare: row.Compare}
			rule := res.Sorted[0].Rule
			got := ordering{Key: rule.Key, Confidence: rule.Confidence}
			if rule.Compare == normalize.IgnoreCase {
				got.Collation = string(rule.Compare)
			} else {
				got.Compare = string(rule.Compare)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s.%s:\n%s", typ, path, diff)
			}
		}
	}
	if sets < 280 {
		t.Errorf("%d sets seen", sets)
	}
}

func TestEveryRuleComesFromTheResearch(t *testing.T) {
	t.Parallel()
	rows, complexTypes := readOrdering(t)
	for _, r := range newNormalizer(t).Rules() {
		if name, deep := strings.CutPrefix(r.Path, "**."); deep {
			if !complexTypes["FlowBaseElement."+name].isSet() {
				t.Errorf("%s %s is no set anywhere", r.Type, r.Path)
			}
			continue
		}
		if !rows[r.Type][r.Path].isSet() {
			t.Errorf("%s %s is no set in the table", r.Type, r.Path)
		}
		if r.Reason == "" {
			t.Errorf("%s %s has no reason", r.Type, r.Path)
		}
	}
}

func entry(r normalize.Rule, key string) *elem {
	last := r.Path[strings.LastIndexByte(r.Path, '.')+1:]
	if r.Key[0] == "." {
		return leafOf(last, key)
	}
	e := &elem{name: last}
	for _, k := range r.Key {
		e.kids = append(e.kids, leafOf(k, key))
	}
	return e
}

// plainly spells a document the short way.
func plainly(e *elem) []byte {
	var b strings.Builder
	write(&b, e)
	return []byte(b.String())
}

func write(b *strings.Builder, e *elem) {
	b.WriteString("<" + e.name)
	for _, a := range e.attrs {
		b.WriteString(" " + a[0] + `="` + a[1] + `"`)
	}
	b.WriteString(">" + e.text)
	for _, k := range e.kids {
		write(b, k)
	}
	b.WriteString("</" + e.name + ">")
}

// schema is what the platform's WSDL says of its types.
type schema struct {
	parent   map[string]string
	elements map[string]map[string]string // type, element, type of the element
}

func readSchema(t *testing.T) schema {
	t.Helper()
	doc := etree.NewDocument()
	if err := doc.ReadFromFile(needReference(t, "reference/wsdl/metadata-v63.0.wsdl")); err != nil {
		t.Fatal(err)
	}
	s := schema{map[string]string{}, map[string]map[string]string{}}
	for _, c := range doc.FindElements("//complexType[@name]") {
		name := c.SelectAttrValue("name", "")
		s.elements[name] = map[string]string{}
		for _, e := range c.FindElements(".//element") {
			s.elements[name][e.SelectAttrValue("name", "")] = strings.TrimPrefix(e.SelectAttrValue("type", ""), "tns:")
		}
		if ext := c.FindElement(".//extension"); ext != nil {
			s.parent[name] = strings.TrimPrefix(ext.SelectAttrValue("base", ""), "tns:")
		}
	}
	return s
}

func (s schema) element(typ, name string) (string, bool) {
	for typ != "" {
		if t, ok := s.elements[typ][name]; ok {
			return t, true
		}
		typ = s.parent[typ]
	}
	return "", false
}

func TestEveryKeyExistsInTheSchema(t *testing.T) {
	t.Parallel()
	s := readSchema(t)
	rows, _ := readOrdering(t)
	for _, r := range newNormalizer(t).Rules() {
		if strings.HasPrefix(r.Path, "**.") || strings.Contains(rows[r.Type][r.Path].Note, "not in WSDL") {
			continue
		}
		typ, ok := r.Type, true
		for name := range strings.SplitSeq(r.Path, ".") {
			if typ, ok = s.element(typ, name); !ok {
				t.Errorf("%s has no %s (%s)", r.Type, r.Path, name)
				break
			}
		}
		for _, k := range r.Key {
			if _, known := s.element(typ, k); ok && !known && k != "." {
				t.Errorf("%s %s: %s has no %s", r.Type, r.Path, typ, k)
			}
		}
		if strings.Contains(strings.ToLower(typ), "filteritem") {
			t.Errorf("%s %s: filter items are no set", r.Type, r.Path)
		}
	}
}

// TestRulesReachAsDeepAsTheSchema walks the types of the schema from each root,
// through types within themselves as well: wherever an element of a type is a
// set, a rule says so for that path.
func TestRulesReachAsDeepAsTheSchema(t *testing.T) {
	t.Parallel()
	s := readSchema(t)
	rows, complexTypes := readOrdering(t)
	sets := newSetPlaces(newNormalizer(t))
	seen := 0
	var walk func(typ, path string, above []string)
	walk = func(typ, path string, above []string) {
		for owner := typ; owner != ""; owner = s.parent[owner] {
			for name, of := range s.elements[owner] {
				place := path + "." + name
				if complexTypes[owner+"."+name].isSet() {
					seen++
					if !sets.has(place) {
						t.Errorf("%s: %s.%s is a set", place, owner, name)
					}
				}
				met := slices.DeleteFunc(slices.Clone(above), func(a string) bool { return a != of })
				if len(s.elements[of]) > 0 && len(met) < 2 && len(above) < 9 {
					walk(of, place, append(slices.Clone(above), of))
				}
			}
		}
	}
	for root := range rows {
		walk(root, root, []string{root})
	}
	t.Logf("%d places of sets", seen)
	if seen < 1000 {
		t.Error("that is too few")
	}
}

// TestTheSchemaIsInTheOrderOfNames: what a merge relies on.
func TestTheSchemaIsInTheOrderOfNames(t *testing.T) {
	t.Parallel()
	doc := etree.NewDocument()
	if err := doc.ReadFromFile(needReference(t, "reference/wsdl/metadata-v63.0.wsdl")); err != nil {
		t.Fatal(err)
	}
	types, others := 0, 0
	for _, c := range doc.FindElements("//complexType[@name]") {
		var names []string
		for _, e := range c.FindElements(".//element") {
			names = append(names, e.SelectAttrValue("name", ""))
		}
		types++
		if !slices.IsSorted(names) {
			others++
			t.Log(c.SelectAttrValue("name", ""), names)
		}
	}
	if others > 2 {
		t.Errorf("%d of %d types are not", others, types)
	}
}

func TestWhatNumbersPointAtIsNeverASet(t *testing.T) {
	t.Parallel()
	for _, r := range newNormalizer(t).Rules() {
		last := r.Path[strings.LastIndexByte(r.Path, '.')+1:]
		if slices.Contains([]string{"criteriaItems", "filters", "filterItems", "conditions", "matchingRuleItems"}, last) {
			t.Errorf("%s %s is a set", r.Type, r.Path)
		}
	}
}
