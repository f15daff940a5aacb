package deploy_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/orgkeep/orgkeep/internal/deploy"
	"github.com/orgkeep/orgkeep/pkg/emulator"
	"github.com/orgkeep/orgkeep/pkg/mdapi"
	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// slow is an org whose deploys end when they are cancelled, or let go.
type slow struct {
	*org
	waiting chan struct{}
	let     chan struct{}
}

// WaitDeploy says that it waits, and goes on when it may.
func (s *slow) WaitDeploy(ctx context.Context, id mdapi.AsyncID, progress func(mdapi.DeployResult)) (mdapi.DeployResult, error) {
	close(s.waiting)
	select {
	case <-s.let:
	case <-ctx.Done():
		return mdapi.DeployResult{}, ctx.Err()
	}
	return s.org.WaitDeploy(ctx, id, progress)
}

// CancelDeploy cancels, and lets the waiting go on.
func (s *slow) CancelDeploy(ctx context.Context, id mdapi.AsyncID) (bool, error) {
	defer close(s.let)
	return s.org.CancelDeploy(ctx, id)
}

func TestADeployIsWaitedForThoughTheRunIsInterrupted(t *testing.T) {
	t.Parallel()
	o, opts := serve(t, "")
	s := &slow{o, make(chan struct{}), make(chan struct{})}
	opts.Cancel = make(chan struct{})
	ctx, interrupt := context.WithCancel(t.Context())
	go func() {
		<-s.waiting
		interrupt()
		close(s.let)
	}()
	out, err := deploy.Run(ctx, s, stage(good), opts)
	if err != nil || !out.Result.Success || ctx.Err() == nil {
		t.Errorf("%+v, %v", out, err)
	}
	if note := only(t, opts.Journal); note.Open() {
		t.Errorf("the note is open: %+v", note)
	}
}

func TestADeployIsCancelled(t *testing.T) {
	t.Parallel()
	o, opts := serve(t, "", emulator.WithLatency(time.Hour))
	s := &slow{o, make(chan struct{}), make(chan struct{})}
	cancel := make(chan struct{})
	opts.Cancel = cancel
	go func() {
		<-s.waiting
		close(cancel)
	}()
	_, err := deploy.Run(t.Context(), s, stage(good), opts)
	var rejected *deploy.RejectedError
	if !errors.As(err, &rejected) || rejected.Result.Status != "Canceled" {
		t.Fatalf("%v", err)
	}
	if note := only(t, opts.Journal); note.Open() || note.Status != "Canceled" {
		t.Errorf("%+v", note)
	}
	if o.server.Has(metadata.Component{Type: "ApexClass", FullName: "New"}) {
		t.Error("the class is there")
	}
}

func TestAValidationIsDeployedInsteadOfThePackage(t *testing.T) {
	t.Parallel()
	o, opts := serve(t, "tests:\n  Old:\n    works: \"\"\n")
	opts.TestLevel, opts.RunTests = mdapi.RunSpecifiedTests, []string{"Old"}
	check := opts
	check.CheckOnly = true
	valid, err := deploy.Run(t.Context(), o, stage(good), check)
	must(t, err)
	opts.Validation = valid.ID
	out, err := deploy.Run(t.Context(), o, stage(good), opts)
	if err != nil || !out.Quick || out.ID == valid.ID || !o.server.Has(metadata.Component{Type: "ApexClass", FullName: "New"}) {
		t.Errorf("%+v, %v", out, err)
	}
}

func TestAValidationThatTheOrgDoesNotKnowIsNoHindrance(t *testing.T) {
	t.Parallel()
	o, opts := serve(t, "")
	opts.Validation = "0Af000000000099AAA"
	out, err := deploy.Run(t.Context(), o, stage(good), opts)
	if err != nil || out.Quick || !out.Result.Success {
		t.Errorf("%+v, %v", out, err)
	}
}
