package capture

import (
	"fmt"

	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// MassDeletionError stops a snapshot that would record suspiciously many
// deletions. Nothing was recorded.
type MassDeletionError struct {
	Deleted int
	Of      int
	Type    string // set when the whole of one type would go
}

// Error says how many components would go.
func (e *MassDeletionError) Error() string {
	if e.Type != "" {
		return fmt.Sprintf("all %d components of type %s would be recorded as deleted", e.Deleted, e.Type)
	}
	return fmt.Sprintf("%d of %d components would be recorded as deleted", e.Deleted, e.Of)
}

// A snapshot that deletes more than the larger of these stops, and so does one
// that deletes a whole type of at least wholeType components.
const (
	deletionsFloor   = 10
	deletionsPercent = 2
	wholeType        = 5
)

func (r *runner) guard() error {
	if r.result.First {
		return nil
	}
	before, gone := map[string]int{}, map[string]int{}
	total, deleted := 0, 0
	after := map[metadata.Component]bool{}
	for _, f := range r.result.State.Tree.Components(r.result.State.Registry) {
		after[f.Component] = true
	}
	for _, f := range r.base.Tree.Components(r.result.State.Registry) {
		before[f.Component.Type]++
		total++
		if !after[f.Component] {
			gone[f.Component.Type]++
			deleted++
		}
	}
	if deleted <= r.opts.AllowDeletions {
		return nil
	}
	if deleted > max(deletionsFloor, total*deletionsPercent/100) {
		return &MassDeletionError{Deleted: deleted, Of: total}
	}
	for typ, n := range gone {
		if n >= wholeType && n == before[typ] {
			return &MassDeletionError{Deleted: n, Of: total, Type: typ}
		}
	}
	return nil
}
