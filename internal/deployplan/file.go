package deployplan

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/orgkeep/orgkeep/internal/tree"
)

// SchemaVersion is the version of a plan's file.
const SchemaVersion = "1"

// ErrPlanFile is what every refusal of [Parse] is: the file is no plan, or one of
// another version.
var ErrPlanFile = errors.New("the file is not a plan that can be used")

// Encode gives the plan as a file. Contents that the target snapshot holds are
// named and not repeated.
func (p *Plan) Encode() ([]byte, error) {
	lean := *p
	lean.Stages = slices.Clone(p.Stages)
	for i := range lean.Stages {
		files := slices.Clone(lean.Stages[i].Files)
		for j := range files {
			if files[j].Hash != "" {
				files[j].Content = nil
			}
		}
		lean.Stages[i].Files = files
	}
	out, err := json.MarshalIndent(lean, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("write the plan: %w", err)
	}
	return append(out, '\n'), nil
}

// Parse reads what [Plan.Encode] wrote. [Plan.Fill] brings the contents.
func Parse(data []byte) (*Plan, error) {
	var p Plan
	if err := json.Unmarshal(data, &p); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrPlanFile, err)
	}
	if p.SchemaVersion != SchemaVersion {
		return nil, fmt.Errorf("%w: its version is %q, and this orgkeep reads %q", ErrPlanFile, p.SchemaVersion, SchemaVersion)
	}
	return &p, nil
}

// Fill reads the contents that the plan's file only names, and checks them.
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
	if f.Content, err = blobs.Blob(ctx, h); err != nil {
		return fmt.Errorf("read %s of the target: %w", f.Path, err)
	}
	if tree.HashOf(f.Content) != h {
		return fmt.Errorf("%w: %s is not what the plan names", ErrPlanFile, f.Path)
	}
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
	raw, err := bare.Encode()
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:]), nil
}
