package deployplan

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/beevik/etree"

	"github.com/orgkeep/orgkeep/internal/diff"
	"github.com/orgkeep/orgkeep/internal/tree"
	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// container is a component whose file holds components of their own. A deploy
// never removes one of these because the file lacks it, so the file is sent with
// nothing but what changes, and deletions are named.
type container struct {
	typ          metadata.Type
	top          metadata.Component
	path         string
	live, target *etree.Element // roots; nil on the side that has no such file
	// parts are what is sent of the file in each phase, own what is the
	// container's own.
	parts [phaseCount][]part
	own   []*etree.Element
}

// part is a child as it is sent.
type part struct {
	c metadata.Component
	e *etree.Element
}

// pure tells whether a container is nothing but its children: it is named beside
// them, which costs nothing, and cannot be deleted itself.
func pure(typeName string) bool {
	switch typeName {
	case "Workflow", "SharingRules", "AssignmentRules", "AutoResponseRules", "EscalationRules", "MatchingRules", "CustomLabels":
		return true
	}
	return false
}

func (b *builder) container(ctx context.Context, t metadata.Type, f family) error {
	k, err := b.openContainer(ctx, t, f.top)
	if errors.Is(err, errNotXML) {
		b.leaveFamily(f, err.Error())
		return nil
	}
	if err != nil {
		return err
	}
	if why, ok := b.in.Unread[f.top]; ok {
		b.leaveFamily(f, "its present state could not be read: "+why)
		return nil
	}
	switch {
	case f.own != nil && f.own.Kind == diff.Deleted:
		return b.removeContainer(ctx, k)
	case f.own != nil && f.own.Kind == diff.Added:
		return b.createContainer(k)
	}
	if f.own != nil {
		b.changeOwn(k, *f.own)
	}
	for _, c := range f.children {
		if err := b.child(k, c); err != nil {
			return err
		}
	}
	return b.sendContainer(k)
}

func (b *builder) leaveFamily(f family, reason string) {
	if f.own != nil {
		b.leave(f.top, reason, "")
	}
	for _, c := range f.children {
		b.leave(c.Component, reason, "")
	}
}

func (b *builder) openContainer(ctx context.Context, t metadata.Type, top metadata.Component) (*container, error) {
	k := &container{typ: t, top: top}
	for _, side := range []struct {
		of      State
		entries []tree.Entry
		root    **etree.Element
	}{{b.in.Live, b.live[top], &k.live}, {b.in.Target, b.target[top], &k.target}} {
		if len(side.entries) == 0 {
			continue
		}
		k.path = side.entries[0].Path
		content, err := side.of.Blobs.Blob(ctx, side.entries[0].Hash)
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", k.path, err)
		}
		doc, err := parse(content)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", k.path, err)
		}
		*side.root = doc.Root()
	}
	return k, nil
}

// createContainer sends the whole file and names every child in it.
func (b *builder) createContainer(k *container) error {
	if reason, byHand := b.untouchable(k.top); reason != "" {
		b.leave(k.top, reason, byHand)
		return nil
	}
	action := Action{Verb: Create, Component: k.top}
	if k.typ.Name == "CustomObject" && isCustom(k.top.FullName) {
		action.Reason = "it is made anew, empty"
	}
	for _, e := range k.target.ChildElements() {
		c, ok := k.childOf(e)
		if !ok {
			(&edit{b: b, action: &action, target: e}).unseal(e, e.Tag)
			k.own = append(k.own, e)
			continue
		}
		if !k.prepare(b, &action, c, e) {
			continue
		}
		k.parts[mainPhase] = append(k.parts[mainPhase], part{c, e})
	}
	if pure(k.typ.Name) && len(k.parts[mainPhase]) == 0 {
		b.leave(k.top, "there is nothing in the target's file, and an empty one cannot be deployed", "")
		return nil
	}
	b.act(action)
	b.phases[mainPhase].named = append(b.phases[mainPhase].named, k.top)
	return b.sendContainer(k)
}

// prepare applies the rules for a child that comes with a new container, and tells
// whether it does.
func (k *container) prepare(b *builder, action *Action, c metadata.Component, e *etree.Element) bool {
	of := Action{Verb: Create, Component: c}
	step := &edit{b: b, action: &of, target: e}
	step.unseal(e, "")
	step.users()
	if rule := ruleFor(c); rule.element != nil {
		rule.element(step)
	}
	if of.Verb == Leave {
		b.plan.Actions = append(b.plan.Actions, of)
		return false
	}
	for _, rest := range of.MayStay {
		action.MayStay = append(action.MayStay, Rest{Element: e.Tag + "." + rest.Element, Key: rest.Key, Why: rest.Why})
	}
	return true
}

// childOf names the child that an element is.
func (k *container) childOf(e *etree.Element) (metadata.Component, bool) {
	for _, def := range k.typ.Children {
		if name := text(e, def.Key); def.Element == e.Tag && !def.Unaddressable && name != "" {
			return metadata.Component{Type: def.Type, FullName: def.FullName(k.top.FullName, name)}, true
		}
	}
	return metadata.Component{}, false
}

// ownOf gives a root with nothing in it but what is the container's own.
func (k *container) ownOf(root *etree.Element) *etree.Element {
	out := root.Copy()
	for _, e := range out.ChildElements() {
		if isChild(k.typ, e) {
			out.RemoveChild(e)
		}
	}
	return out
}

// changeOwn plans what is the container's own. Only then is it named: naming an
// object deploys all that is its own.
func (b *builder) changeOwn(k *container, c diff.Change) {
	if reason, byHand := b.untouchable(k.top); reason != "" {
		b.leave(k.top, reason, byHand)
		return
	}
	action := Action{Verb: Change, Component: k.top, Elements: c.Elements}
	e := &edit{b: b, action: &action, live: k.ownOf(k.live), target: k.ownOf(k.target)}
	e.unseal(e.target, "")
	if k.typ.Name == "CustomObject" {
		objectItself(e)
	}
	if e.same() {
		e.refuse("what differs cannot be taken back by a deploy", "")
		b.plan.Actions = append(b.plan.Actions, action)
		return
	}
	b.act(action)
	k.own = e.target.ChildElements()
	b.phases[mainPhase].named = append(b.phases[mainPhase].named, k.top)
}

// sendContainer writes the file of each phase that sends something of it.
func (b *builder) sendContainer(k *container) error {
	for at := range k.parts {
		parts, own := k.parts[at], k.own
		if phase(at) != mainPhase {
			own = nil
		}
		if len(parts)+len(own) == 0 {
			continue
		}
		content, err := k.file(own, parts)
		if err != nil {
			return err
		}
		var named []metadata.Component
		for _, p := range parts {
			named = append(named, p.c)
		}
		if pure(k.typ.Name) && k.typ.Name != "CustomLabels" {
			named = append(named, k.top)
		}
		b.phases[at].send([]File{{Path: k.path, Content: content}}, named...)
	}
	return nil
}

func (k *container) file(own []*etree.Element, parts []part) ([]byte, error) {
	root := k.target
	if root == nil {
		root = k.live
	}
	out := root.Copy()
	for _, e := range out.ChildElements() {
		out.RemoveChild(e)
	}
	dropBlanks(out)
	for _, e := range own {
		out.AddChild(e.Copy())
	}
	for _, p := range parts {
		insertBesideSiblings(out, p.e.Copy())
	}
	doc := etree.NewDocument()
	doc.WriteSettings.CanonicalText = true
	doc.CreateProcInst("xml", `version="1.0" encoding="UTF-8"`)
	doc.AddChild(out)
	return write(doc)
}

// removeContainer: an object goes as one, and so do those that are more than
// their children. Of the others only the children can be named in a deletion.
func (b *builder) removeContainer(ctx context.Context, k *container) error {
	standard := k.typ.Name == "CustomObject" && !isCustom(k.top.FullName)
	if !pure(k.typ.Name) && !standard {
		return b.removeLeaf(ctx, k.top)
	}
	if standard {
		b.leave(k.top, ruleFor(k.top).keeps, "")
	}
	for _, e := range k.live.ChildElements() {
		c, ok := k.childOf(e)
		if !ok || standard && c.Type == "CustomField" && ruleFor(c).keeps != "" {
			continue
		}
		b.removeChild(k, c)
	}
	return b.sendContainer(k)
}

// child plans one child of a container that both sides have.
func (b *builder) child(k *container, c diff.Change) error {
	if reason, byHand := b.untouchable(c.Component); reason != "" {
		b.leave(c.Component, reason, byHand)
		return nil
	}
	if c.Kind == diff.Deleted {
		b.removeChild(k, c.Component)
		return nil
	}
	if c.Kind == diff.Renamed && !sameName(c.Component, c.OldComponent) {
		b.removeChild(k, c.OldComponent)
		c.Kind = diff.Added
	}
	target := findChild(k.typ, k.target, c.Component)
	if target == nil {
		return fmt.Errorf("the target's file does not hold %s", c.Component)
	}
	rule := ruleFor(c.Component)
	if rule.fixed != "" {
		b.leave(c.Component, rule.fixed, rule.byHand)
		return nil
	}
	action := Action{Verb: verbOf(c.Kind), Component: c.Component, Elements: c.Elements}
	e := &edit{b: b, action: &action, live: findChild(k.typ, k.live, c.Component), target: target.Copy()}
	e.unseal(e.target, "")
	e.users()
	if rule.element == nil {
		rule.element = elementsMayStay
	}
	rule.element(e)
	if action.Verb != Leave && e.same() {
		e.refuse("what differs cannot be taken back by a deploy", "")
	}
	if action.Verb == Leave {
		b.plan.Actions = append(b.plan.Actions, action)
		return nil
	}
	b.sendChild(k, e)
	return nil
}

func (b *builder) sendChild(k *container, e *edit) {
	c := e.action.Component
	switch {
	case c.Type == "MatchingRule":
		k.matchingSteps(c, e.target)
	case e.live != nil && slices.ContainsFunc([]string{"includeRecordsOwnedByAll", "includeHVUOwnedRecords"}, func(name string) bool {
		return text(e.live, name) != text(e.target, name)
	}):
		e.action.Reason = "it is deleted and made anew, because whom it includes is set once"
		b.phases[offPhase].after = append(b.phases[offPhase].after, c)
		k.parts[mainPhase] = append(k.parts[mainPhase], part{c, e.target})
	default:
		k.parts[mainPhase] = append(k.parts[mainPhase], part{c, e.target})
	}
	b.act(*e.action)
}

// removeChild plans the deletion of a child. A record type is switched off
// instead, an active matching rule before.
func (b *builder) removeChild(k *container, c metadata.Component) {
	e := findChild(k.typ, k.live, c)
	reason, byHand := b.stays(c)
	switch {
	case c.Type == "RecordType" && reason != "" && e != nil && is(e, "active"):
		off := e.Copy()
		setText(off, "active", "false")
		k.parts[mainPhase] = append(k.parts[mainPhase], part{c, off})
		b.act(Action{Verb: Leave, Component: c, Reason: reason + "; it is switched off instead", ByHand: byHand})
		return
	case reason != "":
		b.leave(c, reason, byHand)
		return
	}
	action := Action{Verb: Delete, Component: c, DataLoss: ruleFor(c).loses}
	if object, ok := b.objectAbove(c); ok && b.objectGoes(object) {
		action.Reason = "it goes with its object"
		b.act(action)
		return
	}
	if c.Type == "CustomField" && e != nil {
		action.DataLoss = lostWith(e, action.DataLoss)
	}
	if c.Type == "MatchingRule" && e != nil && text(e, "ruleStatus") == ruleActive {
		k.parts[offPhase] = append(k.parts[offPhase], part{c, withStatus(e, ruleInactive)})
	}
	b.act(action)
	b.phases[mainPhase].after = append(b.phases[mainPhase].after, c)
}
