package snapshot

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// SnapshotTrailer marks the commit that is a snapshot; its value is the org's
// alias. A run that finds several authors makes several commits, and only the
// last has it.
const SnapshotTrailer = "Orgkeep-Snapshot"

// Signature says who made something, and when.
type Signature struct {
	Name, Email string
	When        time.Time
}

// Trailer is a line "Key: value" at the end of a commit message.
type Trailer struct {
	Key, Value string
}

// Commit is a commit without its files.
type Commit struct {
	ID                ID
	TreeID            ID // of the whole repository
	Parents           []ID
	Author, Committer Signature
	When              time.Time // the committer's: when the run recorded it
	Subject           string
	Body              string // without the trailers
	Trailers          []Trailer
}

// Trailer gives the value of the last trailer with this key.
func (c Commit) Trailer(key string) (string, bool) {
	for i := len(c.Trailers) - 1; i >= 0; i-- {
		if strings.EqualFold(c.Trailers[i].Key, key) {
			return c.Trailers[i].Value, true
		}
	}
	return "", false
}

// IsSnapshot tells whether the commit is the last of a run.
func (c Commit) IsSnapshot() bool {
	_, ok := c.Trailer(SnapshotTrailer)
	return ok
}

// parseCommit reads a commit object. It accepts everything git does and ignores
// headers that it does not know (signatures, encodings).
func parseCommit(id ID, raw []byte) (Commit, error) {
	c := Commit{ID: id}
	head, message, _ := bytes.Cut(raw, []byte("\n\n"))
	for line := range bytes.Lines(head) {
		key, value, ok := bytes.Cut(bytes.TrimSuffix(line, []byte("\n")), []byte(" "))
		if !ok || len(key) == 0 {
			continue // a continued header
		}
		if err := c.header(string(key), string(value)); err != nil {
			return Commit{}, fmt.Errorf("%w: commit %s: %w", ErrCorrupt, id, err)
		}
	}
	if c.TreeID.IsZero() {
		return Commit{}, fmt.Errorf("%w: commit %s names no tree", ErrCorrupt, id)
	}
	c.When = c.Committer.When
	c.message(string(message))
	return c, nil
}

func (c *Commit) header(key, value string) (err error) {
	switch key {
	case "tree":
		c.TreeID, err = ParseID(value)
	case "parent":
		var p ID
		p, err = ParseID(value)
		c.Parents = append(c.Parents, p)
	case "author":
		c.Author = parseSignature(value)
	case "committer":
		c.Committer = parseSignature(value)
	}
	return err
}

// parseSignature reads "Name <mail> 1700000000 +0100"; what cannot be read is
// left empty, as git does.
func parseSignature(s string) Signature {
	open, end := strings.IndexByte(s, '<'), strings.LastIndexByte(s, '>')
	if open < 0 || end < open {
		return Signature{Name: strings.TrimSpace(s)}
	}
	sig := Signature{Name: strings.TrimSpace(s[:open]), Email: s[open+1 : end]}
	seconds, zone, _ := strings.Cut(strings.TrimSpace(s[end+1:]), " ")
	n, err := strconv.ParseInt(seconds, 10, 64)
	if err != nil {
		return sig
	}
	sig.When = time.Unix(n, 0).In(parseZone(zone))
	return sig
}

func parseZone(s string) *time.Location {
	t, err := time.Parse("-0700", s)
	if err != nil {
		return time.UTC
	}
	if _, offset := t.Zone(); offset != 0 {
		return time.FixedZone("", offset)
	}
	return time.UTC
}

func (c *Commit) message(text string) {
	text = strings.TrimRight(text, "\n")
	rest, last := "", text
	if i := strings.LastIndex(text, "\n\n"); i >= 0 {
		rest, last = text[:i], text[i+2:]
	}
	if trailers, ok := parseTrailers(last); ok && rest != "" {
		c.Trailers, text = trailers, rest
	}
	subject, body, _ := strings.Cut(text, "\n")
	c.Subject, c.Body = strings.TrimSpace(subject), strings.Trim(body, "\n")
}

// parseTrailers takes a last paragraph that has only trailers.
func parseTrailers(paragraph string) ([]Trailer, bool) {
	var out []Trailer
	for line := range strings.SplitSeq(paragraph, "\n") {
		key, value, ok := strings.Cut(line, ":")
		if !ok || !trailerKey(key) {
			return nil, false
		}
		out = append(out, Trailer{Key: key, Value: strings.TrimSpace(value)})
	}
	return out, true
}

func trailerKey(s string) bool {
	for _, r := range s {
		if (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '-' {
			return false
		}
	}
	return s != ""
}
