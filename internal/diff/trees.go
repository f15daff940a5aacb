package diff

import (
	"context"
	"fmt"

	"github.com/orgkeep/orgkeep/internal/tree"
	"github.com/orgkeep/orgkeep/pkg/metadata"
	"github.com/orgkeep/orgkeep/pkg/normalize"
)

// Input is what [Trees] compares.
type Input struct {
	Old, New           tree.Tree
	OldBlobs, NewBlobs tree.Blobs
	Registry           *metadata.Registry // nil means the built-in one
	// Normalizer knows sets and their keys; nil means the built-in rules.
	Normalizer *normalize.Normalizer
	// Comments takes comments of metadata files for content. The platform writes
	// some on its own, so they are left out by default.
	Comments bool
	// Masking takes values that belong to one org for equal.
	Masking Masking
}

// Trees compares two trees. The result is sorted by component, and empty where
// both mean the same. Contents are read only of files that differ, one pair at a
// time. Errors are those of reading blobs, and the context's.
func Trees(ctx context.Context, in Input) (Result, error) {
	masking := in.Masking
	in.Masking = Masking{}
	plain, err := compare(ctx, in)
	if err != nil || len(masking.Masks) == 0 || len(plain.Changes) == 0 {
		return plain, err
	}
	// What masks hide is what is there without them.
	in.Masking = masking
	found, err := compare(ctx, in)
	found.Masked = max(0, plain.size()-found.size())
	return found, err
}

func compare(ctx context.Context, in Input) (Result, error) {
	c, err := newComparer(in)
	if err != nil {
		return Result{}, err
	}
	alone := detacher{}
	for _, g := range c.groups() {
		if err := ctx.Err(); err != nil {
			return Result{}, err
		}
		told := len(c.out)
		if err := c.group(ctx, g); err != nil {
			return Result{}, fmt.Errorf("compare %s: %w", g.component, err)
		}
		for i := range c.out[told:] {
			alone.change(&c.out[told+i])
		}
	}
	return Result{Changes: c.sorted()}, nil
}
