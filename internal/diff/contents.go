package diff

import (
	"bytes"
	"fmt"
	"path"
	"unicode/utf8"

	"github.com/orgkeep/orgkeep/internal/tree"
	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// contents compares two files that are no metadata of the platform's own form.
func (c *comparer) contents(name string, old, now []byte) []Element {
	if isArchive(old) && isArchive(now) {
		if elements, ok := archives(name, old, now); ok {
			return elements
		}
	}
	if elements, ok := c.structured(name, old, now); ok {
		return elements
	}
	return []Element{content(old, now).named([]Step{{Name: path.Base(name)}})}
}

// structured compares JSON, in which form means nothing, and the XML of a bundle,
// whose form is its author's: where no element differs, its text does.
func (c *comparer) structured(name string, old, now []byte) ([]Element, bool) {
	read, form := c.readJSON, true
	switch {
	case metadata.IsMetaFile(name):
		read, form = c.readAuthored, false
	case !isJSON(name):
		return nil, false
	}
	from, ok := read(old)
	if !ok {
		return nil, false
	}
	to, ok := read(now)
	if !ok || from.name != to.name {
		return nil, false
	}
	w := walk{c: c, root: to.name}
	w.node(from, to, place{})
	return w.elements(), len(w.out) > 0 || form && from.hash == to.hash
}

func (c *comparer) readAuthored(content []byte) (*node, bool) {
	res := c.in.Normalizer.Bytes("", content)
	if res.Refused != nil {
		return nil, false
	}
	return c.parse(res.Output)
}

// content compares text line by line, and all else by size and id.
func content(old, now []byte) Element {
	e := Element{Kind: Changed}
	if isText(old) && isText(now) {
		if from, to, ok := lineEnds(old, now); ok {
			e.Old, e.New = from, to
			return e
		}
		e.Hunks, e.LeftOut = text(string(old), string(now))
		return e
	}
	e.Old, e.New = digest(old), digest(now)
	return e
}

func isText(b []byte) bool { return bytes.IndexByte(b, 0) < 0 && utf8.Valid(b) }

// lineEnds tells texts that differ in how their lines end, and in nothing else.
func lineEnds(old, now []byte) (from, to string, ok bool) {
	from, ok = lineEnd(old)
	if !ok {
		return "", "", false
	}
	to, ok = lineEnd(now)
	if !ok || from == to {
		return "", "", false
	}
	return from, to, bytes.Equal(bytes.ReplaceAll(old, []byte("\r\n"), []byte("\n")), bytes.ReplaceAll(now, []byte("\r\n"), []byte("\n")))
}

func lineEnd(b []byte) (string, bool) {
	pairs, all := bytes.Count(b, []byte("\r\n")), bytes.Count(b, []byte("\n"))
	switch pairs {
	case 0:
		return "lines end in LF", true
	case all:
		return "lines end in CR LF", true
	}
	return "", false
}

// digest names bytes by size and the id of their blob.
func digest(b []byte) string {
	return fmt.Sprintf("%d bytes, %.10s", len(b), tree.HashOf(b))
}

// wholeFile tells a file of a component that came or went.
func wholeFile(name string, k Kind, content []byte) Element {
	e := Element{Kind: k}
	what := digest(content)
	if isText(content) {
		what = countLines(len(splitLines(string(content))))
	}
	if k == Added {
		e.New = what
	} else {
		e.Old = what
	}
	return e.named([]Step{{Name: path.Base(name)}})
}

func countLines(n int) string {
	if n == 1 {
		return "1 line"
	}
	return fmt.Sprintf("%d lines", n)
}
