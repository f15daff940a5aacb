package cli

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"

	"github.com/itchyny/gojq"
)

// schemaVersion is that of the documents below. A field that goes or changes its
// meaning raises it.
const schemaVersion = "1"

// document is what --json prints.
type document struct {
	SchemaVersion string   `json:"schema_version"`
	Command       string   `json:"command"`
	Result        any      `json:"result"`
	Warnings      []string `json:"warnings"`
}

// WriteJSON prints a command's result as the one document that --json promises,
// or what --jq makes of it.
func (f *Factory) WriteJSON(command string, result any, warnings ...string) error {
	if warnings == nil {
		warnings = []string{}
	}
	doc := document{SchemaVersion: schemaVersion, Command: command, Result: result, Warnings: warnings}
	if f.Global.JQ != "" {
		return filter(f.IO.Out, f.Global.JQ, doc)
	}
	return encode(f.IO.Out, doc)
}

// encode writes a value on one line; "<" stays as it is, as this is no HTML.
func encode(w io.Writer, value any) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(value); err != nil {
		return fmt.Errorf("write the result: %w", err)
	}
	return nil
}

// filter prints each value that a jq expression gives, on a line of its own;
// texts without quotes, for shells.
func filter(w io.Writer, expression string, doc document) error {
	query, err := gojq.Parse(expression)
	if err != nil {
		return usagef("--jq: %v", err)
	}
	var text bytes.Buffer
	if err := encode(&text, doc); err != nil {
		return err
	}
	var plain any
	dec := json.NewDecoder(&text)
	dec.UseNumber()
	if err := dec.Decode(&plain); err != nil {
		return fmt.Errorf("read the result again: %w", err)
	}
	values := query.Run(numbers(plain))
	for {
		v, ok := values.Next()
		if !ok {
			return nil
		}
		if err, failed := v.(error); failed {
			return usagef("--jq: %v", err)
		}
		if s, isText := v.(string); isText {
			if _, err := fmt.Fprintln(w, s); err != nil {
				return fmt.Errorf("write the result: %w", err)
			}
			continue
		}
		if err := encode(w, v); err != nil {
			return err
		}
	}
}

// numbers turns json.Number into what the jq library knows.
func numbers(v any) any {
	switch v := v.(type) {
	case json.Number:
		if n, err := v.Int64(); err == nil {
			return int(n)
		}
		x, _ := v.Float64()
		return x
	case []any:
		for i := range v {
			v[i] = numbers(v[i])
		}
	case map[string]any:
		for k := range v {
			v[k] = numbers(v[k])
		}
	}
	return v
}
