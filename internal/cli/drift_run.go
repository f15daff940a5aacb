package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/orgkeep/orgkeep/internal/capture"
	"github.com/orgkeep/orgkeep/internal/drift"
	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// driftFound is how one org differs from what it should be.
type driftFound struct {
	alias            string
	expected, actual side
	changes          []change
	missing          []missing
	asked, returned  int
	warnings         []capture.Warning
	took             time.Duration
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
	m, err := opts.Selection.compile(metadata.Default())
	if err != nil {
		return err
	}
	store, settings, err := opts.Open(ctx)
	if err != nil {
		return err
	}
	open := sides{f: f, store: store, settings: settings, sel: opts.Selection.forReading(metadata.Default())}
	var found []driftFound
	var failed []error
	for _, alias := range opts.Aliases {
		d, err := opts.compare(ctx, open, m, alias)
		if err != nil {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			failed = append(failed, ForOrg(alias, err))
			continue
		}
		found = append(found, d)
	}
	if len(found) > 0 {
		if err := f.writeDrift(found, opts); err != nil {
			return err
		}
	}
	if err := errors.Join(failed...); err != nil {
		return err
	}
	code := ExitOK
	for _, d := range found {
		code = max(code, d.code())
	}
	return Status(code)
}

// compare reads one org and compares it with what it should be.
func (o driftOptions) compare(ctx context.Context, open sides, m *matcher, alias string) (driftFound, error) {
	begun := o.Factory.Now()
	// The cheap side first: a name that is wrong must not cost a retrieve.
	expected, err := open.open(ctx, cmp.Or(o.Against, alias))
	defer func() { expected.close() }()
	if err != nil {
		return driftFound{}, err
	}
	if o.Against == "" {
		expected.Name = "its newest snapshot (" + expected.Revision.Short() + ")"
	}
	actual, err := open.org(ctx, alias)
	if err != nil {
		return driftFound{}, err
	}
	defer actual.close()
	since, err := open.since(ctx, expected, alias)
	if err != nil {
		return driftFound{}, err
	}
	result, err := drift.Compare(ctx, actual.Opened.Deps, actual.Opened.Live, drift.Options{
		Expected: capture.Base{Tree: expected.Tree, Blobs: expected.Blobs}, Since: since, Compare: m.component,
	})
	if err != nil {
		return driftFound{}, err
	}
	d := driftFound{alias: alias, expected: expected, actual: actual, warnings: result.Warnings}
	d.changes = authored(result.Diff.Changes, result.Authors)
	d.missing = append(missingOf(alias, result.Coverage), missingOf(expected.Alias, expected.Coverage)...)
	d.asked, d.returned = result.Coverage.Counts()
	d.took = o.Factory.Now().Sub(begun)
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
