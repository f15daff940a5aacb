package soql

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Row is one record. A value is a string, a bool, a number, nil, or a Row for a
// related record.
type Row map[string]any

// Condition decides about a row.
type Condition func(Row) bool

// find gives a field by its name, in any case, as SOQL takes it: the name as the
// object spells it, and the value.
func (r Row) find(name string) (field string, value any, ok bool) {
	if v, ok := r[name]; ok {
		return name, v, true
	}
	for field, v := range r {
		if strings.EqualFold(field, name) {
			return field, v, true
		}
	}
	return name, nil, false
}

// Get gives a field's value, or a related record's by a dotted name.
func (r Row) Get(name string) any {
	first, rest, dotted := strings.Cut(name, ".")
	_, v, _ := r.find(first)
	if !dotted {
		return v
	}
	if related, ok := v.(Row); ok {
		return related.Get(rest)
	}
	return nil
}

// has tells whether the object has the field; any row shows all fields.
func (r Row) has(name string) bool {
	first, _, _ := strings.Cut(name, ".")
	_, _, ok := r.find(first)
	return ok
}

// Run answers the query: the rows wanted, with the fields wanted. A field that
// the first row lacks is refused as INVALID_FIELD.
func (q Query) Run(rows []Row) ([]Row, error) {
	for _, f := range slices.Concat(q.Fields, q.used) {
		if len(rows) > 0 && !rows[0].has(f) {
			return nil, fmt.Errorf("%w: No such column '%s' on entity '%s'", ErrField, f, q.Object)
		}
	}
	var found []Row
	for _, r := range rows {
		if q.Where == nil || q.Where(r) {
			found = append(found, r)
		}
	}
	q.sort(found)
	found = found[min(q.Offset, len(found)):]
	if q.Limit >= 0 {
		found = found[:min(q.Limit, len(found))]
	}
	out := make([]Row, len(found))
	for i, r := range found {
		out[i] = q.project(r)
	}
	return out, nil
}

// ErrField is a field that the object does not have.
var ErrField = fmt.Errorf("INVALID_FIELD")

func (q Query) sort(rows []Row) {
	slices.SortStableFunc(rows, func(a, b Row) int {
		for _, o := range q.Order {
			c := order(a.Get(o.Field), b.Get(o.Field))
			if o.Descending {
				c = -c
			}
			if c != 0 {
				return c
			}
		}
		return 0
	})
}

// order puts numbers by size and the rest by text, nothing first.
func order(a, b any) int {
	n, ok1 := a.(int)
	m, ok2 := b.(int)
	if ok1 && ok2 {
		return cmp.Compare(n, m)
	}
	return cmp.Compare(text(a), text(b))
}

// project gives the fields wanted, spelt as the object spells them, however the
// query did. A related record that is not there is nil.
func (q Query) project(r Row) Row {
	out := Row{}
	for _, f := range q.Fields {
		out.put(f, r)
	}
	return out
}

func (r Row) put(name string, from Row) {
	first, rest, dotted := strings.Cut(name, ".")
	field, v, _ := from.find(first)
	related, ok := v.(Row)
	if !dotted || !ok {
		if dotted {
			v = nil
		}
		r[field] = v
		return
	}
	into, ok := r[field].(Row)
	if !ok {
		into = Row{}
		r[field] = into
	}
	into.put(rest, related)
}

func text(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return v
	case bool:
		return strconv.FormatBool(v)
	case int:
		return strconv.Itoa(v)
	}
	return fmt.Sprint(v)
}

// compare holds a value of a row against one of the query.
func compare(v any, t token) int {
	switch {
	case t.is("null"):
		return cmp.Compare(text(v), "")
	case t.quoted:
		if s := text(v); len(s) == 18 && len(t.text) == 15 {
			return cmp.Compare(s[:15], t.text)
		}
		return strings.Compare(strings.ToLower(text(v)), strings.ToLower(t.text))
	}
	if n, ok := v.(int); ok {
		want, err := strconv.Atoi(t.text)
		if err == nil {
			return cmp.Compare(n, want)
		}
	}
	got, err1 := time.Parse("2006-01-02T15:04:05.000-0700", text(v))
	if want, err2 := parseTime(t.text); err1 == nil && err2 == nil {
		return got.Compare(want)
	}
	return strings.Compare(strings.ToLower(text(v)), strings.ToLower(t.text))
}

func parseTime(s string) (time.Time, error) {
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05.000-0700", "2006-01-02T15:04:05-0700", "2006-01-02"} {
		if t, err := time.Parse(layout, s); err == nil {
			return t, nil
		}
	}
	return time.Time{}, malformed("'%s' is no time", s)
}

func oneOf(field string, values []token, negate bool) Condition {
	return func(r Row) bool {
		v := r.Get(field)
		return negate != slices.ContainsFunc(values, func(t token) bool { return compare(v, t) == 0 })
	}
}

// like knows % at either end and in between.
func like(field, pattern string) Condition {
	parts := strings.Split(strings.ToLower(pattern), "%")
	return func(r Row) bool {
		s := strings.ToLower(text(r.Get(field)))
		if !strings.HasPrefix(s, parts[0]) {
			return false
		}
		if len(parts) == 1 {
			return s == parts[0]
		}
		s = s[len(parts[0]):]
		for _, part := range parts[1 : len(parts)-1] {
			at := strings.Index(s, part)
			if at < 0 {
				return false
			}
			s = s[at+len(part):]
		}
		return strings.HasSuffix(s, parts[len(parts)-1])
	}
}
