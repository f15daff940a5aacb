package normalize_test

import (
	"fmt"
	"slices"
	"strings"

	"pgregory.net/rapid"

	"github.com/orgkeep/orgkeep/pkg/normalize"
)

// elem is a document as it is meant; how it is spelled is decided on writing.
type elem struct {
	name  string
	attrs [][2]string
	text  string // of a leaf
	kids  []*elem
}

func leafOf(name, text string) *elem { return &elem{name: name, text: text} }

// speller spells documents in all the ways that mean the same.
type speller struct {
	t *rapid.T
	b strings.Builder
}

func spell(t *rapid.T, root *elem) []byte {
	s := &speller{t: t}
	if rapid.Bool().Draw(t, "bom") {
		s.b.WriteString("\ufeff")
	}
	s.b.WriteString(rapid.SampledFrom([]string{
		"", "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n", "<?xml version='1.0'?>", "<?xml version=\"1.0\" encoding='utf-8' standalone=\"yes\" ?>\n\n",
	}).Draw(t, "declaration"))
	s.element(root)
	s.b.WriteString(s.blanks())
	return []byte(s.b.String())
}

func (s *speller) blanks() string {
	return rapid.SampledFrom([]string{"", "\n", " ", "\n    ", "\n        ", "\t\n"}).Draw(s.t, "blanks")
}

func (s *speller) element(e *elem) {
	s.b.WriteString("<" + e.name)
	for _, a := range e.attrs {
		quote := rapid.SampledFrom([]string{`"`, `'`}).Draw(s.t, "quote")
		s.b.WriteString(rapid.SampledFrom([]string{" ", "\n  "}).Draw(s.t, "gap"))
		s.b.WriteString(a[0] + "=" + quote)
		s.chars(a[1], true)
		s.b.WriteString(quote)
	}
	if e.text == "" && len(e.kids) == 0 && rapid.Bool().Draw(s.t, "self-closed") {
		s.b.WriteString("/>")
		return
	}
	s.b.WriteString(">")
	s.chars(e.text, false)
	for _, k := range e.kids {
		s.b.WriteString(s.blanks())
		s.element(k)
	}
	if len(e.kids) > 0 {
		s.b.WriteString(s.blanks())
	}
	s.b.WriteString("</" + e.name + rapid.SampledFrom([]string{"", " "}).Draw(s.t, "end") + ">")
}

var entities = map[rune]string{'&': "&amp;", '<': "&lt;", '>': "&gt;", '"': "&quot;", '\'': "&apos;"}

func (s *speller) chars(text string, inAttribute bool) {
	for _, r := range text {
		must := r == '&' || r == '<' || r == '>' || r == '\r' || inAttribute && (r == '"' || r == '\'' || r == '\t' || r == '\n')
		if !must && (r > 0x20 && r != '"' && r != '\'' && r < 0x7f) {
			s.b.WriteRune(r)
			continue
		}
		way := rapid.IntRange(0, 3).Draw(s.t, "spelling")
		name, named := entities[r]
		switch {
		case way == 0 && !must:
			s.b.WriteRune(r)
		case way == 1:
			fmt.Fprintf(&s.b, "&#%d;", r)
		case way == 2 || !named:
			fmt.Fprintf(&s.b, "&#x%X;", r)
		default:
			s.b.WriteString(name)
		}
	}
}

// texts are strings with what is easily lost.
func texts() *rapid.Generator[string] {
	odd := rapid.SampledFrom([]string{
		" ", "  ", "\n", "\r", "\r\n", "\t", `"`, "'", "&", "<", ">", "]]>", "&#39;", "&amp;", "é", "\u00a0", "\u2028", "🐝", "e\u0301", "\ufffd", "--", "{!x}",
	})
	word := rapid.StringMatching(`[A-Za-z0-9_.]{1,8}`)
	return rapid.Map(rapid.SliceOfN(rapid.OneOf(odd, word), 0, 6), func(s []string) string { return strings.Join(s, "") })
}

func names() *rapid.Generator[string] {
	return rapid.SampledFrom([]string{
		"fields", "fullName", "label", "value", "values", "name", "types", "members", "filters", "criteriaItems", "a", "b", "ns:x", "processMetadataValues", "Ünter",
	})
}

// docs makes documents of any shape: some elements have rules, most have none.
func docs() *rapid.Generator[*elem] {
	return rapid.Custom(func(t *rapid.T) *elem {
		root := anyElem(t, 4)
		root.name = rapid.SampledFrom([]string{"Profile", "Flow", "CustomObject", "Package", "Workflow", "Unknown", "Queue", "x:Profile"}).Draw(t, "root")
		switch rapid.IntRange(0, 3).Draw(t, "namespace") {
		case 0:
			root.attrs = append([][2]string{{"xmlns", "urn:other"}}, root.attrs...)
		case 1, 2:
			root.attrs = append([][2]string{{"xmlns", "http://soap.sforce.com/2006/04/metadata"}}, root.attrs...)
		}
		return root
	})
}

func anyElem(t *rapid.T, depth int) *elem {
	e := &elem{name: names().Draw(t, "name")}
	if rapid.IntRange(0, 5).Draw(t, "attributes") == 0 {
		for _, name := range []string{"xsi:type", "fqn", "a"} {
			if rapid.Bool().Draw(t, "has "+name) {
				e.attrs = append(e.attrs, [2]string{name, texts().Draw(t, "attribute")})
			}
		}
	}
	if depth == 0 || rapid.IntRange(0, 2).Draw(t, "leaf") == 0 {
		e.text = texts().Draw(t, "text")
		return e
	}
	for range rapid.IntRange(1, 5).Draw(t, "children") {
		e.kids = append(e.kids, anyElem(t, depth-1))
	}
	return e
}

// inside builds the elements of a rule's path around a group of members.
func inside(r normalize.Rule, members []*elem) *elem {
	names := strings.Split(strings.TrimPrefix(r.Path, "**."), ".")
	kids := members
	for i := len(names) - 2; i >= 0; i-- {
		kids = []*elem{{name: names[i], kids: kids}}
	}
	if strings.HasPrefix(r.Path, "**") {
		kids = []*elem{{name: "somewhere", kids: []*elem{{name: "deep", kids: kids}}}}
	}
	return &elem{name: r.Type, attrs: [][2]string{{"xmlns", "http://soap.sforce.com/2006/04/metadata"}}, kids: kids}
}

// member makes an entry of the set with a key; extra elements stand around it.
func member(t *rapid.T, r normalize.Rule, key string) *elem {
	last := r.Path[strings.LastIndexByte(r.Path, '.')+1:]
	if r.Key[0] == "." {
		return leafOf(last, key)
	}
	e := &elem{name: last, kids: []*elem{leafOf("aaa", texts().Draw(t, "before"))}}
	for i, k := range r.Key {
		part := key
		if i > 0 {
			part = texts().Draw(t, "later part of the key")
		}
		e.kids = append(e.kids, leafOf(k, part))
	}
	e.kids = append(e.kids, leafOf("zzz", texts().Draw(t, "behind")))
	return e
}

func setRules(n *normalize.Normalizer) []normalize.Rule {
	return slices.DeleteFunc(n.Rules(), func(r normalize.Rule) bool { return !r.Set() })
}

// keysFor makes distinct keys that the rule's comparison tells apart.
func keysFor(r normalize.Rule) *rapid.Generator[[]string] {
	if r.Compare == normalize.Numeric {
		return rapid.Map(rapid.SliceOfNDistinct(rapid.IntRange(-3, 3000), 2, 8, rapid.ID), func(ns []int) []string {
			var keys []string
			for _, n := range ns {
				keys = append(keys, fmt.Sprint(n))
			}
			return keys
		})
	}
	return rapid.SliceOfNDistinct(texts(), 2, 8, rapid.ID)
}
