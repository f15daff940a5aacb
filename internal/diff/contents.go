package diff

import (
	"bytes"
	"path"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/orgkeep/orgkeep/internal/tree"
)

// contents compares two files as text or bytes.
func contents(name string, old, now []byte) []Element {
	e := Element{Name: path.Base(name), Kind: Changed}
	if isText(old) && isText(now) {
		e.Hunks = hunks(string(old), string(now))
		return []Element{e}
	}
	e.Old, e.New = digest(old), digest(now)
	return []Element{e}
}

func isText(b []byte) bool { return bytes.IndexByte(b, 0) < 0 && utf8.Valid(b) }

func digest(b []byte) string {
	return strconv.Itoa(len(b)) + " bytes, " + tree.HashOf(b).String()[:10]
}

func wholeFile(name string, k Kind, content []byte) Element {
	e := Element{Name: path.Base(name), Kind: k}
	what := digest(content)
	if isText(content) {
		what = strconv.Itoa(strings.Count(string(content), "\n")) + " lines"
	}
	if k == Added {
		e.New = what
	} else {
		e.Old = what
	}
	return e
}
