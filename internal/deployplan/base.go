package deployplan

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/beevik/etree"

	"github.com/orgkeep/orgkeep/internal/tree"
	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// ErrStalePlan is what every *StaleError is.
var ErrStalePlan = errors.New("the org moved since the plan was made")

// StaleError names the components of a plan that are not in the org any more as
// the plan was made from.
type StaleError struct {
	Moved []metadata.Component
	// Who says, by component, who moved it and when, where the org tells.
	Who map[metadata.Component]string
	// Gone are those that the org has no more, where that is known.
	Gone map[metadata.Component]bool
}

// Error names the components, and who moved them.
func (e *StaleError) Error() string {
	var names []string
	for _, c := range e.Moved {
		name := c.String()
		if who := e.Who[c]; who != "" {
			name += " (" + who + ")"
		}
		names = append(names, name)
	}
	return ErrStalePlan.Error() + ": " + strings.Join(names, ", ")
}

// Is makes every StaleError an ErrStalePlan.
func (*StaleError) Is(target error) bool { return target == ErrStalePlan }

// Stale compares the components that the plan touches with the org as it is now.
// It returns a *StaleError naming those that moved. What else changed does not
// matter: siblings in the same file neither.
func (p *Plan) Stale(ctx context.Context, live State, r *metadata.Registry) error {
	return p.StaleOf(ctx, live, r, p.Touched())
}

// StaleOf compares only some of the components that the plan touches.
func (p *Plan) StaleOf(ctx context.Context, live State, r *metadata.Registry, of []metadata.Component) error {
	now, err := digests(ctx, live, r, of)
	if err != nil {
		return err
	}
	var moved []metadata.Component
	for _, c := range of {
		if now[c.String()] != p.Base[c.String()] {
			moved = append(moved, c)
		}
	}
	if len(moved) > 0 {
		return &StaleError{Moved: moved}
	}
	return nil
}

// digests gives a digest of each component as a state holds it; empty for one
// that it lacks.
func digests(ctx context.Context, s State, r *metadata.Registry, components []metadata.Component) (map[string]string, error) {
	d := digester{state: s, registry: r, files: filesOf(s.Tree, r)}
	out := map[string]string{}
	// Those of one file after each other, as the file is read for the first of them.
	byFile := map[metadata.Component][]metadata.Component{}
	for _, c := range components {
		top := topAbove(r, c)
		byFile[top] = append(byFile[top], c)
	}
	for _, of := range byFile {
		for _, c := range of {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			sum, err := d.digest(ctx, c)
			if err != nil {
				return nil, fmt.Errorf("digest %s: %w", c, err)
			}
			out[c.String()] = sum
		}
	}
	return out, nil
}

type digester struct {
	state    State
	registry *metadata.Registry
	files    map[metadata.Component][]tree.Entry
	// path is that of the file that was read last, root what is in it.
	path string
	root *etree.Element
}

func (d *digester) digest(ctx context.Context, c metadata.Component) (string, error) {
	if _, _, child := d.registry.Parent(c.Type); child {
		return d.child(ctx, c)
	}
	entries := d.files[c]
	if len(entries) == 0 {
		return "", nil
	}
	if t, _ := d.registry.Type(c.Type); composite(t) {
		return d.own(ctx, t, entries)
	}
	h := sha256.New()
	for _, e := range entries {
		h.Write([]byte(e.Path + "\x00"))
		h.Write(e.Hash[:])
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// child digests the child's element alone.
func (d *digester) child(ctx context.Context, c metadata.Component) (string, error) {
	path, ok := d.registry.Path(c)
	if !ok {
		return "", nil
	}
	root, err := d.read(ctx, path)
	if err != nil || root == nil {
		return "", err
	}
	t, _, _ := d.registry.Parent(c.Type)
	e := findChild(t, root, c)
	if e == nil {
		return "", nil
	}
	return sumOf(canonical(e)), nil
}

// own digests what of a container's files is no child.
func (d *digester) own(ctx context.Context, t metadata.Type, entries []tree.Entry) (string, error) {
	var parts []string
	for _, entry := range entries {
		root, err := d.read(ctx, entry.Path)
		if err != nil {
			return "", err
		}
		for _, e := range root.ChildElements() {
			if !isChild(t, e) {
				parts = append(parts, canonical(e))
			}
		}
	}
	slices.Sort(parts)
	return sumOf(strings.Join(parts, "")), nil
}

func (d *digester) read(ctx context.Context, path string) (*etree.Element, error) {
	if d.path == path {
		return d.root, nil
	}
	h, ok := d.state.Tree.Get(path)
	if !ok {
		return nil, nil
	}
	content, err := d.state.Blobs.Blob(ctx, h)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", path, err)
	}
	doc, err := parse(content)
	if err != nil {
		// What it says is all that can be digested.
		doc = etree.NewDocument()
		doc.CreateElement("unreadable").AddChild(leaf("text", string(content)))
	}
	d.path, d.root = path, doc.Root()
	return d.root, nil
}

func sumOf(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

// composite tells whether the files of a type hold components of their own.
func composite(t metadata.Type) bool {
	return !t.Bundle && t.Suffix != "" && slices.ContainsFunc(t.Children, func(c metadata.Child) bool { return !c.Unaddressable })
}

// isChild tells whether an element of a container's file is a component of its
// own.
func isChild(t metadata.Type, e *etree.Element) bool {
	return slices.ContainsFunc(t.Children, func(def metadata.Child) bool {
		return def.Element == e.Tag && !def.Unaddressable && text(e, def.Key) != ""
	})
}

// findChild gives the element that holds a child, or nil.
func findChild(t metadata.Type, root *etree.Element, c metadata.Component) *etree.Element {
	i := slices.IndexFunc(t.Children, func(def metadata.Child) bool { return def.Type == c.Type })
	if i < 0 || root == nil {
		return nil
	}
	def, name := t.Children[i], c.FullName
	if !def.Bare {
		_, name, _ = strings.Cut(c.FullName, ".")
	}
	for _, e := range root.SelectElements(def.Element) {
		if text(e, def.Key) == name {
			return e
		}
	}
	return nil
}
