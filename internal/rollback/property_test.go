package rollback_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/orgkeep/orgkeep/internal/capture"
	"github.com/orgkeep/orgkeep/internal/demo"
	"github.com/orgkeep/orgkeep/internal/deployplan/mutate"
	"github.com/orgkeep/orgkeep/internal/drift"
	"github.com/orgkeep/orgkeep/internal/snapshot"
	"github.com/orgkeep/orgkeep/pkg/emulator"
	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// mutate makes n random changes, and gives what they were.
func (w *world) mutate(r *rand.Rand, n int, deletions bool) []mutate.Mutation {
	w.t.Helper()
	var out []mutate.Mutation
	for range n {
		m := mutate.Next(r, mutate.Org{Files: w.org.Files(), Registry: metadata.Default(), NoDeletions: !deletions})
		w.edit(func(e *emulator.Editor) error { return m.Apply(e) })
		out = append(out, m)
	}
	return out
}

// drift gives what differs from a commit, and was not announced by the rollback.
func (w *world) drift(id snapshot.ID) []string {
	w.t.Helper()
	t, err := w.deps.Store.Tree(w.t.Context(), id, root)
	must(w.t, err)
	e := t.Edit()
	e.Delete("package.xml")
	found, err := drift.Run(w.t.Context(), drift.Deps{Org: w.deps.Org, Normalizer: w.deps.Normalizer}, drift.Options{
		Read: w.opts.Read, Expected: capture.Base{Tree: e.Tree(), Blobs: w.deps.Store},
	})
	must(w.t, err)
	if !found.Complete() {
		w.t.Errorf("missing: %v", found.Coverage.Missing)
	}
	var out []string
	for _, c := range found.Diff.Changes {
		out = append(out, c.Kind.Mark()+" "+c.Component.String())
	}
	return out
}

// Several snapshots, a random one to go back to, and no drift but what the plan
// had announced.
func TestARandomSnapshotIsReached(t *testing.T) {
	t.Parallel()
	for seed := range uint64(4) {
		t.Run(fmt.Sprintf("seed %d", seed), func(t *testing.T) {
			t.Parallel()
			r := rand.New(rand.NewPCG(seed, 5))
			w := newWorld(t, demo.Org())
			snapshots := []snapshot.ID{w.snapshot()}
			for range 2 {
				w.mutate(r, 1+r.IntN(10), false)
				snapshots = append(snapshots, w.snapshot())
			}
			done := w.mutate(r, 1+r.IntN(10), true)
			target := snapshots[r.IntN(len(snapshots))]
			result := w.back(target)
			left := w.drift(target)
			if len(left) != len(result.Left.Announced) {
				t.Errorf("drift %v, announced %v", left, result.Left.Announced)
			}
			if t.Failed() {
				t.Logf("seed %d: %v", seed, done)
			}
		})
	}
}

func TestRealOrgsComeBack(t *testing.T) {
	t.Parallel()
	folder := filepath.Join("..", "..", "..", "shared", "corpora", "mdapi")
	orgs, err := os.ReadDir(folder)
	if err != nil {
		t.Skip("the corpora are not here")
	}
	for _, o := range orgs {
		t.Run(o.Name(), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, os.DirFS(filepath.Join(folder, o.Name())))
			before := w.snapshot()
			done := w.mutate(rand.New(rand.NewPCG(1, 2)), 12, true)
			result := w.back(before)
			if left := w.drift(before); len(left) != len(result.Left.Announced) {
				t.Errorf("%v: drift %v, announced %v", done, left, result.Left.Announced)
			}
		})
	}
}
