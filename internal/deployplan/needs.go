package deployplan

import (
	"context"
	"fmt"

	"github.com/orgkeep/orgkeep/internal/impact"
	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// partsNeed says of the parts of a stage which of them the org cannot check before
// those before them are deployed: what names something that they create, and what
// deletes something that is named until they are done. What merely names something
// that they change may pass, and is no hindrance.
func (b *builder) partsNeed(ctx context.Context, parts []Stage) error {
	created := map[metadata.Component]bool{}
	for _, a := range b.plan.Actions {
		if a.Verb == Create {
			created[a.Component] = true
		}
	}
	var made, sent []metadata.Component
	for i := range parts {
		s := &parts[i]
		if i > 0 {
			why, err := b.partNeeds(ctx, *s, made, sent)
			if err != nil {
				return err
			}
			s.Needs = why
		}
		for _, c := range s.Named {
			if top := topAbove(b.in.Registry, c); created[c] || created[top] {
				made = append(made, c)
			}
		}
		sent = append(sent, b.topsOf(*s)...)
	}
	return nil
}

// partNeeds gives the reason of one part; made is what those before it create, sent
// what they send.
func (b *builder) partNeeds(ctx context.Context, s Stage, made, sent []metadata.Component) (string, error) {
	c, to, err := firstNaming(ctx, b.topsOf(s), made, b.targetText)
	if err != nil {
		return "", err
	}
	if to != (metadata.Component{}) {
		return fmt.Sprintf("%s needs %s, which is created before it", c, to), nil
	}
	c, to, err = firstNaming(ctx, sent, s.After, b.liveText)
	if err != nil || to == (metadata.Component{}) {
		return "", err
	}
	return fmt.Sprintf("it deletes %s, which %s names until then", to, c), nil
}

// firstNaming gives the first of some components that names one of others, with
// that one; nothing where none does.
func firstNaming(ctx context.Context, from, others []metadata.Component, texts impact.Texts) (c, to metadata.Component, err error) {
	if len(others) == 0 {
		return c, to, nil
	}
	names := impact.NewNames(others)
	for _, c := range from {
		text, err := texts(ctx, c)
		if err != nil {
			return c, to, fmt.Errorf("find what %s names: %w", c, err)
		}
		if to, ok := names.In(c, text); ok {
			return c, to, nil
		}
	}
	return metadata.Component{}, to, nil
}

// topsOf gives the components whose files a stage sends, in the order of the files.
func (b *builder) topsOf(s Stage) []metadata.Component {
	var out []metadata.Component
	for _, f := range s.Files {
		if c, ok := b.in.Registry.ComponentAt(f.Path); ok && (len(out) == 0 || out[len(out)-1] != c) {
			out = append(out, c)
		}
	}
	return out
}
