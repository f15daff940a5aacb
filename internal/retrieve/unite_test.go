package retrieve

import (
	"errors"
	"iter"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// profile writes a file in the normalizer's form of entries like
// "classAccesses apexClass=A enabled=true".
func profile(entries ...string) []byte {
	var b strings.Builder
	b.WriteString(`<?xml version="1.0" encoding="UTF-8"?>` + "\n")
	if len(entries) == 0 {
		b.WriteString(`<Profile xmlns="http://soap.sforce.com/2006/04/metadata"/>` + "\n")
		return []byte(b.String())
	}
	b.WriteString(`<Profile xmlns="http://soap.sforce.com/2006/04/metadata">` + "\n")
	for _, e := range entries {
		words := strings.Fields(e)
		if len(words) == 1 {
			tag, text, _ := strings.Cut(words[0], "=")
			b.WriteString("    <" + tag + ">" + text + "</" + tag + ">\n")
			continue
		}
		b.WriteString("    <" + words[0] + ">\n")
		for _, w := range words[1:] {
			tag, text, _ := strings.Cut(w, "=")
			b.WriteString("        <" + tag + ">" + text + "</" + tag + ">\n")
		}
		b.WriteString("    </" + words[0] + ">\n")
	}
	b.WriteString("</Profile>\n")
	return []byte(b.String())
}

func TestPartsAreUnitedByTheKeysOfTheirEntries(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		parts  [][]byte
		want   []byte
		differ []string
	}{
		{
			"sections of both stand in the order of their names",
			[][]byte{
				profile("classAccesses apexClass=A enabled=true", "custom=false", "userPermissions enabled=true name=Api"),
				profile("applicationVisibilities application=Sales visible=true", "classAccesses apexClass=B enabled=false", "custom=false", "pageAccesses apexPage=P enabled=true", "userPermissions enabled=true name=Api"),
			},
			profile("applicationVisibilities application=Sales visible=true", "classAccesses apexClass=A enabled=true", "classAccesses apexClass=B enabled=false", "custom=false", "pageAccesses apexPage=P enabled=true", "userPermissions enabled=true name=Api"),
			nil,
		},
		{
			"an order of sections that is not the service's is kept",
			[][]byte{
				profile("userLicense=X", "classAccesses apexClass=A enabled=true"),
				profile("userLicense=X", "classAccesses apexClass=B enabled=true"),
			},
			profile("userLicense=X", "classAccesses apexClass=A enabled=true", "classAccesses apexClass=B enabled=true"),
			nil,
		},
		{
			"an empty part adds nothing",
			[][]byte{profile(), profile("custom=true"), profile("custom=true")},
			profile("custom=true"),
			[]string{"what comes with every request"},
		},
		{
			"a layout is assigned once per object and record type",
			[][]byte{
				profile("layoutAssignments layout=A-One", "layoutAssignments layout=A-Two recordType=A.Big"),
				profile("layoutAssignments layout=A-Three", "layoutAssignments layout=B-One"),
			},
			profile("layoutAssignments layout=A-Three", "layoutAssignments layout=A-Two recordType=A.Big", "layoutAssignments layout=B-One"),
			[]string{"layoutAssignments"},
		},
		{
			"a profile that was changed in between is as the later part has it",
			[][]byte{
				profile("classAccesses apexClass=A enabled=true", "userPermissions enabled=true name=Api", "userPermissions enabled=true name=Gone"),
				profile("classAccesses apexClass=A enabled=false", "userPermissions enabled=true name=Api"),
			},
			profile("classAccesses apexClass=A enabled=false", "userPermissions enabled=true name=Api"),
			[]string{"classAccesses", "what comes with every request"},
		},
		{
			"a section that is not known is told apart by its text",
			[][]byte{
				profile("newAccesses a=1 b=2", "newFlag=true"),
				profile("newAccesses a=1 b=2", "newAccesses a=1 b=3", "newFlag=true"),
			},
			profile("newAccesses a=1 b=2", "newAccesses a=1 b=3", "newFlag=true"),
			nil,
		},
		{
			"what stands twice in one part stands twice in the whole",
			[][]byte{
				profile("pageAccesses apexPage=P enabled=true", "pageAccesses apexPage=P enabled=true"),
				profile("pageAccesses apexPage=P enabled=true", "pageAccesses apexPage=P enabled=true"),
			},
			profile("pageAccesses apexPage=P enabled=true", "pageAccesses apexPage=P enabled=true"),
			nil,
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got, differ, err := Unite("Profile", each(test.parts...))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(test.want), string(got)); diff != "" {
				t.Errorf("united (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(test.differ, differ); diff != "" {
				t.Errorf("differ (-want +got):\n%s", diff)
			}
		})
	}
}

func TestUnitingKeepsTextByteForByte(t *testing.T) {
	t.Parallel()
	a := []byte("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Translations xmlns=\"u\">\n    <customLabels>\n        <label>a&#xd;\n  b &lt; &quot;c&quot; „ü“ <!-- kept --></label>\n        <name>L</name>\n    </customLabels>\n</Translations>\n")
	b := []byte("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Translations xmlns=\"u\">\n    <!-- before -->\n    <customTabs>\n        <label> x </label>\n        <name>T</name>\n    </customTabs>\n</Translations>\n")
	want := "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Translations xmlns=\"u\">\n    <customLabels>\n        <label>a&#xd;\n  b &lt; &quot;c&quot; „ü“ <!-- kept --></label>\n        <name>L</name>\n    </customLabels>\n    <!-- before -->\n    <customTabs>\n        <label> x </label>\n        <name>T</name>\n    </customTabs>\n</Translations>\n"
	got, _, err := Unite("Translations", each(a, b))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Errorf("united (-want +got):\n%s", diff)
	}
}

func TestAPartThatIsNoXMLIsAnError(t *testing.T) {
	t.Parallel()
	for _, part := range []string{"", "no xml", "<Profile><a></Profile>", "<!-- only -->"} {
		if _, _, err := Unite("Profile", each([]byte(part), profile())); err == nil {
			t.Errorf("%q was taken", part)
		}
	}
}

func TestAPartReplacesWhatItSpeaksOfAndNothingElse(t *testing.T) {
	t.Parallel()
	stored := profile(
		"classAccesses apexClass=A enabled=true", "classAccesses apexClass=B enabled=true", "description=old",
		"fieldPermissions field=O.F readable=true", "fieldPermissions field=P.F readable=true",
		"layoutAssignments layout=O-One", "layoutAssignments layout=O-Two recordType=O.Big", "layoutAssignments layout=P-One",
		"newAccesses a=1", "tabVisibilities tab=standard-O visibility=DefaultOn", "tabVisibilities tab=T visibility=Hidden",
		"userPermissions enabled=true name=Gone",
	)
	about := func(names ...string) func(metadata.Component) bool {
		return func(c metadata.Component) bool { return strings.Contains(strings.Join(names, " ")+" ", c.String()+" ") }
	}
	none := func(string) bool { return false }
	tests := []struct {
		name   string
		now    []byte
		spoken Spoken
		want   []byte
	}{
		{
			"one class", profile("classAccesses apexClass=A enabled=false", "description=new"),
			Spoken{About: about("ApexClass:A"), Layouts: none},
			profile(
				"classAccesses apexClass=A enabled=false", "classAccesses apexClass=B enabled=true", "description=new",
				"fieldPermissions field=O.F readable=true", "fieldPermissions field=P.F readable=true",
				"layoutAssignments layout=O-One", "layoutAssignments layout=O-Two recordType=O.Big", "layoutAssignments layout=P-One",
				"newAccesses a=1", "tabVisibilities tab=standard-O visibility=DefaultOn", "tabVisibilities tab=T visibility=Hidden",
			),
		},
		{
			"a permission that was taken away", profile("description=old", "userPermissions enabled=true name=Gone"),
			Spoken{About: about("ApexClass:A", "CustomObject:O"), Layouts: func(o string) bool { return o == "O" }},
			profile(
				"classAccesses apexClass=B enabled=true", "description=old", "fieldPermissions field=P.F readable=true",
				"layoutAssignments layout=P-One", "newAccesses a=1", "tabVisibilities tab=T visibility=Hidden", "userPermissions enabled=true name=Gone",
			),
		},
		{
			"another layout, when not all layouts of the object were asked for",
			profile("description=old", "layoutAssignments layout=O-Three recordType=O.Big"),
			Spoken{About: about("CustomObject:O"), Layouts: none},
			profile(
				"classAccesses apexClass=A enabled=true", "classAccesses apexClass=B enabled=true", "description=old", "fieldPermissions field=P.F readable=true",
				"layoutAssignments layout=O-Three recordType=O.Big", "layoutAssignments layout=O-One", "layoutAssignments layout=P-One",
				"newAccesses a=1", "tabVisibilities tab=T visibility=Hidden",
			),
		},
		{
			"all that known sections can be about", profile("description=new"),
			Spoken{Subjects: true, About: about(), Layouts: none},
			profile("description=new", "newAccesses a=1"),
		},
		{"everything", profile("description=new"), Spoken{Everything: true}, profile("description=new")},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got, err := Replace("Profile", stored, test.now, test.spoken)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(test.want), string(got)); diff != "" {
				t.Errorf("replaced (-want +got):\n%s", diff)
			}
		})
	}
}

func TestChildrenOfAParentAreCarriedOver(t *testing.T) {
	t.Parallel()
	object, ok := metadata.Default().Type("CustomObject")
	if !ok {
		t.Fatal("no such type")
	}
	file := func(body string) []byte { return []byte("<CustomObject xmlns=\"u\">\n" + body + "</CustomObject>\n") }
	field := func(name string) string {
		return "    <fields>\n        <fullName>" + name + "</fullName>\n    </fields>\n"
	}
	rule := "    <validationRules>\n        <fullName>R</fullName>\n    </validationRules>\n"
	stored := file(field("A__c") + field("B__c") + "    <label>Old</label>\n" + rule)
	children, err := Children(object, "O", stored)
	if err != nil {
		t.Fatal(err)
	}
	want := []metadata.Component{{Type: "CustomField", FullName: "O.A__c"}, {Type: "CustomField", FullName: "O.B__c"}, {Type: "ValidationRule", FullName: "O.R"}}
	if diff := cmp.Diff(want, children); diff != "" {
		t.Errorf("children (-want +got):\n%s", diff)
	}
	got, err := WithChildren(object, "O", stored, file(field("C__c")+"    <label>New</label>\n"), func(c metadata.Component) bool { return c.FullName != "O.A__c" })
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(file(field("C__c")+field("B__c")+"    <label>New</label>\n"+rule)), string(got)); diff != "" {
		t.Errorf("carried (-want +got):\n%s", diff)
	}
}

// each gives parts one by one, as they are read.
func each(parts ...[]byte) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		for _, part := range parts {
			if !yield(part, nil) {
				return
			}
		}
	}
}

func TestAPartThatCannotBeReadEndsTheUnion(t *testing.T) {
	t.Parallel()
	want := errors.New("the disk fails")
	_, _, err := Unite("Profile", func(yield func([]byte, error) bool) { yield(nil, want) })
	var bad *PartError
	if !errors.Is(err, want) || errors.As(err, &bad) {
		t.Errorf("got %v", err)
	}
}
