package capture

import (
	"context"
	"fmt"
	"slices"

	"github.com/orgkeep/orgkeep/internal/mdzip"
	"github.com/orgkeep/orgkeep/internal/retrieve"
	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// parentType gives the type of a component whose one file holds others.
func (r *reading) parentType(c metadata.Component) (metadata.Type, bool) {
	t, ok := r.listing.Registry.Type(c.Type)
	return t, ok && len(t.Children) > 0 && !t.Bundle && !t.MetaFile && !t.InFolder
}

// nameChildren notes the children in a file that differs from that of the base,
// while its content is at hand.
func (r *reading) nameChildren(f *file, c metadata.Component, content []byte) {
	t, ok := r.parentType(c)
	if !ok {
		return
	}
	children, err := retrieve.Children(t, c.FullName, content)
	f.children, f.noXML = children, err != nil
}

// missingFrom gives the children that the base has in a component's file and the
// file that came lacks.
func (r *reading) missingFrom(ctx context.Context, c metadata.Component, f file) ([]metadata.Component, error) {
	t, ok := r.parentType(c)
	old, known := r.base.Tree.Get(f.path)
	if !ok || !known || old == f.hash || f.hash.IsZero() {
		return nil, nil
	}
	had, ok := r.had[f.path]
	if !ok {
		before, err := r.base.Blobs.Blob(ctx, old)
		if err != nil {
			return nil, fmt.Errorf("read %s as it was: %w", f.path, err)
		}
		if had, err = retrieve.Children(t, c.FullName, before); err != nil {
			had = nil // what the base has is no XML, so it says nothing of children
		}
		r.had[f.path] = had
	}
	has := setOf(f.children)
	return slices.DeleteFunc(slices.Clone(had), func(child metadata.Component) bool { return has[child] }), nil
}

// missingChildren gives those of all files that came, but for files that cannot
// be looked into.
func (r *reading) missingChildren(ctx context.Context) ([]metadata.Component, error) {
	var out []metadata.Component
	for _, c := range r.returned {
		for _, f := range c.files {
			if f.noXML {
				continue
			}
			missing, err := r.missingFrom(ctx, c.name, f)
			if err != nil {
				return nil, err
			}
			out = append(out, missing...)
		}
	}
	return out, nil
}

// lostChildren gives the missing children that are not proven gone: the listing
// still has them, or their type was not listed. doubt tells that the file that
// came cannot be looked into.
func (a *assembly) lostChildren(ctx context.Context, c metadata.Component, f file) (lost []metadata.Component, doubt bool, err error) {
	missing, err := a.missingFrom(ctx, c, f)
	if err != nil || len(missing) == 0 {
		return nil, false, err
	}
	if f.noXML {
		return nil, true, nil
	}
	return slices.DeleteFunc(missing, a.childGone), false, nil
}

// childGone: the parent's file, retrieved whole, is one witness, the listing the
// other. Children that cannot be listed at all have their parent alone to speak
// for them.
func (a *assembly) childGone(child metadata.Component) bool {
	_, def, ok := a.listing.Registry.Parent(child.Type)
	return ok && (def.Unaddressable || neverListed(child.Type) || a.listing.Lacks(child))
}

// neverListed: the service refuses to list these, whatever the org has. Source:
// public tools that pass them over.
func neverListed(childType string) bool { return childType == "ManagedTopic" }

// withLost stores a parent's file as it came, with the lost children as they were.
func (a *assembly) withLost(ctx context.Context, c metadata.Component, f file, lost []metadata.Component) (file, error) {
	t, _ := a.parentType(c)
	old, _ := a.base.Tree.Get(f.path)
	before, err := a.base.Blobs.Blob(ctx, old)
	if err != nil {
		return file{}, fmt.Errorf("read %s as it was: %w", f.path, err)
	}
	raw, err := contentOf(f)
	if err != nil {
		return file{}, err
	}
	keep := setOf(lost)
	both, err := retrieve.WithChildren(t, c.FullName, before, a.norm.Bytes(f.path, raw).Output, func(c metadata.Component) bool { return keep[c] })
	if err != nil {
		return file{}, fmt.Errorf("carry children of %s over: %w", c, err)
	}
	out := file{path: f.path, zip: f.zip}
	return out, a.store(ctx, &out, c, both, deflated{})
}

// contentOf reads a file again, as it came.
func contentOf(f file) ([]byte, error) {
	archive, err := mdzip.Open(f.zip, "", mdzip.DefaultLimits())
	if err != nil {
		return nil, fmt.Errorf("open what the org sent: %w", err)
	}
	defer archive.Close() //nolint:errcheck // a reader
	for _, entry := range archive.Files() {
		if entry.Name == f.path {
			return entry.Content()
		}
	}
	return nil, fmt.Errorf("%w: %s is not in it any more", mdzip.ErrRefused, f.path)
}

func setOf(components []metadata.Component) map[metadata.Component]bool {
	set := make(map[metadata.Component]bool, len(components))
	for _, c := range components {
		set[c] = true
	}
	return set
}
