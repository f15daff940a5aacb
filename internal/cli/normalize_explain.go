package cli

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/orgkeep/orgkeep/internal/cli/iostreams"
	"github.com/orgkeep/orgkeep/pkg/normalize"
)

// explainNormalized lists what would be done to each file, and by which rule. A
// terminal gets a paragraph for each file, as paths and reasons are long.
func (f *Factory) explainNormalized(r normalizeReport) error {
	t := f.IO.NewTable("file", "line", "element", "what", "why")
	for _, file := range r.Files {
		rows := file.explain()
		if f.IO.OutIsTerminal() {
			f.explainToPeople(file.Path, rows)
			continue
		}
		for _, row := range rows {
			t.Row(append([]string{file.Path}, row[:]...)...)
		}
	}
	if err := t.Write(); err != nil {
		return err
	}
	f.IO.Note("%d of %d files would change.", r.Changed, r.Total)
	return nil
}

func (f *Factory) explainToPeople(path string, rows []explanationRow) {
	style := f.IO.OutStyle()
	fmt.Fprintln(f.IO.Out, style.Bold(iostreams.Clean(path)))
	for _, row := range rows {
		at, element, what, why := row[0], row[1], row[2], row[3]
		fmt.Fprintf(f.IO.Out, "  %4s  %s\n", at, strings.TrimSpace(iostreams.Clean(element+"  "+what)))
		if why != "" {
			fmt.Fprintf(f.IO.Out, "        %s\n", style.Dim(iostreams.Clean(why)))
		}
	}
}

// explanationRow is line, element, what was done and why.
type explanationRow [4]string

func (f normalizedFile) explain() []explanationRow {
	var rows []explanationRow
	if f.Refused != nil {
		rows = append(rows, explanationRow{lineText(f.Refused.Line), "", "kept as it is", f.Refused.Reason})
	}
	if f.FormLine > 0 {
		rows = append(rows, explanationRow{lineText(f.FormLine), "", "spelled otherwise from here", "indentation, escapes or line ends"})
	}
	for _, g := range f.Sorted {
		rows = append(rows, g.explain())
	}
	for _, g := range f.Kept {
		rows = append(rows, explanationRow{lineText(g.Line), g.Path, "not sorted by " + keyText(g.Key), g.Reason})
	}
	for _, d := range f.Duplicates {
		what := "equal entries kept: "
		if !d.Identical {
			what = "entries with one key kept: "
		}
		rows = append(rows, explanationRow{joinLines(d.Lines), d.Path, what + d.Key, "the last one may win on a deploy"})
	}
	for _, note := range f.Notes {
		rows = append(rows, explanationRow{"", "", note, ""})
	}
	return rows
}

func (g sortedGroup) explain() explanationRow {
	if len(g.Key) == 0 {
		return explanationRow{lineText(g.Line), g.Path, fmt.Sprintf("%d brought together", g.Members), "the platform refuses elements of one name in several places"}
	}
	what := fmt.Sprintf("%d of %d moved, sorted by %s, first %s", g.Moved, g.Members, keyText(g.Key), g.First)
	return explanationRow{lineText(g.Line), g.Path, what, g.Reason}
}

func lineText(n int) string { return strconv.Itoa(n) }

// keyText says what a rule sorts by.
func keyText(key []string) string {
	if len(key) == 1 && key[0] == "." {
		return "text"
	}
	return strings.Join(key, ", ")
}

// ruleRow is a rule with --json.
type ruleRow struct {
	Type       string   `json:"type"`
	Path       string   `json:"path"`
	Key        []string `json:"key"` // empty for a rule that keeps the order
	Compare    string   `json:"compare"`
	Confidence string   `json:"confidence"`
	Reason     string   `json:"reason"`
}

// compareName names a way to compare as --rules shows it.
func compareName(c normalize.Compare) string {
	if c == normalize.ByCodePoint {
		return "code-point"
	}
	return string(c)
}

func (f *Factory) showRules(rules []normalize.Rule) error {
	rows := make([]ruleRow, len(rules))
	for i, r := range rules {
		rows[i] = ruleRow{r.Type, r.Path, r.Key, compareName(r.Compare), r.Confidence, r.Reason}
		if r.Key == nil {
			rows[i].Key = []string{}
		}
	}
	if f.JSON() {
		return f.WriteJSON("normalize", map[string]any{"rules": rows})
	}
	t := f.IO.NewTable("type", "path", "key", "compare", "confidence", "reason")
	for _, r := range rows {
		key := strings.Join(r.Key, ",")
		if key == "" {
			key = "-" // keeps its order
		}
		t.Row(r.Type, r.Path, key, r.Compare, r.Confidence, r.Reason)
	}
	return t.Write()
}
