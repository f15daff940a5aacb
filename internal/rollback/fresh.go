package rollback

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/orgkeep/orgkeep/internal/capture"
	"github.com/orgkeep/orgkeep/internal/deploy"
	"github.com/orgkeep/orgkeep/internal/deployplan"
	"github.com/orgkeep/orgkeep/internal/diff"
	"github.com/orgkeep/orgkeep/internal/drift"
	"github.com/orgkeep/orgkeep/internal/readback"
	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// fresh reads the components of the plan again and compares them with what it was
// made from.
//
// What an earlier part of the run has deployed has moved, and is not looked at.
func (a *applier) fresh(ctx context.Context, done map[string]deploy.Operation) error {
	touched := a.plan.Touched()
	read := a.opts.Read
	read.Version = a.plan.APIVersion
	read.Keep, read.KeepType = withNeighbours(a.plan, read.Version)
	if a.opts.Strict {
		read.KeepType = a.opts.Read.KeepType // what is unrelated is in the lists alone
	}
	live, err := drift.Read(ctx, a.deps.reading(), a.carry, read)
	if err != nil {
		return fmt.Errorf("read what the plan touches: %w", err)
	}
	a.live, a.registry = live, live.Registry
	missing := unread(live.Coverage)
	for _, c := range touched {
		if why, ok := missing[c]; ok {
			return fmt.Errorf("%w: %s: %s", ErrUnread, c, why)
		}
	}
	if a.opts.Strict {
		if err := a.unrelated(ctx, live); err != nil {
			return err
		}
	}
	err = a.plan.Stale(ctx, a.state(), live.Registry)
	if err == nil || errors.Is(err, deployplan.ErrStalePlan) {
		err = a.flowsMoved(ctx, a.plan.Touched(), err)
	}
	var stale *deployplan.StaleError
	if !errors.As(err, &stale) {
		return err
	}
	if stale.Moved = without(stale.Moved, a.plan, done); len(stale.Moved) == 0 {
		return nil
	}
	if c, why, ok := unlisted(live, stale.Moved); ok {
		return fmt.Errorf("%w: %s: %s", ErrUnread, c, why)
	}
	a.blame(ctx, live, stale)
	return stale
}

// unlisted gives the first component that did not come because its type or folder
// could not be listed: whether it moved is not known.
func unlisted(live *drift.Live, moved []metadata.Component) (metadata.Component, string, bool) {
	came := map[metadata.Component]bool{}
	for _, f := range live.Tree.Components(live.Registry) {
		came[f.Component] = true
	}
	for _, m := range live.Coverage.Missing {
		folder, all := strings.CutSuffix(m.FullName, "*")
		for _, c := range moved {
			if all && c.Type == m.Type && strings.HasPrefix(c.FullName, folder) && !came[c] {
				return c, m.Reason, true
			}
		}
	}
	return metadata.Component{}, "", false
}

// blame adds who moved what, where the org tells; that it cannot tell changes
// nothing.
func (a *applier) blame(ctx context.Context, live *drift.Live, stale *deployplan.StaleError) {
	moved := diff.Result{}
	for _, c := range stale.Moved {
		moved.Changes = append(moved.Changes, diff.Change{Kind: diff.Changed, Component: c})
	}
	authors, err := capture.Authors(ctx, a.deps.Org, live.State, moved, a.plan.Made)
	if err != nil {
		return
	}
	stale.Who = map[metadata.Component]string{}
	for c, author := range authors {
		stale.Who[c] = sayWho(author)
	}
}

// sayWho names an author, with the time.
func sayWho(a capture.Author) string { return a.Username + ", " + a.When.UTC().Format(time.RFC3339) }

// state is the org as it was read before the deploy.
func (a *applier) state() deployplan.State {
	return deployplan.State{Tree: a.live.Tree, Blobs: a.live.Blobs}
}

// without leaves out what stages that are done have moved.
func without(moved []metadata.Component, plan *deployplan.Plan, done map[string]deploy.Operation) []metadata.Component {
	of := map[metadata.Component]bool{}
	for _, s := range plan.Stages {
		if _, ok := done[s.Name]; !ok {
			continue
		}
		for _, c := range plan.TouchedBy(s) {
			of[c] = true
		}
	}
	return slices.DeleteFunc(slices.Clone(moved), func(c metadata.Component) bool { return of[c] })
}

// withNeighbours widens what is read to what loses an entry when a field or an
// object goes. Source: the platform's own cleaning up after a deletion.
func withNeighbours(plan *deployplan.Plan, version metadata.Version) (keep func(metadata.Component) bool, keepType func(string) bool) {
	touched, touchedType := readback.Scope(plan.Touched(), metadata.Default(), version)
	takes := slices.ContainsFunc(plan.Actions, func(a deployplan.Action) bool {
		return a.Verb == deployplan.Delete && isTaking(a.Component.Type)
	})
	if !takes {
		return touched, touchedType
	}
	// Of a profile comes what it says of the rest of the same retrieve, which what
	// goes is in.
	return func(c metadata.Component) bool { return touched(c) || isNeighbour(c.Type) },
		func(t string) bool { return touchedType(t) || isNeighbour(t) }
}

// isTaking tells types whose deletion takes entries of others along.
func isTaking(typeName string) bool {
	switch typeName {
	case "CustomField", "CustomObject", "RecordType", "ApexClass", "ApexPage", "CustomTab", "CustomApplication", "CustomPermission", "Flow", "Layout":
		return true
	}
	return false
}

// isNeighbour tells the types that lose such entries.
func isNeighbour(typeName string) bool {
	switch typeName {
	case "Layout", "Profile", "PermissionSet", "MutingPermissionSet", "Report":
		return true
	}
	return false
}
