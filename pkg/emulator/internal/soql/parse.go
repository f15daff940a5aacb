package soql

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// ErrMalformed is what every refusal of [Parse] is.
var ErrMalformed = errors.New("MALFORMED_QUERY")

func malformed(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrMalformed, fmt.Sprintf(format, args...))
}

// Query is a parsed query.
type Query struct {
	Fields []string
	Count  bool // SELECT count()
	Object string
	Where  Condition // nil: every row
	Order  []Order
	Limit  int // -1: none
	Offset int
	// Filters are the fields of conditions.
	Filters []string
	used    []string // the fields of conditions and of the order
}

// Order is one field of ORDER BY.
type Order struct {
	Field      string
	Descending bool
}

// Parse reads a query. Every error is an [ErrMalformed].
func Parse(q string) (Query, error) {
	tokens, err := lex(q)
	if err != nil {
		return Query{}, err
	}
	p := &parser{tokens: tokens}
	out := Query{Limit: -1}
	p.selectList(&out)
	p.word("FROM")
	out.Object = p.name()
	if p.accept("USING") {
		p.word("SCOPE")
		_ = p.name()
	}
	if p.accept("WHERE") {
		out.Where = p.or(0)
		out.used, out.Filters = p.used, slices.Clone(p.used)
	}
	if p.accept("ORDER") {
		p.word("BY")
		p.order(&out)
	}
	if p.accept("LIMIT") {
		out.Limit = p.number()
	}
	if p.accept("OFFSET") {
		out.Offset = p.number()
	}
	if p.err == nil && p.pos < len(p.tokens) {
		p.fail("unexpected token: '%s'", p.tokens[p.pos].text)
	}
	return out, p.err
}

type parser struct {
	tokens []token
	pos    int
	err    error
	used   []string
}

func (p *parser) fail(format string, args ...any) {
	if p.err == nil {
		p.err = malformed(format, args...)
	}
}

func (p *parser) peek() token {
	if p.err != nil || p.pos >= len(p.tokens) {
		return token{}
	}
	return p.tokens[p.pos]
}

func (p *parser) next() token {
	t := p.peek()
	if p.pos >= len(p.tokens) {
		p.fail("unexpected end of the query")
	}
	p.pos++
	return t
}

func (p *parser) accept(word string) bool {
	if p.peek().is(word) {
		p.pos++
		return true
	}
	return false
}

func (p *parser) word(word string) {
	if !p.accept(word) {
		p.fail("expecting '%s', found '%s'", word, p.peek().text)
	}
}

func (p *parser) name() string {
	t := p.next()
	if t.quoted || t.text == "" || strings.Contains("(),=<>!", t.text) {
		p.fail("expecting a name, found '%s'", t.text)
	}
	return t.text
}

func (p *parser) number() int {
	n, err := strconv.Atoi(p.next().text)
	if err != nil || n < 0 {
		p.fail("expecting a number")
	}
	return n
}

func (p *parser) selectList(q *Query) {
	p.word("SELECT")
	for p.err == nil {
		name := p.name()
		if p.accept("(") {
			if !strings.EqualFold(name, "count") {
				p.fail("function %s is not supported", name)
			}
			if !p.accept(")") {
				_ = p.name()
				p.word(")")
			}
			q.Count = true
		} else {
			q.Fields = append(q.Fields, name)
		}
		if !p.accept(",") {
			return
		}
	}
}

func (p *parser) order(q *Query) {
	for p.err == nil {
		o := Order{Field: p.name()}
		if p.accept("DESC") {
			o.Descending = true
		} else {
			p.accept("ASC")
		}
		if p.accept("NULLS") {
			_ = p.name()
		}
		q.Order = append(q.Order, o)
		q.used = append(q.used, o.Field)
		if !p.accept(",") {
			return
		}
	}
}

// maxNesting bounds parentheses.
const maxNesting = 64

func (p *parser) or(depth int) Condition {
	c := p.and(depth)
	for p.accept("OR") {
		left, right := c, p.and(depth)
		c = func(r Row) bool { return left(r) || right(r) }
	}
	return c
}

func (p *parser) and(depth int) Condition {
	c := p.term(depth)
	for p.accept("AND") {
		left, right := c, p.term(depth)
		c = func(r Row) bool { return left(r) && right(r) }
	}
	return c
}

func never(Row) bool { return false }

func (p *parser) term(depth int) Condition {
	if depth > maxNesting {
		p.fail("nested too deep")
		return never
	}
	if p.accept("NOT") {
		c := p.term(depth + 1)
		return func(r Row) bool { return !c(r) }
	}
	if p.accept("(") {
		c := p.or(depth + 1)
		p.word(")")
		return c
	}
	field := p.name()
	if p.err != nil {
		return never
	}
	p.used = append(p.used, field)
	negate := p.accept("NOT")
	switch op := p.next(); {
	case op.is("IN"):
		return oneOf(field, p.list(), negate)
	case op.is("LIKE"):
		return like(field, p.next().text)
	default:
		return p.comparison(field, op)
	}
}

func (p *parser) list() []token {
	p.word("(")
	var values []token
	for p.err == nil {
		values = append(values, p.value())
		if !p.accept(",") {
			break
		}
	}
	p.word(")")
	return values
}

// value reads what a field is held against. Words that stand for a time
// (LAST_N_DAYS:30) are not known, and refused rather than misread.
func (p *parser) value() token {
	t := p.next()
	_, notNumber := strconv.ParseFloat(t.text, 64)
	_, notTime := parseTime(t.text)
	if !t.quoted && notNumber != nil && notTime != nil && !t.is("null") && !t.is("true") && !t.is("false") {
		p.fail("unexpected token: '%s'", t.text)
	}
	return t
}

func (p *parser) comparison(field string, op token) Condition {
	value := p.value()
	test, ok := map[string]func(int) bool{
		"=": func(c int) bool { return c == 0 }, "!=": func(c int) bool { return c != 0 }, "<>": func(c int) bool { return c != 0 },
		"<": func(c int) bool { return c < 0 }, ">": func(c int) bool { return c > 0 },
		"<=": func(c int) bool { return c <= 0 }, ">=": func(c int) bool { return c >= 0 },
	}[op.text]
	if !ok || op.quoted {
		p.fail("unexpected operator '%s'", op.text)
		return never
	}
	return func(r Row) bool { return test(compare(r.Get(field), value)) }
}
