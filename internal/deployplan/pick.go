package deployplan

import (
	"context"
	"fmt"

	"github.com/beevik/etree"

	"github.com/orgkeep/orgkeep/pkg/metadata"
	"github.com/orgkeep/orgkeep/pkg/normalize"
)

// Pick is one element of a component, or those of a name.
type Pick struct {
	Component metadata.Component
	Element   string
	Key       string // empty for all of the name
}

// Picked gives what the org's components become when of each only the picked
// elements are as the target has them. A component that one of the sides lacks is
// an error: there is nothing to pick from.
func Picked(ctx context.Context, live, target State, r *metadata.Registry, picks []Pick) (*Overlay, error) {
	norm, err := normalize.New(normalize.WithRegistry(r))
	if err != nil {
		return nil, fmt.Errorf("read the rules of sets: %w", err)
	}
	keys := keysOf(norm.Rules())
	docs := map[string]*etree.Element{}
	var order []string
	for _, p := range picks {
		path, ok := r.Path(p.Component)
		if !ok {
			return nil, fmt.Errorf("%s has no file of which elements could be picked", p.Component)
		}
		now := docs[path]
		if now == nil {
			if now, err = rootOf(ctx, live, path); err != nil {
				return nil, fmt.Errorf("pick from %s: the org: %w", p.Component, err)
			}
			docs[path], order = now, append(order, path)
		}
		then, err := rootOf(ctx, target, path)
		if err != nil {
			return nil, fmt.Errorf("pick from %s: the target: %w", p.Component, err)
		}
		if err := pick(keys, r, now, then, p); err != nil {
			return nil, err
		}
	}
	out := &Overlay{}
	for _, path := range order {
		doc := etree.NewDocument()
		doc.WriteSettings.CanonicalText = true
		doc.CreateProcInst("xml", `version="1.0" encoding="UTF-8"`)
		doc.AddChild(docs[path])
		content, err := write(doc)
		if err != nil {
			return nil, err
		}
		out.Files = append(out.Files, File{Path: path, Content: norm.Bytes(path, content).Output})
	}
	return out, nil
}

func pick(keys entryKeys, r *metadata.Registry, now, then *etree.Element, p Pick) error {
	root := now.Tag
	if t, _, child := r.Parent(p.Component.Type); child {
		now, then = findChild(t, now, p.Component), findChild(t, then, p.Component)
		if now == nil || then == nil {
			return fmt.Errorf("pick from %s: one of the sides has not got it", p.Component)
		}
	}
	found := 0
	is := func(e *etree.Element) bool {
		return e.Tag == p.Element && (p.Key == "" || keys.key(root, e) == p.Key || text(e, "fullName") == p.Key || text(e, "name") == p.Key)
	}
	for _, e := range now.ChildElements() {
		if is(e) {
			now.RemoveChild(e)
			found++
		}
	}
	for _, e := range then.ChildElements() {
		if is(e) {
			insertBesideSiblings(now, e.Copy())
			found++
		}
	}
	if found == 0 {
		return fmt.Errorf("%s has no %s %s, neither in the org nor in the target", p.Component, p.Element, p.Key)
	}
	return nil
}
