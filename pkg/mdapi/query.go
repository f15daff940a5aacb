package mdapi

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"time"
)

// Record is one row of a query by field names. A field of a parent is a Record
// itself.
type Record map[string]any

// Text gives a field as text: empty when it is missing or null.
func (r Record) Text(field string) string {
	switch v := r[field].(type) {
	case string:
		return v
	case json.Number:
		return v.String()
	case bool:
		return fmt.Sprint(v)
	}
	return ""
}

// Bool tells whether a field is true.
func (r Record) Bool(field string) bool {
	v, ok := r[field].(bool)
	return ok && v
}

// Int gives a field as a number: zero when it is missing or null.
func (r Record) Int(field string) int {
	number, ok := r[field].(json.Number)
	if !ok {
		return 0
	}
	if n, err := number.Int64(); err == nil {
		return int(n)
	}
	f, err := number.Float64()
	if err != nil {
		return 0
	}
	return int(f)
}

// Time gives a date or a date and time: the zero time when it is missing, null
// or none.
func (r Record) Time(field string) time.Time {
	text := r.Text(field)
	if t, err := time.Parse(time.DateOnly, text); err == nil {
		return t
	}
	var m moment
	_ = m.UnmarshalText([]byte(text)) // it takes any text
	return m.time()
}

// Parent gives the record that a relation leads to: CreatedBy. It is empty when
// there is none.
func (r Record) Parent(relation string) Record {
	v, ok := r[relation].(map[string]any)
	if !ok {
		return Record{}
	}
	return v
}

type queryPage struct {
	Done    bool     `json:"done"`
	Next    string   `json:"nextRecordsUrl"`
	Records []Record `json:"records"`
}

// Query runs a query and gives all rows, of as many pages as there are.
func (c *Client) Query(ctx context.Context, soql string) ([]Record, error) {
	return c.query(ctx, c.dataPath("query"), "query", soql)
}

// ToolingQuery runs a query on the objects of the Tooling API. Some of them give
// 2,000 rows at most and do not say that there are more.
func (c *Client) ToolingQuery(ctx context.Context, soql string) ([]Record, error) {
	return c.query(ctx, c.dataPath("tooling", "query"), "tooling query", soql)
}

func (c *Client) query(ctx context.Context, path, name, soql string) ([]Record, error) {
	var rows []Record
	seen := map[string]bool{}
	for next := path + "?q=" + url.QueryEscape(soql); ; {
		var page queryPage
		if err := c.get(ctx, next, name, &page); err != nil {
			return nil, err
		}
		rows = append(rows, page.Records...)
		switch {
		case page.Done || page.Next == "" && len(page.Records) == 0:
			return rows, nil
		case !resource(page.Next) || seen[page.Next]:
			return nil, fmt.Errorf("%s: %w: its next page is at %q", name, ErrReply, page.Next)
		}
		seen[page.Next] = true
		next = page.Next
	}
}

// quoted makes a text literal of SOQL.
func quoted(s string) string {
	return "'" + strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(s) + "'"
}
