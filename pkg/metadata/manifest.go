package metadata

import (
	"bytes"
	"encoding/xml"
	"slices"
	"strings"
	"unicode"
)

// Namespace is the XML namespace of metadata files and manifests.
const Namespace = "http://soap.sforce.com/2006/04/metadata"

// Manifest is a package.xml, or a destructiveChanges file, which has the same
// form.
type Manifest struct {
	FullName string // name of a named package; empty otherwise
	Version  Version
	Types    []ManifestType
}

// ManifestType names members of one type; "*" stands for all where the API
// takes it.
type ManifestType struct {
	Name    string
	Members []string
}

// NewManifest names the components given, sorted and without repetition.
func NewManifest(v Version, components ...Component) Manifest {
	sorted := slices.Clone(components)
	slices.SortFunc(sorted, Component.Compare)
	m := Manifest{Version: v}
	for _, c := range slices.Compact(sorted) {
		if n := len(m.Types); n == 0 || m.Types[n-1].Name != c.Type {
			m.Types = append(m.Types, ManifestType{Name: c.Type})
		}
		last := &m.Types[len(m.Types)-1]
		last.Members = append(last.Members, c.FullName)
	}
	return m
}

// Components gives every member as a component, sorted and without repetition.
func (m Manifest) Components() []Component {
	var all []Component
	for _, t := range m.Types {
		for _, name := range t.Members {
			all = append(all, Component{Type: t.Name, FullName: name})
		}
	}
	slices.SortFunc(all, Component.Compare)
	return slices.Compact(all)
}

// XML writes the manifest in the platform's form: 4 blanks, members sorted with *
// first, the version last (left out when zero). Types keep their order, which
// [NewManifest] makes alphabetical and a destructive manifest may need otherwise.
// Characters that XML cannot hold become U+FFFD, so that they name nothing.
func (m Manifest) XML() []byte {
	var b bytes.Buffer
	b.WriteString(xml.Header + `<Package xmlns="` + Namespace + `">` + "\n")
	line := func(indent, element, text string) {
		b.WriteString(indent + "<" + element + ">")
		escape(&b, text)
		b.WriteString("</" + element + ">\n")
	}
	if m.FullName != "" {
		line("    ", "fullName", m.FullName)
	}
	for _, t := range m.Types {
		b.WriteString("    <types>\n")
		for _, name := range slices.SortedFunc(slices.Values(t.Members), compareMembers) {
			line("        ", "members", name)
		}
		line("        ", "name", t.Name)
		b.WriteString("    </types>\n")
	}
	if m.Version != 0 {
		line("    ", "version", m.Version.String())
	}
	b.WriteString("</Package>\n")
	return b.Bytes()
}

// compareMembers puts * first: some names start with what sorts before it.
func compareMembers(a, b string) int {
	switch {
	case a == b:
		return 0
	case a == "*":
		return -1
	case b == "*":
		return 1
	}
	return strings.Compare(a, b)
}

func escape(b *bytes.Buffer, text string) {
	for _, r := range text {
		switch r {
		case '&':
			b.WriteString("&amp;")
		case '<':
			b.WriteString("&lt;")
		case '>':
			b.WriteString("&gt;")
		case '"':
			b.WriteString("&quot;")
		case '\'':
			b.WriteString("&apos;")
		case '\r':
			b.WriteString("&#xd;") // as it stands it would be read as a line feed
		default:
			if !isXMLChar(r) {
				r = unicode.ReplacementChar
			}
			b.WriteRune(r)
		}
	}
}

// isXMLChar: the characters of XML 1.0. Surrogates do not occur in a string.
func isXMLChar(r rune) bool {
	return r >= 0x20 && r != 0xfffe && r != 0xffff || r == '\t' || r == '\n' || r == '\r'
}
