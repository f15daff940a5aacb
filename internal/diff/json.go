package diff

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"path"
)

// isJSON tells files in which the platform keeps JSON: Experience sites and
// analytics. In other places JSON is what its author wrote, and text.
func isJSON(name string) bool {
	switch path.Ext(name) {
	case ".json", ".wdash", ".wdf", ".wdpr", ".wlens":
		return true
	}
	return false
}

// kindAttr is how a value's kind is kept: 1 is not "1".
const kindAttr = "json"

// itemName stands for the members of an array.
const itemName = "[]"

// jsonReader makes a tree of a JSON document.
type jsonReader struct {
	c     *comparer
	dec   *json.Decoder
	src   []byte
	line  int
	seen  int // bytes up to which lines were counted
	nodes int
}

var errJSON = errors.New("no JSON that can be compared")

// readJSON: the order of an object's members means nothing, numbers are kept as
// they are written. What has a member twice is not read.
func (c *comparer) readJSON(content []byte) (*node, bool) {
	r := jsonReader{c: c, dec: json.NewDecoder(bytes.NewReader(content)), src: content, line: 1}
	r.dec.UseNumber()
	root, err := r.value("document", 0)
	if err != nil {
		return nil, false
	}
	_, err = r.dec.Token()
	return root, errors.Is(err, io.EOF)
}

func (r *jsonReader) value(name string, depth int) (*node, error) {
	token, err := r.dec.Token()
	if err != nil {
		return nil, err
	}
	if r.nodes++; r.nodes > maxNodes || depth > maxDepth {
		return nil, errJSON
	}
	n := &node{name: name, line: r.lineHere()}
	kind := "null"
	switch v := token.(type) {
	case json.Delim:
		kind = "object"
		if v == '[' {
			kind = "array"
		}
		err = r.members(n, v == '[', depth)
	case string:
		kind, n.text = "string", v
	case json.Number:
		kind, n.text = "number", v.String()
	case bool:
		kind, n.text = "boolean", "false"
		if v {
			n.text = "true"
		}
	}
	n.attrs = []attr{{kindAttr, kind}}
	n.seal(r.c.seed)
	return n, err
}

func (r *jsonReader) members(n *node, array bool, depth int) error {
	seen := map[string]bool{}
	for r.dec.More() {
		name := itemName
		if !array {
			token, err := r.dec.Token()
			if err != nil {
				return err
			}
			name, _ = token.(string)
			if seen[name] {
				return errJSON
			}
			seen[name] = true
		}
		kid, err := r.value(name, depth+1)
		if err != nil {
			return err
		}
		n.kids = append(n.kids, kid)
	}
	_, err := r.dec.Token()
	return err
}

func (r *jsonReader) lineHere() int {
	at := int(r.dec.InputOffset())
	r.line += bytes.Count(r.src[r.seen:at], []byte("\n"))
	r.seen = at
	return r.line
}
