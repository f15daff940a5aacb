package rollback

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/orgkeep/orgkeep/internal/deploy"
	"github.com/orgkeep/orgkeep/internal/deployplan"
	"github.com/orgkeep/orgkeep/internal/diff"
)

// What the org works in after a deploy: it makes matching rules active, and works
// sharing out again. Until that ends it refuses what depends on it, and keeps
// nothing of what it refused.
const (
	settlePause = 15 * time.Second
	settleTries = 40 // ten minutes
)

// patient deploys a stage, again while the org refuses it for what it works in
// still.
func (a *applier) patient(ctx context.Context, stage deployplan.Stage) (deploy.Outcome, error) {
	for try := 1; ; try++ {
		out, err := a.stage(ctx, stage)
		if err == nil || a.opts.CheckOnly || try == settleTries || !a.ends(err) {
			return out, err
		}
		if waited := a.settle(ctx); waited != nil {
			return out, errors.Join(err, waited)
		}
	}
}

// settle gives the org time.
func (a *applier) settle(ctx context.Context) error {
	return deploy.Pause(ctx, a.opts.Wait, settlePause)
}

// ends tells refusals that end by themselves. That a matching rule is not active is
// one only after a deploy that may have made it so.
func (a *applier) ends(err error) bool {
	var rejected *deploy.RejectedError
	if !errors.As(err, &rejected) || len(rejected.Result.Failures) == 0 {
		return false
	}
	busy := []string{"sharing operation already in progress", "interferes with another operation already in progress"}
	if len(a.result.Deploys) > 0 {
		busy = append(busy, "all associated matching rules must be active")
	}
	for _, f := range rejected.Result.Failures {
		if !slices.ContainsFunc(busy, func(words string) bool { return strings.Contains(f.Problem, words) }) {
			return false
		}
	}
	return true
}

// onItsWay tells whether something of what was read back is not yet what it will
// be.
func onItsWay(left []diff.Change) bool {
	return slices.ContainsFunc(left, func(c diff.Change) bool {
		return c.Component.Type == "MatchingRule" && slices.ContainsFunc(c.Elements, func(e diff.Element) bool {
			return e.Name == "ruleStatus" && (e.New == "Activating" || e.New == "Deactivating")
		})
	})
}
