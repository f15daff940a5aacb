package soql

import (
	"strings"
	"unicode"
)

// token is a word, a quoted text, a number, or one of ( ) , = != < > <= >=.
type token struct {
	text   string
	quoted bool
}

func (t token) is(word string) bool { return !t.quoted && strings.EqualFold(t.text, word) }

func lex(q string) ([]token, error) {
	var out []token
	rs := []rune(q)
	for i := 0; i < len(rs); {
		switch c := rs[i]; {
		case unicode.IsSpace(c):
			i++
		case c == '\'':
			text, next, err := quoted(rs, i+1)
			if err != nil {
				return nil, err
			}
			out = append(out, token{text, true})
			i = next
		case strings.ContainsRune("(),=", c):
			out = append(out, token{string(c), false})
			i++
		case strings.ContainsRune("<>!", c):
			end := i + 1
			if end < len(rs) && (rs[end] == '=' || c == '<' && rs[end] == '>') {
				end++
			}
			out = append(out, token{string(rs[i:end]), false})
			i = end
		default:
			end := i
			for end < len(rs) && !unicode.IsSpace(rs[end]) && !strings.ContainsRune("(),=<>!'", rs[end]) {
				end++
			}
			out = append(out, token{string(rs[i:end]), false})
			i = end
		}
	}
	return out, nil
}

func quoted(rs []rune, i int) (text string, next int, err error) {
	var b strings.Builder
	for ; i < len(rs); i++ {
		switch {
		case rs[i] == '\\' && i+1 < len(rs):
			i++
			b.WriteRune(rs[i])
		case rs[i] == '\'':
			return b.String(), i + 1, nil
		default:
			b.WriteRune(rs[i])
		}
	}
	return "", 0, malformed("a text is not closed")
}
