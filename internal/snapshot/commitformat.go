package snapshot

import (
	"bytes"
	"fmt"
	"strings"
	"time"
	"unicode"
)

// formatCommit writes a commit object such that git's strictest check has
// nothing to say, whatever names and texts came from an org.
func formatCommit(treeID ID, parents []ID, spec CommitSpec, committer Signature) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "tree %s\n", treeID)
	for _, p := range parents {
		fmt.Fprintf(&b, "parent %s\n", p)
	}
	author := spec.Author
	if author.When.IsZero() {
		author.When = committer.When
	}
	fmt.Fprintf(&b, "author %s\ncommitter %s\n\n", author.line(), committer.line())
	b.WriteString(formatMessage(spec.Message, spec.Trailers))
	return b.Bytes()
}

// line is the form in an object: "Name <mail> seconds zone".
func (s Signature) line() string {
	seconds := max(s.When.Unix(), 0) // git refuses times before 1970
	return fmt.Sprintf("%s <%s> %d %s", namePart(s.Name), namePart(s.Email), seconds, s.zone())
}

func (s Signature) zone() string {
	const most = 14 * 60 * 60 // no zone is farther from UTC, and git asks for four digits
	if _, offset := s.When.Zone(); offset > most || offset < -most {
		return time.Unix(0, 0).UTC().Format("-0700")
	}
	return s.When.Format("-0700")
}

// namePart takes out what would end a name or a mail address.
func namePart(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case r == '<' || r == '>':
			return -1
		case unicode.IsControl(r):
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD"))
	// Git strips the same from the ends of what it is given.
	return strings.Trim(s, " .,:;\"\\'")
}

func formatMessage(message string, trailers []Trailer) string {
	text := strings.ToValidUTF8(strings.ReplaceAll(message, "\x00", ""), "\uFFFD")
	text = strings.TrimRight(strings.ReplaceAll(text, "\r\n", "\n"), "\n ")
	if text == "" {
		text = "snapshot"
	}
	text += "\n"
	if len(trailers) == 0 {
		return text
	}
	text += "\n"
	for _, t := range trailers {
		text += t.Key + ": " + oneLine(t.Value) + "\n"
	}
	return text
}

func oneLine(s string) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, s))
}
