package deployplan

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"reflect"
	"strings"

	"github.com/orgkeep/orgkeep/internal/tree"
)

// jsonIndent is that of a plan's file.
const jsonIndent = "  "

// writeJSON writes a plan just as json.MarshalIndent would, one entry of its long
// lists after the other: a plan with its contents need not fit into memory.
func writeJSON(ctx context.Context, w io.Writer, p *Plan) error {
	return jsonStream{ctx: ctx, w: bufio.NewWriter(w)}.plan(p)
}

// sumJSON writes what tells one plan from another. It is the same for a plan and for
// what is read of its file.
func sumJSON(ctx context.Context, w io.Writer, p *Plan) error {
	return jsonStream{ctx: ctx, w: bufio.NewWriter(w), sum: true}.plan(p)
}

func (s jsonStream) plan(p *Plan) error {
	if err := s.value(reflect.ValueOf(p), 0); err != nil {
		return err
	}
	if err := s.w.WriteByte('\n'); err != nil {
		return err
	}
	return s.w.Flush()
}

type jsonStream struct {
	ctx context.Context //nolint:containedctx // it lives as long as one call
	w   *bufio.Writer
	sum bool
}

func (s jsonStream) value(v reflect.Value, depth int) error {
	switch x := v.Interface().(type) {
	case *Plan, *Overlay:
		if !v.IsNil() {
			return s.object(v.Elem(), depth)
		}
	case Stage:
		return s.object(v, depth)
	case File:
		return s.file(x, depth)
	case []Stage, []File, []Action:
		if v.Len() > 0 {
			return s.list(v, depth)
		}
	}
	return s.leaf(v.Interface(), depth)
}

// object writes the fields of a struct, as their tags say.
func (s jsonStream) object(v reflect.Value, depth int) error {
	open := "{\n"
	for i := range v.NumField() {
		name, option, _ := strings.Cut(v.Type().Field(i).Tag.Get("json"), ",")
		if field := v.Field(i); option == "omitempty" && empty(field) || option == "omitzero" && field.IsZero() {
			continue
		}
		if _, err := s.w.WriteString(open + strings.Repeat(jsonIndent, depth+1) + `"` + name + `": `); err != nil {
			return err
		}
		if err := s.value(v.Field(i), depth+1); err != nil {
			return err
		}
		open = ",\n"
	}
	if open == "{\n" {
		_, err := s.w.WriteString("{}")
		return err
	}
	return s.end("}", depth)
}

// empty is what omitempty leaves out.
func empty(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.Slice, reflect.Map, reflect.String:
		return v.Len() == 0
	}
	return v.IsZero()
}

func (s jsonStream) list(v reflect.Value, depth int) error {
	open := "[\n"
	for i := range v.Len() {
		if err := s.ctx.Err(); err != nil {
			return err
		}
		if _, err := s.w.WriteString(open + strings.Repeat(jsonIndent, depth+1)); err != nil {
			return err
		}
		if err := s.value(v.Index(i), depth+1); err != nil {
			return err
		}
		open = ",\n"
	}
	return s.end("]", depth)
}

func (s jsonStream) end(closing string, depth int) error {
	_, err := s.w.WriteString("\n" + strings.Repeat(jsonIndent, depth) + closing)
	return err
}

// file repeats a content only where no snapshot holds it.
func (s jsonStream) file(f File, depth int) error {
	content, err := []byte(nil), error(nil)
	if f.Hash == "" {
		content, err = f.Bytes(s.ctx)
	}
	if err != nil {
		return err
	}
	return s.leaf(File{Path: f.Path, Hash: f.Hash, Content: content}, depth)
}

func (s jsonStream) leaf(v any, depth int) error {
	text, err := json.MarshalIndent(v, strings.Repeat(jsonIndent, depth), jsonIndent)
	if err != nil {
		return err
	}
	if s.sum {
		// What is no UTF-8 is written in another way the first time than ever after.
		text = bytes.ReplaceAll(text, []byte(`\ufffd`), []byte("\uFFFD"))
	}
	_, err = s.w.Write(text)
	return err
}

// readJSON reads a plan, one file after the other.
func readJSON(r io.Reader, spool *tree.Spool) (*Plan, error) {
	in := jsonReader{dec: json.NewDecoder(bufio.NewReader(r)), spool: spool}
	var p Plan
	err := in.object(&p, map[string]func() error{
		"stages": func() error {
			return in.list(func(n int) { p.Stages = make([]Stage, 0, n) }, func() error {
				var s Stage
				err := in.object(&s, map[string]func() error{"files": func() error { return in.files(&s.Files) }})
				p.Stages = append(p.Stages, s)
				return err
			})
		},
		"overlay": func() error {
			var over Overlay
			null, err := in.objectOrNull(&over, map[string]func() error{"files": func() error { return in.files(&over.Files) }})
			if !null {
				p.Overlay = &over
			}
			return err
		},
	})
	if err != nil {
		return nil, err
	}
	if _, err := in.dec.Token(); err != io.EOF {
		return nil, fmt.Errorf("there is more after the plan")
	}
	return &p, nil
}

type jsonReader struct {
	dec   *json.Decoder
	spool *tree.Spool
}

// object reads an object into a struct; the fields that are named are read by
// functions of their own.
func (in jsonReader) object(into any, own map[string]func() error) error {
	null, err := in.objectOrNull(into, own)
	if err == nil && null {
		return fmt.Errorf("null where an object has to be")
	}
	return err
}

func (in jsonReader) objectOrNull(into any, own map[string]func() error) (null bool, err error) {
	open, err := in.dec.Token()
	if err != nil {
		return false, err
	}
	if open == nil {
		return true, nil
	}
	if open != json.Delim('{') {
		return false, fmt.Errorf("%v where an object has to be", open)
	}
	var rest bytes.Buffer
	for in.dec.More() {
		key, err := in.dec.Token()
		if err != nil {
			return false, err
		}
		name, _ := key.(string) // the decoder takes nothing else
		if read := own[name]; read != nil {
			if err := read(); err != nil {
				return false, fmt.Errorf("%s: %w", name, err)
			}
			continue
		}
		var value json.RawMessage
		if err := in.dec.Decode(&value); err != nil {
			return false, err
		}
		quoted, err := json.Marshal(name)
		if err != nil {
			return false, err
		}
		separator := ","
		if rest.Len() == 0 {
			separator = "{"
		}
		rest.WriteString(separator)
		rest.Write(quoted)
		rest.WriteByte(':')
		rest.Write(value)
	}
	if _, err := in.dec.Token(); err != nil || rest.Len() == 0 {
		return false, err
	}
	rest.WriteByte('}')
	return false, json.Unmarshal(rest.Bytes(), into)
}

// list reads a list, one entry after the other; begin is called unless it is null.
func (in jsonReader) list(begin func(n int), entry func() error) error {
	open, err := in.dec.Token()
	if err != nil || open == nil {
		return err
	}
	if open != json.Delim('[') {
		return fmt.Errorf("%v where a list has to be", open)
	}
	begin(0)
	for in.dec.More() {
		if err := entry(); err != nil {
			return err
		}
	}
	_, err = in.dec.Token()
	return err
}

func (in jsonReader) files(into *[]File) error {
	return in.list(func(n int) { *into = make([]File, 0, n) }, func() error {
		var f File
		if err := in.dec.Decode(&f); err != nil {
			return err
		}
		if in.spool != nil && f.Content != nil {
			id, err := in.spool.Put(f.Content)
			if err != nil {
				return err
			}
			f.from, f.id, f.size, f.Content = in.spool, id, len(f.Content), nil
		}
		*into = append(*into, f)
		return nil
	})
}
