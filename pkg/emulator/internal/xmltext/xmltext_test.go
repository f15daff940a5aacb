package xmltext

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestDocumentsKeepTheirText(t *testing.T) {
	t.Parallel()
	const doc = Header + `<Root xmlns="urn:x">
    <a>  blanks &amp; &#xd;
 &quot;stay&quot; </a>
    <b>
        <c xsi:nil="true"/>
        <d></d>
    </b>
</Root>
`
	root, err := Parse([]byte(doc))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(doc, string(root.Document())); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff("  blanks & \r\n \"stay\" ", root.Child("a").Text()); diff != "" {
		t.Error(diff)
	}
	if !root.Child("b").Child("c").Nil() || root.Get("b", "d") != "" {
		t.Error("nil or empty element lost")
	}
}

func TestEqualMeaningHasOneCanonicalForm(t *testing.T) {
	t.Parallel()
	for name, pair := range map[string][2]string{
		"indentation": {"<a><b>1</b></a>", "<a>\n  <b>1</b>\n</a>"},
		"entities":    {"<a>&apos;&#39;</a>", "<a>''</a>"},
		"emptiness":   {"<a/>", "<a></a>"},
		"comments":    {"<a><!-- x --><b>1</b></a>", "<a><b>1</b></a>"},
		"CDATA":       {"<a><![CDATA[<]]></a>", "<a>&lt;</a>"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			one, err := Parse([]byte(pair[0]))
			if err != nil {
				t.Fatal(err)
			}
			two, err := Parse([]byte(pair[1]))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(one.Canonical(), two.Canonical()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestSyntaxErrorsSayWhere(t *testing.T) {
	t.Parallel()
	for doc, want := range map[string]SyntaxError{
		"":                     {1, 1, "Premature end of file."},
		"text":                 {1, 1, "Content is not allowed in prolog."},
		"<a>\n  <b></c>\n</a>": {2, 9, `The element type "b" must be terminated by the matching end-tag "</b>".`},
		"<a>&nbsp;</a>":        {1, 4, `The entity "nbsp" was referenced, but not declared.`},
		"<!DOCTYPE a><a/>":     {1, 1, "DOCTYPE is disallowed."},
		"<a>":                  {1, 4, "XML document structures must start and end within the same entity."},
		"<a/><b/>":             {1, 5, "The markup in the document following the root element must be well-formed."},
		"<a b=c/>":             {1, 6, `Open quote is expected for attribute "b".`},
		"<a>\xff</a>":          {1, 1, "Invalid byte 1 of 1-byte UTF-8 sequence."},
	} {
		_, err := Parse([]byte(doc))
		var at *SyntaxError
		if !errors.As(err, &at) {
			t.Errorf("%q: %v", doc, err)
			continue
		}
		if diff := cmp.Diff(want, *at); diff != "" {
			t.Errorf("%q: %s", doc, diff)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{"<a/>", "<a b='c'>&amp;<d/></a>", "<a><![CDATA[x]]></a>", Header + "<a>\n    <b>1</b>\n</a>\n", "<a>"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, doc []byte) {
		root, err := Parse(doc)
		if err != nil {
			return
		}
		again, err := Parse(root.Document())
		if err != nil {
			t.Fatalf("what was written cannot be read: %v\n%s", err, root.Document())
		}
		if again.Canonical() != root.Canonical() {
			t.Errorf("%q became %q", root.Canonical(), again.Canonical())
		}
	})
}
