package snapshot

import (
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/orgkeep/orgkeep/internal/state/statetest"
)

// The log and the files of the work tree are not synced, as with git: the first
// is a courtesy, the others can be checked out again.
func TestNoCutOfThePowerHarmsARepository(t *testing.T) {
	t.Parallel()
	for name, sc := range scenarios() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			base := sc.makeBase(t)
			calm := copyOf(t, base)
			disk := statetest.New(statetest.Unsynced(), statetest.None())
			if err := sc.attempt(t, calm, disk); err != nil {
				t.Fatal(err)
			}
			w := newWitness()
			want, before := w.look(t, calm), branchOf(t, base)
			ops := disk.Ops()
			var points atomic.Int64
			for n := 1; n <= len(ops)+1; n += stride() { // the last: after the end
				// What was written and not synced is lost, and closing does nothing.
				if n > 1 && (ops[n-2].Do == "write" || ops[n-2].Do == "close") {
					continue
				}
				for what, lost := range map[string]bool{"names kept": false, "names lost": true} {
					t.Run(what, func(t *testing.T) {
						t.Parallel()
						dir := copyOf(t, base)
						power := statetest.NewPower()
						disk := statetest.New(power, statetest.Kill(n))
						err := sc.attempt(t, dir, disk)
						hit, _ := disk.Hit()
						if err := power.Cut(lost); err != nil {
							t.Fatal(err)
						}
						points.Add(1)
						now := branchOf(t, dir)
						if now != before && now != want.Head {
							t.Fatalf("%v: the branch is at %q", hit, now)
						}
						if err == nil && now != want.Head {
							t.Errorf("what was said to be done is lost: the branch is at %q", now)
						}
						if !sc.broken || now != before {
							w.fsck(t, dir)
						}
						if err := sc.attempt(t, dir, statetest.New(statetest.Unsynced(), statetest.None())); err != nil {
							t.Fatalf("%v: the next run: %v", hit, err)
						}
						ignore := cmpopts.IgnoreFields(picture{}, "Log", "Status", "Files")
						if diff := cmp.Diff(want, w.look(t, dir), ignore); diff != "" {
							t.Errorf("%v, and after the next run:\n%s", hit, diff)
						}
					})
				}
			}
			t.Cleanup(func() { t.Logf("%d operations, %d points", len(ops), points.Load()) })
		})
	}
}
