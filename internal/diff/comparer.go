package diff

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"hash/maphash"
	"slices"

	"github.com/orgkeep/orgkeep/internal/tree"
	"github.com/orgkeep/orgkeep/pkg/metadata"
	"github.com/orgkeep/orgkeep/pkg/normalize"
)

// comparer holds what is the same for all files of one comparison.
type comparer struct {
	in    Input
	norm  *normalize.Normalizer
	rules ruleIndex
	seed  maphash.Seed
	out   []Change
}

func newComparer(in Input) (*comparer, error) {
	c := &comparer{in: in, norm: in.Normalizer, seed: maphash.MakeSeed()}
	if c.norm == nil {
		var err error
		if c.norm, err = normalize.New(normalize.WithRegistry(in.Registry)); err != nil {
			return nil, fmt.Errorf("read the rules of sets: %w", err)
		}
	}
	c.rules = newRuleIndex(c.norm.Rules())
	return c, nil
}

// component compares the files of one component.
func (c *comparer) component(ctx context.Context, f files) error {
	change := Change{Kind: f.kind(), Component: f.component, Paths: f.paths()}
	change.Path = c.mainPath(f)
	if change.Kind != Changed {
		c.out = append(c.out, change)
		return nil
	}
	before := len(c.out)
	var touched []string
	for _, file := range f.changes {
		elements, err := c.file(ctx, f.component, file)
		if err != nil {
			return err
		}
		if len(elements) == 0 {
			continue
		}
		touched = append(touched, file.Path)
		for _, e := range elements {
			if file.Path != change.Path {
				e.File = file.Path
			}
			change.Elements = append(change.Elements, e)
		}
	}
	if len(change.Elements) == 0 {
		return nil
	}
	change.Paths = touched
	c.out = slices.Insert(c.out, before, change)
	return nil
}

// mainPath is the component's own file where that is among the changed ones.
func (c *comparer) mainPath(f files) string {
	if main, ok := c.in.Registry.Path(f.component); ok {
		for _, change := range f.changes {
			if change.Path == main {
				return main
			}
		}
	}
	return f.changes[0].Path
}

// file compares one file of a component that is on both sides. Children in it
// become changes of their own.
func (c *comparer) file(ctx context.Context, at metadata.Component, f tree.Change) ([]Element, error) {
	old, err := read(ctx, c.in.OldBlobs, f.From, f.Path)
	if err != nil {
		return nil, err
	}
	now, err := read(ctx, c.in.NewBlobs, f.To, f.Path)
	if err != nil {
		return nil, err
	}
	switch {
	case f.From.IsZero():
		return []Element{wholeFile(f.Path, Added, now)}, nil
	case f.To.IsZero():
		return []Element{wholeFile(f.Path, Deleted, old)}, nil
	}
	if elements, ok := c.xmlFile(at, f.Path, old, now); ok {
		return elements, nil
	}
	return contents(f.Path, old, now), nil
}

func read(ctx context.Context, blobs tree.Blobs, h tree.Hash, path string) ([]byte, error) {
	if h.IsZero() {
		return nil, nil
	}
	content, err := blobs.Blob(ctx, h)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", path, err)
	}
	return content, nil
}

// xmlFile compares two versions of a metadata file by element; false means that
// one of them cannot be read as such.
func (c *comparer) xmlFile(at metadata.Component, path string, old, now []byte) ([]Element, bool) {
	if !c.norm.Handles(path) {
		return nil, false
	}
	a, b := c.norm.Bytes(path, old), c.norm.Bytes(path, now)
	if a.Refused != nil || b.Refused != nil || a.PassedThrough || b.PassedThrough {
		return nil, false
	}
	if bytes.Equal(a.Output, b.Output) {
		return nil, true
	}
	from, ok := c.parse(a.Output)
	if !ok {
		return nil, false
	}
	to, ok := c.parse(b.Output)
	if !ok || from.name != to.name {
		return nil, false
	}
	if t, ok := c.in.Registry.Type(at.Type); ok && !metadata.IsMetaFile(path) {
		c.children(at, t, path, from, to)
	}
	w := walk{c: c, root: to.name}
	w.node(from, to, nil, nil, 0)
	return w.out, true
}

// finish puts the changes in order.
func (c *comparer) finish() []Change {
	slices.SortStableFunc(c.out, func(a, b Change) int {
		return cmp.Or(a.Component.Compare(b.Component), cmp.Compare(a.Path, b.Path))
	})
	return c.out
}
