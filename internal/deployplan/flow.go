package deployplan

import (
	"context"
	"fmt"
	"slices"

	"github.com/orgkeep/orgkeep/internal/diff"
	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// maxVersions is how many versions a flow may have. Source: Salesforce Help, flow
// limits.
const maxVersions = 50

const (
	flowActive   = "Active"
	flowObsolete = "Obsolete"
)

// flow plans a flow. A deploy writes a new version of it, unless the newest one
// has the content already: then nothing happens, to the status neither. Which
// version is active is set by number, in a file of its own that wins; an older
// version that has the content is made active again, as there may be no more than
// so many.
func (b *builder) flow(ctx context.Context, c diff.Change) error {
	before, now, err := b.flowStatus(ctx, c.Component)
	if err != nil {
		return err
	}
	versions, known := b.in.Flows[c.Component.FullName]
	sameBody := c.Kind == diff.Changed && !slices.ContainsFunc(c.Elements, func(e diff.Element) bool { return e.Name != "status" })
	newer := versions.Active != 0 && versions.Active != versions.latest()
	switch {
	case !sameBody || newer:
		return b.flowContent(ctx, c, before, now)
	case before == flowActive:
		return b.switchFlow(ctx, c, 0, now)
	case now == flowActive && known && versions.latest() > 0:
		b.assume(c.Component, FlowBase{Latest: versions.latest()})
		return b.switchFlow(ctx, c, versions.latest(), now)
	case now == flowActive:
		b.leave(c.Component, "which version has this content is not known, and a deploy of the newest content activates nothing", "activate it in Setup › Flows")
	default:
		b.leave(c.Component, "the status of an inactive version is not changed by a deploy", "")
	}
	return nil
}

// flowContent gives a flow the target's content: by the number of a version that
// has it, or else as a new version.
func (b *builder) flowContent(ctx context.Context, c diff.Change, before, now string) error {
	found, err := b.versionFor(ctx, c, now)
	if err != nil {
		return err
	}
	n := found.number
	switch {
	case n == 0:
		return b.sendFlow(ctx, c, before, now, found)
	case now == flowActive:
		b.assume(c.Component, FlowBase{Number: n, Digest: found.digest})
		return b.switchFlow(ctx, c, n, now)
	}
	b.assume(c.Component, FlowBase{Latest: n, Number: n, Digest: found.digest})
	return b.switchFlow(ctx, c, 0, now)
}

// versionFor looks for a version that has the target's content and can be shown
// instead of the present one: any where it is to be active, and the newest where
// none is to be.
func (b *builder) versionFor(ctx context.Context, c diff.Change, now string) (search, error) {
	name := c.Component.FullName
	versions, known := b.in.Flows[name]
	if !known || c.Kind != diff.Changed {
		return search{}, nil
	}
	numbers := slices.DeleteFunc(slices.Sorted(slices.Values(versions.Numbers)), func(n int) bool {
		return n == versions.served() || now != flowActive && n != versions.latest()
	})
	slices.Reverse(numbers)
	slices.SortStableFunc(numbers, func(x, y int) int { // what need not be asked for comes first
		_, knownX := versions.Contents[x]
		_, knownY := versions.Contents[y]
		switch {
		case knownX == knownY:
			return 0
		case knownX:
			return -1
		}
		return 1
	})
	content, err := b.in.Target.Blobs.Blob(ctx, b.target[c.Component][0].Hash)
	if err != nil {
		return search{}, fmt.Errorf("read the target's flow %s: %w", name, err)
	}
	return b.search(ctx, name, content, numbers)
}

// assume notes what of a flow's versions the plan takes for granted.
func (b *builder) assume(c metadata.Component, base FlowBase) {
	if b.plan.Flows == nil {
		b.plan.Flows = map[string]FlowBase{}
	}
	b.plan.Flows[c.FullName] = base
}

// flowStatus gives the status in the org and in the target, where they have the
// flow.
func (b *builder) flowStatus(ctx context.Context, c metadata.Component) (live, target string, err error) {
	for _, side := range []struct {
		of  State
		out *string
	}{{b.in.Live, &live}, {b.in.Target, &target}} {
		path, _ := b.in.Registry.Path(c)
		h, ok := side.of.Tree.Get(path)
		if !ok {
			continue
		}
		content, err := side.of.Blobs.Blob(ctx, h)
		if err != nil {
			return "", "", fmt.Errorf("read %s: %w", path, err)
		}
		doc, err := parse(content)
		if err != nil {
			return "", "", fmt.Errorf("%s: %w", path, err)
		}
		*side.out = text(doc.Root(), "status")
	}
	return live, target, nil
}

// sendFlow sends the target's content, which becomes a new version.
func (b *builder) sendFlow(ctx context.Context, c diff.Change, before, now string, others search) error {
	action := Action{Verb: verbOf(c.Kind), Component: c.Component, Elements: c.Elements, Reason: others.said()}
	if len(b.in.Flows[c.Component.FullName].Numbers) >= maxVersions {
		b.leave(c.Component, fmt.Sprintf("the org has %d versions of it already, and takes no more", maxVersions), "delete a version that nobody needs in Setup › Flows, then roll back again")
		return nil
	}
	files, err := b.files(ctx, &action, rule{})
	if err != nil {
		return err
	}
	if len(files) > 0 && files[0].Hash == "" {
		if err := b.leaveProcess(ctx, &action); err != nil {
			return err
		}
	}
	if action.Verb == Leave {
		b.plan.Actions = append(b.plan.Actions, action)
		return nil
	}
	versions := b.in.Flows[c.Component.FullName]
	switch {
	case versions.Active == versions.latest() || c.Kind == diff.Added:
	case others.differ[versions.latest()]:
		b.assume(c.Component, FlowBase{Latest: versions.latest()})
	case versions.Active != 0:
		action.MayStay = append(action.MayStay, Rest{Element: everything, Why: "the org has a newer version that is not active; if that has the content already, the deploy changes nothing"})
	}
	if err := b.mayArriveInactive(ctx, &action, now); err != nil {
		return err
	}
	b.act(action)
	b.phases[mainPhase].send(files, c.Component)
	if before == flowActive && now != flowActive {
		b.setActive(c.Component.FullName, 0)
	}
	return nil
}

// leaveProcess leaves a process that would have to be sent with other names in it.
func (b *builder) leaveProcess(ctx context.Context, action *Action) error {
	root, err := rootOf(ctx, b.in.Target, flowPath(action.Component.FullName))
	if err != nil || !isProcess(root) {
		return err
	}
	action.Verb, action.MayStay = Leave, nil
	action.Reason, action.ByHand = "it names users who are others in this org, and a process whose file was edited cannot be opened any more", "change it in Setup › Process Builder"
	return nil
}

// mayArriveInactive announces that a flow that is to be active may not become it.
func (b *builder) mayArriveInactive(ctx context.Context, action *Action, now string) error {
	arrivesOff, err := b.flowsArriveInactive(ctx)
	if err == nil && arrivesOff && now == flowActive {
		action.MayStay = append(action.MayStay, Rest{Element: everything, Why: "in this production org flows arrive inactive (Setup › Process Automation Settings); the version that was active stays it"})
	}
	return err
}

// flowsArriveInactive tells whether the org deploys flows as inactive ones.
// Source: Metadata API Developer Guide, FlowSettings.
func (b *builder) flowsArriveInactive(ctx context.Context) (bool, error) {
	if !b.in.Production {
		return false, nil
	}
	content, err := b.liveContent(ctx, "settings/Flow.settings")
	if err != nil || content == nil {
		return content == nil, err
	}
	doc, err := parse(content)
	if err != nil {
		return false, fmt.Errorf("settings/Flow.settings: %w", err)
	}
	return !is(doc.Root(), "enableFlowDeployAsActiveEnabled"), nil
}

// switchFlow makes a version the active one, or none.
func (b *builder) switchFlow(ctx context.Context, c diff.Change, number int, status string) error {
	action := Action{Verb: Change, Component: c.Component, Elements: c.Elements}
	base := b.plan.Flows[c.Component.FullName]
	switch {
	case number == 0 && base.Number != 0:
		action.Reason = fmt.Sprintf("version %d has this content already; none is active any more", base.Number)
		action.MayStay = []Rest{{Element: "status", Why: "the version keeps the status that it has"}}
	case number == 0 && status != flowObsolete:
		action.MayStay = []Rest{{Element: "status", Why: "a version that was active reads " + flowObsolete + " once it is switched off"}}
	case base.Number != 0:
		action.Reason = fmt.Sprintf("version %d has this content already, and is made the active one", number)
	}
	if err := b.mayArriveInactive(ctx, &action, status); err != nil {
		return err
	}
	b.act(action)
	b.setActive(c.Component.FullName, number)
	return nil
}

// setActive sends the number of the active version; 0 switches the flow off.
func (b *builder) setActive(flow string, number int) {
	content := fmt.Sprintf("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<FlowDefinition xmlns=%q>\n    <activeVersionNumber>%d</activeVersionNumber>\n</FlowDefinition>\n", metadata.Namespace, number)
	c := metadata.Component{Type: "FlowDefinition", FullName: flow}
	b.phases[mainPhase].send([]File{{Path: "flowDefinitions/" + flow + ".flowDefinition", Content: []byte(content)}}, c)
	if len(b.target[c])+len(b.live[c]) > 0 && !slices.ContainsFunc(b.plan.Actions, func(a Action) bool { return a.Component == c }) {
		b.leave(c, rules()[c.Type].fixed, "")
	}
}

// removeFlow switches a flow off and deletes all its versions, in one deploy. A
// paused interview keeps its version: whether there is one was asked before, and
// where the org does not tell, the deploy fails with its words.
func (b *builder) removeFlow(action Action) error {
	name := action.Component.FullName
	versions := b.in.Flows[name]
	action.Reason = fmt.Sprintf("switched off, and all its versions deleted (%d); ", len(versions.Numbers))
	if _, known := versions.paused(); known {
		action.Reason += "no interview of it is paused"
	} else {
		action.Reason += "the org does not tell whether interviews of it are paused, and refuses the deploy if one is"
	}
	b.act(action)
	b.assume(action.Component, FlowBase{Numbers: slices.Sorted(slices.Values(versions.Numbers))})
	if versions.Active != 0 {
		b.setActive(name, 0)
	}
	for _, n := range versions.Numbers {
		b.phases[mainPhase].after = append(b.phases[mainPhase].after, metadata.Component{Type: "Flow", FullName: fmt.Sprintf("%s-%d", name, n)})
	}
	return nil
}

// saidOfPaused says how many interviews wait.
func saidOfPaused(n int) string {
	if n == 1 {
		return "an interview of it is paused"
	}
	return fmt.Sprintf("%d interviews of it are paused", n)
}
