package cli

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/orgkeep/orgkeep/internal/capture"
	"github.com/orgkeep/orgkeep/internal/diff"
	"github.com/orgkeep/orgkeep/internal/drift"
	"github.com/orgkeep/orgkeep/pkg/metadata"
	"github.com/orgkeep/orgkeep/pkg/normalize"
)

// driftFound is how one org differs from what it should be.
type driftFound struct {
	alias            string
	expected, actual side
	changes          []change
	missing          []missing
	asked, returned  int
	hidden           []diff.Excepted
	masks            []diff.Mask
	masked           int
	warnings         []capture.Warning
	took             time.Duration
	// failed is why the org could not be compared; there is nothing else then.
	failed error
}

func (d driftFound) code() ExitCode {
	switch {
	case len(d.missing) > 0:
		return ExitIncomplete
	case len(d.changes) > 0:
		return ExitDifferences
	}
	return ExitOK
}

func runDrift(ctx context.Context, opts driftOptions) error {
	f := opts.Factory
	if err := opts.check(); err != nil {
		return err
	}
	outputs, err := opts.outputs()
	if err != nil {
		return err
	}
	run, err := opts.prepare(ctx)
	if err != nil {
		return err
	}
	defer run.expected.close()
	var found []driftFound
	for _, alias := range opts.Aliases {
		d, err := run.compare(ctx, alias)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil {
			d = driftFound{alias: alias, failed: ForOrg(alias, err)}
		}
		found = append(found, d)
	}
	failed := failures(found)
	if !slices.ContainsFunc(found, func(d driftFound) bool { return d.failed == nil }) {
		return failed
	}
	if err := f.writeDrift(found, outputs); err != nil {
		return err
	}
	if failed != nil {
		return failed
	}
	code := ExitOK
	for _, d := range found {
		code = max(code, d.code())
	}
	return Status(code)
}

// driftRun is what is the same for all orgs of a run.
type driftRun struct {
	opts    driftOptions
	open    sides
	matcher *matcher
	sieve   sieve
	masks   []diff.Mask
	norm    *normalize.Normalizer
	// expected is the state that --against names; zero without it.
	expected side
}

func (o driftOptions) prepare(ctx context.Context) (*driftRun, error) {
	r := &driftRun{opts: o}
	var err error
	if r.matcher, err = o.Selection.compile(metadata.Default()); err != nil {
		return nil, err
	}
	if r.sieve, err = o.Filter.compile(); err != nil {
		return nil, err
	}
	store, settings, err := o.Open(ctx)
	if err != nil {
		return nil, err
	}
	if r.masks, err = o.Lens.masks(usualMasks(settings)); err != nil {
		return nil, err
	}
	if r.norm, err = normalizer(settings); err != nil {
		return nil, err
	}
	r.open = sides{f: o.Factory, store: store, settings: settings, sel: o.Selection.forReading(metadata.Default())}
	if o.Against != "" {
		r.expected, err = r.open.open(ctx, o.Against)
		// A single org is named in errors, for the hints.
		if err != nil && len(o.Aliases) == 1 {
			err = ForOrg(o.Aliases[0], err)
		}
	}
	return r, err
}

// compare reads one org and compares it with what it should be.
func (r *driftRun) compare(ctx context.Context, alias string) (driftFound, error) {
	now := r.opts.Factory.Now
	begun, expected := now(), r.expected
	if r.opts.Against == "" {
		// The cheap side first: a name that is wrong must not cost a retrieve.
		var err error
		if expected, err = r.open.open(ctx, alias); err != nil {
			return driftFound{}, err
		}
		expected.Name = "its newest snapshot (" + expected.Revision.Short() + ")"
	}
	actual, err := r.open.org(ctx, alias)
	if err != nil {
		return driftFound{}, err
	}
	defer actual.close()
	since, err := r.open.since(ctx, expected, alias)
	if err != nil {
		return driftFound{}, err
	}
	result, err := drift.Compare(ctx, actual.Opened.Deps, actual.Opened.Live, drift.Options{
		Expected: capture.Base{Tree: expected.Tree, Blobs: expected.Blobs}, Since: since, Compare: r.matcher.component,
		Normalizer: r.norm, Comments: r.opts.Lens.Comments, Masking: r.open.masking(r.masks, expected, actual),
	})
	if err != nil {
		return driftFound{}, err
	}
	left, hidden := result.Diff.Except(r.open.settings.Exceptions(), actual.Registry, now())
	d := driftFound{
		alias: alias, expected: expected, actual: actual, warnings: result.Warnings, hidden: hidden, masks: r.masks, masked: left.Masked,
	}
	d.changes = r.sieve.sift(authored(left.Changes, result.Authors), actual.Root)
	d.missing = append(missingOf(alias, result.Coverage), missingOf(expected.Alias, expected.Coverage)...)
	d.asked, d.returned = result.Coverage.Counts()
	d.took = now().Sub(begun)
	return d, nil
}

// since is from when on the dates of an org speak of changes to a state: when it
// was listed. The state of another org has no such time.
func (s sides) since(ctx context.Context, expected side, alias string) (time.Time, error) {
	if expected.Revision.IsZero() || expected.Alias != alias {
		return time.Time{}, nil
	}
	c, err := s.store.Load(ctx, expected.Revision)
	if err != nil {
		return time.Time{}, fmt.Errorf("read %s: %w", expected.Name, err)
	}
	return listedAt(c), nil
}
