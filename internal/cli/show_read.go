package cli

import (
	"context"
	"fmt"
	"strings"

	"github.com/orgkeep/orgkeep/internal/config"
	"github.com/orgkeep/orgkeep/internal/diff"
	"github.com/orgkeep/orgkeep/internal/snapshot"
	"github.com/orgkeep/orgkeep/internal/tree"
	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// authorship reads what one run recorded: its commits, one per author, and what
// each of them changed.
type authorship struct {
	store    *snapshot.Store
	settings *config.Config
	now      side
}

// snapshotRun is what one run recorded.
type snapshotRun struct {
	commits []snapshot.Commit // newest first; the first is the snapshot
	since   snapshot.ID       // the snapshot before; zero for the first one
	changes []change
}

func (a authorship) read(ctx context.Context) (snapshotRun, error) {
	run, err := a.commits(ctx)
	if err != nil || run.since.IsZero() {
		return run, err
	}
	old, err := treeOf(ctx, a.store, run.since, a.now.Root)
	if err != nil {
		return run, err
	}
	result, err := a.compare(ctx, old, a.now.Tree)
	if err != nil {
		return run, err
	}
	run.changes = changesOf(result)
	return run, a.attribute(ctx, &run, old)
}

// commits walks from the snapshot to the one before.
func (a authorship) commits(ctx context.Context) (snapshotRun, error) {
	var run snapshotRun
	for id := a.now.Revision; ; {
		c, err := a.store.Load(ctx, id)
		if err != nil {
			return run, fmt.Errorf("read %s: %w", id.Short(), err)
		}
		if len(run.commits) > 0 && c.IsSnapshot() {
			run.since = id
			return run, nil
		}
		run.commits = append(run.commits, c)
		if len(c.Parents) == 0 {
			return run, nil
		}
		id = c.Parents[0]
	}
}

// commitsSince walks from the state back to an earlier one; false tells that it
// is none of its past.
func (a authorship) commitsSince(ctx context.Context, since snapshot.ID) ([]snapshot.Commit, bool, error) {
	var commits []snapshot.Commit
	for id := a.now.Revision; id != since; {
		c, err := a.store.Load(ctx, id)
		if err != nil {
			return nil, false, fmt.Errorf("read %s: %w", id.Short(), err)
		}
		commits = append(commits, c)
		if len(c.Parents) == 0 {
			return nil, false, nil
		}
		id = c.Parents[0]
	}
	return commits, true, nil
}

func (a authorship) compare(ctx context.Context, old, now tree.Tree) (diff.Result, error) {
	norm, err := normalizer(a.settings)
	if err != nil {
		return diff.Result{}, err
	}
	return diff.Trees(ctx, diff.Input{Old: old, New: now, OldBlobs: a.store, NewBlobs: a.store, Registry: a.now.Registry, Normalizer: norm})
}

// attribute gives each change the author of the newest commit of the run that made
// it.
func (a authorship) attribute(ctx context.Context, run *snapshotRun, old tree.Tree) error {
	made := map[metadata.Component]snapshot.Commit{}
	for i := len(run.commits) - 1; i >= 0; i-- {
		c := run.commits[i]
		now, err := treeOf(ctx, a.store, c.ID, a.now.Root)
		if err != nil {
			return err
		}
		result, err := a.compare(ctx, old, now)
		if err != nil {
			return err
		}
		for _, changed := range result.Changes {
			made[changed.Component] = c
		}
		old = now
	}
	for i := range run.changes {
		if c, ok := made[run.changes[i].Component]; ok {
			run.changes[i].Author = authorOf(c)
			if run.changes[i].Author != unknownAuthor {
				run.changes[i].When = c.Author.When
			}
		}
	}
	return nil
}

// authorOf is the Salesforce username behind a commit, or "unknown": a commit that
// the run itself wrote in its own name and at its own time names nobody.
func authorOf(c snapshot.Commit) string {
	if c.Author.Email == c.Committer.Email && c.Author.When.Equal(c.Committer.When) {
		return unknownAuthor
	}
	if strings.HasSuffix(c.Author.Email, ".invalid") {
		return c.Author.Name
	}
	return c.Author.Email
}
