package deploy_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/orgkeep/orgkeep/internal/deploy"
	"github.com/orgkeep/orgkeep/internal/deployplan"
	"github.com/orgkeep/orgkeep/internal/state/statetest"
	"github.com/orgkeep/orgkeep/pkg/emulator"
	"github.com/orgkeep/orgkeep/pkg/mdapi"
	"github.com/orgkeep/orgkeep/pkg/metadata"
)

const version = metadata.Version(66)

// clock moves with every wait.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

func (c *clock) sleep(ctx context.Context, d time.Duration) error {
	c.advance(d)
	return ctx.Err()
}

// org is a client that loses replies.
type org struct {
	*mdapi.Client
	server *emulator.Server
	clock  *clock
	// before and after are called around a deploy; their errors take the place of
	// its reply.
	before, after func() error
	// deaf makes waiting fail.
	deaf error
	// asked are the options of the last deploy.
	asked mdapi.DeployOptions
}

// Deploy sends a package, and may lose the reply.
func (o *org) Deploy(ctx context.Context, zip string, opts mdapi.DeployOptions) (mdapi.AsyncID, error) {
	o.asked = opts
	if o.before != nil {
		if err := o.before(); err != nil {
			return "", err
		}
	}
	id, err := o.Client.Deploy(ctx, zip, opts)
	if o.after != nil && err == nil {
		if err := o.after(); err != nil {
			return "", err
		}
	}
	return id, err
}

// WaitDeploy waits for a deploy.
func (o *org) WaitDeploy(ctx context.Context, id mdapi.AsyncID, progress func(mdapi.DeployResult)) (mdapi.DeployResult, error) {
	if o.deaf != nil {
		return mdapi.DeployResult{}, o.deaf
	}
	return o.Client.WaitDeploy(ctx, id, progress)
}

// deploys counts the deploys that the org has.
func (o *org) deploys(t *testing.T) int {
	t.Helper()
	rows, err := o.ToolingQuery(t.Context(), "SELECT Id FROM DeployRequest")
	must(t, err)
	return len(rows)
}

const lostText = "connection reset"

func lost() error { return fmt.Errorf("deploy: %w: %s", mdapi.ErrOutcomeUnknown, lostText) }

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

const meta = `<?xml version="1.0" encoding="UTF-8"?>
<ApexClass xmlns="http://soap.sforce.com/2006/04/metadata">
    <apiVersion>62.0</apiVersion>
    <status>Active</status>
</ApexClass>
`

func serve(t *testing.T, script string, options ...emulator.Option) (*org, deploy.Options) {
	t.Helper()
	o := &org{clock: &clock{now: time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC)}}
	files := fstest.MapFS{
		"classes/Old.cls":          {Data: []byte("public class Old {}\n")},
		"classes/Old.cls-meta.xml": {Data: []byte(meta)},
	}
	if script != "" {
		files[emulator.ScriptFile] = &fstest.MapFile{Data: []byte(script)}
	}
	var err error
	o.server, err = emulator.New(append(options, emulator.WithOrg(files), emulator.WithUsername("ada@acme.example"), emulator.WithClock(o.clock.Now))...)
	must(t, err)
	must(t, o.server.Start(t.Context(), "127.0.0.1:0"))
	t.Cleanup(func() { _ = o.server.Close() })
	signedIn := o.server.Credentials()
	o.Client, err = mdapi.New(mdapi.Config{
		InstanceURL: o.server.URL(), Version: version, Tokens: mdapi.StaticToken(signedIn.AccessToken), TempDir: t.TempDir(), Now: o.clock.Now, Sleep: o.clock.sleep,
	})
	must(t, err)
	info, err := o.UserInfo(t.Context())
	must(t, err)
	return o, deploy.Options{
		Alias: "prod", OrgID: signedIn.OrgID, UserID: info.UserID, PlanDigest: "d1", Journal: deploy.NewJournal(statetest.Unsynced(), t.TempDir()),
		Now: o.clock.Now, Wait: o.clock.sleep,
	}
}

func stage(body string) deployplan.Stage {
	return deployplan.Stage{
		Name: "main", Version: version, Named: []metadata.Component{{Type: "ApexClass", FullName: "New"}},
		Files: []deployplan.File{{Path: "classes/New.cls", Content: []byte(body)}, {Path: "classes/New.cls-meta.xml", Content: []byte(meta)}},
	}
}

const good = "public class New {}\n"

// only gives the single note of the journal.
func only(t *testing.T, j deploy.Journal) deploy.Operation {
	t.Helper()
	all, err := j.Operations()
	must(t, err)
	if len(all) != 1 {
		t.Fatalf("the journal has %d notes", len(all))
	}
	return all[0]
}
