package seal

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// ErrUnreadable is returned for a file in which secrets cannot be told from the
// rest.
var ErrUnreadable = errors.New("it can hold a secret and cannot be read as XML")

// Sealer seals values with a key. The zero value has no key: it seals as well, and
// nothing can be compared.
type Sealer struct {
	Key Key
	// Anew seals with Key what the base has sealed with another key. Without it
	// such a value is carried over.
	Anew bool
}

// Value is a value that was sealed.
type Value struct {
	Element string // dotted path below the root
	KeyID   string // of the key, NoKey without one
	// Compared tells whether the sealed text speaks of the value that the file
	// has. It does not when it was carried over from the base, or made without a
	// key.
	Compared bool
}

// Sealed lists the sealed values of a file that is stored.
func Sealed(c metadata.Component, content []byte) []Value {
	elements := secretElements(c.Type)
	if len(elements) == 0 {
		return nil
	}
	found, err := find(content, elements)
	if err != nil {
		return nil // it was stored by somebody else
	}
	var out []Value
	for _, f := range found {
		if id, ok := KeyID(f.value); ok {
			out = append(out, Value{Element: f.element, KeyID: id})
		}
	}
	return out
}

// Seal replaces the secrets of a component's file; all other bytes stay. base
// gives the file that is already stored, or nil, and is only asked when the file
// holds secrets.
func (s Sealer) Seal(c metadata.Component, content []byte, base func() ([]byte, error)) (sealed []byte, values []Value, err error) {
	elements := secretElements(c.Type)
	if len(elements) == 0 {
		return content, nil, nil
	}
	if !utf8.Valid(content) || bytes.IndexByte(content, 0) >= 0 {
		return nil, nil, fmt.Errorf("%w: it is not UTF-8", ErrUnreadable)
	}
	if !slices.ContainsFunc(elements, func(path string) bool { return mentions(content, path) }) {
		return content, nil, nil
	}
	found, err := find(content, elements)
	if err != nil {
		return nil, nil, err
	}
	if len(found) == 0 {
		return content, nil, nil
	}
	before, err := sealedBefore(base, elements)
	if err != nil {
		return nil, nil, err
	}
	sealed, values = s.replace(c, content, found, before)
	return sealed, values, nil
}

// mentions is a quick way to see that a file has none of the elements.
func mentions(content []byte, path string) bool {
	return bytes.Contains(content, []byte(path[strings.LastIndexByte(path, '.')+1:]))
}

func (s Sealer) replace(c metadata.Component, content []byte, found []span, before map[string][]string) ([]byte, []Value) {
	var out bytes.Buffer
	var values []Value
	at, count := 0, map[string]int{}
	for _, f := range found {
		n := count[f.element]
		count[f.element]++
		text, compared := s.text(c, f, nth(before[f.element], n))
		out.Write(content[at:f.start])
		out.WriteString(text)
		at = f.end
		id, _ := KeyID(text)
		values = append(values, Value{Element: f.element, KeyID: id, Compared: compared})
	}
	out.Write(content[at:])
	return out.Bytes(), values
}

// text gives what stands for a value of which the base has had.
func (s Sealer) text(c metadata.Component, f span, had string) (text string, compared bool) {
	if id, sealed := KeyID(had); sealed && id != s.Key.ID() && !s.Anew {
		return had, false
	}
	// Names are equal whatever their case.
	place := c.Type + "\x00" + strings.ToLower(c.FullName) + "\x00" + f.element
	return s.Key.text(place, f.value), !s.Key.IsZero()
}

func nth(values []string, n int) string {
	if n >= len(values) {
		return ""
	}
	return values[n]
}

// sealedBefore gives the values of the stored file, by element.
func sealedBefore(base func() ([]byte, error), elements []string) (map[string][]string, error) {
	content, err := base()
	if err != nil || content == nil {
		return nil, err
	}
	out := map[string][]string{}
	found, err := find(content, elements)
	if err != nil {
		// Nothing can be carried over from it.
		return out, nil
	}
	for _, f := range found {
		out[f.element] = append(out[f.element], f.value)
	}
	return out, nil
}

// span is the content of one element: bytes from start to end, and the text that
// they stand for.
type span struct {
	element    string
	start, end int
	value      string
}

// find gives the elements that have a value, in the order of the file.
func find(content []byte, elements []string) ([]span, error) {
	f := finder{elements: elements, content: content, decoder: xml.NewDecoder(bytes.NewReader(content))}
	// What the declaration says of the encoding is not asked: it is UTF-8.
	f.decoder.CharsetReader = func(_ string, in io.Reader) (io.Reader, error) { return in, nil }
	for {
		token, err := f.decoder.RawToken()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrUnreadable, err)
		}
		if err := f.see(token); err != nil {
			return nil, err
		}
	}
	if len(f.path) > 0 {
		return nil, fmt.Errorf("%w: it ends within <%s>", ErrUnreadable, f.path[len(f.path)-1])
	}
	return slices.DeleteFunc(f.found, func(f span) bool { return f.start == f.end }), nil
}

// maxDepth is how deep elements with secrets lie.
const maxDepth = 8

type finder struct {
	elements []string
	content  []byte
	decoder  *xml.Decoder
	found    []span
	path     []string
	inside   int // the depth of the element that was found, 0 outside
	text     strings.Builder
}

func (f *finder) see(token xml.Token) error {
	switch t := token.(type) {
	case xml.StartElement:
		f.open(t.Name.Local)
	case xml.CharData:
		if f.inside > 0 {
			f.text.Write(t)
		}
	case xml.EndElement:
		return f.close(t.Name.Local)
	}
	return nil
}

func (f *finder) open(name string) {
	f.path = append(f.path, name)
	if f.inside > 0 || len(f.path) > maxDepth {
		return
	}
	at := strings.Join(f.path[1:], ".")
	if slices.ContainsFunc(f.elements, func(e string) bool { return at == e || strings.HasSuffix(at, "."+e) }) {
		f.inside = len(f.path)
		f.text.Reset()
		f.found = append(f.found, span{element: at, start: int(f.decoder.InputOffset())})
	}
}

func (f *finder) close(name string) error {
	depth := len(f.path)
	if depth == 0 || f.path[depth-1] != name {
		return fmt.Errorf("%w: </%s> closes nothing", ErrUnreadable, name)
	}
	if f.inside == depth {
		f.inside = 0
		last := &f.found[len(f.found)-1]
		last.value = f.text.String()
		// An element without content has no end tag.
		last.end = last.start + max(0, bytes.LastIndex(f.content[last.start:f.decoder.InputOffset()], []byte("</")))
	}
	f.path = f.path[:depth-1]
	return nil
}
