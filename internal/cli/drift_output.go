package cli

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"github.com/orgkeep/orgkeep/internal/cli/iostreams"
	"github.com/orgkeep/orgkeep/internal/report"
	"github.com/orgkeep/orgkeep/internal/state"
	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// driftOutput is where a report goes, and in which format. Without a file it is
// stdout.
type driftOutput struct{ format, file string }

// formatOf is the format that a file's name asks for, where no flag does.
func formatOf(file string) string {
	switch strings.ToLower(filepath.Ext(file)) {
	case ".json":
		return formatJSON
	case ".sarif":
		return string(report.SARIF)
	case ".xml":
		return string(report.JUnit)
	case ".md":
		return string(report.Markdown)
	case ".html", ".htm":
		return string(report.HTML)
	}
	return formatText
}

// outputs reads --format and --output. A file without a format takes what would
// go to stdout, which gets the verdict instead.
func (o driftOptions) outputs() ([]driftOutput, error) {
	var out []driftOutput
	bare := false
	for _, text := range o.Outputs {
		to := driftOutput{file: text}
		if format, file, ok := strings.Cut(text, "="); ok && slices.Contains(driftFormats(), format) {
			to = driftOutput{format, file}
		} else if bare {
			return nil, usagef("--output: %q needs a format, as another file has none: say FORMAT=%s", text, text)
		} else {
			bare = true
			if to.format = o.Format; to.format == "" {
				to.format = formatOf(to.file)
			}
		}
		if to.file == "" || slices.ContainsFunc(out, func(other driftOutput) bool { return other.file == to.file }) {
			return nil, usagef("--output: %q is no file of its own", text)
		}
		out = append(out, to)
	}
	if !bare {
		format := o.Format
		if format == "" {
			format = formatText
		}
		out = append(out, driftOutput{format: format})
	}
	return out, nil
}

// writeDrift prints what was found, or writes it to files.
func (f *Factory) writeDrift(found []driftFound, outputs []driftOutput) error {
	printed := false
	for _, to := range outputs {
		if to.file == "" {
			printed = true
			if err := f.printDrift(found, to.format); err != nil {
				return err
			}
			continue
		}
		var text bytes.Buffer
		if err := f.driftReport(&text, found, to.format); err != nil {
			return err
		}
		// A file gets no secret either: an org's words may hold one.
		content := []byte(f.IO.Redactor.String(text.String()))
		if err := state.WriteFile(f.Sys.FS, f.Path(to.file), content, 0o644); err != nil {
			return fmt.Errorf("write the report: %w", err)
		}
		f.IO.Note("The %s report is in %s", to.format, to.file)
	}
	if !printed {
		for _, d := range found {
			fmt.Fprintln(f.IO.Out, iostreams.Clean(d.verdict()))
		}
	}
	if !printed || !isText(outputs) {
		f.noteExpired(found)
	}
	return nil
}

func isText(outputs []driftOutput) bool {
	return slices.Contains(outputs, driftOutput{format: formatText})
}

func (f *Factory) printDrift(found []driftFound, format string) error {
	switch format {
	case formatText:
		return f.showDrift(found)
	case formatJSON:
		return f.WriteJSON("drift", driftResults(found), driftWarnings(found)...)
	}
	return f.driftReport(f.IO.Out, found, format)
}

// driftReport writes any format; text is the table that a pipe gets.
func (f *Factory) driftReport(w io.Writer, found []driftFound, format string) error {
	switch format {
	case formatJSON:
		return encode(w, document{schemaVersion, "drift", driftResults(found), append([]string{}, driftWarnings(found)...)})
	case formatText:
		return driftLines(w, found)
	}
	all := make([]report.Drift, 0, len(found))
	for _, d := range found {
		all = append(all, f.reported(d))
	}
	return report.Write(w, report.Format(format), all, maxMarkdown)
}

// maxMarkdown is what fits a comment on GitHub, which takes 65,536 characters and
// the least of all.
const maxMarkdown = 65_000

// driftLines are the rows that a pipe gets, and behind # what stderr does then.
func driftLines(w io.Writer, found []driftFound) error {
	var text strings.Builder
	for _, d := range found {
		for _, c := range d.changes {
			cells := []string{d.alias, c.Kind.String(), c.Component.Type, c.Component.FullName, extent(c), c.Author, rfc3339(c.When)}
			for i := range cells {
				cells[i] = iostreams.Clean(cells[i])
			}
			text.WriteString(strings.Join(cells, "\t") + "\n")
		}
	}
	for _, d := range found {
		fmt.Fprintln(&text, "#", iostreams.Clean(d.verdict()))
		for _, g := range groupMissing(d.missing) {
			fmt.Fprintln(&text, "# ?", g)
		}
	}
	for _, rule := range expiredRules(found) {
		fmt.Fprintln(&text, "# warning:", iostreams.Clean(rule))
	}
	if _, err := io.WriteString(w, text.String()); err != nil {
		return fmt.Errorf("write the report: %w", err)
	}
	return nil
}

func (f *Factory) reported(d driftFound) report.Drift {
	out := report.Drift{
		Tool: clientName, Version: f.Sys.Build.complete().Version, Expected: d.expected.Name, Actual: d.alias,
		Made: f.Now(), Root: d.actual.Root, Asked: d.asked, Returned: d.returned, Masked: d.masked, Masks: maskNames(d.masks),
	}
	if d.failed != nil {
		out.Failed = f.explain(d.failed).Message
	}
	for _, m := range d.missing {
		out.Missing = append(out.Missing, report.Missing{Component: metadata.Component{Type: m.Type, FullName: m.FullName}, Reason: m.Reason})
	}
	for _, c := range d.changes {
		out.Changes = append(out.Changes, report.Change{Change: c.Change, Author: c.Author, When: c.When})
	}
	for _, x := range d.hidden {
		out.Hidden = append(out.Hidden, report.Hidden{
			Rule: x.Exception.String(), Reason: x.Exception.Reason, Owner: x.Exception.Owner, Until: lastDay(x.Exception), Expired: x.Expired, Count: x.Count,
		})
	}
	return out
}

// driftWarnings are what programs should tell somebody: rules that have expired,
// and orgs that could not be compared.
func driftWarnings(found []driftFound) []string {
	var out []string
	for _, d := range found {
		if d.failed != nil {
			out = append(out, d.failed.Error())
		}
	}
	return append(out, expiredRules(found)...)
}

// expiredRules names each rule once that hides nothing any more.
func expiredRules(found []driftFound) []string {
	var out []string
	for _, d := range found {
		for _, x := range d.hidden {
			if !x.Expired {
				continue
			}
			text := fmt.Sprintf("the rule %s of %s has expired on %s and hides nothing any more", x.Exception, x.Exception.Owner, lastDay(x.Exception))
			if !slices.Contains(out, text) {
				out = append(out, text)
			}
		}
	}
	return out
}

func (f *Factory) noteExpired(found []driftFound) {
	for _, text := range expiredRules(found) {
		f.IO.Note("warning: %s", iostreams.Clean(text))
	}
}

// failures joins what went wrong.
func failures(found []driftFound) error {
	var all []error
	for _, d := range found {
		if d.failed != nil {
			all = append(all, d.failed)
		}
	}
	return errors.Join(all...)
}
