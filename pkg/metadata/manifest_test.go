package metadata_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/orgkeep/orgkeep/pkg/metadata"
)

func TestAManifestIsWrittenInThePlatformsForm(t *testing.T) {
	t.Parallel()
	m := metadata.Manifest{FullName: "Our Package", Version: 66, Types: []metadata.ManifestType{
		{Name: "Layout", Members: []string{`Account-R&D <"it's">`, "*", "%28x%29", "$x"}},
		{Name: "ApexClass", Members: []string{"b", "A"}},
		{Name: "Settings"},
	}}
	want := `<?xml version="1.0" encoding="UTF-8"?>
<Package xmlns="http://soap.sforce.com/2006/04/metadata">
    <fullName>Our Package</fullName>
    <types>
        <members>*</members>
        <members>$x</members>
        <members>%28x%29</members>
        <members>Account-R&amp;D &lt;&quot;it&apos;s&quot;&gt;</members>
        <name>Layout</name>
    </types>
    <types>
        <members>A</members>
        <members>b</members>
        <name>ApexClass</name>
    </types>
    <types>
        <name>Settings</name>
    </types>
    <version>66.0</version>
</Package>
`
	if diff := cmp.Diff(want, string(m.XML())); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"b", "A"}, m.Types[1].Members); diff != "" {
		t.Errorf("writing changed the manifest: %s", diff)
	}
}

func TestAnEmptyManifestNamesNothingAndNoVersion(t *testing.T) {
	t.Parallel()
	want := `<?xml version="1.0" encoding="UTF-8"?>
<Package xmlns="http://soap.sforce.com/2006/04/metadata">
</Package>
`
	if diff := cmp.Diff(want, string(metadata.Manifest{}.XML())); diff != "" {
		t.Error(diff)
	}
}

// Names come from orgs and from people. Whatever they hold, what is written is
// XML that says the same.
func TestNamesThatXMLCannotHoldAreStillWellFormed(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ in, want string }{
		"a carriage return is spelled out":    {"a\rb", "a\rb"},
		"a line feed and a tab are kept":      {"a\n\tb", "a\n\tb"},
		"a control character is no name":      {"a\x01b", "a\ufffdb"},
		"bytes that are no UTF-8 are no name": {"a\xffb", "a\ufffdb"},
		"a non-character is no name":          {"a\uffffb", "a\ufffdb"},
		"the end of CDATA is plain text":      {"a]]>b", "a]]>b"},
		"a blank that is no XML blank stays":  {"\u00a0a\u00a0", "\u00a0a\u00a0"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := metadata.ParseManifest(metadata.NewManifest(66, c("Layout", tc.in)).XML())
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff([]metadata.Component{c("Layout", tc.want)}, got.Components()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestNewManifestSortsAndNamesEachComponentOnce(t *testing.T) {
	t.Parallel()
	in := []metadata.Component{c("Layout", "b"), c("ApexClass", "z"), c("Layout", "a"), c("ApexClass", "z"), c("Layout", "*")}
	given := slices.Clone(in)
	got := metadata.NewManifest(58, in...)
	want := metadata.Manifest{Version: 58, Types: []metadata.ManifestType{
		{Name: "ApexClass", Members: []string{"z"}},
		{Name: "Layout", Members: []string{"*", "a", "b"}},
	}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(given, in); diff != "" {
		t.Errorf("the caller's list was changed: %s", diff)
	}
	if diff := cmp.Diff([]metadata.Component{c("ApexClass", "z"), c("Layout", "*"), c("Layout", "a"), c("Layout", "b")}, got.Components()); diff != "" {
		t.Error(diff)
	}
}

const head = `<?xml version="1.0" encoding="UTF-8"?><Package xmlns="http://soap.sforce.com/2006/04/metadata">`

func TestParseManifest(t *testing.T) {
	t.Parallel()
	classes := []metadata.ManifestType{{Name: "ApexClass", Members: []string{"A", "B"}}}
	for name, tc := range map[string]struct {
		in   string
		want metadata.Manifest
	}{
		"as sf writes it": {
			head + "\n    <types>\n        <members>A</members>\n        <members>B</members>\n        <name>ApexClass</name>\n    </types>\n    <version>66.0</version>\n</Package>\n",
			metadata.Manifest{Version: 66, Types: classes},
		},
		"elements in any order": {
			head + `<version>66.0</version><types><name>ApexClass</name><members>A</members><members>B</members></types><fullName>P</fullName></Package>`,
			metadata.Manifest{FullName: "P", Version: 66, Types: classes},
		},
		"members keep the order they stand in": {
			head + `<types><members>B</members><members>A</members><name>ApexClass</name></types></Package>`,
			metadata.Manifest{Types: []metadata.ManifestType{{Name: "ApexClass", Members: []string{"B", "A"}}}},
		},
		"types keep the order they stand in": {
			head + `<types><name>Layout</name></types><types><name>ApexClass</name></types></Package>`,
			metadata.Manifest{Types: []metadata.ManifestType{{Name: "Layout"}, {Name: "ApexClass"}}},
		},
		"a type named twice is one": {
			head + `<types><members>A</members><name>ApexClass</name></types><types><members>*</members><name>Layout</name></types><types><members>B</members><name>ApexClass</name></types></Package>`,
			metadata.Manifest{Types: []metadata.ManifestType{classes[0], {Name: "Layout", Members: []string{"*"}}}},
		},
		"unknown elements are passed over at every depth": {
			head + `<apiAccessLevel>Unrestricted</apiAccessLevel><objectPermissions><types><members>X</members><name>Y</name></types><version>1.0</version></objectPermissions>` +
				`<types><note>n<members>X</members><name>Y</name></note><members>A</members><members>B</members><name>ApexClass</name></types></Package>`,
			metadata.Manifest{Types: classes},
		},
		"an unknown element inside a name does not cut it": {
			head + `<types><members>A<i>x</i>B</members><name>Apex<i/>Class</name></types></Package>`,
			metadata.Manifest{Types: []metadata.ManifestType{{Name: "ApexClass", Members: []string{"AB"}}}},
		},
		"comments, CDATA and instructions are XML's own affair": {
			head + `<!-- a --><?x y?><types><members>A<!-- c --></members><members><![CDATA[B]]></members><name>ApexClass</name></types></Package><!-- end -->`,
			metadata.Manifest{Types: classes},
		},
		"entities of XML are read": {
			head + `<types><members>R&amp;D &#x28;x&#41;</members><name>Layout</name></types></Package>`,
			metadata.Manifest{Types: []metadata.ManifestType{{Name: "Layout", Members: []string{"R&D (x)"}}}},
		},
		"percent signs are kept as they stand": {
			head + `<types><members>Account-Foo %28Bar%29 Layout</members><name>Layout</name></types></Package>`,
			metadata.Manifest{Types: []metadata.ManifestType{{Name: "Layout", Members: []string{"Account-Foo %28Bar%29 Layout"}}}},
		},
		"an empty member names nothing": {
			head + `<types><members>A</members><members/><members> </members><members>B</members><name>ApexClass</name></types></Package>`,
			metadata.Manifest{Types: classes},
		},
		"a byte order mark in front": {
			"\ufeff" + head + `<types><members>A</members><members>B</members><name>ApexClass</name></types></Package>`,
			metadata.Manifest{Types: classes},
		},
		"a prefix on every element": {
			`<m:Package xmlns:m="http://soap.sforce.com/2006/04/metadata"><m:types><m:members>A</m:members><m:members>B</m:members><m:name>ApexClass</m:name></m:types></m:Package>`,
			metadata.Manifest{Types: classes},
		},
		"no namespace and no declaration": {
			`<Package><types><members>A</members><members>B</members><name>ApexClass</name></types></Package>`,
			metadata.Manifest{Types: classes},
		},
		"nothing but the root": {`<Package/>`, metadata.Manifest{}},
		"a version that is not supported is still read": {
			head + `<version>20.0</version></Package>`, metadata.Manifest{Version: 20},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := metadata.ParseManifest([]byte(tc.in))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tc.want, got, cmpopts.EquateEmpty()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

var hostileManifests = map[string]struct{ in, says string }{
	"nothing":                            {"", "no Package element"},
	"blanks alone":                       {" \n", "no Package element"},
	"no XML":                             {"ApexClass: A", "outside of the root"},
	"an unclosed root":                   {head + "<types>", "unexpected EOF"},
	"a cut tag":                          {head + "<typ", "unexpected EOF"},
	"elements that overlap":              {head + "<types><name>A</types></name></Package>", "closed by"},
	"another root":                       {"<Envelope><Package/></Envelope>", `root is "Envelope"`},
	"a second root":                      {"<Package/><Package/>", "second root"},
	"text before the root":               {"x<Package/>", "outside of the root"},
	"text after the root":                {"<Package/>x", "outside of the root"},
	"a DTD":                              {`<!DOCTYPE Package><Package/>`, "DTD"},
	"an external DTD":                    {`<!DOCTYPE Package SYSTEM "file:///etc/passwd"><Package/>`, "DTD"},
	"an external entity":                 {`<!DOCTYPE Package [<!ENTITY e SYSTEM "file:///etc/passwd">]><Package><fullName>&e;</fullName></Package>`, "DTD"},
	"a billion laughs":                   {`<!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;"><!ENTITY c "&b;&b;">]><Package><fullName>&c;</fullName></Package>`, "DTD"},
	"a DTD inside":                       {`<Package><!DOCTYPE x></Package>`, "DTD"},
	"an entity that nobody declared":     {head + "<fullName>&e;</fullName></Package>", "entity"},
	"a NUL":                              {head + "<fullName>\x00</fullName></Package>", "U+0000"},
	"a NUL by number":                    {head + "<fullName>&#0;</fullName></Package>", "U+0000"},
	"bytes that are no UTF-8":            {head + "<fullName>\xff</fullName></Package>", "UTF-8"},
	"another encoding":                   {`<?xml version="1.0" encoding="ISO-8859-1"?><Package/>`, "encoding"},
	"UTF-16":                             {"\xff\xfe<\x00P\x00", "UTF-8"},
	"elements nested without end":        {strings.Repeat("<Package>", 1_000_000), "too deep"},
	"types without a name":               {head + "<types><members>A</members></types></Package>", "without a name"},
	"types with a blank name":            {head + "<types><members>A</members><name> </name></types></Package>", "without a name"},
	"types with two names":               {head + "<types><members>A</members><name>ApexClass</name><name>Layout</name></types></Package>", "second name"},
	"a version that is none":             {head + "<version>latest</version></Package>", `"latest"`},
	"an empty version":                   {head + "<version/></Package>", "66.0"},
	"a name that would paint the screen": {"<\x1b[31m/>", "expected element name"},
}

func TestAHostileManifestIsRefused(t *testing.T) {
	t.Parallel()
	for name, tc := range hostileManifests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m, err := metadata.ParseManifest([]byte(tc.in))
			if !errors.Is(err, metadata.ErrManifest) {
				t.Fatalf("got %+v, %v; want a refusal", m, err)
			}
			if !strings.Contains(err.Error(), tc.says) || !strings.Contains(err.Error(), "line 1, column ") && !strings.Contains(err.Error(), "line 2, column ") {
				t.Errorf("%q does not say where, and %q", err, tc.says)
			}
			if diff := cmp.Diff(metadata.Manifest{}, m); diff != "" {
				t.Errorf("something came of it: %s", diff)
			}
		})
	}
}

// A few megabytes must not cost minutes. Eight small manifests and one that is
// eight times as large are the same work, unless each element costs as much as all
// before it: then the large one takes eight times as long. Both take so long that
// what else the machine does tells on both, and one fair comparison is enough.
func TestALargeHostileManifestCostsNoMoreThanItsSize(t *testing.T) {
	t.Parallel()
	const times, attempts, tooMuch = 8, 6, 3
	for name, build := range map[string]func(n int) string{
		"types without number": func(n int) string {
			var b strings.Builder
			for i := range n {
				fmt.Fprintf(&b, "<types><name>T%08d</name></types>", i)
			}
			return head + b.String() + "</Package>"
		},
		"a long name around many elements": func(n int) string {
			long := strings.Repeat("x", 16*n)
			return head + "<" + long + ">" + strings.Repeat("<a/>", n) + "</" + long + "></Package>"
		},
		"a long text around many elements": func(n int) string {
			return head + "<types><members>" + strings.Repeat("x", 16*n) + strings.Repeat("<a/>", n) + "</members><name>A</name></types></Package>"
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			parse := func(in string, repeat int) time.Duration {
				start := time.Now()
				for range repeat {
					if _, err := metadata.ParseManifest([]byte(in)); err != nil {
						t.Fatal(err)
					}
				}
				return time.Since(start)
			}
			small, large := build(4000), build(4000*times)
			var seen []string
			for range attempts {
				many, one := parse(small, times), parse(large, 1)
				if one < tooMuch*many {
					return
				}
				seen = append(seen, fmt.Sprintf("%s against %s", one, many))
			}
			t.Errorf("one large manifest against %d small ones took %v", times, seen)
		})
	}
}

func drawManifest(t *rapid.T) metadata.Manifest {
	// Blanks at the ends of a name are XML's, not the name's.
	name := rapid.Custom(func(t *rapid.T) string {
		return strings.Trim(rapid.StringN(1, 20, -1).Draw(t, "text"), " \t\r\n")
	}).Filter(func(s string) bool { return s != "" && metadata.CheckPath(strings.ReplaceAll(s, "/", "")) == nil })
	var all []metadata.Component
	for range rapid.IntRange(0, 12).Draw(t, "components") {
		all = append(all, c(rapid.SampledFrom([]string{"ApexClass", "Layout", "Report"}).Draw(t, "type"), name.Draw(t, "name")))
	}
	return metadata.NewManifest(metadata.Version(rapid.IntRange(0, 99).Draw(t, "version")), all...)
}

func TestAManifestIsReadBackFromItsXML(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		want := drawManifest(t)
		got, err := metadata.ParseManifest(want.XML())
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want.Components(), got.Components()); diff != "" {
			t.Fatal(diff)
		}
		if got.Version != want.Version {
			t.Fatalf("version %s became %s", want.Version, got.Version)
		}
		if again := got.XML(); string(again) != string(want.XML()) {
			t.Fatal(cmp.Diff(string(want.XML()), string(again)))
		}
	})
}
