package report

import (
	"maps"
	"slices"

	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// Matrix shows which component differs in which org: a row a component, a column
// an org.
type Matrix struct {
	Orgs []string
	Rows []MatrixRow
}

// MatrixRow is one component. Its cells stand in the order of the orgs.
type MatrixRow struct {
	Component metadata.Component
	Cells     []string
}

// The cells of a matrix beside the marks of changes.
const (
	CellSame    = "·"
	CellUnknown = "?" // the component, or all of the org, could not be compared
)

// MatrixOf puts several comparisons side by side, rows sorted by component.
func MatrixOf(all []Drift) Matrix {
	var m Matrix
	cells := map[metadata.Component][]string{}
	put := func(c metadata.Component, org int, cell string) {
		if cells[c] == nil {
			cells[c] = make([]string, len(all))
		}
		cells[c][org] = cell
	}
	for i, d := range all {
		m.Orgs = append(m.Orgs, d.Actual)
		for _, x := range d.Missing {
			put(x.Component, i, CellUnknown)
		}
		for _, c := range d.Changes {
			put(c.Component, i, c.Kind.Mark())
		}
	}
	for _, c := range slices.SortedFunc(maps.Keys(cells), metadata.Component.Compare) {
		for i, cell := range cells[c] {
			switch {
			case cell != "":
			case all[i].Failed != "":
				cells[c][i] = CellUnknown
			default:
				cells[c][i] = CellSame
			}
		}
		m.Rows = append(m.Rows, MatrixRow{Component: c, Cells: cells[c]})
	}
	return m
}
