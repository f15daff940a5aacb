package deployplan

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/orgkeep/orgkeep/internal/tree"
)

// SchemaVersion is the version of a plan's file.
const SchemaVersion = "1"

// ErrPlanFile is what every refusal of [Read] is: the file is no plan, one of
// another version, or not as it was written.
var ErrPlanFile = errors.New("the file is not a plan that can be used")

// Write writes the plan as a file: JSON, with contents read one after the other.
// Those that the target snapshot holds are named and not repeated.
func (p *Plan) Write(ctx context.Context, w io.Writer) error {
	file := *p
	var err error
	if file.Sum, err = p.sum(ctx); err == nil {
		err = writeJSON(ctx, w, &file)
	}
	if err != nil {
		return fmt.Errorf("write the plan: %w", err)
	}
	return nil
}

// sum is the SHA-256 of all that the plan says, however its file is laid out.
func (p *Plan) sum(ctx context.Context) (string, error) {
	bare := *p
	bare.Sum = ""
	h := sha256.New()
	if err := sumJSON(ctx, h, &bare); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// Read reads what [Plan.Write] wrote. Contents go to the spool, which has to live as
// long as the plan, or into memory where there is none. [Plan.Fill] brings those that
// the file only names.
func Read(r io.Reader, spool *tree.Spool) (*Plan, error) {
	p, err := readJSON(r, spool)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrPlanFile, err)
	}
	if p.SchemaVersion != SchemaVersion {
		return nil, fmt.Errorf("%w: its version is %q, and this orgkeep reads %q", ErrPlanFile, p.SchemaVersion, SchemaVersion)
	}
	sum, err := p.sum(context.Background())
	if err != nil {
		return nil, fmt.Errorf("check the plan: %w", err)
	}
	if sum != p.Sum {
		return nil, fmt.Errorf("%w: it is not as it was written", ErrPlanFile)
	}
	return p, nil
}

// Fill looks for the contents that the plan's file only names, and checks them. They
// are read again when they are needed.
func (p *Plan) Fill(ctx context.Context, blobs tree.Blobs) error {
	for _, s := range p.Stages {
		for i := range s.Files {
			if err := s.Files[i].fill(ctx, blobs); err != nil {
				return err
			}
		}
	}
	return nil
}

func (f *File) fill(ctx context.Context, blobs tree.Blobs) error {
	if f.Hash == "" || f.Content != nil {
		return nil
	}
	h, err := tree.ParseHash(f.Hash)
	if err != nil {
		return fmt.Errorf("%w: %s: %w", ErrPlanFile, f.Path, err)
	}
	content, err := blobs.Blob(ctx, h)
	if err != nil {
		return fmt.Errorf("read %s of the target: %w", f.Path, err)
	}
	if tree.HashOf(content) != h {
		return fmt.Errorf("%w: %s is not what the plan names", ErrPlanFile, f.Path)
	}
	f.from, f.id, f.size = blobs, h, len(content)
	return nil
}

// Digest names the plan: SHA-256 over its file, without what a validation of it
// said and how many records there were.
func (p *Plan) Digest() (string, error) {
	bare := *p
	bare.Validation, bare.Actions = nil, slices.Clone(p.Actions)
	for i := range bare.Actions {
		bare.Actions[i].Records = nil
	}
	return bare.sum(context.Background())
}
