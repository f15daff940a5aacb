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
	rules ruleIndex
	seed  maphash.Seed
	mask  *masker // nil where nothing is masked
	out   []Change
	// outlined counts components that came or went and were read for that.
	outlined int
}

func newComparer(in Input) (*comparer, error) {
	if in.Registry == nil {
		in.Registry = metadata.Default()
	}
	if in.Normalizer == nil {
		n, err := normalize.New(normalize.WithRegistry(in.Registry))
		if err != nil {
			return nil, fmt.Errorf("read the rules of sets: %w", err)
		}
		in.Normalizer = n
	}
	seed := maphash.MakeSeed()
	return &comparer{in: in, rules: newRuleIndex(in.Normalizer.Rules()), seed: seed, mask: newMasker(in.Masking, seed)}, nil
}

// sorted gives all changes in order.
func (c *comparer) sorted() []Change {
	slices.SortStableFunc(c.out, func(a, b Change) int {
		return cmp.Or(a.Component.Compare(b.Component), cmp.Compare(a.Path, b.Path))
	})
	return c.out
}

// group compares the files of one component.
func (c *comparer) group(ctx context.Context, g *group) error {
	change := Change{Kind: g.kind, Component: g.component, OldComponent: g.was, Path: c.mainPath(g), Paths: g.paths()}
	if g.kind != Changed {
		change.Summary = c.outline(ctx, g, change.Path)
		c.out = append(c.out, change)
		return nil
	}
	if g.was != (metadata.Component{}) {
		change.Elements = append(change.Elements, Element{
			Kind: Changed, Old: g.was.FullName, New: g.component.FullName,
		}.named([]Step{{Name: "fullName"}}))
	} else {
		change.Paths = nil
	}
	for _, f := range g.files {
		elements, err := c.file(ctx, g, f)
		if err != nil {
			return err
		}
		if len(elements) > 0 && g.was == (metadata.Component{}) {
			change.Paths = append(change.Paths, f.path)
		}
		for _, e := range elements {
			if f.path != change.Path {
				e.File = f.path
			}
			change.Elements = append(change.Elements, e)
		}
	}
	if len(change.Elements) > 0 {
		c.out = append(c.out, change)
	}
	return nil
}

// mainPath is the component's own file where that is among those that differ.
func (c *comparer) mainPath(g *group) string {
	main, ok := c.in.Registry.Path(g.component)
	if ok && slices.ContainsFunc(g.files, func(f file) bool { return f.path == main }) {
		return main
	}
	return g.files[0].path
}

// file compares one file of a component that is on both sides. Children in it
// become changes of their own.
func (c *comparer) file(ctx context.Context, g *group, f file) ([]Element, error) {
	if f.from == f.to {
		return nil, nil
	}
	old, err := read(ctx, c.in.OldBlobs, f.from, f.oldPath)
	if err != nil {
		return nil, err
	}
	now, err := read(ctx, c.in.NewBlobs, f.to, f.path)
	if err != nil {
		return nil, err
	}
	switch {
	case f.from.IsZero():
		return []Element{wholeFile(f.path, Added, now)}, nil
	case f.to.IsZero():
		return []Element{wholeFile(f.path, Deleted, old)}, nil
	}
	if c.mask.hides(old, now) {
		return nil, nil
	}
	if elements, ok := c.metadataFile(g.component, f.path, old, now); ok {
		return elements, nil
	}
	return c.contents(f.path, old, now), nil
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

// metadataFile compares two versions of a metadata file by element; false means
// that it has to be compared as text.
func (c *comparer) metadataFile(at metadata.Component, path string, old, now []byte) ([]Element, bool) {
	from, to, ok := c.roots(path, old, now)
	if !ok {
		return nil, false
	}
	folded := c.mask.roots(from, to)
	if from.hash == to.hash {
		return nil, true
	}
	found := len(c.out)
	if t, known := c.in.Registry.Type(at.Type); known {
		c.children(at, t, path, from, to)
	}
	w := walk{c: c, root: to.name}
	w.node(from, to, place{})
	// Never silent: what differs and was not found is told as text. Where a mask
	// made values equal, the order of a set may be all that is left.
	return w.elements(), len(w.out) > 0 || len(c.out) > found || from.hash == to.hash || folded
}

// roots reads both versions in the normalizer's form. False means that one of them
// is no metadata, cannot be read, or is of another type than the other.
func (c *comparer) roots(path string, old, now []byte) (from, to *node, ok bool) {
	if !c.in.Normalizer.Handles(path) {
		return nil, nil, false
	}
	a, b := c.in.Normalizer.Bytes(path, old), c.in.Normalizer.Bytes(path, now)
	if a.Refused != nil || b.Refused != nil {
		return nil, nil, false
	}
	if bytes.Equal(a.Output, b.Output) {
		same := &node{}
		return same, same, true
	}
	if from, ok = c.parse(a.Output); !ok {
		return nil, nil, false
	}
	to, ok = c.parse(b.Output)
	return from, to, ok && from.name == to.name
}
