package refs

import (
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/orgkeep/orgkeep/pkg/emulator/internal/orgstate"
	"github.com/orgkeep/orgkeep/pkg/metadata"
)

var (
	scriptImport = regexp.MustCompile(`@salesforce/(apex|schema|label|resourceUrl|customPermission)/([\w.]+)`)
	controller   = regexp.MustCompile(`\b(?:controller|extensions)="([^"]+)"`)
)

func isMarkup(path string) bool {
	return strings.HasSuffix(path, ".page") || strings.HasSuffix(path, ".component")
}

// markup: pages, components and bundles name what they use in their text.
func markup(f *orgstate.File) []Ref {
	c := collector{file: f, from: f.Component}
	text := string(f.Content)
	for _, m := range scriptImport.FindAllStringSubmatch(text, -1) {
		c.script(m[1], m[2])
	}
	for _, m := range controller.FindAllStringSubmatch(text, -1) {
		for name := range strings.SplitSeq(m[1], ",") {
			if !strings.Contains(name, ":") {
				c.add("ApexClass", name, "controller", false)
			}
		}
	}
	return c.refs
}

func (c *collector) script(kind, name string) {
	switch kind {
	case "apex":
		class, _, _ := strings.Cut(name, ".")
		c.add("ApexClass", class, "import", false)
	case "schema":
		object, field, ok := strings.Cut(name, ".")
		switch {
		case !ok:
			c.add("CustomObject", object, "import", false)
		case !strings.Contains(field, "."):
			c.add("CustomField", name, "import", false)
		}
	case "label":
		if label, ok := strings.CutPrefix(name, "c."); ok {
			c.add("CustomLabel", label, "import", false)
		}
	case "resourceUrl":
		c.add("StaticResource", name, "import", false)
	case "customPermission":
		c.add("CustomPermission", name, "import", false)
	}
}

// Mentions tells whether Apex or markup names a component by its words, which is
// taken as a use of it. A field counts only if its object is named as well.
func Mentions(f *orgstate.File, c metadata.Component) bool {
	has := words(f)
	if has == nil || f.Component == c {
		return false
	}
	switch c.Type {
	case "ApexClass":
		return has[strings.ToLower(c.FullName)]
	case "CustomObject":
		return orgstate.Custom(c.FullName) && has[strings.ToLower(c.FullName)]
	case "CustomField":
		object, field, _ := strings.Cut(c.FullName, ".")
		return orgstate.Custom(field) && has[strings.ToLower(field)] && has[strings.ToLower(object)]
	case "CustomPermission", "CustomLabel":
		return false
	}
	return false
}

// Named gives a function that finds what Apex and markup name by their words, of
// the org as it is now; see [Mentions].
func Named(s *orgstate.State) func(*orgstate.File) []Ref {
	byWord := map[string][]metadata.Component{}
	for _, typ := range []string{"ApexClass", "CustomObject", "CustomField"} {
		for _, c := range s.Components(typ) {
			_, name, child := strings.Cut(c.FullName, ".")
			if !child {
				name = c.FullName
			}
			byWord[strings.ToLower(name)] = append(byWord[strings.ToLower(name)], c)
		}
	}
	return func(f *orgstate.File) []Ref {
		var found []Ref
		for _, word := range slices.Sorted(maps.Keys(words(f))) {
			for _, c := range byWord[word] {
				if Mentions(f, c) {
					found = append(found, Ref{From: f.Component, To: c})
				}
			}
		}
		return found
	}
}

// words gives the words of a file of code, none for other files.
func words(f *orgstate.File) map[string]bool {
	switch f.Component.Type {
	case "ApexClass", "ApexTrigger", "ApexPage", "ApexComponent":
	default:
		return nil
	}
	if metadata.IsMetaFile(f.Path) {
		return nil
	}
	return orgstate.Memo(f, "words", func() map[string]bool { return wordsOf(string(f.Content)) })
}

// wordsOf gives the words of code outside texts and comments, in lower case.
// Text in brackets is a query and counts.
func wordsOf(text string) map[string]bool {
	words := map[string]bool{}
	for i := 0; i < len(text); {
		switch ch := text[i]; {
		case strings.HasPrefix(text[i:], "//"):
			i = skipTo(text, i, "\n")
		case strings.HasPrefix(text[i:], "/*"):
			i = skipTo(text, i, "*/")
		case ch == '\'':
			i = after(text, i, ch)
		case isWord(ch):
			end := i
			for end < len(text) && isWord(text[end]) {
				end++
			}
			words[strings.ToLower(text[i:end])] = true
			i = end
		default:
			i++
		}
	}
	return words
}

func skipTo(text string, i int, end string) int {
	n := strings.Index(text[i:], end)
	if n < 0 {
		return len(text)
	}
	return i + n + len(end)
}
