package capture

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/orgkeep/orgkeep/internal/diff"
	"github.com/orgkeep/orgkeep/internal/retrieve"
	"github.com/orgkeep/orgkeep/internal/snapshot"
	"github.com/orgkeep/orgkeep/internal/tree"
	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// The trailers of a snapshot's last commit.
const (
	TrailerSnapshot = "Orgkeep-Snapshot"    // the org's alias; marks a snapshot
	TrailerOrg      = "Orgkeep-Org"         // the org's id
	TrailerVersion  = "Orgkeep-API-Version" // of the retrieve
	TrailerListed   = "Orgkeep-Listed"      // the org's clock when listing began
	TrailerCoverage = "Orgkeep-Coverage"    // components that came of those asked for
	TrailerDuration = "Orgkeep-Duration"
	TrailerTool     = "Orgkeep-Version"
)

// record makes the commits and moves the branch.
func (r *runner) record(ctx context.Context, batch *snapshot.Batch) error {
	coverage, err := r.coverage(ctx)
	if err != nil {
		return err
	}
	specs, err := r.commits(coverage)
	if err != nil {
		return err
	}
	for i := range specs {
		manifest, err := batch.Blob(manifestOf(specs[i].Tree, r.result.State.Registry, r.opts.Read.Version))
		if err != nil {
			return fmt.Errorf("store the manifest: %w", err)
		}
		e := specs[i].Tree.Edit()
		e.Set(manifestPath, manifest)
		specs[i].Tree = e.Tree()
		if _, err := batch.Commit(ctx, specs[i]); err != nil && !errors.Is(err, snapshot.ErrUnchanged) {
			return fmt.Errorf("make the commit: %w", err)
		}
	}
	if err := r.note(ctx, batch); err != nil {
		return err
	}
	if tell := r.opts.Read.Progress; tell != nil {
		batch.Merging = func(done, of int) {
			// Each object is written and read back.
			tell(retrieve.Step{Phase: "merge", Done: done / 2, Total: of / 2, Unit: "objects"})
		}
	}
	published, err := batch.Publish(ctx, r.opts.Branch, r.result.Old)
	if err != nil {
		return fmt.Errorf("record the snapshot: %w", err)
	}
	if n := len(published.Commits); n > 0 {
		r.result.Commits, r.result.New = published.Commits, published.Commits[n-1]
	}
	r.result.Notes = published.Notes
	return nil
}

// coverage gives the file that goes with the snapshot. A run that was about some
// types says nothing of the others, so of those the last word stays.
func (r *runner) coverage(ctx context.Context) ([]byte, error) {
	now := r.result.State.Coverage
	if r.opts.Read.Keep == nil || r.result.First {
		return now.JSON()
	}
	data, err := r.store.File(ctx, r.result.Old, CoveragePath)
	if errors.Is(err, snapshot.ErrNotFound) {
		return now.JSON()
	}
	if err != nil {
		return nil, fmt.Errorf("read the coverage of the newest snapshot: %w", err)
	}
	before, err := ParseCoverage(data)
	if err != nil {
		return nil, err
	}
	return now.over(before).JSON()
}

func manifestOf(t tree.Tree, registry *metadata.Registry, v metadata.Version) []byte {
	var all []metadata.Component
	for _, f := range t.Components(registry) {
		if f.Component.Type != "" && f.Component.FullName != manifestPath {
			all = append(all, f.Component)
		}
	}
	return metadata.NewManifest(v, all...).XML()
}

// commits gives one commit per author, in the order of their newest change, each
// on the tree that the ones before left; the last holds the whole state, the
// coverage and the trailers. One that would change nothing is left out by the
// store.
func (r *runner) commits(coverage []byte) ([]snapshot.CommitSpec, error) {
	identity, err := r.store.Identity()
	if err != nil {
		return nil, err
	}
	identity.When = r.opts.Now()
	groups := r.groups()
	last := snapshot.CommitSpec{
		Root: r.opts.Root, Tree: r.result.State.Tree,
		Extra:  map[string][]byte{CoveragePath: coverage},
		Author: identity, Message: r.message(nil), Trailers: r.trailers(),
	}
	switch {
	case r.result.First:
		return []snapshot.CommitSpec{last}, nil
	case len(groups) == 0:
		// The coverage alone, or the form of files.
		last.Author = r.nobody("orgkeep")
		return []snapshot.CommitSpec{last}, nil
	case r.opts.SingleCommit && len(groups) > 1:
		last.Message = r.message(&group{changes: r.result.Diff.Changes})
		return []snapshot.CommitSpec{last}, nil
	}
	var specs []snapshot.CommitSpec
	step := r.base.Tree
	for _, g := range groups[:len(groups)-1] {
		step = g.apply(step, r.result.State.Tree)
		specs = append(specs, snapshot.CommitSpec{
			Root: r.opts.Root, Tree: step, Author: r.signature(g.author), Message: r.message(&g), Trailers: r.coAuthors(g),
		})
	}
	g := groups[len(groups)-1]
	last.Author, last.Message = r.signature(g.author), r.message(&g)
	last.Trailers = append(r.coAuthors(g), last.Trailers...)
	return append(specs, last), nil
}

// coAuthors names those whose changes lie in files that somebody else changed
// later.
func (r *runner) coAuthors(g group) []snapshot.Trailer {
	others := map[string]Author{}
	for _, change := range g.changes {
		if a := r.result.Authors[change.Component]; a.Known() && a.Username != g.author.Username {
			others[a.Username] = a
		}
	}
	var out []snapshot.Trailer
	for _, username := range slices.Sorted(maps.Keys(others)) {
		s := r.signature(others[username])
		out = append(out, snapshot.Trailer{Key: "Co-authored-by", Value: s.Name + " <" + s.Email + ">"})
	}
	return out
}

// group is what one author changed.
type group struct {
	author  Author
	paths   map[string]bool
	changes []diff.Change
}

func (g group) apply(from, to tree.Tree) tree.Tree {
	e := from.Edit()
	for path := range g.paths {
		if h, ok := to.Get(path); ok {
			e.Set(path, h)
		} else {
			e.Delete(path)
		}
	}
	return e.Tree()
}

// groups gives the changes by author, the one with the oldest newest change
// first, unknown last. A file that several changed goes with the newest of them;
// what differs without being a change (form, order of a set) goes with the last
// commit.
func (r *runner) groups() []group {
	owner := map[string]Author{}
	for _, change := range r.result.Diff.Changes {
		a := r.result.Authors[change.Component]
		for _, path := range change.Paths {
			if before, ok := owner[path]; !ok || a.When.After(before.When) {
				owner[path] = a
			}
		}
	}
	byUser := map[string]*group{}
	for path, a := range owner {
		g := byUser[a.Username]
		if g == nil {
			g = &group{paths: map[string]bool{}, author: a}
			byUser[a.Username] = g
		}
		g.paths[path] = true
		if a.When.After(g.author.When) {
			g.author = a
		}
	}
	var out []group
	for _, g := range byUser {
		g.changes = changesOf(r.result.Diff, g.paths)
		out = append(out, *g)
	}
	slices.SortFunc(out, func(a, b group) int {
		if a.author.Known() != b.author.Known() {
			return cmp.Compare(boolInt(b.author.Known()), boolInt(a.author.Known()))
		}
		return cmp.Or(a.author.When.Compare(b.author.When), strings.Compare(a.author.Username, b.author.Username))
	})
	return out
}

func boolInt(b bool) int {
	if b {
		return 1
	}
	return 0
}

func changesOf(d diff.Result, paths map[string]bool) []diff.Change {
	var out []diff.Change
	for _, change := range d.Changes {
		if slices.ContainsFunc(change.Paths, func(p string) bool { return paths[p] }) {
			out = append(out, change)
		}
	}
	return out
}

// signature: the date is that of the change; "unknown" has the run's.
func (r *runner) signature(a Author) snapshot.Signature {
	if !a.Known() {
		return r.nobody("unknown")
	}
	mail := a.Username
	if r.opts.Mail != nil {
		mail = r.opts.Mail(a.Username)
	}
	return snapshot.Signature{Name: cmp.Or(a.Name, a.Username), Email: mail, When: a.When}
}

// nobody is an author that is no person.
func (r *runner) nobody(name string) snapshot.Signature {
	return snapshot.Signature{Name: name, Email: name + "@" + r.opts.OrgID + ".invalid", When: r.opts.Now()}
}

func (r *runner) trailers() []snapshot.Trailer {
	asked, returned := r.result.State.Coverage.Counts()
	out := []snapshot.Trailer{
		{Key: TrailerSnapshot, Value: r.opts.Alias},
		{Key: TrailerOrg, Value: r.opts.OrgID},
		{Key: TrailerVersion, Value: r.opts.Read.Version.String()},
		{Key: TrailerListed, Value: r.result.State.ListedAt.UTC().Format(time.RFC3339)},
		{Key: TrailerCoverage, Value: strconv.Itoa(returned) + "/" + strconv.Itoa(asked)},
	}
	if !slices.ContainsFunc(r.opts.Trailers, func(t snapshot.Trailer) bool { return t.Key == TrailerDuration }) {
		out = append(out, snapshot.Trailer{Key: TrailerDuration, Value: r.opts.Now().Sub(r.start).Round(time.Second).String()})
	}
	if r.opts.Tool != "" {
		out = append(out, snapshot.Trailer{Key: TrailerTool, Value: r.opts.Tool})
	}
	return append(out, r.opts.Trailers...)
}
