package cli

import (
	"fmt"

	"github.com/orgkeep/orgkeep/internal/cli/iostreams"
	"github.com/orgkeep/orgkeep/internal/report"
)

// showMatrix prints several orgs side by side: what became of each, then a row for
// each component that differs in one of them.
func (f *Factory) showMatrix(found []driftFound) error {
	style := f.IO.OutStyle()
	all := make([]report.Drift, 0, len(found))
	for _, d := range found {
		all = append(all, f.reported(d))
		line := iostreams.Fit(iostreams.Clean(d.outcome()), f.IO.Width())
		fmt.Fprintln(f.IO.Out, style.Bold(line))
		f.figures(d)
	}
	if err := f.matrixTable(report.MatrixOf(all)); err != nil {
		return err
	}
	for _, d := range found {
		f.showMissing(d.missing)
	}
	f.noteExpired(found)
	return nil
}

func (f *Factory) matrixTable(m report.Matrix) error {
	if len(m.Rows) == 0 {
		return nil
	}
	fmt.Fprintln(f.IO.Out)
	t := f.IO.NewTable(append([]string{"type", "name"}, m.Orgs...)...)
	style := f.IO.OutStyle()
	t.Indent, t.Shrink = "  ", []int{0, 1}
	t.Paint = func(column int, cell string) string {
		if column > 1 {
			return style.Mark(cell, cell)
		}
		return cell
	}
	for i, r := range m.Rows {
		if i == shownDrift {
			break
		}
		t.Row(append([]string{typeName(r.Component.Type), r.Component.FullName}, r.Cells...)...)
	}
	if err := t.Write(); err != nil {
		return err
	}
	if n := len(m.Rows) - shownDrift; n > 0 {
		fmt.Fprintf(f.IO.Out, "  … %s more\n", thousands(n))
	}
	fmt.Fprintf(f.IO.Out, "\n  %s\n", style.Dim("+ added, ~ changed, - deleted, · the same, ? not compared"))
	return nil
}
