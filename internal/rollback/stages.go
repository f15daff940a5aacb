package rollback

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/orgkeep/orgkeep/internal/capture"
	"github.com/orgkeep/orgkeep/internal/deploy"
	"github.com/orgkeep/orgkeep/internal/deployplan"
	"github.com/orgkeep/orgkeep/internal/diff"
	"github.com/orgkeep/orgkeep/internal/drift"
	"github.com/orgkeep/orgkeep/internal/impact"
	"github.com/orgkeep/orgkeep/internal/readback"
	"github.com/orgkeep/orgkeep/internal/retrieve"
	"github.com/orgkeep/orgkeep/pkg/mdapi"
	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// deploy sends stage after stage, but for those that the org has. What the org can
// check beforehand it checks before the first of them; a check ends there.
func (a *applier) deploy(ctx context.Context, done map[string]deploy.Operation) error {
	var before, left []deployplan.Stage
	for _, stage := range a.plan.Stages {
		if _, ok := done[stage.Name]; ok {
			before = append(before, stage)
			continue
		}
		left = append(left, stage)
	}
	checked, err := a.checkAhead(ctx, left)
	if err != nil || a.opts.CheckOnly {
		return err
	}
	for i, stage := range left {
		if err := ctx.Err(); err != nil {
			return err
		}
		if stage.ValidateFirst && !checked[stage.Name] {
			if _, err := a.check(ctx, stage); err != nil {
				return fmt.Errorf("stage %s: validate it first: %w", stage.Name, err)
			}
		}
		// The first one was compared a moment ago, unless the org has checked since.
		if i > 0 || stage.ValidateFirst {
			if err := a.unmoved(ctx, stage, before); err != nil {
				return fmt.Errorf("stage %s: %w", stage.Name, err)
			}
		}
		outcome, err := a.patient(ctx, stage)
		if err != nil {
			return fmt.Errorf("stage %s: %w", stage.Name, err)
		}
		a.result.Deploys = append(a.result.Deploys, outcome)
		before = append(before, stage)
	}
	return nil
}

// checkAhead lets the org check what it can check as it is, and gives the stages
// that passed. The refusal of a later stage counts only where nothing that comes
// before may be the reason for it.
func (a *applier) checkAhead(ctx context.Context, stages []deployplan.Stage) (passed map[string]bool, err error) {
	passed = map[string]bool{}
	for i, s := range stages {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		switch {
		case i > 0 && (s.Needs != "" || !s.ValidateFirst):
			a.notChecked(s, s.Needs)
			continue
		case !s.ValidateFirst && !a.opts.CheckOnly:
			continue
		}
		out, err := a.check(ctx, s)
		if err == nil {
			passed[s.Name] = true
			if a.opts.CheckOnly {
				a.result.Deploys = append(a.result.Deploys, out)
			}
			continue
		}
		var refused *deploy.RejectedError
		if i == 0 || !errors.As(err, &refused) {
			return nil, fmt.Errorf("stage %s: %w", s.Name, err)
		}
		why, follows := a.follows(ctx, refused.Result, s, stages[:i])
		if !follows {
			return nil, fmt.Errorf("stage %s: %w", s.Name, err)
		}
		a.notChecked(s, why)
		if a.opts.Say != nil && !a.opts.CheckOnly {
			a.opts.Say(s.Name + " does not pass yet, and is checked again when its turn comes: " + why)
		}
	}
	return passed, nil
}

func (a *applier) notChecked(s deployplan.Stage, why string) {
	if a.opts.CheckOnly {
		a.result.NotValidated = append(a.result.NotValidated, NotValidated{Stage: s.Name, Why: why})
	}
}

// check lets the org validate a stage.
func (a *applier) check(ctx context.Context, s deployplan.Stage) (deploy.Outcome, error) {
	opts := a.deploys
	opts.CheckOnly = true
	return deploy.Run(ctx, a.deps.Org, s, opts)
}

// follows tells, with the reason in words, whether all that the org refuses of a
// stage may come from what the stages before it have not done yet: a test, a
// deletion, or what names something that they change.
func (a *applier) follows(ctx context.Context, refused mdapi.DeployResult, s deployplan.Stage, before []deployplan.Stage) (why string, ok bool) {
	if refused.Status == "Canceled" {
		return "", false
	}
	if len(refused.Failures) == 0 {
		return "tests fail, as the org is now", len(refused.TestFailures)+len(refused.CoverageWarnings) > 0
	}
	var sent []metadata.Component
	for _, b := range before {
		sent = append(sent, b.Named...)
	}
	names := impact.NewNames(sent)
	for _, f := range refused.Failures {
		c := metadata.Component{Type: f.ComponentType, FullName: f.FullName}
		reason := "it deletes " + c.String()
		if !slices.Contains(s.Before, c) && !slices.Contains(s.After, c) {
			text, err := textOf(ctx, s, a.registry, c)
			if err != nil {
				return "", false
			}
			to, named := names.In(c, text)
			if !named {
				return "", false
			}
			reason = c.String() + " names " + to.String() + ", which comes before it"
		}
		if why == "" {
			why = reason
		}
	}
	return why, true
}

// textOf is what a stage sends of a component.
func textOf(ctx context.Context, s deployplan.Stage, r *metadata.Registry, c metadata.Component) (string, error) {
	if top, child := retrieve.ParentOf(r, c); child {
		c = top
	}
	text := ""
	for _, f := range s.Files {
		if of, ok := r.ComponentAt(f.Path); ok && of == c {
			content, err := f.Bytes(ctx)
			if err != nil {
				return "", err
			}
			text += string(content)
		}
	}
	return text, nil
}

// unmoved reads what a stage touches again and compares it with what the plan was
// made from: other deploys went before it, and they take their time. What those
// have touched, and what the platform changes along with them, has moved anyhow;
// there the org has to name somebody else.
func (a *applier) unmoved(ctx context.Context, s deployplan.Stage, before []deployplan.Stage) error {
	touched := a.plan.TouchedBy(s)
	if len(touched) == 0 {
		return nil
	}
	read := a.opts.Read
	read.Version = a.plan.APIVersion
	read.Keep, read.KeepType = readback.Scope(touched, metadata.Default(), read.Version)
	live, err := drift.Read(ctx, a.deps.reading(), a.carry, read)
	if err != nil {
		return fmt.Errorf("read again what it touches: %w", err)
	}
	defer live.Close()
	missing := unread(live.Coverage)
	for _, c := range touched {
		if why, ok := missing[c]; ok {
			return fmt.Errorf("%w: %s: %s", ErrUnread, c, why)
		}
	}
	err = a.plan.StaleOf(ctx, deployplan.State{Tree: live.Tree, Blobs: live.Blobs}, live.Registry, touched)
	var stale *deployplan.StaleError
	if errors.As(err, &stale) {
		if c, why, ok := unlisted(live, stale.Moved); ok {
			return fmt.Errorf("%w: %s: %s", ErrUnread, c, why)
		}
		err = a.byOthers(ctx, live, stale, before)
	}
	if err != nil && !errors.Is(err, deployplan.ErrStalePlan) {
		return err
	}
	ours := a.touchedBy(before)
	return a.flowsMoved(ctx, slices.DeleteFunc(touched, func(c metadata.Component) bool { return ours[c] }), err)
}

func (a *applier) touchedBy(stages []deployplan.Stage) map[metadata.Component]bool {
	all := map[metadata.Component]bool{}
	for _, s := range stages {
		for _, c := range a.plan.TouchedBy(s) {
			all[c] = true
		}
	}
	return all
}

// byOthers leaves out of what moved that for which the stages before may be the
// reason, unless the org says that somebody else has touched it since.
func (a *applier) byOthers(ctx context.Context, live *drift.Live, stale *deployplan.StaleError, before []deployplan.Stage) error {
	ours := a.touchedBy(before)
	present := map[metadata.Component]bool{}
	for _, f := range live.Tree.Components(live.Registry) {
		present[f.Component] = true
	}
	changes := diff.Result{}
	for _, c := range stale.Moved {
		kind := diff.Changed
		if top, child := retrieve.ParentOf(live.Registry, c); !present[c] && (!child || !present[top]) {
			kind = diff.Deleted
		}
		changes.Changes = append(changes.Changes, diff.Change{Kind: kind, Component: c})
	}
	// Who it was is a hint, but for what the stages before have touched.
	authors, err := capture.Authors(ctx, a.deps.Org, live.State, changes, a.live.ListedAt)
	if err != nil {
		return fmt.Errorf("ask who moved what: %w", err)
	}
	out := &deployplan.StaleError{Who: map[metadata.Component]string{}, Gone: map[metadata.Component]bool{}}
	for _, c := range changes.Changes {
		by := authors[c.Component]
		if len(before) > 0 && (ours[c.Component] || isNeighbour(c.Component.Type) || retrieve.Partial(c.Component.Type, a.plan.APIVersion)) &&
			(!by.Known() || by.Username == a.opts.Username) {
			continue
		}
		out.Moved = append(out.Moved, c.Component)
		out.Gone[c.Component] = c.Kind == diff.Deleted
		if by.Known() {
			out.Who[c.Component] = sayWho(by)
		}
	}
	if len(out.Moved) == 0 {
		return nil
	}
	return out
}
