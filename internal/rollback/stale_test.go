package rollback_test

import (
	"context"
	"errors"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/orgkeep/orgkeep/internal/demo"
	"github.com/orgkeep/orgkeep/internal/deploy"
	"github.com/orgkeep/orgkeep/internal/deployplan"
	"github.com/orgkeep/orgkeep/internal/diff"
	"github.com/orgkeep/orgkeep/internal/rollback"
	"github.com/orgkeep/orgkeep/internal/snapshot"
	"github.com/orgkeep/orgkeep/internal/tree"
	"github.com/orgkeep/orgkeep/pkg/emulator"
	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// contents are contents by their ids.
type contents map[tree.Hash][]byte

// Blob gives a content.
func (c contents) Blob(_ context.Context, h tree.Hash) ([]byte, error) { return c[h], nil }

// truth is the org as it is, without asking it.
func (w *world) truth() deployplan.State {
	held := contents{}
	var entries []tree.Entry
	for path, content := range w.tree() {
		h := tree.HashOf([]byte(content))
		held[h] = []byte(content)
		entries = append(entries, tree.Entry{Path: path, Hash: h})
	}
	return deployplan.State{Tree: tree.New(entries), Blobs: held}
}

// takeBack gives the org the files that it had, and tells whether it is as it was: a
// flow is not, as it has one version more.
func (w *world) takeBack(files map[string][]byte) bool {
	w.t.Helper()
	now, flows := w.org.Files(), false
	w.edit(func(e *emulator.Editor) error {
		for path := range now {
			c, ok := metadata.Default().ComponentAt(path)
			if _, had := files[path]; !had && ok {
				_ = e.Delete(c) // it may have gone with another file
			}
		}
		for path, content := range files {
			if string(now[path]) == string(content) {
				continue
			}
			flows = flows || strings.HasPrefix(path, "flow")
			if err := e.Put(path, content); err != nil {
				return err
			}
		}
		return nil
	})
	return !flows && maps.EqualFunc(w.org.Files(), files, slices.Equal)
}

// A plan is applied after one random change of the org: when that moved something of
// it, it is refused and nothing is sent; when it did not, the org gets it. Nobody
// but a comparison of the org's files says what moved.
func TestAPlanIsAppliedExactlyWhenNothingOfItMoved(t *testing.T) {
	t.Parallel()
	enough, most, again := 3, 40, 20
	if os.Getenv("ORGKEEP_STUDY") != "" {
		enough, most, again = 500, 4000, 50
	}
	var sent atomic.Int64
	w := newWorld(t, demo.Org(), emulator.WithHook(func(_ *emulator.Server, call string, _ int) {
		if call == "deploy" {
			sent.Add(1)
		}
	}))
	target := w.snapshot()
	r := rand.New(rand.NewPCG(11, 31))
	w.mutate(r, 12, false)
	var plan *deployplan.Plan
	refused, accepted, rejected := 0, 0, 0
	for n := 0; n < most && (refused < enough || accepted < enough); n++ {
		if plan == nil || n%again == 0 {
			w.mutate(r, 1, false) // or the plans would be about ever less
			plan = w.plan(target)
		}
		files, before := w.org.Files(), w.truth()
		done := w.mutate(r, 1, false)
		moved, changed := w.movedOf(plan, before)
		if !changed || len(moved) > 0 && refused >= enough || len(moved) == 0 && accepted >= enough {
			if len(moved) > 0 && !w.takeBack(files) {
				plan = nil
			}
			continue
		}
		had := sent.Load()
		err := w.applied(plan, target, len(moved) == 0)
		switch stale := errors.Is(err, deployplan.ErrStalePlan); {
		case stale != (len(moved) > 0):
			t.Fatalf("after %d and %d: %v moved %v, and it says: %v", refused, accepted, done, moved, err)
		case stale && sent.Load() != had:
			t.Fatalf("%v moved %v, and something was sent", done, moved)
		case stale:
			refused++
			if !w.takeBack(files) {
				plan = nil
			}
		case sent.Load() == had:
			t.Fatalf("%v moved nothing of the plan, and it was not sent: %v", done, err)
		default:
			accepted++
			if errors.Is(err, deploy.ErrRejected) {
				rejected++ // the org has its own reasons; the plan was not stale
			} else {
				must(t, err)
			}
		}
	}
	t.Logf("%d moves refused, %d unrelated changes accepted (of these the org refused %d)", refused, accepted, rejected)
	if refused < enough || accepted < enough || rejected > accepted/2 {
		t.Error("that proves little")
	}
}

// applied applies a plan, or lets the org check it.
func (w *world) applied(plan *deployplan.Plan, target snapshot.ID, check bool) error {
	opts := w.to(target)
	opts.CheckOnly = check
	_, err := rollback.Apply(w.t.Context(), w.deps, plan, opts)
	return err
}

// movedOf gives what of a plan is otherwise in the org than it was before, and tells
// whether anything is.
func (w *world) movedOf(plan *deployplan.Plan, before deployplan.State) (moved []metadata.Component, changed bool) {
	w.t.Helper()
	now := w.truth()
	found, err := diff.Trees(w.t.Context(), diff.Input{Old: before.Tree, New: now.Tree, OldBlobs: before.Blobs, NewBlobs: now.Blobs})
	must(w.t, err)
	touched := plan.Touched()
	for _, c := range found.Changes {
		if slices.Contains(touched, c.Component) {
			moved = append(moved, c.Component)
		}
	}
	return moved, len(found.Changes) > 0
}
