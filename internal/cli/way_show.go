package cli

import (
	"fmt"
	"strings"
	"sync"

	"github.com/orgkeep/orgkeep/internal/cli/iostreams"
	"github.com/orgkeep/orgkeep/internal/deployplan"
	"github.com/orgkeep/orgkeep/internal/retrieve"
	"github.com/orgkeep/orgkeep/internal/rollback"
	"github.com/orgkeep/orgkeep/pkg/mdapi"
)

// wayWatch shows a deploy on a board: what is read before it, the deploy itself,
// its tests, and what is read afterwards. It is safe for concurrent use.
type wayWatch struct {
	board *iostreams.Board
	mu    sync.Mutex
	phase string
	open  bool // the org has a deploy
}

// deploying tells whether the org has a deploy that is waited for.
func (w *wayWatch) deploying() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.open
}

func (w *wayWatch) read(s retrieve.Step) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.board.Step(w.phase, s.Done, s.Total, s.Unit)
}

func (w *wayWatch) deploy(r mdapi.DeployResult) {
	w.mu.Lock()
	defer w.mu.Unlock()
	name := "deploy"
	if r.CheckOnly {
		name = "validate"
	}
	w.board.Step(name, r.NumberComponentsDeployed, r.NumberComponentsTotal, "components")
	if r.NumberTestsTotal > 0 {
		w.board.Step("tests", r.NumberTestsCompleted, r.NumberTestsTotal, "tests")
	}
	w.open = !r.Done
	if r.Done {
		w.phase = "verify"
	}
}

// The outcomes of a rollback, as programs get them.
const (
	wayNothing   = "nothing-to-do"
	wayValidated = "validated"
	wayDone      = "done"
	wayRest      = "unexpected-rest"
)

// wayResult is what --json prints of rollback and apply.
type wayResult struct {
	Outcome string         `json:"outcome"`
	Plan    planResult     `json:"plan"`
	Deploys []deployResult `json:"deploys"`
	// Verified tells that what was touched was read back and is as the plan said.
	Verified bool `json:"verified"`
	// Announced is left as the plan had said; Rest was not announced. Others differs
	// from the target because somebody else changed it since the plan was made.
	Announced    []changeResult `json:"announced"`
	Rest         []changeResult `json:"rest"`
	Others       []changeResult `json:"others"`
	Unread       []missing      `json:"unread"`
	NotValidated []string       `json:"not_validated,omitempty"`
	// Before is the commit with the org as it was right before the deploy, Revision
	// the one with what it is now.
	Before   string `json:"before,omitempty"`
	Revision string `json:"revision,omitempty"`
	// Undo is the name of the plan that takes the deploy back, for apply.
	Undo string `json:"undo,omitempty"`
	// InverseValidated is the validation of that plan, where one was asked for.
	InverseValidated string `json:"inverse_validated,omitempty"`
	TookMS           int64  `json:"took_ms"`
}

type deployResult struct {
	ID         string `json:"id"`
	Stage      string `json:"stage"`
	Components int    `json:"components"`
	TestsRun   int    `json:"tests_run"`
	// CoveragePercent is the share of Apex lines that the tests ran.
	CoveragePercent *float64 `json:"coverage_percent,omitempty"`
	// Quick tells that a validation was deployed, Earlier that an interrupted run
	// had deployed it.
	Quick   bool  `json:"quick,omitempty"`
	Earlier bool  `json:"earlier,omitempty"`
	TookMS  int64 `json:"took_ms"`
}

func wayResultOf(r *rollback.Result, checkOnly bool) wayResult {
	out := wayResult{
		Plan: planResultWith(r.Plan, r.Digest), Deploys: []deployResult{}, Announced: []changeResult{}, Rest: []changeResult{}, Unread: []missing{},
		TookMS: r.Duration.Milliseconds(), Undo: r.Undo, InverseValidated: string(r.InverseChecked),
	}
	for _, d := range r.Deploys {
		shown := deployResult{
			ID: string(d.ID), Stage: d.Stage, Components: d.Result.NumberComponentsTotal, TestsRun: d.Result.TestsRun,
			Quick: d.Quick, Earlier: d.Earlier, TookMS: d.Duration.Milliseconds(),
		}
		if share, ok := coverageOf(d.Result); ok {
			shown.CoveragePercent = &share
		}
		out.Deploys = append(out.Deploys, shown)
	}
	for _, stage := range r.NotValidated {
		out.NotValidated = append(out.NotValidated, stage.Stage)
	}
	if r.Before != nil {
		out.Before = r.Before.New.String()
	}
	if r.Snapshot != nil {
		out.Revision = r.Snapshot.New.String()
	}
	found := leftOf(r)
	out.Announced, out.Rest, out.Others = changeResults(found.announced), changeResults(found.rest), changeResults(found.others)
	if r.Verify != nil {
		for _, m := range r.Verify.Unread {
			out.Unread = append(out.Unread, missing{"", m.Type, m.FullName, m.Reason, m.Carried})
		}
	}
	clean := len(found.rest)+len(out.Unread) == 0
	out.Verified = r.Verify != nil && clean
	switch {
	case checkOnly && len(r.Deploys) > 0:
		out.Outcome = wayValidated
	case len(r.Deploys) == 0:
		out.Outcome = wayNothing
	case clean:
		out.Outcome = wayDone
	default:
		out.Outcome = wayRest
	}
	return out
}

// showWay prints what a deploy came to; a rest that nobody had announced ends the
// command with 3.
func (f *Factory) showWay(r *rollback.Result, checkOnly bool, command string) error {
	result := wayResultOf(r, checkOnly)
	var err error
	if f.JSON() {
		err = f.WriteJSON(command, result)
	} else {
		err = f.printWay(r, result)
	}
	if err == nil && result.Outcome == wayRest {
		return Status(ExitIncomplete)
	}
	return err
}

func (f *Factory) printWay(r *rollback.Result, result wayResult) error {
	say := func(format string, args ...any) { f.IO.Note("%s", iostreams.Clean(fmt.Sprintf(format, args...))) }
	if f.IO.OutIsTerminal() {
		say = func(format string, args ...any) {
			fmt.Fprintln(f.IO.Out, iostreams.Clean(fmt.Sprintf(format, args...)))
		}
	}
	plan := r.Plan
	byHand := ""
	if n := plan.Count(deployplan.Leave); n > 0 {
		byHand = fmt.Sprintf("; %s stays as it is, see the plan", plural(n, "component"))
	}
	switch result.Outcome {
	case wayNothing:
		if byHand == "" {
			say("%s is at %s: there is nothing to do", plan.Alias, targetName(plan))
		} else {
			say("%s: there is nothing to deploy%s", plan.Alias, byHand)
		}
	case wayValidated:
		say("%s would take the deploy: %s. Nothing was changed.", plan.Alias, deploysInWords(result))
		for _, stage := range r.NotValidated {
			say("  Not validated: %s, as it needs the deploys before it: %s", stage.Stage, stage.Why)
		}
	case wayDone:
		if plan.Narrowed && plan.Undoes == "" {
			say("%s: what was selected is as at %s, read back and compared%s", plan.Alias, targetName(plan), byHand)
			break
		}
		say("%s is at %s, read back and compared%s", plan.Alias, targetName(plan), byHand)
	default:
		return f.printRest(r, result)
	}
	if result.Outcome == wayDone {
		say("  %s  %s", deploysInWords(result), iostreams.Took(r.Duration))
		for _, c := range result.Others {
			say("  Changed by %s meanwhile, and left alone: %s %s", c.Author, c.Type, c.FullName)
		}
		if r.Before != nil && r.Before.Changed() {
			say("  What it took back is recorded too:  orgkeep show %s", r.Before.New.Short())
		}
		say("  New snapshot %s.%s", r.Snapshot.New.Short(), undoInWords(result))
	}
	return nil
}

// undoInWords is the command that takes a deploy back.
func undoInWords(r wayResult) string {
	if r.Undo == "" {
		return ""
	}
	command := "  Undo:  orgkeep apply " + r.Undo
	if r.Plan.Production {
		command += " --production"
	}
	return command
}

// deploysInWords names the deploys by their ids, for Setup › Deployment Status.
func deploysInWords(r wayResult) string {
	var ids []string
	tests := 0
	for _, d := range r.Deploys {
		ids = append(ids, d.ID)
		tests += d.TestsRun
	}
	text := "deploy " + strings.Join(ids, ", ")
	if len(ids) > 1 {
		text = "deploys " + strings.Join(ids, ", ")
	}
	if tests > 0 {
		text += ", " + plural(tests, "test")
	}
	for _, d := range r.Deploys {
		if d.CoveragePercent != nil {
			text += fmt.Sprintf(", code coverage %.0f %%", *d.CoveragePercent)
		}
		if d.Quick {
			text += ", as it was validated"
		}
	}
	return text
}

// printRest says that a rollback did not come to what its plan had said.
func (f *Factory) printRest(r *rollback.Result, result wayResult) error {
	f.IO.Note("%s took the deploy (%s), and is not at %s:", r.Plan.Alias, deploysInWords(result), targetName(r.Plan))
	rest := leftOf(r).rest
	if f.IO.OutIsTerminal() {
		if err := f.showChanges(rest, changeView{}); err != nil {
			return err
		}
	} else {
		// Rows on stdout are the plan's.
		for _, c := range rest {
			f.IO.Note("  %s %s  %s", c.Kind.Mark(), c.Component.Type, iostreams.Clean(c.Component.FullName))
		}
	}
	for _, m := range result.Unread {
		f.IO.Note("  ? %s  %s  %s", m.Type, iostreams.Clean(m.FullName), iostreams.Clean(m.Reason))
	}
	if result.Revision != "" {
		f.IO.Note("  What the org is now is recorded:  orgkeep show %s", r.Plan.Alias)
	}
	if undo := undoInWords(result); undo != "" {
		f.IO.Note("%s", undo)
	}
	return nil
}
