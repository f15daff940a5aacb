package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/orgkeep/orgkeep/internal/config"
	"github.com/orgkeep/orgkeep/internal/diff"
	"github.com/orgkeep/orgkeep/internal/snapshot"
	"github.com/orgkeep/orgkeep/internal/tree"
	"github.com/orgkeep/orgkeep/pkg/metadata"
	"github.com/orgkeep/orgkeep/pkg/normalize"
)

// snapshotOrgs gives the orgs that the settings list and those that are signed
// in, as far as they have snapshots, sorted.
func snapshotOrgs(ctx context.Context, store *snapshot.Store, settings *config.Config, logins []string) ([]string, error) {
	aliases := append(settings.Aliases(), logins...)
	slices.Sort(aliases)
	aliases = slices.Compact(aliases)
	var found []string
	for _, alias := range aliases {
		_, err := store.Head(ctx, settings.Org(alias).Branch)
		if errors.Is(err, snapshot.ErrNoSnapshot) {
			continue
		}
		if err != nil {
			return nil, ForOrg(alias, err)
		}
		found = append(found, alias)
	}
	return found, nil
}

// readLog gives an org's newest snapshots; a limit of zero means all.
func readLog(ctx context.Context, store *snapshot.Store, org config.Org, norm *normalize.Normalizer, limit int) ([]logEntry, error) {
	var commits []snapshot.Commit
	err := store.Snapshots(ctx, org.Branch, func(c snapshot.Commit) error {
		commits = append(commits, c)
		// One more: a snapshot's changes are those since the one before.
		if limit > 0 && len(commits) > limit {
			return errEnough
		}
		return nil
	})
	if err != nil && !errors.Is(err, errEnough) {
		return nil, err
	}
	tags, err := store.Tags(ctx)
	if err != nil {
		return nil, err
	}
	r := logReader{store: store, org: org, registry: metadata.Default(), norm: norm, tags: tags}
	var entries []logEntry
	for i, c := range commits {
		if limit > 0 && i == limit {
			break
		}
		var before *snapshot.Commit
		if i+1 < len(commits) {
			before = &commits[i+1]
		}
		entry, err := r.entry(ctx, c, before)
		if err != nil {
			return nil, fmt.Errorf("read snapshot %s: %w", c.ID, err)
		}
		entries = append(entries, entry)
	}
	return entries, nil
}

type logReader struct {
	store    *snapshot.Store
	org      config.Org
	registry *metadata.Registry
	norm     *normalize.Normalizer
	tags     map[snapshot.ID][]string
}

func (r logReader) entry(ctx context.Context, c snapshot.Commit, before *snapshot.Commit) (logEntry, error) {
	e := logEntry{Revision: c.ID.String(), Org: r.org.Alias, When: c.When.UTC(), First: before == nil, Subject: c.Subject, Tags: append([]string{}, r.tags[c.ID]...)}
	var old tree.Tree
	var since snapshot.ID
	if before != nil {
		since = before.ID
		var err error
		if old, err = treeOf(ctx, r.store, since, r.org.Root); err != nil {
			return e, err
		}
	}
	now, err := treeOf(ctx, r.store, c.ID, r.org.Root)
	if err != nil {
		return e, err
	}
	if err := r.count(ctx, &e, old, now); err != nil {
		return e, err
	}
	return e, r.authors(ctx, &e, c, since)
}

// count counts components. All of a first snapshot are added, and need not be
// read for that.
func (r logReader) count(ctx context.Context, e *logEntry, old, now tree.Tree) error {
	if e.First {
		e.Added = len(now.Components(r.registry))
		return nil
	}
	result, err := diff.Trees(ctx, diff.Input{Old: old, New: now, OldBlobs: r.store, NewBlobs: r.store, Registry: r.registry, Normalizer: r.norm})
	if err != nil {
		return err
	}
	for _, change := range result.Changes {
		switch change.Kind {
		case diff.Added:
			e.Added++
		case diff.Deleted:
			e.Deleted++
		default:
			e.Changed++
		}
	}
	return nil
}

// authors gives the authors of all commits of a snapshot, each once, newest first,
// those whom nobody knows last.
func (r logReader) authors(ctx context.Context, e *logEntry, c snapshot.Commit, since snapshot.ID) error {
	names, unknown := []string{}, false
	for {
		e.Commits++
		switch name := c.Author.Email; {
		case strings.HasSuffix(name, ".invalid"):
			unknown = true
		case !slices.Contains(names, name):
			names = append(names, name)
		}
		if len(c.Parents) == 0 || c.Parents[0] == since {
			break
		}
		var err error
		if c, err = r.store.Load(ctx, c.Parents[0]); err != nil {
			return err
		}
	}
	if unknown {
		names = append(names, unknownAuthor)
	}
	e.Authors = names
	return nil
}
