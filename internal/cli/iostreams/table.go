package iostreams

import (
	"fmt"
	"slices"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"
)

// Table gathers rows and writes them to stdout: aligned with a header for a
// terminal, tab-separated without one for a pipe. Columns and their order are
// the same. Cells come from orgs too and are cleaned.
type Table struct {
	io      *Streams
	columns []string
	rows    [][]string

	// Shrink are the columns, by place, that are cut for a terminal that is too
	// narrow, the widest first. A pipe gets them whole.
	Shrink []int
	// Bare leaves the header out, Indent stands before each line; both on a
	// terminal alone.
	Bare   bool
	Indent string
	// Paint colours a cell for a terminal.
	Paint func(column int, cell string) string
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
	if !t.Bare {
		header := make(table.Row, len(t.columns))
		for i, c := range t.columns {
			header[i] = t.io.OutStyle().Dim(strings.ToUpper(c))
		}
		w.AppendHeader(header)
	}
	t.appendRows(w)
	style := table.StyleDefault
	style.Options = table.OptionsNoBordersAndSeparators
	style.Box.PaddingLeft, style.Box.PaddingRight = "", "  "
	style.Format.Header = 0
	w.SetStyle(style)
	for line := range strings.SplitSeq(w.Render(), "\n") {
		if _, err := fmt.Fprintln(t.io.Out, t.Indent+strings.TrimRight(line, " ")); err != nil {
			return fmt.Errorf("write the table: %w", err)
		}
	}
	return nil
}

func (t *Table) appendRows(w table.Writer) {
	limits := t.limits()
	for _, cells := range t.rows {
		row := make(table.Row, len(cells))
		for i, c := range cells {
			if limit, ok := limits[i]; ok {
				c = Fit(c, limit)
			}
			if t.Paint != nil && t.io.OutStyle().Enabled() {
				c = t.Paint(i, c)
			}
			row[i] = c
		}
		w.AppendRow(row)
	}
}

// minColumn is how many columns a cell keeps however narrow the terminal is.
const minColumn = 10

// limits gives how wide the columns may be that are to shrink.
func (t *Table) limits() map[int]int {
	if len(t.Shrink) == 0 {
		return nil
	}
	widths := make([]int, len(t.columns))
	over := len(t.Indent) - t.io.Width() - len("  ")
	for i := range widths {
		if !t.Bare {
			widths[i] = Columns(t.columns[i])
		}
		for _, row := range t.rows {
			widths[i] = max(widths[i], Columns(row[i]))
		}
		over += widths[i] + len("  ")
	}
	limits := map[int]int{}
	for ; over > 0; over-- {
		widest := slices.MaxFunc(t.Shrink, func(a, b int) int { return widths[a] - widths[b] })
		if widths[widest] <= minColumn {
			break
		}
		widths[widest]--
		limits[widest] = widths[widest]
	}
	return limits
}

// Columns is how many columns of a terminal a text takes.
func Columns(s string) int { return text.StringWidthWithoutEscSequences(s) }

// Fit cuts a text to a number of columns, with … where something is missing.
func Fit(s string, columns int) string {
	if Columns(s) <= columns {
		return s
	}
	return text.Snip(s, max(columns, 1), "…")
}

// Pad fills a text up to a number of columns.
func Pad(s string, columns int) string {
	return s + strings.Repeat(" ", max(0, columns-Columns(s)))
}

func (t *Table) writeTabs() error {
	for _, cells := range t.rows {
		if _, err := fmt.Fprintln(t.io.Out, strings.Join(cells, "\t")); err != nil {
			return fmt.Errorf("write the table: %w", err)
		}
	}
	return nil
}
