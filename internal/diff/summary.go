package diff

import (
	"context"
	"slices"
	"strconv"
	"strings"
)

// maxSummary bounds a summary, in bytes.
const maxSummary = 100

// summarize says in short what an element holds: editable true, readable true.
// The key is told elsewhere.
func summarize(n *node, key string) string {
	names, of := n.families()
	var parts []string
	size := 0
	for i, name := range names {
		kids := of[name]
		if key != "" && len(kids) == 1 && kids[0].leaf() && slices.Contains(strings.Split(key, "/"), kids[0].text) {
			continue
		}
		part := part(name, kids)
		if size += len(part); size > maxSummary && len(parts) > 0 {
			return strings.Join(parts, ", ") + " and " + strconv.Itoa(len(names)-i) + " more"
		}
		parts = append(parts, part)
	}
	return strings.Join(parts, ", ")
}

func part(name string, kids []*node) string {
	switch {
	case len(kids) > 1:
		return strconv.Itoa(len(kids)) + " " + name
	case kids[0].leaf():
		return strings.TrimSpace(name + " " + shorten(kids[0].text))
	}
	return name
}

// shorten cuts a value to its first line, and that to what fits a summary.
func shorten(s string) string {
	line, _, more := strings.Cut(s, "\n")
	if len(line) > maxSummary/2 {
		cut := maxSummary / 2
		for cut > 0 && line[cut]&0xc0 == 0x80 {
			cut--
		}
		line, more = line[:cut], true
	}
	if more {
		line += "…"
	}
	return line
}

// maxOutlined bounds how many components that came or went are read to say what
// they are. Where there are more, they are too many to be looked at one by one.
const maxOutlined = 200

// outline says in short what a component holds that came or went: by the elements
// of its file, or the lines of its text. What cannot be read is not described: the
// comparison does not depend on it.
func (c *comparer) outline(ctx context.Context, g *group, path string) string {
	if c.outlined++; c.outlined > maxOutlined || g.kind == Renamed {
		return ""
	}
	for _, f := range g.files {
		if f.path != path {
			continue
		}
		blobs, h := c.in.NewBlobs, f.to
		if g.kind == Deleted {
			blobs, h = c.in.OldBlobs, f.from
		}
		if content, err := read(ctx, blobs, h, path); err == nil {
			return c.outlineOf(path, content)
		}
	}
	return ""
}

func (c *comparer) outlineOf(path string, content []byte) string {
	if c.in.Normalizer.Handles(path) {
		if res := c.in.Normalizer.Bytes(path, content); res.Refused == nil {
			if root, ok := c.parse(res.Output); ok {
				return summarize(root, "")
			}
		}
	}
	if isText(content) {
		return countLines(len(splitLines(string(content))))
	}
	return digest(content)
}

// describe says what a child is that came or went. key is the element of its
// name.
func describe(typ string, n *node, key string) string {
	if typ == "CustomField" {
		if s := describeField(n); s != "" {
			return s
		}
	}
	name, _ := n.child(key)
	return summarize(n, name)
}

// describeField gives a field's type as Setup shows it, and what matters most
// beside: Text(80), required. It is empty for a standard field, whose file does
// not tell its type.
func describeField(n *node) string {
	typ, ok := n.child("type")
	if !ok {
		return ""
	}
	get := func(name string) string { s, _ := n.child(name); return s }
	switch {
	case get("referenceTo") != "":
		typ += "(" + get("referenceTo") + ")"
	case get("precision") != "" && get("scale") != "":
		typ += "(" + get("precision") + ", " + get("scale") + ")"
	case get("length") != "":
		typ += "(" + get("length") + ")"
	}
	parts := []string{typ}
	if get("formula") != "" {
		parts = append(parts, "formula")
	}
	for _, flag := range [...]string{"required", "unique", "externalId", "encrypted"} {
		if get(flag) == "true" {
			parts = append(parts, flag)
		}
	}
	return strings.Join(parts, ", ")
}

func hashName(h uint64) string { return strconv.FormatUint(h, 16) }
