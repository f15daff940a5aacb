package cli

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/orgkeep/orgkeep/internal/cli/iostreams"
	"github.com/orgkeep/orgkeep/pkg/normalize"
)

// normalizeReport is what became of files; it is the result with --json.
type normalizeReport struct {
	Total         int `json:"total"`
	Changed       int `json:"changed"`
	Refused       int `json:"refused"`
	PassedThrough int `json:"passed_through"`
	// Files are those about which there is something to tell.
	Files []normalizedFile `json:"files"`
}

// normalizedFile is what became of one file.
type normalizedFile struct {
	Path   string `json:"path"`
	Status string `json:"status"` // unchanged, changed, refused, passed-through
	// FormLine is the first line that the output spells otherwise, where nothing
	// moved; 0 where something did.
	FormLine   int             `json:"form_line,omitempty"`
	Refused    *refusedFile    `json:"refused,omitempty"`
	Sorted     []sortedGroup   `json:"sorted,omitempty"`
	Kept       []keptGroup     `json:"kept,omitempty"`
	Duplicates []duplicateKeys `json:"duplicates,omitempty"`
	Notes      []string        `json:"notes,omitempty"`

	refusal *normalize.Refusal
}

type refusedFile struct {
	Line   int    `json:"line"`
	Column int    `json:"column"`
	Offset int    `json:"offset"`
	Reason string `json:"reason"`
}

type sortedGroup struct {
	Path string `json:"path"`
	Line int    `json:"line"`
	// Key is empty where members were only brought together.
	Key     []string `json:"key"`
	Members int      `json:"members"`
	Moved   int      `json:"moved"`
	First   string   `json:"first,omitempty"`
	Reason  string   `json:"reason,omitempty"`
}

type keptGroup struct {
	Path   string   `json:"path"`
	Line   int      `json:"line"`
	Key    []string `json:"key"`
	Reason string   `json:"reason"`
}

type duplicateKeys struct {
	Path      string `json:"path"`
	Key       string `json:"key"`
	Lines     []int  `json:"lines"`
	Identical bool   `json:"identical"`
}

const (
	fileUnchanged = "unchanged"
	fileChanged   = "changed"
	fileRefused   = "refused"
	filePassed    = "passed-through"
)

func newNormalizedFile(path string, input []byte, r normalize.Result) normalizedFile {
	f := normalizedFile{Path: path, Status: fileUnchanged, Notes: r.Notes, refusal: r.Refused}
	switch {
	case r.PassedThrough:
		f.Status = filePassed
	case r.Refused != nil:
		f.Status = fileRefused
		f.Refused = &refusedFile{r.Refused.Line, r.Refused.Column, r.Refused.Offset, r.Refused.Reason}
	case !r.Unchanged:
		f.Status = fileChanged
		if len(r.Sorted) == 0 {
			f.FormLine = firstDifference(input, r.Output)
		}
	}
	for _, g := range r.Sorted {
		out := sortedGroup{Path: g.Path, Line: g.Line, Key: []string{}, Members: g.Members, Moved: g.Moved, First: g.First}
		if g.Rule != nil {
			out.Key, out.Reason = g.Rule.Key, g.Rule.Reason
		}
		f.Sorted = append(f.Sorted, out)
	}
	for _, g := range r.Kept {
		f.Kept = append(f.Kept, keptGroup{g.Path, g.Line, g.Rule.Key, g.Reason})
	}
	for _, d := range r.Duplicates {
		f.Duplicates = append(f.Duplicates, duplicateKeys{d.Path, d.Key, d.Lines, d.Identical})
	}
	return f
}

// firstDifference is the line of a in which b begins to differ.
func firstDifference(a, b []byte) int {
	same := 0
	for same < len(a) && same < len(b) && a[same] == b[same] {
		same++
	}
	return bytes.Count(a[:same], []byte{'\n'}) + 1
}

// tells whether there is more to say than that nothing changed.
func (f normalizedFile) tells() bool {
	return f.Status == fileChanged || f.Status == fileRefused || len(f.Kept)+len(f.Duplicates)+len(f.Notes) > 0
}

func newNormalizeReport(files []normalizedFile, failed []error) normalizeReport {
	r := normalizeReport{Files: []normalizedFile{}}
	for i, f := range files {
		if failed[i] != nil {
			continue
		}
		r.Total++
		switch f.Status {
		case fileChanged:
			r.Changed++
		case fileRefused:
			r.Refused++
		case filePassed:
			r.PassedThrough++
		}
		if f.tells() {
			r.Files = append(r.Files, f)
		}
	}
	return r
}

// warnings are what --write and --check say of files beside the list.
func (r normalizeReport) warnings() []string {
	var all []string
	for _, f := range r.Files {
		if f.refusal != nil {
			all = append(all, refusedWarning(f.Path, f.refusal))
		}
		for _, d := range f.Duplicates {
			if !d.Identical {
				all = append(all, iostreams.Clean(fmt.Sprintf("warning: %s:%s: %s %s is there %d times, and differs; all are kept, and on a deploy the last one may win",
					f.Path, joinLines(d.Lines), d.Path, d.Key, len(d.Lines))))
			}
		}
		for _, note := range f.Notes {
			all = append(all, iostreams.Clean(fmt.Sprintf("warning: %s: %s", f.Path, note)))
		}
	}
	return all
}

func joinLines(lines []int) string {
	return strings.Trim(strings.ReplaceAll(fmt.Sprint(lines), " ", ","), "[]")
}

// showNormalized shows a report: the files that changed or would, or with
// --explain what was done to them.
func (f *Factory) showNormalized(mode normalizeMode, r normalizeReport) error {
	if f.JSON() {
		return f.WriteJSON("normalize", r, r.warnings()...)
	}
	if mode == modeExplain {
		return f.explainNormalized(r)
	}
	for _, w := range r.warnings() {
		f.IO.Note("%s", w)
	}
	var changed []string
	for _, file := range r.Files {
		if file.Status == fileChanged {
			changed = append(changed, file.Path)
			if _, err := fmt.Fprintln(f.IO.Out, iostreams.Clean(file.Path)); err != nil {
				return fmt.Errorf("write the list: %w", err)
			}
		}
	}
	switch {
	case mode == modeWrite:
		f.IO.Note("%d of %d files were changed.", r.Changed, r.Total)
	case len(changed) == 1 && changed[0] == stdinName:
		f.IO.Note("It is not normalized.")
	case len(changed) > 0:
		f.IO.Note("%d of %d files are not normalized.\n  Normalize them:  orgkeep normalize -w %s", r.Changed, r.Total, shellWords(changed))
	}
	return nil
}

// shownWords is how many files a hint names.
const shownWords = 3

func shellWords(names []string) string {
	var words []string
	for _, n := range names[:min(len(names), shownWords)] {
		words = append(words, shellWord(n))
	}
	if len(names) > shownWords {
		words = append(words, "...")
	}
	return strings.Join(words, " ")
}
