package drift

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/orgkeep/orgkeep/internal/capture"
	"github.com/orgkeep/orgkeep/internal/diff"
	"github.com/orgkeep/orgkeep/pkg/metadata"
	"github.com/orgkeep/orgkeep/pkg/normalize"
)

// Options say what the org is compared with.
type Options struct {
	Read capture.ReadOptions
	// Expected is what the org should be, without a manifest.
	Expected capture.Base
	// Carry is the newest recorded state of the org, from which comes what cannot
	// be read; without one it is Expected.
	Carry capture.Base
	// Since is when the expected state was listed; changes that the org dates
	// before it have another author. Zero lets every date speak, as for the state
	// of another org.
	Since time.Time
	// Compare narrows the result to some components, children by their own names;
	// nil means all.
	Compare func(metadata.Component) bool
	// Normalizer, Comments and Masking say what counts as equal; see diff.Input.
	Normalizer *normalize.Normalizer
	Comments   bool
	Masking    diff.Masking
}

// Result is how an org differs from what is expected.
type Result struct {
	// Diff is from expected to live: what is added is in the org alone.
	Diff diff.Result
	// Authors are who changed what, as far as the org tells.
	Authors  map[metadata.Component]capture.Author
	Coverage capture.Coverage
	Warnings []capture.Warning
	// ListedAt is the server's time when reading began.
	ListedAt time.Time
}

// Same tells whether nothing differs. It says nothing of what could not be read:
// ask Complete too.
func (r Result) Same() bool { return len(r.Diff.Changes) == 0 }

// Complete tells whether all of the org could be read.
func (r Result) Complete() bool { return r.Coverage.Complete() }

// Run reads an org and compares it with what is expected.
func Run(ctx context.Context, deps Deps, opts Options) (*Result, error) {
	carry := opts.Carry
	if carry.Blobs == nil {
		carry = opts.Expected
	}
	live, err := Read(ctx, deps, carry, opts.Read)
	if err != nil {
		return nil, err
	}
	defer live.Close()
	return Compare(ctx, deps, live, opts)
}

// Compare is the second half of [Run], for a state that was read already.
func Compare(ctx context.Context, deps Deps, live *Live, opts Options) (*Result, error) {
	found, err := diff.Trees(ctx, diff.Input{
		Old: opts.Expected.Tree, New: live.Tree, OldBlobs: opts.Expected.Blobs, NewBlobs: live.Blobs, Registry: live.Registry,
		Normalizer: opts.Normalizer, Comments: opts.Comments, Masking: opts.Masking,
	})
	if err != nil {
		return nil, fmt.Errorf("compare the org with what is expected: %w", err)
	}
	if opts.Compare != nil {
		found.Changes = slices.DeleteFunc(found.Changes, func(c diff.Change) bool { return !opts.Compare(c.Component) })
	}
	authors, err := capture.Authors(ctx, deps.Org, live.State, found, opts.Since)
	if err != nil {
		return nil, err
	}
	return &Result{Diff: found, Authors: authors, Coverage: live.Coverage, Warnings: live.Warnings, ListedAt: live.ListedAt}, nil
}
