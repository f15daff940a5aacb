package retrieve

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// saying is one entry of a profile, and the component that brings it; of one that
// comes with every request there is none.
type saying struct {
	text  string
	about metadata.Component
}

// drawProfile makes a profile about a few objects and classes, in the service's
// order.
func drawProfile(t *rapid.T, name string, subjects []metadata.Component) []saying {
	var out []saying
	has := func(what string) bool { return rapid.Bool().Draw(t, name+" "+what) }
	for _, c := range subjects {
		add := func(format string) {
			text := strings.ReplaceAll(format, "NAME", c.FullName)
			if has(text) {
				out = append(out, saying{fmt.Sprintf(text, has(text+" value")), c})
			}
		}
		if c.Type == "ApexClass" {
			add("classAccesses apexClass=NAME enabled=%t")
			continue
		}
		add("fieldPermissions editable=%t field=NAME.A")
		add("fieldPermissions editable=%t field=NAME.B")
		add("layoutAssignments layout=NAME-%t")
		add("layoutAssignments layout=NAME-%t recordType=NAME.Big")
		add("objectPermissions allowRead=%t object=NAME")
		add("recordTypeVisibilities default=%t recordType=NAME.Big")
	}
	out = append(out, saying{text: "custom=true"})
	for _, always := range []string{"userPermissions enabled=%t name=Api", "userPermissions enabled=%t name=Edit"} {
		if has(always) {
			out = append(out, saying{text: fmt.Sprintf(always, has(always+" value"))})
		}
	}
	slices.SortStableFunc(out, func(a, b saying) int {
		return strings.Compare(strings.Fields(strings.Replace(a.text, "=", " ", 1))[0], strings.Fields(strings.Replace(b.text, "=", " ", 1))[0])
	})
	return out
}

// file is what a request for some components brings of a profile.
func file(entries []saying, asked func(metadata.Component) bool) []byte {
	var texts []string
	for _, e := range entries {
		if e.about.Type == "" || asked(e.about) {
			texts = append(texts, e.text)
		}
	}
	return profile(texts...)
}

// However a request is parted, the parts make what one request brings, and taking
// them over a stored file one after the other makes what taking all at once does.
func TestHowARequestIsPartedChangesNothing(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var subjects []metadata.Component
		for _, name := range []string{"O", "P", "Q"} {
			subjects = append(subjects, c("CustomObject", name), c("ApexClass", name))
		}
		stored, now := drawProfile(t, "stored", subjects), drawProfile(t, "now", subjects)
		part := map[metadata.Component]int{} // 0 is not asked for
		parts := rapid.IntRange(1, 4).Draw(t, "parts")
		for _, c := range subjects {
			part[c] = rapid.IntRange(0, parts).Draw(t, c.String())
		}
		spoken := func(asked func(metadata.Component) bool) Spoken {
			return Spoken{About: asked, Layouts: func(object string) bool { return asked(c("CustomObject", object)) }}
		}
		replaced := func(over, with []byte, asked func(metadata.Component) bool) []byte {
			out, err := Replace("Profile", over, with, spoken(asked))
			if err != nil {
				t.Fatal(err)
			}
			return out
		}
		asked := func(c metadata.Component) bool { return part[c] > 0 }
		everything := func(metadata.Component) bool { return true }
		whole, before := file(now, asked), file(stored, everything)
		var cut [][]byte
		step := before
		for i := range parts {
			inPart := func(c metadata.Component) bool { return part[c] == i+1 }
			cut = append(cut, file(now, inPart))
			step = replaced(step, cut[i], inPart)
		}
		united, differ, err := Unite("Profile", each(cut...))
		if err != nil || len(differ) > 0 || sorted(united) != sorted(whole) {
			t.Errorf("%v, %v, united:\n%s\nnot:\n%s", err, differ, united, whole)
		}
		if want := replaced(before, whole, asked); sorted(want) != sorted(step) {
			t.Errorf("one after the other:\n%s\nnot:\n%s", step, want)
		}
	})
}

// sorted gives the entries of a file, one a line: the normalizer puts those of one
// that was put together in order.
func sorted(content []byte) string {
	lines := strings.Split(strings.NewReplacer("\n        ", " ", "\n    </", " </").Replace(string(content)), "\n")
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}
