package deployplan_test

import (
	"context"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"testing/fstest"
	"time"

	"github.com/orgkeep/orgkeep/internal/demo"
	"github.com/orgkeep/orgkeep/internal/deployplan"
	"github.com/orgkeep/orgkeep/internal/deployplan/mutate"
	"github.com/orgkeep/orgkeep/internal/diff"
	"github.com/orgkeep/orgkeep/internal/tree"
	"github.com/orgkeep/orgkeep/pkg/emulator"
	"github.com/orgkeep/orgkeep/pkg/mdapi"
	"github.com/orgkeep/orgkeep/pkg/metadata"
	"github.com/orgkeep/orgkeep/pkg/normalize"
)

const version = metadata.Version(66)

// org is an emulated org whose truth is looked at directly; deploys go through
// HTTP.
type org struct {
	t      *testing.T
	server *emulator.Server
	client *mdapi.Client
	norm   *normalize.Normalizer
	// target is the state to go back to.
	target     deployplan.State
	production bool
	noFlows    bool
	without    []string          // user permissions
	flowIDs    map[string]string // by flow and number
	// before is the org as it began, and only what is changed of it.
	before map[string][]byte
	only   []string
}

func newOrg(t *testing.T, files fs.FS, options ...emulator.Option) *org {
	t.Helper()
	now := time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC)
	server, err := emulator.New(append([]emulator.Option{
		emulator.WithOrg(files), emulator.WithUsername(demo.Administrator().Username), emulator.WithClock(func() time.Time { return now }),
	}, options...)...)
	must(t, err)
	for _, u := range demo.Users() {
		server.AddUser(u.Username, u.Name)
	}
	must(t, server.Start(t.Context(), "127.0.0.1:0"))
	t.Cleanup(func() { _ = server.Close() })
	client, err := mdapi.New(mdapi.Config{
		InstanceURL: server.URL(), Version: version, Tokens: mdapi.StaticToken(server.Credentials().AccessToken), TempDir: t.TempDir(),
		Sleep: func(ctx context.Context, _ time.Duration) error { return ctx.Err() },
	})
	must(t, err)
	norm, err := normalize.New()
	must(t, err)
	o := &org{t: t, server: server, client: client, norm: norm, before: server.Files()}
	o.target = o.state()
	return o
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// blobs are contents by their ids.
type blobs map[tree.Hash][]byte

// Blob gives a content.
func (b blobs) Blob(_ context.Context, h tree.Hash) ([]byte, error) { return b[h], nil }

// state is the org as a snapshot would hold it.
func (o *org) state() deployplan.State {
	contents := blobs{}
	var entries []tree.Entry
	for path, content := range o.server.Files() {
		stored := o.norm.Bytes(path, content).Output
		h := tree.HashOf(stored)
		contents[h] = stored
		entries = append(entries, tree.Entry{Path: path, Hash: h})
	}
	return deployplan.State{Tree: tree.New(entries), Blobs: contents}
}

func (o *org) edit(f func(*emulator.Editor) error) {
	o.t.Helper()
	must(o.t, o.server.Edit(demo.Users()[1].Username, f))
}

// mutate makes n random changes and says which.
func (o *org) mutate(r *rand.Rand, n int, deletions bool) []mutate.Mutation {
	o.t.Helper()
	var out []mutate.Mutation
	for range n {
		m := mutate.Next(r, mutate.Org{Files: o.server.Files(), Registry: metadata.Default(), Before: o.before, Only: o.only, NoDeletions: !deletions})
		o.edit(func(e *emulator.Editor) error { return m.Apply(e) })
		out = append(out, m)
	}
	return out
}

// flows asks the org for the versions of its flows.
func (o *org) flows() map[string]deployplan.FlowVersions {
	o.t.Helper()
	if o.noFlows {
		return nil
	}
	rows, err := o.client.ToolingQuery(o.t.Context(), "SELECT Id, VersionNumber, Status, Definition.DeveloperName FROM Flow")
	must(o.t, err)
	out := map[string]deployplan.FlowVersions{}
	o.flowIDs = map[string]string{}
	for _, row := range rows {
		name := row.Parent("Definition").Text("DeveloperName")
		v := out[name]
		v.Numbers = append(v.Numbers, row.Int("VersionNumber"))
		if row.Text("Status") == "Active" {
			v.Active = row.Int("VersionNumber")
		}
		out[name] = v
		o.flowIDs[fmt.Sprint(name, v.Numbers[len(v.Numbers)-1])] = row.Text("Id")
	}
	o.paused(out)
	return out
}

// paused asks the org for the interviews of its flows.
func (o *org) paused(flows map[string]deployplan.FlowVersions) {
	o.t.Helper()
	rows, err := o.client.Query(o.t.Context(), "SELECT FlowVersionViewId FROM FlowInterview")
	if mdapi.Refused(err) {
		return
	}
	must(o.t, err)
	for name, v := range flows {
		v.Paused = map[int]int{}
		for _, n := range v.Numbers {
			for _, row := range rows {
				if row.Text("FlowVersionViewId") == o.flowIDs[fmt.Sprint(name, n)] {
					v.Paused[n]++
				}
			}
		}
		flows[name] = v
	}
}

// readFlow asks the org what a version of a flow holds.
func (o *org) readFlow(ctx context.Context, flow string, number int) ([]byte, bool, error) {
	rows, err := o.client.ToolingQuery(ctx, "SELECT Metadata FROM Flow WHERE Id = '"+o.flowIDs[fmt.Sprint(flow, number)]+"'")
	if mdapi.Refused(err) {
		return nil, false, nil
	}
	if err != nil || len(rows) != 1 {
		return nil, false, err
	}
	content, err := deployplan.FlowFile(rows[0].Parent("Metadata"))
	return content, err == nil, err
}

// nobody is a user whom no org has.
const nobody = "ida.gone@acme.example"

func (o *org) input() deployplan.Input {
	return deployplan.Input{
		Live: o.state(), Target: o.target, Version: version, Production: o.production, Flows: o.flows(), ReadFlow: o.readFlow, NoUsers: []string{nobody}, NoPermissions: o.without,
	}
}

func (o *org) plan() *deployplan.Plan {
	o.t.Helper()
	plan, err := deployplan.Build(o.t.Context(), o.input())
	must(o.t, err)
	return plan
}

// deploy sends all stages of a plan; false means that the org refused one.
func (o *org) deploy(plan *deployplan.Plan) bool {
	o.t.Helper()
	for _, stage := range plan.Stages {
		path := filepath.Join(o.t.TempDir(), "package.zip")
		f, err := os.Create(path)
		must(o.t, err)
		must(o.t, deployplan.WritePackage(o.t.Context(), f, stage))
		must(o.t, f.Close())
		id, err := o.client.Deploy(o.t.Context(), path, mdapi.DeployOptions{RollbackOnError: true, SinglePackage: true})
		must(o.t, err)
		result, err := o.client.WaitDeploy(o.t.Context(), id, nil)
		must(o.t, err)
		if !result.Success {
			o.t.Errorf("stage %s: %s %s", stage.Name, result.Status, result.ErrorMessage)
			for _, m := range result.Failures {
				o.t.Errorf("  %s %s: %s", m.ComponentType, m.FullName, m.Problem)
			}
			return false
		}
	}
	return true
}

// tries deploys, and does not mind a refusal.
func (o *org) tries(plan *deployplan.Plan) bool {
	o.t.Helper()
	for _, stage := range plan.Stages {
		path := filepath.Join(o.t.TempDir(), "package.zip")
		f, err := os.Create(path)
		must(o.t, err)
		must(o.t, deployplan.WritePackage(o.t.Context(), f, stage))
		must(o.t, f.Close())
		id, err := o.client.Deploy(o.t.Context(), path, mdapi.DeployOptions{RollbackOnError: true, SinglePackage: true})
		must(o.t, err)
		result, err := o.client.WaitDeploy(o.t.Context(), id, nil)
		must(o.t, err)
		if !result.Success {
			return false
		}
	}
	return true
}

// memory is a folder of files.
func memory(files map[string][]byte) fs.FS {
	out := fstest.MapFS{}
	for path, content := range files {
		out[path] = &fstest.MapFile{Data: content}
	}
	return out
}

// left gives what differs from the target, and what of it the plan had not
// announced.
func (o *org) left(plan *deployplan.Plan) (all, surprises []diff.Change) {
	o.t.Helper()
	now := o.state()
	found, err := diff.Trees(o.t.Context(), diff.Input{Old: o.target.Tree, New: now.Tree, OldBlobs: o.target.Blobs, NewBlobs: now.Blobs})
	must(o.t, err)
	for _, c := range found.Changes {
		if s, is := plan.Surprises(c); is {
			surprises = append(surprises, s)
		}
	}
	return found.Changes, surprises
}

// back goes back to the target, and fails when something is left that the plan
// had not announced.
func (o *org) back() *deployplan.Plan {
	o.t.Helper()
	plan := o.plan()
	if !o.deploy(plan) {
		o.t.Log(text(plan))
		return plan
	}
	if _, surprises := o.left(plan); len(surprises) > 0 {
		o.t.Errorf("left and not announced:\n%s%s", changesText(surprises), text(plan))
	}
	return plan
}

func text(p *deployplan.Plan) string {
	out := "plan:\n"
	for _, a := range p.Actions {
		out += "  " + a.Verb.Mark() + " " + a.Component.String() + " " + a.Reason + "\n"
		for _, m := range a.MayStay {
			out += "      may stay: " + m.String() + "\n"
		}
	}
	for _, s := range p.Stages {
		out += "  stage " + s.Name + "\n"
		for _, c := range s.Before {
			out += "    before - " + c.String() + "\n"
		}
		for _, c := range s.Named {
			out += "    " + c.String() + "\n"
		}
		for _, c := range s.After {
			out += "    after - " + c.String() + "\n"
		}
	}
	return out
}

func changesText(changes []diff.Change) string {
	out := ""
	for _, c := range changes {
		out += "  " + c.Kind.Mark() + " " + c.Component.String() + "\n"
		for _, e := range c.Elements {
			out += "      " + string(e.Kind) + " " + e.Name + " [" + e.Key + "] " + e.Old + " -> " + e.New + "\n"
		}
	}
	return out
}
