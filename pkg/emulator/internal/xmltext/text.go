package xmltext

import (
	"bytes"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Escape writes text as the platform does.
func Escape(text string) string {
	if !strings.ContainsAny(text, "&<>\"'") {
		return text
	}
	return escaper.Replace(text)
}

var escaper = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;", "'", "&apos;")

// Unescape resolves the five named entities and numeric references.
func Unescape(s string) string {
	if !strings.Contains(s, "&") {
		return s
	}
	var b strings.Builder
	for {
		before, rest, ok := strings.Cut(s, "&")
		b.WriteString(before)
		if !ok {
			return b.String()
		}
		name, after, ok := strings.Cut(rest, ";")
		r, known := entity(name)
		if !ok || !known {
			b.WriteByte('&')
			s = rest
			continue
		}
		b.WriteRune(r)
		s = after
	}
}

func entity(name string) (rune, bool) {
	switch name {
	case "amp":
		return '&', true
	case "lt":
		return '<', true
	case "gt":
		return '>', true
	case "quot":
		return '"', true
	case "apos":
		return '\'', true
	}
	number, ok := strings.CutPrefix(name, "#")
	if !ok {
		return 0, false
	}
	base := 10
	if hex, ok := strings.CutPrefix(number, "x"); ok {
		number, base = hex, 16
	}
	n, err := strconv.ParseUint(number, base, 21)
	if err != nil || !utf8.ValidRune(rune(n)) || n == 0 {
		return 0, false
	}
	return rune(n), true
}

var (
	cdataOpen  = []byte("<![CDATA[")
	cdataClose = []byte("]]>")
)

// plainText resolves entities and CDATA, and drops comments.
func plainText(inner []byte) string {
	if !bytes.ContainsRune(inner, '<') {
		return Unescape(string(inner))
	}
	var b strings.Builder
	for {
		before, rest, ok := bytes.Cut(inner, []byte("<"))
		b.WriteString(Unescape(string(before)))
		if !ok {
			return b.String()
		}
		switch {
		case bytes.HasPrefix(rest, cdataOpen[1:]):
			text, after, _ := bytes.Cut(rest[len(cdataOpen)-1:], cdataClose)
			b.Write(text)
			inner = after
		case bytes.HasPrefix(rest, []byte("!--")):
			_, inner, _ = bytes.Cut(rest[3:], []byte("-->"))
		default:
			_, inner, _ = bytes.Cut(rest, []byte(">"))
		}
	}
}
