package deployplan

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/orgkeep/orgkeep/internal/diff"
	"github.com/orgkeep/orgkeep/internal/tree"
	"github.com/orgkeep/orgkeep/pkg/metadata"
	"github.com/orgkeep/orgkeep/pkg/normalize"
)

// State is one side of a plan.
type State struct {
	Tree  tree.Tree
	Blobs tree.Blobs
}

// Input is what a plan is made of.
type Input struct {
	Live, Target State
	Registry     *metadata.Registry
	// Version is the API version of the deploy: that of the target's snapshot.
	Version metadata.Version
	// Production tells that the org is one: flows may arrive inactive there.
	Production bool
	// Keep narrows the plan to some components; nil means all.
	Keep func(metadata.Component) bool
	// WithDependencies adds to a plan that is narrowed what it needs and the org has
	// not.
	WithDependencies bool
	// Users are names of users that are others in this org, by those in the target.
	Users map[string]string
	// NoUsers are names that the target names, see [UserNames], and of which the org
	// has no user.
	NoUsers []string
	// NoPermissions are user permissions that the target names, see [PermissionNames],
	// and that the org does not know.
	NoPermissions []string
	// Limits bound one deploy; the zero value is what the platform takes.
	Limits Limits
	// Flows are the versions that the org has of its flows, by name; nil when it
	// was not asked. What cannot be done without them is left.
	Flows map[string]FlowVersions
	// ReadFlow reads versions of flows that differ, to find one that has the target's
	// content; nil where the org cannot be asked.
	ReadFlow FlowReader
	// Unread are components whose present state is not known, with the reason.
	// They are left alone.
	Unread map[metadata.Component]string
}

// Build works out the actions and the packages that take live to target. A plan
// for equal states is empty. Errors are those of reading blobs, of files that are
// no XML where they have to be, and of the context.
func Build(ctx context.Context, in Input) (*Plan, error) {
	if in.Registry == nil {
		in.Registry = metadata.Default()
	}
	held := map[metadata.Component]stay{}
	for {
		b, err := planned(ctx, in, held)
		if err != nil {
			return nil, err
		}
		used, err := b.stillUsed(ctx)
		if err != nil {
			return nil, err
		}
		if len(used) == 0 {
			return b.finish(ctx)
		}
		// What stays may change what becomes of others: it is all worked out again.
		maps.Copy(held, used)
	}
}

// planned works out the actions; the stages are still to be put together. Held are
// components that are left, with the reason.
func planned(ctx context.Context, in Input, held map[metadata.Component]stay) (*builder, error) {
	b, err := newBuilder(ctx, in, held)
	if err != nil {
		return nil, err
	}
	for _, f := range families(in.Registry, b.changes) {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if err := b.family(ctx, f); err != nil {
			return nil, fmt.Errorf("plan %s: %w", f.top, err)
		}
	}
	return b, nil
}

func newBuilder(ctx context.Context, in Input, held map[metadata.Component]stay) (*builder, error) {
	norm, err := normalize.New(normalize.WithRegistry(in.Registry))
	if err != nil {
		return nil, fmt.Errorf("read the rules of sets: %w", err)
	}
	result, err := diff.Trees(ctx, diff.Input{
		Old: in.Live.Tree, New: in.Target.Tree, OldBlobs: in.Live.Blobs, NewBlobs: in.Target.Blobs,
		Registry: in.Registry, Normalizer: norm,
	})
	if err != nil {
		return nil, fmt.Errorf("compare the live org with the target: %w", err)
	}
	b := &builder{
		in: in, norm: norm, keys: keysOf(norm.Rules()),
		live: filesOf(in.Live.Tree, in.Registry), target: filesOf(in.Target.Tree, in.Registry),
		gone: map[metadata.Component]bool{}, absent: map[metadata.Component]bool{}, neededBy: map[metadata.Component]metadata.Component{}, required: map[string]map[string]bool{},
		held: maps.Clone(held), late: map[metadata.Component]bool{},
		plan: &Plan{SchemaVersion: SchemaVersion, APIVersion: in.Version, Narrowed: in.Keep != nil, Actions: []Action{}, Stages: []Stage{}, Base: map[string]string{}},
	}
	b.learnAbsent(result.Changes)
	b.keep(result.Changes)
	if in.Keep != nil {
		if err := b.depend(ctx, result.Changes); err != nil {
			return nil, err
		}
	}
	if err := b.uniteSites(ctx, result.Changes); err != nil {
		return nil, err
	}
	return b, b.findLate(ctx)
}

// keep takes the changes that the plan is about, and learns what will go.
func (b *builder) keep(changes []diff.Change) {
	for _, c := range changes {
		if c.Path == manifestName || b.in.Keep != nil && !b.in.Keep(c.Component) {
			continue
		}
		b.changes = append(b.changes, c)
		if c.Kind == diff.Deleted {
			b.gone[c.Component] = false
		}
	}
	for c := range b.gone {
		reason, _ := b.stays(c)
		b.gone[c] = reason == ""
	}
}

func filesOf(t tree.Tree, r *metadata.Registry) map[metadata.Component][]tree.Entry {
	out := map[metadata.Component][]tree.Entry{}
	for _, f := range t.Components(r) {
		out[f.Component] = f.Entries
	}
	return out
}

// family is a component that has files of its own, with the changes to it and to
// the children in its file.
type family struct {
	top      metadata.Component
	own      *diff.Change
	children []diff.Change
}

func families(r *metadata.Registry, changes []diff.Change) []family {
	byTop := map[metadata.Component]*family{}
	var order []metadata.Component
	for _, c := range changes {
		top, isChild := topOf(r, c)
		f := byTop[top]
		if f == nil {
			f = &family{top: top}
			byTop[top] = f
			order = append(order, top)
		}
		if isChild {
			f.children = append(f.children, c)
		} else {
			f.own = &c
		}
	}
	slices.SortFunc(order, metadata.Component.Compare)
	out := make([]family, 0, len(order))
	for _, top := range order {
		out = append(out, *byTop[top])
	}
	return out
}

// topOf gives the component whose file a change lies in.
func topOf(r *metadata.Registry, c diff.Change) (top metadata.Component, child bool) {
	if _, _, ok := r.Parent(c.Component.Type); !ok {
		return c.Component, false
	}
	top, ok := r.ComponentAt(c.Path)
	return top, ok
}

// builder collects what a plan is made of.
type builder struct {
	in           Input
	norm         *normalize.Normalizer
	keys         entryKeys
	live, target map[metadata.Component][]tree.Entry
	// gone are the components that the org has beyond the target; true where the
	// plan deletes them.
	gone map[metadata.Component]bool
	// absent are the components that the org lacks and no deploy brings.
	absent map[metadata.Component]bool
	// neededBy are the components that are in the plan because others need them.
	neededBy map[metadata.Component]metadata.Component
	// held are components that are left because of others: those that they are one
	// with, or that refer to them.
	held map[metadata.Component]stay
	// late are components that go after the main deploy, as they need what it makes.
	late map[metadata.Component]bool
	// required are the fields of the target's objects that everybody can see.
	required map[string]map[string]bool
	// accounts is the sharing model that the target has for accounts, once it was read.
	accounts string
	changes  []diff.Change
	plan     *Plan
	phases   [phaseCount]pieces
	// flowReads counts the versions of flows that were read.
	flowReads int
	// enables tells that settings are switched on which others may need.
	enables bool
}

// family plans one component and its children.
func (b *builder) family(ctx context.Context, f family) error {
	t, known := b.in.Registry.Type(f.top.Type)
	switch {
	case !known:
		b.leave(f.top, "orgkeep does not know this kind of file", "")
		return nil
	case composite(t):
		return b.container(ctx, t, f)
	case f.own == nil:
		return fmt.Errorf("%s changed and %s did not", f.children[0].Component, f.top)
	}
	return b.component(ctx, *f.own)
}

// component plans what is no container.
func (b *builder) component(ctx context.Context, c diff.Change) error {
	if reason, byHand := b.untouchable(c.Component); reason != "" {
		b.leave(c.Component, reason, byHand)
		return nil
	}
	if c.Kind == diff.Renamed && !sameName(c.Component, c.OldComponent) {
		if err := b.component(ctx, diff.Change{Kind: diff.Deleted, Component: c.OldComponent}); err != nil {
			return err
		}
		c.Kind = diff.Added
	}
	if c.Kind == diff.Deleted {
		return b.removeLeaf(ctx, c.Component)
	}
	switch c.Component.Type {
	case "Flow":
		return b.flow(ctx, c)
	case "DuplicateRule":
		return b.duplicateRule(ctx, c)
	case "Settings":
		return b.leaf(ctx, c, settingsPhase)
	}
	return b.leaf(ctx, c, mainPhase)
}

// untouchable gives the reason for which a component is left alone whatever
// became of it.
func (b *builder) untouchable(c metadata.Component) (reason, byHand string) {
	if why, ok := b.in.Unread[c]; ok {
		return "its present state could not be read: " + why, ""
	}
	if held, ok := b.held[c]; ok {
		return held.reason, held.byHand
	}
	if ns := namespace(c); ns != "" {
		return "it belongs to the installed package " + ns, "install the version of the package that the target had"
	}
	return "", ""
}

// leaf sends a component that is replaced as a whole, or merged by its own rules.
func (b *builder) leaf(ctx context.Context, c diff.Change, at phase) error {
	rule := ruleFor(c.Component)
	if rule.fixed != "" {
		b.leave(c.Component, rule.fixed, rule.byHand)
		return nil
	}
	action := Action{Verb: verbOf(c.Kind), Component: c.Component, Elements: c.Elements}
	if rule.transform == nil && lacksElements(c.Elements) {
		rule.transform = elementsMayStay
	}
	anew, err := b.anew(ctx, &action, &rule)
	if err != nil {
		return err
	}
	if action.Verb == Leave {
		b.plan.Actions = append(b.plan.Actions, action)
		return nil
	}
	files, err := b.files(ctx, &action, rule)
	if err != nil {
		return err
	}
	if action.Verb == Leave || len(files) == 0 {
		action.Verb = Leave
		b.plan.Actions = append(b.plan.Actions, action)
		return nil
	}
	b.act(action)
	if b.late[c.Component] {
		at = accessPhase
	}
	b.phases[at].send(files, c.Component)
	if anew {
		b.phases[at].before = append(b.phases[at].before, c.Component)
	}
	return nil
}

func verbOf(k diff.Kind) Verb {
	if k == diff.Added {
		return Create
	}
	return Change
}

// act notes an action that the org is asked for.
func (b *builder) act(a Action) {
	if by, ok := b.neededBy[a.Component]; ok && a.Reason == "" {
		a.Reason = by.String() + " needs it"
	}
	b.plan.Actions = append(b.plan.Actions, a)
	b.plan.Base[a.Component.String()] = ""
}

func (b *builder) leave(c metadata.Component, reason, byHand string) {
	b.plan.Actions = append(b.plan.Actions, Action{Verb: Leave, Component: c, Reason: reason, ByHand: byHand})
}

// finish puts the stages together.
func (b *builder) finish(ctx context.Context) (*Plan, error) {
	slices.SortStableFunc(b.plan.Actions, func(x, y Action) int { return strings.Compare(string(x.Verb), string(y.Verb)) })
	if err := b.stages(ctx); err != nil {
		return nil, err
	}
	if err := b.suggestTests(ctx); err != nil {
		return nil, err
	}
	base, err := digests(ctx, b.in.Live, b.in.Registry, b.plan.Touched())
	if err != nil {
		return nil, err
	}
	b.plan.Base = base
	return b.plan, nil
}
