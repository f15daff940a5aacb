package deployplan

import (
	"context"
	"fmt"

	"github.com/beevik/etree"

	"github.com/orgkeep/orgkeep/internal/tree"
	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// after gives the state that the org is in when the plan is done: live, with what
// the plan touches as the target has it. What may stay is taken to have gone.
func (p *Plan) after(ctx context.Context, live, target State, r *metadata.Registry) (State, error) {
	c := composer{registry: r, live: live, target: target, over: &Overlay{}, had: filesOf(live.Tree, r), has: filesOf(target.Tree, r)}
	families := map[metadata.Component][]metadata.Component{}
	for _, touched := range p.Touched() {
		top := c.topOf(touched)
		families[top] = append(families[top], touched)
	}
	for top, touched := range families {
		if err := c.compose(ctx, top, touched); err != nil {
			return State{}, fmt.Errorf("work out what becomes of %s: %w", top, err)
		}
	}
	return c.over.Over(live), nil
}

type composer struct {
	registry     *metadata.Registry
	live, target State
	had, has     map[metadata.Component][]tree.Entry
	over         *Overlay
}

// topOf gives the component in whose files another lies.
func (c *composer) topOf(of metadata.Component) metadata.Component { return topAbove(c.registry, of) }

// topAbove gives the component in whose files another lies: itself, where it is no
// child.
func topAbove(r *metadata.Registry, of metadata.Component) metadata.Component {
	if _, _, child := r.Parent(of.Type); !child {
		return of
	}
	if path, ok := r.Path(of); ok {
		if top, ok := r.ComponentAt(path); ok {
			return top
		}
	}
	return of
}

// compose puts the files of one component together.
func (c *composer) compose(ctx context.Context, top metadata.Component, touched []metadata.Component) error {
	t, _ := c.registry.Type(top.Type)
	if composite(t) && len(c.had[top]) > 0 && len(c.has[top]) > 0 {
		return c.container(ctx, t, top, touched)
	}
	if composite(t) && len(c.has[top]) == 0 && (len(touched) != 1 || touched[0] != top) {
		return c.container(ctx, t, top, touched) // children that go, one by one
	}
	for _, e := range c.had[top] {
		c.over.Gone = append(c.over.Gone, e.Path)
	}
	return c.take(ctx, c.has[top])
}

// take takes files as the target has them.
func (c *composer) take(ctx context.Context, entries []tree.Entry) error {
	for _, e := range entries {
		content, err := c.target.Blobs.Blob(ctx, e.Hash)
		if err != nil {
			return fmt.Errorf("read %s of the target: %w", e.Path, err)
		}
		c.over.Files = append(c.over.Files, heldBy(c.target.Blobs, e.Path, e.Hash, len(content)))
	}
	return nil
}

// container changes the org's file child by child.
func (c *composer) container(ctx context.Context, t metadata.Type, top metadata.Component, touched []metadata.Component) error {
	if len(c.had[top]) == 0 {
		return c.take(ctx, c.has[top])
	}
	path := c.had[top][0].Path
	now, err := rootOf(ctx, c.live, path)
	if err != nil {
		return err
	}
	then := etree.NewElement(now.Tag)
	if len(c.has[top]) > 0 {
		if then, err = rootOf(ctx, c.target, path); err != nil {
			return err
		}
	}
	for _, child := range touched {
		if child == top {
			takeOwn(t, now, then)
			continue
		}
		if e := findChild(t, now, child); e != nil {
			now.RemoveChild(e)
		}
		if e := findChild(t, then, child); e != nil {
			insertBesideSiblings(now, e.Copy())
		}
	}
	doc := etree.NewDocument()
	doc.WriteSettings.CanonicalText = true
	doc.CreateProcInst("xml", `version="1.0" encoding="UTF-8"`)
	doc.AddChild(now)
	content, err := write(doc)
	if err != nil {
		return err
	}
	c.over.Files = append(c.over.Files, File{Path: path, Content: content})
	return nil
}

// takeOwn replaces what is the container's own.
func takeOwn(t metadata.Type, now, then *etree.Element) {
	for _, e := range now.ChildElements() {
		if !isChild(t, e) {
			now.RemoveChild(e)
		}
	}
	for _, e := range then.ChildElements() {
		if !isChild(t, e) {
			insertBesideSiblings(now, e.Copy())
		}
	}
}

// rootOf reads a file as XML.
func rootOf(ctx context.Context, s State, path string) (*etree.Element, error) {
	h, ok := s.Tree.Get(path)
	if !ok {
		return nil, fmt.Errorf("%s is not there", path)
	}
	content, err := s.Blobs.Blob(ctx, h)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", path, err)
	}
	doc, err := parse(content)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return doc.Root(), nil
}
