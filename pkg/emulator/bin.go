package emulator

import (
	"strings"
	"time"

	"github.com/orgkeep/orgkeep/pkg/emulator/internal/orgstate"
	"github.com/orgkeep/orgkeep/pkg/emulator/internal/soql"
	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// binnedFor is how long deleted fields and objects stay in the bin. Source: Help,
// managing deleted custom fields.
const binnedFor = 15 * 24 * time.Hour

// Binned is a field or an object in the recycle bin. Its name is free again: what
// is made anew under it has another id, and none of the records.
type Binned struct {
	Component metadata.Component
	Name      string // with _del before the suffix: Ship__c.Speed_del__c
	Records   int    // that had a value, or that the object had
	Until     time.Time
}

// Bin lists what is in the recycle bin, in the order in which it came there.
func (s *Server) Bin() []Binned {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.advance()
	var in []Binned
	for _, b := range s.binned {
		if s.now().Before(b.Until) {
			in = append(in, b)
		}
	}
	return in
}

// lose takes the records of a deleted component away, and puts the component into
// the bin unless it skips that.
func (s *Server) lose(c metadata.Component, at time.Time, purge bool) {
	if c.Type != "CustomField" && c.Type != "CustomObject" {
		return
	}
	lost := s.records[c.FullName]
	for name := range s.records {
		if name == c.FullName || c.Type == "CustomObject" && strings.HasPrefix(name, c.FullName+".") {
			delete(s.records, name)
		}
	}
	if purge {
		return
	}
	stem, suffix, _ := cutLast(c.FullName, "__")
	s.binned = append(s.binned, Binned{c, stem + "_del__" + suffix, lost, at.Add(binnedFor)})
}

func cutLast(s, sep string) (before, after string, found bool) {
	if i := strings.LastIndex(s, sep); i >= 0 {
		return s[:i], s[i+len(sep):], true
	}
	return s, "", false
}

// summaryFields are the roll-up fields of a state: they skip the bin.
func summaryFields(state *orgstate.State) map[string]bool {
	found := map[string]bool{}
	for _, c := range state.Components("CustomObject") {
		for _, p := range state.FilesOf(c) {
			f, _ := state.File(p)
			for _, name := range orgstate.Memo(f, "summaries", func() []string { return summariesOf(f) }) {
				found[c.FullName+"."+name] = true
			}
		}
	}
	return found
}

func summariesOf(f *orgstate.File) []string {
	var names []string
	if root, err := f.Root(); err == nil {
		for _, e := range root.All("fields") {
			if e.Get("type") == "Summary" {
				names = append(names, e.Get("fullName"))
			}
		}
	}
	return names
}

// recordRows are the records of a custom object as far as they matter here: so
// many, and so many of them with a value in a field.
func (s *Server) recordRows(object string) []soql.Row {
	var found metadata.Component
	for _, c := range s.state.Components("CustomObject") {
		if strings.EqualFold(c.FullName, object) && orgstate.Custom(c.FullName) {
			found = c
		}
	}
	if found.FullName == "" {
		return nil
	}
	rows := make([]soql.Row, s.records[found.FullName])
	for i := range rows {
		rows[i] = soql.Row{"Id": orgstate.ID18("a00000000" + leftPad(i, 6)), "Name": found.FullName + " " + itoa(i+1)}
		for _, kid := range s.state.Children(found) {
			if _, field, _ := strings.Cut(kid.FullName, "."); kid.Type == "CustomField" {
				rows[i][field] = nil
				if i < s.records[kid.FullName] {
					rows[i][field] = "x"
				}
			}
		}
	}
	return rows
}
