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

// Get gives a field's value, or a related record's by a dotted name. Names are
// not case-sensitive, as in SOQL.
func (r Row) Get(name string) any {
	first, rest, dotted := strings.Cut(name, ".")
	for field, v := range r {
		if !strings.EqualFold(field, first) {
			continue
		}
		if related, ok := v.(Row); dotted && ok {
			return related.Get(rest)
		}
		if dotted {
			return nil
		}
		return v
	}
	return nil
}

// has tells whether the object has the field; any row shows all fields.
func (r Row) has(name string) bool {
	first, _, _ := strings.Cut(name, ".")
	for field := range r {
		if strings.EqualFold(field, first) {
			return true
		}
	}
	return false
}

// Run answers the query: the rows wanted, with the fields wanted. A field that
// the first row lacks is refused as INVALID_FIELD.
func (q Query) Run(rows []Row) ([]Row, error) {
	for _, f := range q.Fields {
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
			c := cmp.Compare(text(a.Get(o.Field)), text(b.Get(o.Field)))
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

func (q Query) project(r Row) Row {
	out := Row{}
	for _, f := range q.Fields {
		into, name := out, f
		from := r
		for {
			first, rest, dotted := strings.Cut(name, ".")
			if !dotted {
				break
			}
			related, _ := from.Get(first).(Row)
			next, ok := into[first].(Row)
			if !ok {
				next = Row{}
				into[first] = next
			}
			into, from, name = next, related, rest
		}
		into[name] = from.Get(name)
	}
	return out
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
