package capture

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/orgkeep/orgkeep/internal/diff"
	"github.com/orgkeep/orgkeep/internal/snapshot"
	"github.com/orgkeep/orgkeep/internal/tree"
	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// ErrOtherOrg is returned when the alias's branch holds snapshots of another org.
var ErrOtherOrg = errors.New("the snapshots on this branch are of another org")

// Options say what a snapshot is of and how it is recorded.
type Options struct {
	Read   ReadOptions
	Alias  string
	OrgID  string
	Branch string
	Root   string // folder of the repository that holds the org, "metadata"
	// Message is the subject of the commit; empty for one made of the counts.
	Message string
	// Trailers are added to those of every snapshot.
	Trailers []snapshot.Trailer
	// SingleCommit turns the commit per author off.
	SingleCommit bool
	// Full retrieves everything. Without it, a run after another one retrieves what
	// has moved since, and everything when the last full run is FullEvery ago (zero
	// for the package's default).
	Full      bool
	FullEvery time.Duration
	// AllowDeletions is how many deletions the user expects; the guard against
	// mass deletion lets that many through.
	AllowDeletions int
	// Tool is orgkeep's version, for a trailer.
	Tool string
	// Mail gives the author address of a Salesforce user; nil means the username.
	Mail func(username string) string
	Now  func() time.Time
}

// Result is what a run found and recorded.
type Result struct {
	State *State
	Old   snapshot.ID // the snapshot before; zero when there was none
	New   snapshot.ID // equal to Old when nothing changed
	// Commits are those that the run made, oldest first.
	Commits []snapshot.ID
	// Diff is what changed since Old; empty for a first snapshot.
	Diff    diff.Result
	Authors map[metadata.Component]Author
	// First tells that there was no snapshot before, Full that everything was
	// retrieved.
	First, Full bool
	// Missed are components that a full run found to be changed and an incremental
	// one would not have retrieved.
	Missed []metadata.Component
	// Notes are what the user should know of the work tree.
	Notes    []string
	Duration time.Duration
}

// Changed tells whether a commit was made.
func (r Result) Changed() bool { return len(r.Commits) > 0 }

// Run takes a snapshot of an org. The caller holds the store's lock. Nothing is
// recorded when an error is returned; a run that is not complete is recorded and
// says so in its coverage.
func Run(ctx context.Context, org Org, norm Normalizer, store *snapshot.Store, opts Options) (*Result, error) {
	start := opts.Now()
	r := runner{org: org, norm: norm, store: store, opts: opts, start: start, result: &Result{}}
	if err := r.load(ctx); err != nil {
		return nil, err
	}
	if err := r.makeZipDir(); err != nil {
		return nil, err
	}
	batch, err := store.Begin(ctx)
	if err != nil {
		return nil, fmt.Errorf("begin the snapshot: %w", err)
	}
	defer batch.Discard()
	batch.Recall(opts.Branch)
	if r.memory, err = r.remember(ctx); err != nil {
		return nil, err
	}
	if r.result.State, r.read, err = read(ctx, org, norm, r.base, batch, r.opts.Read, r.memory); err != nil {
		return nil, err
	}
	r.result.Full, r.result.Missed = !r.memory.incremental(), r.read.missed
	r.result.State.Coverage.OrgID = opts.OrgID
	if err := r.compare(ctx, batch); err != nil {
		return nil, err
	}
	if err := r.guard(); err != nil {
		return nil, err
	}
	if err := r.record(ctx, batch); err != nil {
		return nil, err
	}
	removeZips(r.result.State.Zips)
	r.result.Duration = opts.Now().Sub(start)
	return r.result, nil
}

// makeZipDir gives the run a folder of its own. The caller holds the lock, so that
// what lies in it was left by a run that is dead.
func (r *runner) makeZipDir() error {
	dir := filepath.Join(r.opts.Read.ZipDir, r.opts.Alias)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("make the folder for downloads: %w", err)
	}
	r.opts.Read.ZipDir = dir
	entries, err := os.ReadDir(dir)
	if err != nil {
		return fmt.Errorf("look for what an earlier run left: %w", err)
	}
	for _, e := range entries {
		if name := e.Name(); strings.HasPrefix(name, "retrieve-") || strings.HasPrefix(name, ".retrieve-") {
			_ = os.Remove(filepath.Join(dir, name))
		}
	}
	return nil
}

// removeZips: what they held is recorded; one that stays behind is swept by the
// next run.
func removeZips(zips []string) {
	for _, zip := range zips {
		_ = os.Remove(zip)
	}
}

type runner struct {
	org    Org
	norm   Normalizer
	store  *snapshot.Store
	opts   Options
	start  time.Time
	base   Base
	last   snapshot.Commit
	memory *memory
	read   *reading
	result *Result
}

// load reads the newest snapshot, which is what everything that does not come is
// carried over from.
func (r *runner) load(ctx context.Context) error {
	r.base.Blobs = r.store
	head, err := r.store.Head(ctx, r.opts.Branch)
	if errors.Is(err, snapshot.ErrNoSnapshot) {
		r.result.First = true
		return nil
	}
	if err != nil {
		return err
	}
	r.result.Old, r.result.New = head, head
	if r.last, err = r.store.Load(ctx, head); err != nil {
		return fmt.Errorf("read the newest snapshot: %w", err)
	}
	if id, ok := r.last.Trailer(TrailerOrg); ok && id != r.opts.OrgID {
		return fmt.Errorf("%w: %s holds org %s, and %s is signed in to org %s", ErrOtherOrg, r.opts.Branch, id, r.opts.Alias, r.opts.OrgID)
	}
	t, err := r.store.Tree(ctx, head, r.opts.Root)
	if err != nil {
		return fmt.Errorf("read the newest snapshot: %w", err)
	}
	r.base.Tree = withoutManifest(t)
	return nil
}

// withoutManifest: the manifest is made anew from the tree.
func withoutManifest(t tree.Tree) tree.Tree {
	e := t.Edit()
	e.Delete(manifestPath)
	return e.Tree()
}

func (r *runner) compare(ctx context.Context, batch *snapshot.Batch) error {
	if r.result.First {
		return nil
	}
	var err error
	r.result.Diff, err = diff.Trees(ctx, diff.Input{
		Old: r.base.Tree, New: r.result.State.Tree,
		OldBlobs: r.store, NewBlobs: batch.Blobs(),
		Registry: r.result.State.Registry,
	})
	if err != nil {
		return fmt.Errorf("compare with the newest snapshot: %w", err)
	}
	r.result.Authors, err = Authors(ctx, r.org, r.result.State, r.result.Diff, r.since())
	return err
}

// since is the server's time at which the newest snapshot began to list; what a
// row dates before it was not changed since.
func (r *runner) since() time.Time {
	if text, ok := r.last.Trailer(TrailerListed); ok {
		if t, err := time.Parse(time.RFC3339, text); err == nil {
			return t
		}
	}
	return r.last.Committer.When
}
