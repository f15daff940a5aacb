package deployplan

import (
	"context"
	"slices"
	"strings"

	"github.com/beevik/etree"

	"github.com/orgkeep/orgkeep/internal/tree"
	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// Class says how a component comes back to an org that has lost it.
type Class string

// The classes. The first two come back by a deploy alone.
const (
	AsStored      Class = "restorable"     // as the snapshot holds it
	WithTransform Class = "with-transform" // changed on the way, or with a part that may not come
	ByHand        Class = "by-hand"
	Impossible    Class = "impossible"
)

// Restorability is one component of a state, and how it would come back.
type Restorability struct {
	Component metadata.Component `json:"component"`
	Class     Class              `json:"class"`
	Reason    string             `json:"reason,omitempty"`
	ByHand    string             `json:"by_hand,omitempty"`
}

// Restorable tells of every component of a state, children included, how it would
// come back to an org that has nothing of it, sorted by component. The plan that
// comes with it is that restore.
func Restorable(ctx context.Context, state State, r *metadata.Registry, version metadata.Version) ([]Restorability, *Plan, error) {
	if r == nil {
		r = metadata.Default()
	}
	b, err := planned(ctx, Input{Live: State{Blobs: state.Blobs, Tree: tree.New(nil)}, Target: state, Registry: r, Version: version}, map[metadata.Component]stay{})
	if err != nil {
		return nil, nil, err
	}
	plan, err := b.finish(ctx)
	if err != nil {
		return nil, nil, err
	}
	transformed := b.transformed()
	var out []Restorability
	for _, a := range plan.Actions {
		top := restorabilityOf(a, transformed[a.Component])
		out = append(out, top)
		out = append(out, b.restorableChildren(ctx, top)...)
	}
	slices.SortFunc(out, func(x, y Restorability) int { return x.Component.Compare(y.Component) })
	return out, plan, nil
}

// transformed gives the components of which a file is not sent as it is stored.
func (b *builder) transformed() map[metadata.Component]bool {
	out := map[metadata.Component]bool{}
	for _, s := range b.plan.Stages {
		for _, f := range s.Files {
			c, ok := b.in.Registry.ComponentAt(f.Path)
			if t, _ := b.in.Registry.Type(c.Type); ok && f.Hash == "" && !composite(t) {
				out[c] = true
			}
		}
	}
	return out
}

func restorabilityOf(a Action, transformed bool) Restorability {
	r := Restorability{Component: a.Component, Class: AsStored, Reason: a.Reason, ByHand: a.ByHand}
	switch {
	case a.Verb == Leave && a.ByHand != "":
		r.Class = ByHand
	case a.Verb == Leave:
		r.Class = Impossible
	case transformed || len(a.MayStay) > 0:
		r.Class = WithTransform
		var why []string
		if a.Reason != "" {
			why = append(why, a.Reason)
		}
		for _, rest := range a.MayStay {
			why = append(why, strings.TrimPrefix(rest.String(), everything+": "))
		}
		r.Reason = strings.Join(why, "; ")
	}
	return r
}

// restorableChildren tells of the children in a component's file. What holds for
// the whole holds for them, when it does not come.
func (b *builder) restorableChildren(ctx context.Context, top Restorability) []Restorability {
	t, ok := b.in.Registry.Type(top.Component.Type)
	if !ok || !composite(t) {
		return nil
	}
	k, err := b.openContainer(ctx, t, top.Component)
	if err != nil || k.target == nil {
		return nil // a file that is no XML has no children, and has been reported
	}
	var out []Restorability
	for _, e := range k.target.ChildElements() {
		c, ok := k.childOf(e)
		if !ok {
			continue
		}
		if top.Class == ByHand || top.Class == Impossible {
			out = append(out, Restorability{c, top.Class, top.Reason, top.ByHand})
			continue
		}
		out = append(out, b.restorableChild(c, e))
	}
	return out
}

func (b *builder) restorableChild(c metadata.Component, e *etree.Element) Restorability {
	action := Action{Verb: Create, Component: c}
	step := &edit{b: b, action: &action, target: e.Copy()}
	step.unseal(step.target, "")
	if rule := ruleFor(c); rule.element != nil {
		rule.element(step)
	}
	return restorabilityOf(action, canonical(step.target) != canonical(e))
}
