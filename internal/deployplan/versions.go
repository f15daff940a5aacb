package deployplan

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/beevik/etree"

	"github.com/orgkeep/orgkeep/pkg/metadata"
	"github.com/orgkeep/orgkeep/pkg/normalize"
)

// FlowVersions are the versions of one flow.
type FlowVersions struct {
	Active  int   // number of the active version; 0 for none
	Numbers []int // of all versions
	// Contents are files of versions that are known without asking the org.
	Contents map[int][]byte
	// Paused are interviews of the flow that have not ended, by version; nil where
	// the org does not tell.
	Paused map[int]int
}

func (v FlowVersions) latest() int {
	if len(v.Numbers) == 0 {
		return 0
	}
	return slices.Max(v.Numbers)
}

// served is the version that a retrieve gives: the active one, or else the latest.
func (v FlowVersions) served() int {
	if v.Active != 0 {
		return v.Active
	}
	return v.latest()
}

// paused counts the interviews of all versions, and tells whether the org told.
func (v FlowVersions) paused() (n int, known bool) {
	for _, each := range v.Paused {
		n += each
	}
	return n, v.Paused != nil
}

// FlowReader gives what a version of a flow holds, as a retrieve of it would;
// false where the org does not tell.
type FlowReader func(ctx context.Context, flow string, number int) (content []byte, ok bool, err error)

// How many versions are read: each is a call of its own.
const (
	readsPerFlow = 10
	readsPerPlan = 50
)

// FlowBase is what a plan takes for granted of the versions of a flow, beside the
// file that the org shows of it.
type FlowBase struct {
	// Numbers are all versions, where all of them go.
	Numbers []int `json:"numbers,omitempty"`
	// Latest is the newest version, where the plan counts on it.
	Latest int `json:"latest,omitempty"`
	// Number is a version that is used for what it holds, and Digest names that,
	// but for the status.
	Number int    `json:"number,omitempty"`
	Digest string `json:"digest,omitempty"`
}

// holds tells whether a flow's versions are still what was taken for granted.
func (f FlowBase) holds(v FlowVersions) bool {
	switch {
	case f.Numbers != nil && !slices.Equal(f.Numbers, slices.Sorted(slices.Values(v.Numbers))):
		return false
	case f.Latest != 0 && f.Latest != v.latest():
		return false
	}
	return f.Number == 0 || slices.Contains(v.Numbers, f.Number)
}

// FlowsMoved gives those of some flows whose versions are not any more what the plan
// took for granted, sorted. Known are those of the org now; of a flow that is used for
// what an older version holds, that version is read again, and false from read counts
// as moved.
func (p *Plan) FlowsMoved(ctx context.Context, of []metadata.Component, known map[string]FlowVersions, read FlowReader) ([]metadata.Component, error) {
	norm, err := normalize.New()
	if err != nil {
		return nil, fmt.Errorf("read the rules of sets: %w", err)
	}
	var moved []metadata.Component
	for _, name := range slices.Sorted(maps.Keys(p.Flows)) {
		flow, base := metadata.Component{Type: "Flow", FullName: name}, p.Flows[name]
		if !slices.Contains(of, flow) {
			continue
		}
		same := base.holds(known[name])
		if same && base.Digest != "" {
			content, ok, err := known[name].read(ctx, read, name, base.Number)
			if err != nil {
				return nil, err
			}
			same = ok && digestOfFlow(norm, name, content) == base.Digest
		}
		if !same {
			moved = append(moved, flow)
		}
	}
	return moved, nil
}

func (v FlowVersions) read(ctx context.Context, from FlowReader, name string, number int) (content []byte, ok bool, err error) {
	if content, ok := v.Contents[number]; ok {
		return content, true, nil
	}
	if from == nil {
		return nil, false, nil
	}
	content, ok, err = from(ctx, name, number)
	if err != nil {
		return nil, false, fmt.Errorf("read version %d of the flow %s: %w", number, name, err)
	}
	return content, ok, nil
}

func flowPath(name string) string { return "flows/" + name + ".flow" }

// digestOfFlow digests what a version does: its file without the status, in
// whatever order and form; empty for what is no XML.
func digestOfFlow(norm *normalize.Normalizer, name string, content []byte) string {
	doc, err := parse(norm.Bytes(flowPath(name), content).Output)
	if err != nil {
		return ""
	}
	return sumOf(flowShape(doc.Root(), true))
}

// flowShape writes an element so that two mean the same if the texts are equal,
// whatever the order of elements of different names.
func flowShape(e *etree.Element, root bool) string {
	kids := e.ChildElements()
	if len(kids) == 0 {
		return canonical(e)
	}
	slices.SortStableFunc(kids, func(a, b *etree.Element) int { return strings.Compare(a.Tag, b.Tag) })
	var b strings.Builder
	b.WriteString("<" + e.Tag + ">")
	for _, kid := range kids {
		if !root || kid.Tag != "status" && kid.Tag != "fullName" {
			b.WriteString(flowShape(kid, false))
		}
	}
	b.WriteString("</>")
	return b.String()
}

// search is what looking for a version has found.
type search struct {
	number int    // of the version that holds the target's content; 0 for none
	digest string // of that content
	// differ are the versions that are known to hold something else.
	differ map[int]bool
	// unseen are how many versions were not read; refused tells that the org does
	// not give them.
	unseen  int
	refused bool
}

// search reads versions of a flow in the order given until one has the target's
// content.
func (b *builder) search(ctx context.Context, name string, target []byte, numbers []int) (search, error) {
	out := search{digest: digestOfFlow(b.norm, name, target), differ: map[int]bool{}}
	versions := b.in.Flows[name]
	for i, n := range numbers {
		if _, known := versions.Contents[n]; !known {
			if b.in.ReadFlow == nil || i >= readsPerFlow || b.flowReads >= readsPerPlan {
				out.unseen = len(numbers) - i
				out.refused = b.in.ReadFlow == nil
				return out, nil
			}
			b.flowReads++
		}
		content, ok, err := versions.read(ctx, b.in.ReadFlow, name, n)
		if err != nil {
			return out, err
		}
		if !ok {
			out.unseen, out.refused = len(numbers)-i, true
			return out, nil
		}
		if out.digest != "" && digestOfFlow(b.norm, name, content) == out.digest {
			out.number = n
			return out, nil
		}
		out.differ[n] = true
	}
	return out, nil
}

// said tells what of the search the user should know.
func (s search) said() string {
	switch {
	case s.unseen == 0 || s.number != 0:
		return ""
	case s.refused:
		return "it becomes a new version: the org does not tell what the others hold"
	case s.unseen == 1:
		return "it becomes a new version: one of the others was not looked at"
	}
	return fmt.Sprintf("it becomes a new version: %d of the others were not looked at", s.unseen)
}
