package deployplan

import (
	"bytes"
	"errors"
	"fmt"
	"strings"

	"github.com/beevik/etree"
)

// errNotXML is what parse returns for a file that cannot be read.
var errNotXML = errors.New("it cannot be read as XML")

func parse(content []byte) (*etree.Document, error) {
	doc := etree.NewDocument()
	doc.ReadSettings.PreserveCData = true
	// A CR in text would come out as a line feed if it were not written as a
	// reference.
	doc.WriteSettings.CanonicalText = true
	if err := doc.ReadFromBytes(content); err != nil {
		return nil, fmt.Errorf("%w: %w", errNotXML, err)
	}
	if doc.Root() == nil {
		return nil, fmt.Errorf("%w: it has no root element", errNotXML)
	}
	return doc, nil
}

// write gives a document's bytes. Text is never touched: the document is not
// indented, because indenting would reach into values.
func write(doc *etree.Document) ([]byte, error) {
	out, err := doc.WriteToBytes()
	if err != nil {
		return nil, fmt.Errorf("write XML: %w", err)
	}
	return bytes.Clone(out), nil // what was written into has room for twice as much
}

// text gives the text at a path of element names below e, without blanks around
// it; empty when there is none.
func text(e *etree.Element, path ...string) string {
	for _, name := range path {
		if e == nil {
			return ""
		}
		e = e.SelectElement(name)
	}
	if e == nil {
		return ""
	}
	return strings.TrimSpace(e.Text())
}

// is tells whether a flag below e is set.
func is(e *etree.Element, path ...string) bool { return text(e, path...) == "true" }

// leaf makes an element with text.
func leaf(name, value string) *etree.Element {
	e := etree.NewElement(name)
	e.SetText(value)
	return e
}

// setText sets a direct child's text, and makes the child where there is none.
func setText(e *etree.Element, name, value string) {
	if child := e.SelectElement(name); child != nil {
		child.SetText(value)
		return
	}
	insertBesideSiblings(e, leaf(name, value))
}

// canonical writes an element so that two mean the same if the texts are equal:
// blanks between elements are left out, text keeps its own.
func canonical(e *etree.Element) string {
	var b strings.Builder
	writeCanonical(&b, e)
	return b.String()
}

func writeCanonical(b *strings.Builder, e *etree.Element) {
	b.WriteString("<" + e.Tag)
	for _, a := range e.Attr {
		if a.Space != "xmlns" && a.Key != "xmlns" {
			fmt.Fprintf(b, " %s=%q", a.Key, a.Value)
		}
	}
	b.WriteByte('>')
	kids := e.ChildElements()
	if len(kids) == 0 {
		b.WriteString(strings.ReplaceAll(e.Text(), "<", "&lt;"))
	}
	for _, k := range kids {
		writeCanonical(b, k)
	}
	b.WriteString("</>")
}

// sameEntries tells whether two elements have the same children in whatever
// order.
func sameEntries(a, b *etree.Element) bool {
	count := map[string]int{}
	for _, e := range a.ChildElements() {
		count[canonical(e)]++
	}
	for _, e := range b.ChildElements() {
		count[canonical(e)]--
	}
	for _, n := range count {
		if n != 0 {
			return false
		}
	}
	return true
}

// dropBlanks takes out the blank text that removed elements leave behind; it
// stands between elements and means nothing.
func dropBlanks(e *etree.Element) {
	for i := len(e.Child) - 1; i >= 0; i-- {
		if data, ok := e.Child[i].(*etree.CharData); ok && strings.TrimSpace(data.Data) == "" {
			e.RemoveChildAt(i)
		}
	}
}

// insertBesideSiblings puts an element after the last one of its name: siblings
// of one name have to stand together ("Element X is duplicated at this location").
// Without any it goes where alphabetical order puts it, which is the platform's;
// fullName leads.
func insertBesideSiblings(parent, e *etree.Element) {
	after, same := -1, -1
	for _, other := range parent.ChildElements() {
		switch {
		case other.Tag == e.Tag:
			same = other.Index()
		case other.Tag == "fullName" || e.Tag != "fullName" && other.Tag < e.Tag:
			after = other.Index()
		}
	}
	if same >= 0 {
		after = same
	}
	parent.InsertChildAt(after+1, e)
}

// isFlag tells whether an element's text is a boolean.
func isFlag(e *etree.Element) bool {
	value := strings.TrimSpace(e.Text())
	return len(e.ChildElements()) == 0 && (value == "true" || value == "false")
}
