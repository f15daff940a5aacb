package metadata

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
)

// ErrManifest is what every refusal of [ParseManifest] is.
var ErrManifest = errors.New("manifest cannot be read")

// ParseManifest reads a package.xml or a destructiveChanges file. Elements may
// stand in any order and unknown ones are passed over; types named twice are
// united, and members without a name left out. DTDs are refused. It takes time
// in proportion to the size of data, whatever that holds. Every error is an
// [ErrManifest].
func ParseManifest(data []byte) (Manifest, error) {
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	p := manifestParser{dec: xml.NewDecoder(bytes.NewReader(data)), types: map[string]int{}}
	m, err := p.parse()
	if err != nil {
		line, column := p.dec.InputPos()
		return Manifest{}, fmt.Errorf("%w: line %d, column %d: %w", ErrManifest, line, column, err)
	}
	return m, nil
}

type manifestParser struct {
	dec   *xml.Decoder
	open  []place         // of the elements that are not closed yet
	text  strings.Builder // of the innermost element that is read
	group ManifestType
	types map[string]int // where in m.Types a type is
	m     Manifest
	root  bool
}

// place is an element of a manifest that means something to us.
type place int

const (
	elsewhere place = iota
	inPackage
	inTypes
	inMembers
	inName
	inFullName
	inVersion
)

// child gives the place of an element inside p.
func (p place) child(name string) place {
	switch {
	case p == inPackage && name == "types":
		return inTypes
	case p == inPackage && name == "fullName":
		return inFullName
	case p == inPackage && name == "version":
		return inVersion
	case p == inTypes && name == "members":
		return inMembers
	case p == inTypes && name == "name":
		return inName
	}
	return elsewhere
}

func (p place) hasText() bool { return p > inTypes }

// maxManifestDepth: Package, types, members; more is only found in elements
// that are passed over.
const maxManifestDepth = 32

// xmlBlanks around a name belong to the layout of the file. Other blanks, such
// as a no-break space, belong to the name.
const xmlBlanks = " \t\r\n"

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
		return p.chars(tok)
	}
	return nil
}

func (p *manifestParser) start(name string) error {
	if len(p.open) == 0 {
		if name != "Package" {
			return fmt.Errorf("root is %q, not Package", name)
		}
		if p.root {
			return errors.New("a second root")
		}
		p.root = true
		p.open = append(p.open, inPackage)
		return nil
	}
	if len(p.open) == maxManifestDepth {
		return errors.New("nested too deep")
	}
	at := p.open[len(p.open)-1].child(name)
	if at.hasText() {
		p.text.Reset()
	}
	p.open = append(p.open, at)
	return nil
}

func (p *manifestParser) chars(text xml.CharData) error {
	if len(p.open) == 0 {
		if len(bytes.Trim(text, xmlBlanks)) > 0 {
			return errors.New("text outside of the root")
		}
		return nil
	}
	if p.open[len(p.open)-1].hasText() {
		p.text.Write(text)
	}
	return nil
}

func (p *manifestParser) end() error {
	at := p.open[len(p.open)-1]
	p.open = p.open[:len(p.open)-1]
	if at == inTypes {
		return p.endTypes()
	}
	if !at.hasText() {
		return nil
	}
	text := strings.Trim(p.text.String(), xmlBlanks)
	switch at {
	case inFullName:
		p.m.FullName = text
	case inVersion:
		v, err := ParseVersion(text)
		if err != nil {
			return err
		}
		p.m.Version = v
	case inMembers:
		if text != "" {
			p.group.Members = append(p.group.Members, text)
		}
	case inName:
		if p.group.Name != "" {
			return errors.New("types with a second name")
		}
		p.group.Name = text
	}
	return nil
}

func (p *manifestParser) endTypes() error {
	group := p.group
	p.group = ManifestType{}
	if group.Name == "" {
		return errors.New("types without a name")
	}
	if i, ok := p.types[group.Name]; ok {
		p.m.Types[i].Members = append(p.m.Types[i].Members, group.Members...)
		return nil
	}
	p.types[group.Name] = len(p.m.Types)
	p.m.Types = append(p.m.Types, group)
	return nil
}
