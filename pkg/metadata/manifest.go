package metadata

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
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
		for _, name := range slices.Sorted(slices.Values(t.Members)) {
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

func escape(b *bytes.Buffer, text string) {
	_, _ = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;", "'", "&apos;").WriteString(b, text)
}

// ErrManifest is what every refusal of [ParseManifest] is.
var ErrManifest = errors.New("manifest cannot be read")

// ParseManifest reads a package.xml or a destructiveChanges file. Elements may
// stand in any order and unknown ones are passed over; types named twice are
// united. DTDs are refused. Every error is an [ErrManifest].
func ParseManifest(data []byte) (Manifest, error) {
	p := manifestParser{dec: xml.NewDecoder(bytes.NewReader(data))}
	m, err := p.parse()
	if err != nil {
		line, column := p.dec.InputPos()
		return Manifest{}, fmt.Errorf("%w: line %d, column %d: %w", ErrManifest, line, column, err)
	}
	return m, nil
}

type manifestParser struct {
	dec   *xml.Decoder
	text  strings.Builder
	group ManifestType
	m     Manifest
	path  []string
	root  bool
}

// maxManifestDepth: Package, types, members; more is only found in elements
// that are passed over.
const maxManifestDepth = 32

func (p *manifestParser) parse() (Manifest, error) {
	for {
		tok, err := p.dec.Token()
		if errors.Is(err, io.EOF) {
			if !p.root {
				return Manifest{}, errors.New("no Package element")
			}
			return p.m, nil
		}
		if err != nil {
			return Manifest{}, err
		}
		if err := p.token(tok); err != nil {
			return Manifest{}, err
		}
	}
}

func (p *manifestParser) token(tok xml.Token) error {
	switch tok := tok.(type) {
	case xml.Directive:
		return errors.New("a DTD is not allowed")
	case xml.StartElement:
		return p.start(tok.Name.Local)
	case xml.EndElement:
		return p.end()
	case xml.CharData:
		p.text.Write(tok)
	}
	return nil
}

func (p *manifestParser) start(name string) error {
	if len(p.path) == 0 {
		if name != "Package" {
			return fmt.Errorf("root is %q, not Package", name)
		}
		if p.root {
			return errors.New("a second root")
		}
		p.root = true
	}
	if len(p.path) == maxManifestDepth {
		return errors.New("nested too deep")
	}
	p.path = append(p.path, name)
	p.text.Reset()
	return nil
}

func (p *manifestParser) end() error {
	where := strings.Join(p.path, "/")
	p.path = p.path[:len(p.path)-1]
	text := strings.TrimSpace(p.text.String())
	p.text.Reset()
	switch where {
	case "Package/fullName":
		p.m.FullName = text
	case "Package/version":
		v, err := ParseVersion(text)
		if err != nil {
			return err
		}
		p.m.Version = v
	case "Package/types/members":
		p.group.Members = append(p.group.Members, text)
	case "Package/types/name":
		p.group.Name = text
	case "Package/types":
		return p.endTypes()
	}
	return nil
}

func (p *manifestParser) endTypes() error {
	group := p.group
	p.group = ManifestType{}
	if group.Name == "" {
		return errors.New("types without a name")
	}
	for i := range p.m.Types {
		if p.m.Types[i].Name == group.Name {
			p.m.Types[i].Members = append(p.m.Types[i].Members, group.Members...)
			return nil
		}
	}
	p.m.Types = append(p.m.Types, group)
	return nil
}
