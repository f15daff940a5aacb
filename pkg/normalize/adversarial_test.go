package normalize_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/orgkeep/orgkeep/pkg/normalize"
)

const (
	header = `<?xml version="1.0" encoding="UTF-8"?>` + "\n"
	ns     = ` xmlns="http://soap.sforce.com/2006/04/metadata"`
)

// lines joins lines below a declaration.
func lines(l ...string) string { return header + strings.Join(l, "\n") + "\n" }

// survivors are inputs that must survive, and what becomes of them.
var survivors = []struct{ name, in, want string }{
	{"a declaration is added", `<a/>`, lines(`<a/>`)},
	{"a byte order mark goes", "\ufeff" + header + "<a/>\n", lines(`<a/>`)},
	{"a blank line behind the root goes", header + "<SharingRules/>\n\n", lines(`<SharingRules/>`)},
	{"a missing last line end comes", header + "<a></a>", lines(`<a></a>`)},
	{"both empty forms stay", `<a><b /><c></c ><d/></a>`, lines(`<a>`, `    <b/>`, `    <c></c>`, `    <d/>`, `</a>`)},
	{"blanks of a leaf stay", `<a><v>    </v><v> x
 y </v></a>`, lines(`<a>`, `    <v>    </v>`, "    <v> x\n y </v>", `</a>`)},
	{"quotes are spelled by name", `<a>"it's" > &#60;</a>`, lines(`<a>&quot;it&apos;s&quot; &gt; &lt;</a>`)},
	{"numeric references become characters", `<a>&#39;&#160;&#x1F600;&#10;</a>`, lines("<a>&apos;\u00a0😀\n</a>")},
	{"a literal reference stays literal", `<a>&amp;#39;</a>`, lines(`<a>&amp;#39;</a>`)},
	{"the end of a CDATA section in text is spelled out", `<a>x ]]> y</a>`, lines(`<a>x ]]&gt; y</a>`)},
	{"a CR in text is kept by number", header + "<a>x\r\ny&#13;</a>\n", lines("<a>x&#xd;\ny&#xd;</a>")},
	{"line ends of a whole file in CR LF are folded", strings.ReplaceAll(header+"<a>\n    <b>x\ny</b>\n</a>\n", "\n", "\r\n"), lines(`<a>`, "    <b>x\ny</b>", `</a>`)},
	{"a CR by number stays when the others are folded", "<a>\r\n<b>x\r\ny&#xD;</b>\r\n</a>", lines(`<a>`, "    <b>x\ny&#xd;</b>", `</a>`)},
	{"CR LF within text alone is kept", "<a><b>x\r\ny</b></a>", lines(`<a>`, "    <b>x&#xd;\ny</b>", `</a>`)},
	{"lone CR between elements is a blank", "<a>\r<b/>\r</a>", lines(`<a>`, `    <b/>`, `</a>`)},
	{"attributes keep their order", `<a  z='1'   b="2" />`, lines(`<a z="1" b="2"/>`)},
	{"attributes keep their characters", "<a b='\"&#39;<x' c='&#9;&#10;&#13;&#x20;&gt;'/>", ""},
	{"attributes spell blanks by number", "<a b='\"&#39;' c='&#9;&#10;&#13;&#x20;>'/>", lines(`<a b="&quot;&apos;" c="&#9;&#10;&#xd; &gt;"/>`)},
	{"xsi attributes stay", `<v xsi:nil="true" xmlns:xsi="x" xsi:type="xsd:string" fqn="c/x"/>`, lines(`<v xsi:nil="true" xmlns:xsi="x" xsi:type="xsd:string" fqn="c/x"/>`)},
	{"a comment in a leaf stays inline", `<a><label><!-- X --></label></a>`, lines(`<a>`, `    <label><!-- X --></label>`, `</a>`)},
	{
		"comments move with what follows", `<Package><!-- 2 --><types><name>B</name></types><!-- 1 --> <types><name>A</name></types><!-- end --></Package>`,
		lines(`<Package>`, `    <!-- 1 -->`, `    <types>`, `        <name>A</name>`, `    </types>`, `    <!-- 2 -->`, `    <types>`, `        <name>B</name>`, `    </types>`, `    <!-- end -->`, `</Package>`),
	},
	{"comments around the root stay", "<!-- a --><?pi x?><r/><!-- b -->", lines(`<!-- a -->`, `<?pi x?>`, `<r/>`, `<!-- b -->`)},
	{"instructions stay", `<a><b/><?in pi?><c/></a>`, lines(`<a>`, `    <b/>`, `    <?in pi?>`, `    <c/>`, `</a>`)},
	{"CDATA stays as it is", "<a><b><![CDATA[<x> & ]]></b></a>", lines(`<a>`, `    <b><![CDATA[<x> & ]]></b>`, `</a>`)},
	{"CDATA between text stays in place", "<a>pre<![CDATA[mid]]>post</a>", lines(`<a>pre<![CDATA[mid]]>post</a>`)},
	{"mixed content is not indented", `<a><p>one <b>two</b ><i  /> "three"</p></a>`, lines(`<a>`, `    <p>one <b>two</b><i/> &quot;three&quot;</p>`, `</a>`)},
	{
		"mixed content is not sorted", `<Package>x<types><name>B</name></types><types><name>A</name></types></Package>`,
		lines(`<Package>x<types><name>B</name></types><types><name>A</name></types></Package>`),
	},
	{"blanks by number beside elements stay", `<a><b/>&#32;<c/></a>`, lines(`<a><b/>&#32;<c/></a>`)},
	{
		"split groups come together where they began", `<a><x>1</x><y/><x>2</x><z/><y/></a>`,
		lines(`<a>`, `    <x>1</x>`, `    <x>2</x>`, `    <y/>`, `    <y/>`, `    <z/>`, `</a>`),
	},
	{"foreign documents keep their order", `<a xmlns="urn:x"><x/><y/><x/></a>`, lines(`<a xmlns="urn:x">`, `    <x/>`, `    <y/>`, `    <x/>`, `</a>`)},
	{
		"prefixed elements keep the order within", `<a><n:b><x/><y/><x/></n:b></a>`,
		lines(`<a>`, `    <n:b>`, `        <x/>`, `        <y/>`, `        <x/>`, `    </n:b>`, `</a>`),
	},
	{
		"a member without a key keeps the group", `<Package><types><name>B</name></types><types/><types><name>A</name></types></Package>`,
		lines(`<Package>`, `    <types>`, `        <name>B</name>`, `    </types>`, `    <types/>`, `    <types>`, `        <name>A</name>`, `    </types>`, `</Package>`),
	},
	{
		"a member with two keys keeps the group", `<Package><types><name>B</name><name>C</name></types><types><name>A</name></types></Package>`,
		lines(`<Package>`, `    <types>`, `        <name>B</name>`, `        <name>C</name>`, `    </types>`, `    <types>`, `        <name>A</name>`, `    </types>`, `</Package>`),
	},
	{
		"keys are compared as characters, not as spelled", `<Package><types><members>&#98;</members><members>c</members><members>a</members><name>X</name></types></Package>`,
		lines(`<Package>`, `    <types>`, `        <members>a</members>`, `        <members>b</members>`, `        <members>c</members>`, `        <name>X</name>`, `    </types>`, `</Package>`),
	},
	{
		"upper case comes first by code point", `<Package><types><members>b</members><members>B</members><members>a</members><members>é</members><members>🐝</members></types></Package>`,
		lines(`<Package>`, `    <types>`, `        <members>B</members>`, `        <members>a</members>`, `        <members>b</members>`, `        <members>é</members>`, `        <members>🐝</members>`, `    </types>`, `</Package>`),
	},
	{
		"nodes of a flow ignore case", `<Flow><loops><name>b</name></loops><loops><name>C</name></loops><loops><name>A</name></loops></Flow>`,
		lines(`<Flow>`, `    <loops>`, `        <name>A</name>`, `    </loops>`, `    <loops>`, `        <name>b</name>`, `    </loops>`, `    <loops>`, `        <name>C</name>`, `    </loops>`, `</Flow>`),
	},
	{
		"positions are compared as numbers", `<Layout><platformActionList><platformActionListItems><sortOrder>10</sortOrder></platformActionListItems><platformActionListItems><sortOrder>9</sortOrder></platformActionListItems></platformActionList></Layout>`,
		lines(`<Layout>`, `    <platformActionList>`, `        <platformActionListItems>`, `            <sortOrder>9</sortOrder>`, `        </platformActionListItems>`, `        <platformActionListItems>`, `            <sortOrder>10</sortOrder>`, `        </platformActionListItems>`, `    </platformActionList>`, `</Layout>`),
	},
	{"UTF-16 by mark", "\xff\xfe<\x00a\x00>\x00\xe9\x00\x3d\xd8\x1d\xdc<\x00/\x00a\x00>\x00", lines("<a>é🐝</a>")[:0] + lines("<a>é\U0001f41d</a>")},
	{"UTF-16 declared, but UTF-8", `<?xml version="1.0" encoding="UTF-16"?><a>é</a>`, lines("<a>é</a>")},
	{"Latin-1 by declaration", "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><a>\xe9</a>", lines("<a>é</a>")},
	{"windows-1252 by declaration", "<?xml version=\"1.0\" encoding=\"windows-1252\"?><a>\x80\x93</a>", lines("<a>€“</a>")},
	{"combining marks are not composed", "<a>e\u0301</a>", lines("<a>e\u0301</a>")},
	{"names beyond ASCII", "<Ünter.1-x/>", lines("<Ünter.1-x/>")},
	{"names that other tools stumble over", `<a><constructor/><__proto__>x</__proto__></a>`, lines(`<a>`, `    <constructor/>`, `    <__proto__>x</__proto__>`, `</a>`)},
}

func TestInputsThatMustSurvive(t *testing.T) {
	t.Parallel()
	n := newNormalizer(t)
	for _, tc := range survivors {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			if tc.want == "" {
				return
			}
			if diff := cmp.Diff(tc.want, string(must(t, n, []byte(tc.in)))); diff != "" {
				t.Error(diff)
			}
			checkAnything(t, n, []byte(tc.in))
		})
	}
}

// refusals are inputs that are given back, with line, column and offset.
var refusals = []struct {
	name, in             string
	line, column, offset int
}{
	{"nothing", "", 1, 1, 0},
	{"blanks alone", " \n ", 2, 2, 3},
	{"a declaration alone", header, 2, 1, 39},
	{"comments alone", "<!-- x -->", 1, 11, 10},
	{"text", "hello", 1, 1, 0},
	{"JSON", `{"a":1}`, 1, 1, 0},
	{"two roots", "<a/>\n<b/>", 2, 1, 5},
	{"garbage behind the root", "<a/>\nx", 2, 1, 5},
	{"a document type", "<!DOCTYPE a><a/>", 1, 1, 0},
	{"an entity bomb", `<!DOCTYPE a [<!ENTITY x "xx"><!ENTITY y "&x;&x;">]><a>&y;</a>`, 1, 1, 0},
	{"an entity that is not declared", "<a>é&nbsp;</a>", 1, 5, 5},
	{"a bare ampersand", "<a>a & b</a>", 1, 6, 5},
	{"an upper case X in a reference", "<a>&#X41;</a>", 1, 4, 3},
	{"a reference without digits", "<a>&#;</a>", 1, 4, 3},
	{"a reference to NUL", "<a>&#0;</a>", 1, 4, 3},
	{"a reference to a control character", "<a>&#1;</a>", 1, 4, 3},
	{"a reference to half a pair", "<a>&#xD800;</a>", 1, 4, 3},
	{"a reference to U+FFFE", "<a>&#xFFFE;</a>", 1, 4, 3},
	{"a reference beyond Unicode", "<a>&#x110000;</a>", 1, 4, 3},
	{"a reference that overflows", "<a>&#99999999999999999999;</a>", 1, 4, 3},
	{"a control character", "<a>\x01</a>", 1, 4, 3},
	{"a control character in a comment", "<a><!--\x01--></a>", 1, 8, 7},
	{"U+FFFF", "<a>\uffff</a>", 1, 4, 3},
	{"bytes that are no UTF-8", "<a>\n\xff</a>", 2, 1, 4},
	{"a byte without a character in windows-1252", "<?xml version=\"1.0\" encoding=\"windows-1252\"?>\n<a>\xe9\x81</a>", 2, 5, 51},
	{"a byte beyond ASCII", "<?xml version=\"1.0\" encoding=\"US-ASCII\"?><a>\xe9</a>", 1, 45, 44},
	{"half UTF-16", "\xff\xfe<", 1, 1, 0},
	{"an unknown encoding", `<?xml version="1.0" encoding="EBCDIC"?><a/>`, 1, 1, 0},
	{"another version of XML", `<?xml version="1.1"?><a/>`, 1, 1, 0},
	{"a declaration that is not at the start", " <?xml version=\"1.0\"?><a/>", 1, 2, 1},
	{"a declaration without an end", `<?xml version="1.0"`, 1, 1, 0},
	{"an element without an end", "<a>\n<b>", 2, 4, 7},
	{"an end without an element", "</a>", 1, 1, 0},
	{"ends that cross", "<a><b></a></b>", 1, 7, 6},
	{"an end tag without an end", "<a></a", 1, 7, 6},
	{"a tag without an end", "<a b", 1, 5, 4},
	{"a < in text", "<a>1 < 2</a>", 1, 6, 5},
	{"a < in an attribute", `<a b="<"/>`, 1, 7, 6},
	{"an attribute that is there twice", `<a b="1" b="2"/>`, 1, 10, 9},
	{"an attribute without quotes", `<a b=1/>`, 1, 6, 5},
	{"an attribute without a value", `<a b/>`, 1, 5, 4},
	{"an attribute without a closing quote", `<a b="1/>`, 1, 6, 5},
	{"attributes without a blank between", `<a b="1"c="2"/>`, 1, 9, 8},
	{"two hyphens in a comment", "<a><!-- x -- y --></a>", 1, 11, 10},
	{"three hyphens at the end of a comment", "<a><!-- x ---></a>", 1, 11, 10},
	{"a comment without an end", "<a><!-- x</a>", 1, 4, 3},
	{"a CDATA section without an end", "<a><![CDATA[x</a>", 1, 4, 3},
	{"an instruction without an end", "<a><?x</a>", 1, 4, 3},
	{"an instruction without a name", "<a><? x?></a>", 1, 4, 3},
	{"a declaration within", "<a><!ELEMENT x></a>", 1, 4, 3},
	{"a truncated upload", header + "<Profile" + ns + ">\n    <custom>fal", 3, 16, 112},
}

func TestInputsThatAreGivenBack(t *testing.T) {
	t.Parallel()
	n := newNormalizer(t)
	for _, tc := range refusals {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			res := n.Bytes("", []byte(tc.in))
			if res.Refused == nil {
				t.Fatalf("accepted as %q", res.Output)
			}
			if string(res.Output) != tc.in || !res.Unchanged {
				t.Errorf("came back as %q", res.Output)
			}
			var refusal *normalize.Refusal
			if !errors.As(error(res.Refused), &refusal) || refusal.Line != tc.line || refusal.Column != tc.column || refusal.Offset != tc.offset {
				t.Errorf("at %d:%d (%d), want %d:%d (%d): %s", refusal.Line, refusal.Column, refusal.Offset, tc.line, tc.column, tc.offset, refusal.Reason)
			}
		})
	}
}

func TestFixturesAreAsTheServerWritesThem(t *testing.T) {
	t.Parallel()
	n := newNormalizer(t)
	for _, f := range fixtures(t) {
		t.Run(f.path, func(t *testing.T) {
			t.Parallel()
			res := n.Bytes("", f.content)
			if !res.Unchanged || &res.Output[0] != &f.content[0] {
				t.Errorf("changed:\n%s", cmp.Diff(string(f.content), string(res.Output)))
			}
		})
	}
}

func TestRawCarriageReturnsOnRequest(t *testing.T) {
	t.Parallel()
	n := newNormalizer(t, normalize.WithRawCR())
	want := lines("<a>x\r\ny</a>")
	if diff := cmp.Diff(want, string(must(t, n, []byte(header+"<a>x&#xd;\ny</a>\n")))); diff != "" {
		t.Error(diff)
	}
	if res := n.Bytes("", []byte(want)); !res.Unchanged {
		t.Errorf("changed to %q", res.Output)
	}
}
