package normalize

import (
	"bytes"
	"encoding/binary"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

const (
	declaration = `<?xml version="1.0" encoding="UTF-8"?>`
	byteOrder   = "\xef\xbb\xbf"
)

// decoded is a document in UTF-8.
type decoded struct {
	src   []byte
	start int // behind byte order mark and declaration
	notes []string
}

// decode finds out the encoding, by byte order mark, then by declaration.
func decode(input []byte) (decoded, *Refusal) {
	switch {
	case bytes.HasPrefix(input, []byte(byteOrder)):
		return decodeDeclared(input, len(byteOrder))
	case bytes.HasPrefix(input, []byte{0xff, 0xfe}):
		return decodeUTF16(input[2:], binary.LittleEndian)
	case bytes.HasPrefix(input, []byte{0xfe, 0xff}):
		return decodeUTF16(input[2:], binary.BigEndian)
	case bytes.HasPrefix(input, []byte("<\x00?\x00")):
		return decodeUTF16(input, binary.LittleEndian)
	case bytes.HasPrefix(input, []byte("\x00<\x00?")):
		return decodeUTF16(input, binary.BigEndian)
	}
	return decodeDeclared(input, 0)
}

func decodeUTF16(input []byte, order binary.ByteOrder) (decoded, *Refusal) {
	if len(input)%2 != 0 {
		return decoded{}, &Refusal{Line: 1, Column: 1, Reason: "half a character at the end of UTF-16"}
	}
	out := make([]byte, 0, len(input))
	for i := 0; i < len(input); i += 2 {
		r := rune(order.Uint16(input[i:]))
		if utf16.IsSurrogate(r) {
			if i+4 > len(input) {
				return decoded{}, refusalAt(out, len(out), "half a character in UTF-16")
			}
			r = utf16.DecodeRune(r, rune(order.Uint16(input[i+2:])))
			if r == utf8.RuneError {
				return decoded{}, refusalAt(out, len(out), "half a character in UTF-16")
			}
			i += 2
		}
		out = utf8.AppendRune(out, r)
	}
	_, end, reason := readDeclaration(out, 0)
	if reason != "" {
		return decoded{}, refusalAt(out, end, reason)
	}
	return decoded{src: out, start: end, notes: []string{"decoded from UTF-16"}}, nil
}

// decodeDeclared reads what starts at from and is UTF-8 unless its declaration
// says otherwise.
func decodeDeclared(input []byte, from int) (decoded, *Refusal) {
	encoding, end, reason := readDeclaration(input, from)
	if reason != "" {
		return decoded{}, refusalAt(input, end, reason)
	}
	res := decoded{src: input, start: end}
	switch encoding = strings.ToUpper(encoding); {
	case encoding == "", encoding == "UTF-8", encoding == "UTF8", from > 0:
	case strings.HasPrefix(encoding, "UTF-16"):
		res.notes = append(res.notes, "declares "+encoding+", but is UTF-8")
	case singleByte(encoding):
		src, refusal := latin(input, encoding)
		if refusal != nil {
			return decoded{}, refusal
		}
		res.src = src
		res.notes = append(res.notes, "decoded from "+encoding)
		return res, nil
	default:
		return decoded{}, refusalAt(input, from, "unknown encoding "+encoding)
	}
	if !utf8.Valid(input) {
		return decoded{}, refusalAt(input, invalidAt(input), "bytes that are no UTF-8")
	}
	return res, nil
}

func invalidAt(b []byte) int {
	for i := 0; i < len(b); {
		r, n := utf8.DecodeRune(b[i:])
		if r == utf8.RuneError && n == 1 {
			return i
		}
		i += n
	}
	return len(b)
}

func singleByte(encoding string) bool {
	switch encoding {
	case "ISO-8859-1", "ISO8859-1", "LATIN1", "LATIN-1", "US-ASCII", "ASCII", windows:
		return true
	}
	return false
}

const windows = "WINDOWS-1252"

// windowsHigh are the characters in which windows-1252 differs from ISO-8859-1,
// from 0x80 on; U+FFFD stands for bytes without a character, which are refused.
var windowsHigh = [32]rune{
	0x20ac, 0xfffd, 0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160, 0x2039, 0x0152, 0xfffd, 0x017d, 0xfffd,
	0xfffd, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014, 0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0xfffd, 0x017e, 0x0178,
}

func latin(input []byte, encoding string) ([]byte, *Refusal) {
	out := make([]byte, 0, len(input)+len(input)/8)
	for _, c := range input {
		r := rune(c)
		switch {
		case c < utf8.RuneSelf:
		case strings.HasSuffix(encoding, "ASCII"):
			r = utf8.RuneError
		case encoding == windows && c < 0xa0:
			r = windowsHigh[c-0x80]
		}
		if r == utf8.RuneError {
			return nil, refusalAt(out, len(out), "a byte that is no character in "+encoding)
		}
		out = utf8.AppendRune(out, r)
	}
	return out, nil
}

// readDeclaration reads <?xml ...?> at from, if one is there: the encoding it
// names and its end, or the place and reason of a fault.
func readDeclaration(b []byte, from int) (encoding string, end int, reason string) {
	rest := b[from:]
	if !bytes.HasPrefix(rest, []byte("<?xml")) || len(rest) < 6 || nameClass[rest[5]] != 0 {
		return "", from, ""
	}
	stop := bytes.Index(rest, []byte("?>"))
	if stop < 0 {
		return "", from, "the XML declaration has no end"
	}
	end = from + stop + 2
	fields, ok := pseudoAttributes(rest[5:stop])
	switch {
	case !ok || len(fields) == 0 || fields[0].name != "version":
		return "", from, "malformed XML declaration"
	case fields[0].value != "1.0":
		return "", from, "XML version other than 1.0"
	}
	for i, f := range fields[1:] {
		switch {
		case f.name == "encoding" && i == 0:
			encoding = f.value
		case f.name == "standalone" && (f.value == "yes" || f.value == "no") && i == len(fields)-2:
		default:
			return "", from, "malformed XML declaration"
		}
	}
	return encoding, end, ""
}

type field struct{ name, value string }

func pseudoAttributes(b []byte) ([]field, bool) {
	var fields []field
	for {
		start := skipBlanks(b, 0)
		if start == len(b) {
			return fields, true
		}
		name, rest, ok := bytes.Cut(b[start:], []byte("="))
		value := rest[skipBlanks(rest, 0):]
		if !ok || start == 0 || len(value) == 0 || value[0] != '"' && value[0] != '\'' {
			return nil, false
		}
		stop := bytes.IndexByte(value[1:], value[0])
		if stop < 0 {
			return nil, false
		}
		fields = append(fields, field{string(bytes.TrimSpace(name)), string(value[1 : 1+stop])})
		b = value[stop+2:]
	}
}

// refusalAt counts lines and columns; an offset behind the end is the end.
func refusalAt(src []byte, offset int, reason string) *Refusal {
	offset = min(offset, len(src))
	before := src[:offset]
	lineStart := bytes.LastIndexByte(before, '\n') + 1
	return &Refusal{
		Offset: offset,
		Line:   bytes.Count(before, []byte{'\n'}) + 1,
		Column: utf8.RuneCount(before[lineStart:]) + 1,
		Reason: reason,
	}
}
