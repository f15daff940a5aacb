package deployplan

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/beevik/etree"

	"github.com/orgkeep/orgkeep/internal/tree"
	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// stays gives the reason for which a component that only the org has is not
// deleted; empty when it is.
func (b *builder) stays(c metadata.Component) (reason, byHand string) {
	if reason, byHand = b.untouchable(c); reason != "" {
		return reason, byHand
	}
	if object, ok := b.objectAbove(c); ok && b.objectGoes(object) {
		return "", ""
	}
	rule := ruleFor(c)
	switch c.Type {
	case "Flow":
		if _, known := b.in.Flows[c.FullName]; !known {
			return "a flow is deleted version by version, and the org did not tell which it has", "deactivate and delete it in Setup › Flows"
		}
		if n, _ := b.in.Flows[c.FullName].paused(); n > 0 {
			return saidOfPaused(n) + ", and the org does not delete a version that one is of", "let them end or delete them in Setup › Paused And Failed Flow Interviews, then roll back again"
		}
	case "Layout":
		if b.lastLayout(c) {
			return "the last page layout of an object cannot be deleted", ""
		}
	case "MatchingRule":
		if strings.Contains(c.FullName, ".Standard_") {
			return "a standard matching rule belongs to the platform", ""
		}
	}
	return rule.keeps, rule.byHand
}

// objectAbove gives the object that a component goes with: its parent, or the one
// in its name.
func (b *builder) objectAbove(c metadata.Component) (string, bool) {
	switch c.Type {
	case "Layout", "CustomObjectTranslation":
		object, _, ok := strings.Cut(c.FullName, "-")
		return object, ok
	case "ApprovalProcess", "DuplicateRule", "MatchingRule", "QuickAction":
		object, _, ok := strings.Cut(c.FullName, ".")
		return object, ok
	case "TopicsForObjects":
		return c.FullName, true
	}
	if t, _, ok := b.in.Registry.Parent(c.Type); ok && t.Name == "CustomObject" {
		object, _, ok := strings.Cut(c.FullName, ".")
		return object, ok
	}
	return "", false
}

func (b *builder) objectGoes(object string) bool {
	c := metadata.Component{Type: "CustomObject", FullName: object}
	_, deleted := b.gone[c]
	return deleted && isCustom(object) && namespace(c) == "" && b.in.Unread[c] == ""
}

// goes tells whether the plan makes a component go: by name, or with its object.
func (b *builder) goes(c metadata.Component) bool {
	if b.gone[c] {
		return true
	}
	object, ok := b.objectAbove(c)
	return ok && b.objectGoes(object)
}

// lastLayout tells whether a layout is the one that has to stay because the
// target has none of the object: the first by name.
func (b *builder) lastLayout(c metadata.Component) bool {
	object := objectOf(c.FullName)
	of := func(o metadata.Component) bool { return o.Type == "Layout" && objectOf(o.FullName) == object }
	for o := range b.target {
		if of(o) {
			return false
		}
	}
	for o := range b.live {
		if of(o) && o.Compare(c) < 0 {
			return false
		}
	}
	return true
}

// removeLeaf plans the deletion of a component that has files of its own.
func (b *builder) removeLeaf(ctx context.Context, c metadata.Component) error {
	if reason, byHand := b.stays(c); reason != "" {
		b.keepBehind(c, reason, byHand)
		return nil
	}
	action := Action{Verb: Delete, Component: c, DataLoss: ruleFor(c).loses}
	if object, ok := b.objectAbove(c); ok && b.objectGoes(object) {
		action.Reason, action.DataLoss = "it goes with its object", ""
		b.act(action)
		return nil
	}
	if inUse := ruleFor(c).inUse; inUse != "" {
		action.Reason = "an org may refuse it, and the deploy with it, while " + inUse
	}
	switch c.Type {
	case "Flow":
		return b.removeFlow(action)
	case "Profile":
		return b.removeProfile(ctx, action)
	case "ApprovalProcess":
		return b.removeActive(ctx, action, "active")
	case "DuplicateRule":
		return b.removeActive(ctx, action, "isActive")
	case "CustomApplication", "GlobalValueSet", "QuickAction":
		return b.removeUsed(ctx, action)
	}
	b.act(action)
	b.phases[mainPhase].after = append(b.phases[mainPhase].after, c)
	return nil
}

// keepBehind leaves a component that only the org has. A flow that interviews keep is
// switched off.
func (b *builder) keepBehind(c metadata.Component, reason, byHand string) {
	untouchable, _ := b.untouchable(c)
	if versions := b.in.Flows[c.FullName]; c.Type != "Flow" || untouchable != "" || versions.Active == 0 {
		b.leave(c, reason, byHand)
		return
	}
	b.act(Action{Verb: Leave, Component: c, Reason: reason + "; it is switched off instead", ByHand: byHand})
	b.setActive(c.FullName, 0)
}

// removeProfile: those that come with the platform stay.
func (b *builder) removeProfile(ctx context.Context, action Action) error {
	root, err := b.liveRoot(ctx, action.Component)
	if err != nil {
		return err
	}
	if !is(root, "custom") {
		b.leave(action.Component, "a standard profile cannot be deleted", "")
		return nil
	}
	b.act(action)
	b.phases[mainPhase].after = append(b.phases[mainPhase].after, action.Component)
	return nil
}

// removeActive switches a component off in an earlier deploy, where it is on. The
// number of a duplicate rule has to be free before the others are sent.
func (b *builder) removeActive(ctx context.Context, action Action, flag string) error {
	c := action.Component
	root, err := b.liveRoot(ctx, c)
	if err != nil {
		return err
	}
	if is(root, flag) {
		setText(root, flag, "false")
		if err := b.sendRoot(offPhase, c, root); err != nil {
			return err
		}
	}
	b.act(action)
	main := &b.phases[mainPhase]
	if c.Type == "DuplicateRule" {
		main.before = append(main.before, c)
		return nil
	}
	main.after = append(main.after, c)
	return nil
}

// sendRoot sends a changed copy of the org's own file.
func (b *builder) sendRoot(at phase, c metadata.Component, root *etree.Element) error {
	doc := etree.NewDocument()
	doc.WriteSettings.CanonicalText = true
	doc.CreateProcInst("xml", `version="1.0" encoding="UTF-8"`)
	doc.AddChild(root)
	content, err := write(doc)
	if err != nil {
		return err
	}
	b.phases[at].send([]File{{Path: b.live[c][0].Path, Content: content}}, c)
	return nil
}

// liveRoot gives a copy of the root element of a component's file in the org.
func (b *builder) liveRoot(ctx context.Context, c metadata.Component) (*etree.Element, error) {
	entries := b.live[c]
	if len(entries) != 1 {
		return nil, fmt.Errorf("%s has %d files in the org, not one", c, len(entries))
	}
	content, err := b.liveContent(ctx, entries[0].Path)
	if err != nil {
		return nil, err
	}
	doc, err := parse(content)
	if err != nil {
		return nil, fmt.Errorf("%s of the org: %w", entries[0].Path, err)
	}
	return doc.Root().Copy(), nil
}

// removeUsed: what was in use when a deploy began cannot go in it, even if its
// user goes.
func (b *builder) removeUsed(ctx context.Context, action Action) error {
	c := action.Component
	used, err := b.usedInOrg(ctx, c)
	if err != nil {
		return err
	}
	at := mainPhase
	if used {
		at = clearPhase
	}
	b.act(action)
	b.phases[at].after = append(b.phases[at].after, c)
	return nil
}

// usedInOrg looks for the component's name in the org's files of the types that
// keep it from being deleted.
func (b *builder) usedInOrg(ctx context.Context, c metadata.Component) (bool, error) {
	users := map[string]string{"CustomApplication": "Profile", "GlobalValueSet": "CustomObject", "QuickAction": "Layout"}
	name := strings.TrimSuffix(c.FullName, "__gvs")
	for other, entries := range b.live {
		if other.Type != users[c.Type] {
			continue
		}
		for _, e := range entries {
			content, err := b.liveContent(ctx, e.Path)
			if err != nil {
				return false, err
			}
			if strings.Contains(string(content), ">"+name) {
				return true, nil
			}
		}
	}
	return false, nil
}

// liveText gives what the org's component says, for finding names in it.
func (b *builder) liveText(ctx context.Context, c metadata.Component) (string, error) {
	return b.textOf(ctx, b.in.Live, b.live, c)
}

// targetText gives what the target's component says.
func (b *builder) targetText(ctx context.Context, c metadata.Component) (string, error) {
	return b.textOf(ctx, b.in.Target, b.target, c)
}

func (b *builder) textOf(ctx context.Context, s State, files map[metadata.Component][]tree.Entry, c metadata.Component) (string, error) {
	if t, _, child := b.in.Registry.Parent(c.Type); child {
		path, _ := b.in.Registry.Path(c)
		if _, ok := s.Tree.Get(path); !ok {
			return "", nil
		}
		root, err := rootOf(ctx, s, path)
		if errors.Is(err, errNotXML) {
			return "", nil
		}
		if err != nil {
			return "", err
		}
		if e := findChild(t, root, c); e != nil {
			return canonical(e), nil
		}
		return "", nil
	}
	var out []string
	for _, e := range files[c] {
		content, err := s.Blobs.Blob(ctx, e.Hash)
		if err != nil {
			return "", fmt.Errorf("read %s: %w", e.Path, err)
		}
		out = append(out, string(content))
	}
	return strings.Join(out, "\n"), nil
}
