package rollback

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/orgkeep/orgkeep/internal/deploy"
	"github.com/orgkeep/orgkeep/internal/deployplan"
	"github.com/orgkeep/orgkeep/internal/tree"
	"github.com/orgkeep/orgkeep/pkg/mdapi"
	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// flows are what an org tells of the versions of its flows.
type flows struct {
	org      deploy.Org
	versions map[string]deployplan.FlowVersions // nil where it does not tell
	ids      map[string]map[int]string
	// tells is whether what a version holds can be asked for.
	tells bool
}

// askFlows asks which versions the org has of its flows, where flows differ. An
// org that does not tell gives none: the plan then leaves what it would need them
// for. Called is the API version in which the org is asked: in one below that of
// the target it would tell less of a version than the target says.
func askFlows(ctx context.Context, org Org, live, target tree.Tree, called, wanted metadata.Version) (flows, error) {
	out := flows{org: org, tells: called >= wanted}
	differ := false
	for c := range tree.Changed(live, target) {
		differ = differ || strings.HasPrefix(c.Path, "flows/")
	}
	if !differ {
		return out, nil
	}
	rows, err := org.ToolingQuery(ctx, "SELECT Id, VersionNumber, Status, Definition.DeveloperName, Definition.NamespacePrefix FROM Flow")
	if mdapi.Refused(err) {
		return out, nil
	}
	if err != nil {
		return out, fmt.Errorf("ask for the versions of flows: %w", err)
	}
	out.versions, out.ids = map[string]deployplan.FlowVersions{}, map[string]map[int]string{}
	for _, row := range rows {
		definition, number := row.Parent("Definition"), row.Int("VersionNumber")
		name := definition.Text("DeveloperName")
		if ns := definition.Text("NamespacePrefix"); ns != "" {
			name = ns + "__" + name
		}
		v := out.versions[name]
		v.Numbers = append(v.Numbers, number)
		if row.Text("Status") == "Active" {
			v.Active = number
		}
		out.versions[name] = v
		if out.ids[name] == nil {
			out.ids[name] = map[int]string{}
		}
		out.ids[name][number] = row.Text("Id")
	}
	return out, out.askPaused(ctx, org, live, target)
}

// read gives what a version holds. Source: Tooling API, Flow: Metadata comes of one
// row at a time, and of any version, while a retrieve gives the active one or the
// latest.
func (f flows) read(ctx context.Context, flow string, number int) ([]byte, bool, error) {
	id := f.ids[flow][number]
	if id == "" || !f.tells {
		return nil, false, nil
	}
	rows, err := f.org.ToolingQuery(ctx, "SELECT Metadata FROM Flow WHERE Id = '"+id+"'")
	if mdapi.Refused(err) || err == nil && len(rows) != 1 {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, err
	}
	content, err := deployplan.FlowFile(rows[0].Parent("Metadata"))
	if err != nil {
		return nil, false, nil //nolint:nilerr // a version that it does not show
	}
	return content, true, nil
}

// idsPerQuery keeps a query's URL far below the 16,384 bytes that the service takes.
const idsPerQuery = 100

// askPaused counts the interviews of the flows that only the org has: they keep a
// version from being deleted. An org that does not tell leaves them unknown.
func (f flows) askPaused(ctx context.Context, org Org, live, target tree.Tree) error {
	type version struct {
		flow   string
		number int
	}
	of, quoted := map[string]version{}, []string{}
	for c := range tree.Changed(live, target) {
		name, isFlow := strings.CutPrefix(strings.TrimSuffix(c.Path, ".flow"), "flows/")
		if !isFlow || c.To != (tree.Hash{}) {
			continue
		}
		for number, id := range f.ids[name] {
			of[short(id)] = version{name, number}
			quoted = append(quoted, "'"+id+"'", "'"+short(id)+"'")
		}
	}
	slices.Sort(quoted)
	paused := map[string]map[int]int{}
	for chunk := range slices.Chunk(quoted, idsPerQuery) {
		rows, err := org.Query(ctx, "SELECT Id, FlowVersionViewId, InterviewStatus FROM FlowInterview WHERE FlowVersionViewId IN ("+strings.Join(chunk, ",")+")")
		if mdapi.Refused(err) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("count the interviews of flows: %w", err)
		}
		for _, row := range rows {
			v := of[short(row.Text("FlowVersionViewId"))]
			if row.Text("InterviewStatus") == "Completed" || v.flow == "" {
				continue
			}
			if paused[v.flow] == nil {
				paused[v.flow] = map[int]int{}
			}
			paused[v.flow][v.number]++
		}
	}
	for _, v := range of {
		known := f.versions[v.flow]
		if known.Paused = paused[v.flow]; known.Paused == nil {
			known.Paused = map[int]int{}
		}
		f.versions[v.flow] = known
	}
	return nil
}

// short is the form of an id that every query takes.
func short(id string) string {
	const length = 15
	return id[:min(length, len(id))]
}

// flowsMoved adds to what is stale those of some flows of whose versions the plan takes
// something for granted that is not so any more.
func (a *applier) flowsMoved(ctx context.Context, of []metadata.Component, stale error) error {
	if !slices.ContainsFunc(of, func(c metadata.Component) bool { _, ok := a.plan.Flows[c.FullName]; return ok && c.Type == "Flow" }) {
		return stale
	}
	now, err := askFlows(ctx, a.deps.Org, a.live.Tree, a.target.Tree, a.opts.Read.Version, a.plan.APIVersion)
	if err != nil {
		return err
	}
	moved, err := a.plan.FlowsMoved(ctx, of, now.versions, now.read)
	if err != nil || len(moved) == 0 {
		return errors.Join(err, stale)
	}
	var all *deployplan.StaleError
	if !errors.As(stale, &all) {
		return &deployplan.StaleError{Moved: moved}
	}
	for _, c := range moved {
		if !slices.Contains(all.Moved, c) {
			all.Moved = append(all.Moved, c)
		}
	}
	return all
}
