package deploy

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"time"

	"github.com/orgkeep/orgkeep/internal/deployplan"
	"github.com/orgkeep/orgkeep/internal/state"
	"github.com/orgkeep/orgkeep/pkg/mdapi"
)

// Deployer sends a package and waits for what becomes of it.
type Deployer interface {
	Deploy(ctx context.Context, zipPath string, o mdapi.DeployOptions) (mdapi.AsyncID, error)
	WaitDeploy(ctx context.Context, id mdapi.AsyncID, progress func(mdapi.DeployResult)) (mdapi.DeployResult, error)
}

// Org is an org that can be deployed to, and asked which deploys it has. It is
// wide because it is all that becomes of a deploy.
type Org interface {
	Deployer
	DeployRecentValidation(ctx context.Context, validation mdapi.AsyncID) (mdapi.AsyncID, error)
	CancelDeploy(ctx context.Context, id mdapi.AsyncID) (bool, error)
	ToolingQuery(ctx context.Context, soql string) ([]mdapi.Record, error)
	ServerTime() time.Time
}

// Options say how a stage is deployed.
type Options struct {
	Alias, OrgID string
	// UserID is the user who is signed in, by whom deploys are recognised.
	UserID     string
	PlanDigest string
	CheckOnly  bool // the org validates and keeps nothing
	TestLevel  mdapi.TestLevel
	RunTests   []string
	Journal    Journal
	Now        func() time.Time
	// Wait waits between two looks at the org's list; nil waits by the clock.
	Wait     func(ctx context.Context, d time.Duration) error
	Progress func(mdapi.DeployResult)
	// Validation is a validation of the same package that passed in this org; it is
	// deployed instead of sending the package again, unless the org will not.
	Validation mdapi.AsyncID
	// Cancel, when it is closed, makes the org give up the deploy that is waited
	// for. With it, the end of the context does not end the waiting: a deploy goes
	// on whether somebody waits for it or not.
	Cancel <-chan struct{}
}

// Outcome is a deploy that the org kept, or a validation that passed.
type Outcome struct {
	ID     mdapi.AsyncID
	Stage  string
	Result mdapi.DeployResult
	// Found tells that the reply was lost and the deploy found in the org's list.
	Found bool
	// Quick tells that a validation was deployed, without its tests.
	Quick bool
	// Earlier tells that an earlier run had deployed it; then nothing but the id is
	// known.
	Earlier  bool
	Duration time.Duration
}

// Run deploys one stage of a plan. It returns a *RejectedError when the org did
// not keep it and an *UnknownError when nobody can say; every other error before
// the org took it means that nothing was sent or that the org refused the call.
// An error while waiting leaves the note open, and the deploy goes on: [Settle]
// takes it up.
func Run(ctx context.Context, org Org, stage deployplan.Stage, opts Options) (Outcome, error) {
	j := opts.Journal
	if err := state.MakeDir(j.FS, j.Dir, dirMode); err != nil {
		return Outcome{}, fmt.Errorf("make the journal: %w", err)
	}
	zipPath, sum, err := writeZip(ctx, j, stage)
	if err != nil {
		return Outcome{}, fmt.Errorf("write the package: %w", err)
	}
	// What was sent is in the plan; the zip is of no use once the org has it.
	defer func() { _ = j.FS.Remove(zipPath) }()
	o := Operation{
		Version: operationVersion, Kind: "deploy", Alias: opts.Alias, OrgID: opts.OrgID, UserID: opts.UserID, PlanDigest: opts.PlanDigest,
		Stage: stage.Name, Package: sum, CheckOnly: opts.CheckOnly, Phase: Begun, Begun: opts.Now(), Since: serverTime(org, opts).Truncate(time.Second),
	}
	if err := j.save(&o); err != nil {
		return Outcome{}, err
	}
	how, err := send(ctx, org, zipPath, &o, opts)
	if err != nil {
		return Outcome{}, err
	}
	out, err := wait(ctx, org, &o, opts)
	out.Found, out.Quick = how.found, how.quick
	return out, err
}

func writeZip(ctx context.Context, j Journal, stage deployplan.Stage) (path, sum string, err error) {
	f, err := state.CreateTemp(j.FS, j.Dir, state.TempPrefix, fileMode)
	if err != nil {
		return "", "", err
	}
	h := sha256.New()
	err = deployplan.WritePackage(ctx, io.MultiWriter(f, h), stage)
	if err != nil {
		_ = f.Close()
		_ = j.FS.Remove(f.Name())
		return "", "", err
	}
	path = filepath.Join(j.Dir, "package-"+hex.EncodeToString(h.Sum(nil))[:12]+".zip")
	if err := state.Finish(j.FS, f, path); err != nil {
		return "", "", err
	}
	return path, hex.EncodeToString(h.Sum(nil)), nil
}

// serverTime is the org's clock where a reply has told it.
func serverTime(org Org, opts Options) time.Time {
	if t := org.ServerTime(); !t.IsZero() {
		return t
	}
	return opts.Now()
}

// sent says how a deploy came to the org.
type sent struct {
	found bool // the id is from the org's list
	quick bool // it is a validation that was deployed
}

// send makes the call and notes the id.
func send(ctx context.Context, org Org, zipPath string, o *Operation, opts Options) (how sent, err error) {
	id, quick, err := call(ctx, org, zipPath, opts)
	how.quick = quick
	switch {
	case err == nil:
	case lost(err):
		how.found = true
		if id, err = find(ctx, org, *o, opts, err); err != nil {
			return how, err // the note stays open
		}
	default:
		// The org refused the call, or nothing was sent: there is nothing to settle.
		return how, errors.Join(fmt.Errorf("deploy: %w", err), opts.Journal.close(o, "Refused", opts.Now()))
	}
	o.AsyncID, o.Phase = id, Accepted
	if err := opts.Journal.save(o); err != nil {
		// The org is at it; its list knows the id when the journal does not.
		return how, fmt.Errorf("the org deploys %s, but it cannot be noted: %w", id, err)
	}
	return how, nil
}

// call starts the deploy. A validation that the org will not deploy any more is no
// reason to stop: the package is sent in its place.
func call(ctx context.Context, org Org, zipPath string, opts Options) (id mdapi.AsyncID, quick bool, err error) {
	if opts.Validation != "" && !opts.CheckOnly {
		id, err = org.DeployRecentValidation(ctx, opts.Validation)
		var refused *mdapi.Fault
		if err == nil || lost(err) || !errors.As(err, &refused) || errors.Is(err, mdapi.ErrSessionExpired) {
			return id, true, err
		}
	}
	id, err = org.Deploy(ctx, zipPath, mdapi.DeployOptions{
		CheckOnly: opts.CheckOnly, RollbackOnError: true, SinglePackage: true, TestLevel: opts.TestLevel, RunTests: opts.RunTests,
	})
	return id, false, err
}

// lost tells errors after which the org may be at it.
func lost(err error) bool {
	return errors.Is(err, mdapi.ErrOutcomeUnknown) || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)
}

// wait follows a deploy that the org has to its end, and closes the note.
func wait(ctx context.Context, org Org, o *Operation, opts Options) (Outcome, error) {
	result, err := follow(ctx, org, o.AsyncID, opts)
	if err != nil {
		return Outcome{ID: o.AsyncID, Stage: o.Stage}, fmt.Errorf("wait for deploy %s: %w", o.AsyncID, err)
	}
	out := Outcome{ID: o.AsyncID, Stage: o.Stage, Result: result, Duration: opts.Now().Sub(o.Begun)}
	for _, f := range result.Failures[:min(len(result.Failures), maxFailures)] {
		o.Failures = append(o.Failures, Failure{Component: f.ComponentType + ":" + f.FullName, Problem: f.Problem})
	}
	if err := opts.Journal.close(o, result.Status, opts.Now()); err != nil {
		return out, fmt.Errorf("deploy %s ended as %s, but it cannot be noted: %w", o.AsyncID, result.Status, err)
	}
	if !result.Success {
		return out, &RejectedError{Stage: o.Stage, Result: result}
	}
	return out, nil
}
