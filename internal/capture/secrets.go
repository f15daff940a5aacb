package capture

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/orgkeep/orgkeep/internal/retrieve"
	"github.com/orgkeep/orgkeep/internal/seal"
	"github.com/orgkeep/orgkeep/internal/tree"
	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// seal takes the secrets out of a file. One in which they cannot be told is not
// fit to be stored.
func (r *reading) seal(ctx context.Context, out *file, c metadata.Component, content []byte) ([]byte, error) {
	sealed, values, err := r.opts.Seal.Seal(c, content, func() ([]byte, error) { return r.inBase(ctx, out.path) })
	switch {
	case errors.Is(err, seal.ErrUnreadable):
		out.refused = err.Error()
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("seal the secrets of %s: %w", out.path, err)
	}
	out.sealed = values
	for _, v := range values {
		if !v.Compared {
			out.warn(v.Element + " is sealed and was not compared: " + r.whyNot(v))
		}
	}
	return sealed, nil
}

// uncompared tells whether a secret of a component came and could not be compared.
func (c component) uncompared() bool {
	return slices.ContainsFunc(c.files, func(f file) bool {
		return slices.ContainsFunc(f.sealed, func(v seal.Value) bool { return !v.Compared })
	})
}

func (r *reading) whyNot(v seal.Value) string {
	switch {
	case v.KeyID == seal.NoKey && r.opts.Seal.Key.IsZero():
		return "there is no seal key"
	case v.KeyID == seal.NoKey:
		return "it was sealed without a key"
	}
	return "it was sealed with the key " + v.KeyID
}

// inBase gives the stored file at a path, nil when there is none.
func (r *reading) inBase(ctx context.Context, path string) ([]byte, error) {
	h, ok := r.base.Tree.Get(path)
	if !ok {
		return nil, nil
	}
	content, err := r.base.Blobs.Blob(ctx, h)
	if err != nil {
		return nil, fmt.Errorf("read what is stored: %w", err)
	}
	return content, nil
}

// scan tells what of a new text looks like a secret.
func (r *reading) scan(out *file, content []byte) {
	for _, f := range r.scanner.Scan(content) {
		out.warn(fmt.Sprintf("line %d looks like %s", f.Line, f.Kind))
	}
}

// sealedIn lists the sealed values of a state, whether they came or were carried
// over.
func (r *reading) sealedIn(ctx context.Context, t tree.Tree) ([]SealedValue, error) {
	folders := map[string]bool{}
	for _, typ := range r.listing.Registry.Types() {
		if seal.Carries(typ.Name) {
			folders[typ.Directory] = true
		}
	}
	out := []SealedValue{}
	for e := range t.All() {
		folder, _, _ := strings.Cut(e.Path, "/")
		if !folders[folder] {
			continue
		}
		c := r.componentAt(e.Path)
		values, err := r.sealedAt(ctx, c, e)
		if err != nil {
			return nil, err
		}
		for _, v := range values {
			out = append(out, SealedValue{Type: c.Type, FullName: c.FullName, Element: v.Element, Key: v.KeyID})
		}
	}
	return out, nil
}

func (r *reading) sealedAt(ctx context.Context, c metadata.Component, e tree.Entry) ([]seal.Value, error) {
	if now, came := r.returned[retrieve.Canonical(c)]; came {
		for _, f := range now.files {
			if f.path == e.Path && f.hash == e.Hash {
				return f.sealed, nil
			}
		}
	}
	content, err := r.base.Blobs.Blob(ctx, e.Hash)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", e.Path, err)
	}
	return seal.Sealed(c, content), nil
}
