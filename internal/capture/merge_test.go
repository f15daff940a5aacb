package capture_test

import (
	"fmt"
	"slices"
	"testing"
	"testing/fstest"

	"github.com/orgkeep/orgkeep/internal/capture"
	"github.com/orgkeep/orgkeep/internal/retrieve"
	"github.com/orgkeep/orgkeep/pkg/emulator"
)

// A merge of many packs can take a while, so that whoever watches a run sees it.
func TestAMergeOfPacksIsAPhaseOfTheRun(t *testing.T) {
	t.Parallel()
	w := newWorld(t, fstest.MapFS{"pages/P.page": {Data: []byte("<p/>")}, "pages/P.page-meta.xml": {Data: []byte("<ApexPage/>")}})
	for n := range 40 {
		var seen []retrieve.Step
		w.must(incremental, func(o *capture.Options) {
			o.Read.Progress = func(s retrieve.Step) {
				if s.Phase == "merge" {
					seen = append(seen, s)
				}
			}
		})
		if len(seen) > 0 {
			last := seen[len(seen)-1]
			if n == 0 || last.Total == 0 || last.Done != last.Total || !slices.IsSortedFunc(seen, func(a, b retrieve.Step) int { return a.Done - b.Done }) {
				t.Errorf("run %d ends with %+v", n, last)
			}
			return
		}
		w.edit("tom.osei@acme.example", func(e *emulator.Editor) error {
			return e.Put("pages/P.page", fmt.Appendf(nil, "<p>%d</p>", n))
		})
	}
	t.Error("40 snapshots, and no merge was seen")
}
