package cli

import (
	"cmp"
	"errors"
	"fmt"
	"strings"

	"github.com/orgkeep/orgkeep/internal/deploy"
	"github.com/orgkeep/orgkeep/internal/deployplan"
	"github.com/orgkeep/orgkeep/internal/rollback"
	"github.com/orgkeep/orgkeep/pkg/mdapi"
)

// shownFailures bounds how many of the org's complaints are shown.
const shownFailures = 20

// explainDeploy handles what an org and a plan say about a deploy.
func explainDeploy(err error) *Error {
	alias := cmp.Or(aliasOf(err), "ALIAS")
	var stale *deployplan.StaleError
	if errors.As(err, &stale) {
		return explainStale(alias, stale, err)
	}
	var kept *rollback.KeptError
	if errors.As(err, &kept) && errors.Is(err, rollback.ErrUnread) {
		return &Error{
			Code: "unread", Exit: ExitIncomplete, Message: alias + ": " + kept.Error(), err: err,
			Hint: Hint{"When the user who is signed in can see it", "orgkeep resume " + alias},
		}
	}
	if errors.Is(err, deploy.ErrUnknown) {
		return &Error{
			Code: "outcome-unknown", Exit: ExitFailure, Message: err.Error(), err: err,
			Hint: Hint{"What became of it", "orgkeep resume " + alias},
		}
	}
	var rejected *deploy.RejectedError
	if errors.As(err, &rejected) {
		return &Error{
			Code: "rejected", Exit: ExitRejected, Message: rejectedBy(alias, rejected.Result, err), err: err, Detail: rejection(rejected.Result),
			Hint: Hint{Say: "Setup › Deployment Status shows it as " + string(rejected.Result.ID) + "."},
		}
	}
	return nil
}

// explainStale names what moved, and what was deployed before that was seen.
func explainStale(alias string, stale *deployplan.StaleError, err error) *Error {
	e := &Error{
		Code: "stale-plan", Exit: ExitStale, Message: alias + ": the org moved since the plan was made; nothing was deployed", err: err,
		Hint: Hint{Say: "Look at what moved, and plan again."},
	}
	var kept *rollback.KeptError
	if errors.As(err, &kept) {
		e.Message = alias + ": the org moved between the deploys; it has kept " + kept.Names() + ", and nothing was deployed after that"
		e.Hint = Hint{"Look at what moved, and plan what is left", "orgkeep plan " + alias + " --to " + kept.Target.Short()}
	}
	for _, c := range stale.Moved {
		mark := "~ "
		if stale.Gone[c] {
			mark = "- "
		}
		line := mark + c.Type + " " + c.FullName
		if who := stale.Who[c]; who != "" {
			line += ", by " + who
		}
		e.Detail = append(e.Detail, line)
	}
	return e
}

func rejectedBy(alias string, r mdapi.DeployResult, err error) string {
	what, changed := "the deploy", "nothing was changed"
	if r.CheckOnly {
		what = "the validation"
	}
	var before *rollback.KeptError
	if errors.As(err, &before) {
		changed = "nothing of it was changed, but it kept what came before: " + before.Names()
	}
	if r.Status == "Canceled" {
		return fmt.Sprintf("%s: %s was canceled by %s; %s", alias, what, cmp.Or(r.CanceledByName, "somebody"), changed)
	}
	return fmt.Sprintf("%s refused %s; %s", alias, what, changed)
}

// rejection is what the org complained about, a line each.
func rejection(r mdapi.DeployResult) []string {
	var lines []string
	for _, m := range r.Failures {
		where := strings.TrimSpace(cmp.Or(m.ComponentType, m.FileName) + "  " + m.FullName)
		if m.Line > 0 {
			where += fmt.Sprintf("  line %d", m.Line)
		}
		lines = append(lines, where+"  "+m.Problem)
	}
	for _, t := range r.TestFailures {
		lines = append(lines, fmt.Sprintf("ApexClass  %s.%s  %s", t.Name, t.MethodName, t.Message))
		if t.StackTrace != "" {
			lines = append(lines, "  "+t.StackTrace)
		}
	}
	for _, w := range r.CoverageWarnings {
		lines = append(lines, "Code coverage  "+w.Message)
	}
	if len(lines) == 0 && r.ErrorMessage != "" {
		lines = append(lines, strings.TrimSpace(r.ErrorStatusCode+" "+r.ErrorMessage))
	}
	if n := len(lines) - shownFailures; n > 0 {
		lines = append(lines[:shownFailures], fmt.Sprintf("… %d more", n))
	}
	return lines
}
