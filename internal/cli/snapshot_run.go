package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"github.com/orgkeep/orgkeep/internal/capture"
	"github.com/orgkeep/orgkeep/internal/cli/iostreams"
	"github.com/orgkeep/orgkeep/internal/config"
	"github.com/orgkeep/orgkeep/internal/retrieve"
	"github.com/orgkeep/orgkeep/internal/snapshot"
	"github.com/orgkeep/orgkeep/pkg/metadata"
	"github.com/orgkeep/orgkeep/pkg/normalize"
	"golang.org/x/sync/errgroup"
)

func runSnapshot(ctx context.Context, opts snapshotOptions) error {
	f := opts.Factory
	if err := opts.Selection.wholeFiles(metadata.Default()); err != nil {
		return err
	}
	store, settings, err := opts.Open(ctx)
	if err != nil {
		return err
	}
	aliases, err := f.orgs(settings, opts.Aliases, opts.All)
	if err != nil {
		return err
	}
	if opts.Tag != "" && len(aliases) > 1 {
		return usagef("--tag names one snapshot, and %d orgs were asked for", len(aliases))
	}
	record := opts.rehearse
	if !opts.DryRun {
		unlock, err := store.Lock(ctx, "snapshot")
		if err != nil {
			return err
		}
		defer unlock()
		if opts.seal, err = f.recordingSealer(ctx, store, settings, opts.Reseal); err != nil {
			return err
		}
		if err := opts.Pushing.begin(ctx, f, store, branchesOf(settings, aliases)); err != nil {
			return err
		}
		record = opts.take
	}
	results, failed, err := opts.each(ctx, aliases, func(ctx context.Context, alias string, board *iostreams.Board) (snapshotResult, error) {
		return record(ctx, store, settings, alias, board)
	})
	if err != nil {
		return err
	}
	if !opts.DryRun {
		if err := opts.Pushing.push(ctx, f, store, branchesOf(settings, aliases), opts.Tag); err != nil {
			failed = append(failed, err)
		}
	}
	if opts.collect != nil && f.JSON() {
		opts.collect(results)
		return cmp.Or(errors.Join(failed...), exitOf(results))
	}
	return f.endSnapshot(results, failed)
}

// exitOf tells how a command ends that has these results.
func exitOf(results []snapshotResult) error {
	for _, r := range results {
		if !r.Complete {
			return Status(ExitIncomplete)
		}
	}
	return nil
}

// orgsAtOnce is how many orgs are read side by side: few, as each has several
// retrieves under way. A rehearsal has a board of its own for each.
func (o snapshotOptions) orgsAtOnce() int {
	if o.DryRun {
		return 1
	}
	return 4
}

// each records the orgs side by side, and shows what came of them in their order.
// The orgs that failed are among failed; err ends the command.
func (o snapshotOptions) each(ctx context.Context, aliases []string, record func(context.Context, string, *iostreams.Board) (snapshotResult, error)) (results []snapshotResult, failed []error, err error) {
	f := o.Factory
	boards := f.IO.NewBoards(f.Now, aliases...)
	all, errs := make([]snapshotResult, len(aliases)), make([]error, len(aliases))
	var group errgroup.Group
	group.SetLimit(o.orgsAtOnce())
	for n, alias := range aliases {
		group.Go(func() error {
			all[n], errs[n] = record(ctx, alias, boards.Board(n))
			return nil
		})
	}
	_ = group.Wait() // none returns an error
	boards.Close()
	if err := ctx.Err(); err != nil {
		return nil, nil, err
	}
	for n, alias := range aliases {
		if errs[n] != nil {
			failed = append(failed, ForOrg(alias, errs[n]))
			continue
		}
		results = append(results, all[n])
		if f.JSON() {
			continue
		}
		if err := f.showSnapshot(all[n]); err != nil {
			return nil, nil, err
		}
	}
	return results, failed, nil
}

// endSnapshot prints the document, and settles how the command ends: an error
// over a result that is not complete.
func (f *Factory) endSnapshot(results []snapshotResult, failed []error) error {
	if f.JSON() && (len(results) > 0 || len(failed) == 0) {
		if err := f.WriteJSON("snapshot", append([]snapshotResult{}, results...)); err != nil {
			return err
		}
	}
	if err := errors.Join(failed...); err != nil {
		return err
	}
	return exitOf(results)
}

// take records one org.
func (o snapshotOptions) take(ctx context.Context, store *snapshot.Store, settings *config.Config, alias string, board *iostreams.Board) (snapshotResult, error) {
	f := o.Factory
	// Without a name nothing is committed: that must not cost a retrieve.
	if _, err := store.Identity(); err != nil {
		return snapshotResult{}, err
	}
	client, info, err := o.Org(ctx, alias)
	if err != nil {
		return snapshotResult{}, err
	}
	if board.Alone() {
		f.headline(info)
	}
	defer board.Close()
	read, err := f.readOptions(store, client.Version(), o.Selection, board)
	if err == nil {
		err = narrow(&read, info.Settings)
	}
	if err != nil {
		return snapshotResult{}, err
	}
	read.Seal = o.seal
	norm, err := normalizer(settings)
	if err != nil {
		return snapshotResult{}, err
	}
	downloads := filepath.Join(read.ZipDir, info.Alias)
	org, err := f.keep(client, info, downloads)
	if err != nil {
		return snapshotResult{}, err
	}
	if err := o.begin(info.Alias, downloads); err != nil {
		return snapshotResult{}, err
	}
	result, err := capture.Run(ctx, org, norm, store, o.captureOptions(info, settings, read))
	err = cmp.Or(err, org.settle(err, func() error { return f.forgetSnapshot(downloads) }))
	board.Close()
	if err != nil {
		return snapshotResult{}, err
	}
	shown := f.snapshotResultOf(info, result)
	if !result.Old.IsZero() {
		before, err := store.Load(ctx, result.Old)
		if err != nil {
			return snapshotResult{}, fmt.Errorf("read the snapshot before: %w", err)
		}
		shown.since = before.When
	}
	if o.Tag != "" {
		if err := f.tagSnapshot(ctx, store, o.Tag, result.New, "snapshot of "+alias); err != nil {
			return snapshotResult{}, err
		}
		shown.Tag = o.Tag
	}
	return shown, nil
}

func (o snapshotOptions) captureOptions(info OrgInfo, settings *config.Config, read capture.ReadOptions) capture.Options {
	f := o.Factory
	return capture.Options{
		Read: read, Alias: info.Alias, OrgID: info.OrgID, Branch: info.Settings.Branch, Root: info.Settings.Root,
		Full: o.Full || o.Reseal, FullEvery: info.Settings.FullEvery,
		Message: o.Message, SingleCommit: o.SingleCommit, AllowDeletions: o.AllowDeletions,
		Tool: f.Sys.Build.complete().Version, Mail: mailOf(settings), Now: f.Now,
	}
}

// headline says which org a run is about, before it begins.
func (f *Factory) headline(info OrgInfo) {
	f.IO.Note("%s  %s  %s  API %s", f.IO.ErrStyle().Bold(info.Alias), iostreams.Clean(hostOf(info.InstanceURL)), info.Kind(), info.APIVersion)
}

func mailOf(settings *config.Config) func(string) string {
	return func(username string) string {
		if who, ok := settings.User(username); ok {
			return who.Address
		}
		return username
	}
}

func normalizer(settings *config.Config) (*normalize.Normalizer, error) {
	norm, err := normalize.New(settings.Normalizer()...)
	if err != nil {
		return nil, fmt.Errorf("make the normalizer: %w", err)
	}
	return norm, nil
}

// readOptions are those of every command that reads an org.
func (f *Factory) readOptions(store *snapshot.Store, version metadata.Version, sel selection, board *iostreams.Board) (capture.ReadOptions, error) {
	dir, err := f.zipDir(store)
	if err != nil {
		return capture.ReadOptions{}, err
	}
	opts := capture.ReadOptions{
		Version: version, ZipDir: dir, Limits: retrieve.DefaultLimits(),
		Progress: func(s retrieve.Step) {
			board.Show(iostreams.Progress{Phase: s.Phase, Done: s.Done, Total: s.Total, Unit: s.Unit, Bytes: s.Bytes, Expected: s.Expected, Note: s.Note})
		},
	}
	m, err := sel.compile(metadata.Default())
	if err != nil {
		return capture.ReadOptions{}, err
	}
	if m != nil {
		opts.Keep, opts.KeepType = m.component, m.listed
	}
	return opts, nil
}

// zipDir is where what an org sends is kept until it is recorded: the
// repository's private folder.
func (f *Factory) zipDir(store *snapshot.Store) (string, error) {
	private, err := store.PrivateDir()
	if err != nil {
		return "", err
	}
	dir := filepath.Join(private, "downloads")
	if err := f.Sys.FS.MkdirAll(dir, 0o700); err != nil {
		return "", fmt.Errorf("make the folder for downloads: %w", err)
	}
	return dir, nil
}
