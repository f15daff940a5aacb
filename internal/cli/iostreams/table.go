package iostreams

import (
	"fmt"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
)

// Table gathers rows and writes them to stdout: aligned with a header for a
// terminal, tab-separated without one for a pipe. Columns and their order are
// the same. Cells come from orgs too and are cleaned.
type Table struct {
	io      *Streams
	columns []string
	rows    [][]string
}

// NewTable begins a table with the names of its columns.
func (s *Streams) NewTable(columns ...string) *Table { return &Table{io: s, columns: columns} }

// Row adds a row; missing cells are empty.
func (t *Table) Row(cells ...string) {
	row := make([]string, len(t.columns))
	for i := range row {
		if i < len(cells) {
			row[i] = Clean(cells[i])
		}
	}
	t.rows = append(t.rows, row)
}

// Len is the number of rows.
func (t *Table) Len() int { return len(t.rows) }

// Write writes the table; one without rows writes nothing.
func (t *Table) Write() error {
	if len(t.rows) == 0 {
		return nil
	}
	if !t.io.OutIsTerminal() {
		return t.writeTabs()
	}
	w := table.NewWriter()
	header := make(table.Row, len(t.columns))
	for i, c := range t.columns {
		header[i] = t.io.OutStyle().Dim(strings.ToUpper(c))
	}
	w.AppendHeader(header)
	for _, cells := range t.rows {
		row := make(table.Row, len(cells))
		for i, c := range cells {
			row[i] = c
		}
		w.AppendRow(row)
	}
	style := table.StyleDefault
	style.Options = table.OptionsNoBordersAndSeparators
	style.Box.PaddingLeft, style.Box.PaddingRight = "", "  "
	style.Format.Header = 0
	w.SetStyle(style)
	for line := range strings.SplitSeq(w.Render(), "\n") {
		if _, err := fmt.Fprintln(t.io.Out, strings.TrimRight(line, " ")); err != nil {
			return fmt.Errorf("write the table: %w", err)
		}
	}
	return nil
}

func (t *Table) writeTabs() error {
	for _, cells := range t.rows {
		if _, err := fmt.Fprintln(t.io.Out, strings.Join(cells, "\t")); err != nil {
			return fmt.Errorf("write the table: %w", err)
		}
	}
	return nil
}
