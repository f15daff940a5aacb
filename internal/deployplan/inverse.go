package deployplan

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// Inverse works out the way back of a plan before it is deployed: from the state
// that it leads to, to the one that the org is in. In is that of the plan; its
// target comes with the plan's overlay. What the plan touches is all that the way
// back is about.
//
// The way back holds all its contents, as the state that it leads to is no
// commit's. Base is its Target, a commit, to be set by the caller.
func (p *Plan) Inverse(ctx context.Context, in Input) (*Plan, error) {
	if in.Registry == nil {
		in.Registry = metadata.Default()
	}
	after, err := p.after(ctx, in.Live, in.Target, in.Registry)
	if err != nil {
		return nil, err
	}
	flows, err := p.flowsAfter(ctx, in)
	if err != nil {
		return nil, err
	}
	touched := p.Touched()
	return p.WayBack(ctx, Input{
		Live: after, Target: in.Live, Registry: in.Registry, Version: p.APIVersion, Production: in.Production,
		Flows: flows, ReadFlow: in.ReadFlow, Unread: in.Unread,
		Keep: func(c metadata.Component) bool { return slices.Contains(touched, c) },
	})
}

// WayBack plans from the state that a plan has led to, back to the one before.
func (p *Plan) WayBack(ctx context.Context, in Input) (*Plan, error) {
	back, err := Build(ctx, in)
	if err != nil {
		return nil, fmt.Errorf("work out the way back: %w", err)
	}
	digest, err := p.Digest()
	if err != nil {
		return nil, err
	}
	back.Alias, back.OrgID, back.OrgName, back.Production, back.Narrowed, back.Undoes = p.Alias, p.OrgID, p.OrgName, p.Production, true, digest
	for _, s := range back.Stages {
		for i := range s.Files {
			s.Files[i].Hash = ""
		}
	}
	back.Overlay, err = Extract(ctx, in.Target, in.Live, in.Registry, back.Touched())
	return back, err
}

// Extract gives the files of some components as a state has them, and the paths
// that only the other state has of them.
func Extract(ctx context.Context, of, other State, r *metadata.Registry, components []metadata.Component) (*Overlay, error) {
	c := composer{registry: r, target: of, over: &Overlay{}, has: filesOf(of.Tree, r)}
	had := filesOf(other.Tree, r)
	tops := map[metadata.Component]bool{}
	for _, each := range components {
		tops[c.topOf(each)] = true
	}
	for _, top := range slices.SortedFunc(maps.Keys(tops), metadata.Component.Compare) {
		for _, e := range had[top] {
			if _, stays := of.Tree.Get(e.Path); !stays {
				c.over.Gone = append(c.over.Gone, e.Path)
			}
		}
		if err := c.take(ctx, c.has[top]); err != nil {
			return nil, err
		}
	}
	return c.over, nil
}

var activeVersion = regexp.MustCompile(`<activeVersionNumber>(\d+)</activeVersionNumber>`)

// flowsAfter gives the versions that the org's flows have when the plan is done,
// with what is known of them: the one that the org shows now, and the new one.
func (p *Plan) flowsAfter(ctx context.Context, in Input) (map[string]FlowVersions, error) {
	out := maps.Clone(in.Flows)
	if out == nil {
		out = map[string]FlowVersions{}
	}
	for _, a := range p.Actions {
		if a.Component.Type == "Flow" && a.Verb == Delete {
			delete(out, a.Component.FullName)
		}
	}
	for _, s := range p.Stages {
		for _, f := range s.Files {
			name, ok := between(f.Path, "flows/", ".flow")
			if !ok {
				continue
			}
			v := out[name]
			n := v.latest() + 1
			v.Numbers = append(slices.Clone(v.Numbers), n)
			v.Contents = maps.Clone(v.Contents)
			if v.Contents == nil {
				v.Contents = map[int][]byte{}
			}
			content, err := f.Bytes(ctx)
			if err != nil {
				return nil, err
			}
			v.Contents[n] = content
			if bytes.Contains(content, []byte("<status>Active</status>")) {
				v.Active = n
			}
			out[name] = v
		}
		for _, f := range s.Files {
			name, ok := between(f.Path, "flowDefinitions/", ".flowDefinition")
			if !ok {
				continue
			}
			content, err := f.Bytes(ctx)
			if err != nil {
				return nil, err
			}
			m := activeVersion.FindSubmatch(content)
			if v, there := out[name]; there && m != nil {
				v.Active, _ = strconv.Atoi(string(m[1])) // digits
				out[name] = v
			}
		}
	}
	return out, p.shownNow(ctx, in, out)
}

// shownNow adds to the versions of flows that the plan touches what the org shows
// of them now.
func (p *Plan) shownNow(ctx context.Context, in Input, flows map[string]FlowVersions) error {
	for _, c := range p.Touched() {
		v, known := flows[c.FullName]
		h, there := in.Live.Tree.Get(flowPath(c.FullName))
		shown := in.Flows[c.FullName].served()
		if c.Type != "Flow" || !known || !there || shown == 0 {
			continue
		}
		content, err := in.Live.Blobs.Blob(ctx, h)
		if err != nil {
			return fmt.Errorf("read %s of the live org: %w", flowPath(c.FullName), err)
		}
		v.Contents = maps.Clone(v.Contents)
		if v.Contents == nil {
			v.Contents = map[int][]byte{}
		}
		v.Contents[shown] = content
		flows[c.FullName] = v
	}
	return nil
}

func between(s, prefix, suffix string) (string, bool) {
	rest, ok := strings.CutPrefix(s, prefix)
	if !ok {
		return "", false
	}
	return strings.CutSuffix(rest, suffix)
}
