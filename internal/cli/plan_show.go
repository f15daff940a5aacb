package cli

import (
	"fmt"
	"strings"

	"github.com/orgkeep/orgkeep/internal/cli/iostreams"
	"github.com/orgkeep/orgkeep/internal/deployplan"
	"github.com/orgkeep/orgkeep/internal/diff"
	"github.com/orgkeep/orgkeep/pkg/mdapi"
)

// planResult is a plan as --json shows it. The plan's file, which apply takes, has
// a form of its own.
type planResult struct {
	Org        string     `json:"org"`
	OrgID      string     `json:"org_id"`
	OrgName    string     `json:"org_name"`
	Production bool       `json:"production"`
	Target     string     `json:"target"`
	TargetName string     `json:"target_name"`
	APIVersion string     `json:"api_version"`
	Digest     string     `json:"digest"`
	Empty      bool       `json:"empty"`
	Counts     planCounts `json:"counts"`
	Files      int        `json:"files"`
	SizeBytes  int        `json:"size_bytes"`
	// Deploys is how many it takes; more than one are not all or nothing.
	Deploys int `json:"deploys"`
	// Tests are the test classes that name what changes.
	Tests []string `json:"tests,omitempty"`
	// Missing is what the plan refers to and neither it nor the org has.
	Missing    []needResult   `json:"missing,omitempty"`
	Validation string         `json:"validation,omitempty"`
	Actions    []actionResult `json:"actions"`
}

type needResult struct {
	Component string `json:"component"`
	By        string `json:"by"`
}

type planCounts struct {
	Create int `json:"create"`
	Change int `json:"change"`
	Delete int `json:"delete"`
	Leave  int `json:"leave"`
}

// actionResult is one thing that happens, or cannot happen, to one component.
type actionResult struct {
	Verb     string `json:"verb"`
	Type     string `json:"type"`
	FullName string `json:"full_name"`
	Reason   string `json:"reason,omitempty"`
	ByHand   string `json:"by_hand,omitempty"`
	DataLoss string `json:"data_loss,omitempty"`
	// Records is how many that is about, where the org told; it is counted to 1,001.
	Records  *int           `json:"records,omitempty"`
	MayStay  []string       `json:"may_stay,omitempty"`
	Elements []diff.Element `json:"elements,omitempty"`
}

func planCountsOf(p *deployplan.Plan) planCounts {
	return planCounts{p.Count(deployplan.Create), p.Count(deployplan.Change), p.Count(deployplan.Delete), p.Count(deployplan.Leave)}
}

func planResultOf(p *deployplan.Plan) (planResult, error) {
	digest, err := p.Digest()
	if err != nil {
		return planResult{}, err
	}
	return planResultWith(p, digest), nil
}

// planResultWith is for a plan whose contents may not be at hand any more.
func planResultWith(p *deployplan.Plan, digest string) planResult {
	r := planResult{
		Org: p.Alias, OrgID: p.OrgID, OrgName: p.OrgName, Production: p.Production, Target: p.Target, TargetName: p.TargetName,
		APIVersion: p.APIVersion.String(), Digest: digest, Empty: p.Empty(), Counts: planCountsOf(p), Actions: []actionResult{},
	}
	r.Files, r.SizeBytes = p.Size()
	r.Deploys, r.Tests = len(p.Stages), p.Tests
	if p.Validation != nil {
		r.Validation = p.Validation.ID
	}
	for _, m := range p.Missing {
		r.Missing = append(r.Missing, needResult{m.Component.String(), m.By.String()})
	}
	for _, a := range p.Actions {
		shown := actionResult{
			Verb: string(a.Verb), Type: a.Component.Type, FullName: a.Component.FullName, Reason: a.Reason, ByHand: a.ByHand,
			DataLoss: a.DataLoss, Records: a.Records, Elements: a.Elements,
		}
		for _, rest := range a.MayStay {
			shown.MayStay = append(shown.MayStay, rest.String())
		}
		r.Actions = append(r.Actions, shown)
	}
	return r
}

// showPlan prints what an org would be asked to do: for people in words, for
// programs a row for each action.
func (f *Factory) showPlan(p *deployplan.Plan) error {
	if !f.IO.OutIsTerminal() {
		t := f.IO.NewTable("verb", "type", "name", "extent", "reason", "by hand", "data loss", "may stay")
		for _, a := range p.Actions {
			var stays []string
			for _, rest := range a.MayStay {
				stays = append(stays, rest.String())
			}
			t.Row(string(a.Verb), a.Component.Type, a.Component.FullName, planExtent(a), a.Reason, a.ByHand, a.Loss(), strings.Join(stays, "; "))
		}
		return t.Write()
	}
	s := planPrinter{f: f, plan: p, style: f.IO.OutStyle(), width: f.IO.Width()}
	s.head()
	if err := s.will(); err != nil {
		return err
	}
	s.remarks("It takes data along", func(a deployplan.Action) string { return a.Loss() })
	s.remarks("What is particular", func(a deployplan.Action) string {
		if a.Verb == deployplan.Leave {
			return ""
		}
		return a.Reason
	})
	s.cannot()
	s.mayStay()
	s.foot()
	return nil
}

func planExtent(a deployplan.Action) string {
	return extent(change{Change: diff.Change{Elements: a.Elements}})
}

type planPrinter struct {
	f     *Factory
	plan  *deployplan.Plan
	style iostreams.Style
	width int
}

func (s planPrinter) line(format string, args ...any) {
	fmt.Fprintf(s.f.IO.Out, format+"\n", args...)
}

// targetName is the revision as the user wrote it, with the id.
func targetName(p *deployplan.Plan) string {
	if p.Undoes != "" {
		return "where it was"
	}
	id := p.Target
	if len(id) > shortRevision {
		id = id[:shortRevision]
	}
	if p.TargetName == "" || strings.HasPrefix(p.Target, p.TargetName) {
		return id
	}
	return p.TargetName + " (" + id + ")"
}

func (s planPrinter) head() {
	kind := "sandbox"
	if s.plan.Production {
		kind = "production"
	}
	title := "Rollback of " + s.plan.Alias + " to " + targetName(s.plan)
	if s.plan.Undoes != "" {
		title = s.plan.TargetName
	}
	s.line("%s", s.style.Bold(iostreams.Clean(title)))
	s.line("%s\n", s.style.Dim(iostreams.Clean(s.plan.OrgName+"  "+s.plan.OrgID+"  "+kind)))
}

func (s planPrinter) will() error {
	t := s.f.IO.NewTable("mark", "verb", "type", "name", "what")
	t.Bare, t.Indent, t.Shrink, t.Paint = true, "  ", []int{2, 3, 4}, paintMark(s.style)
	for _, a := range s.plan.Actions {
		if a.Verb != deployplan.Leave {
			t.Row(a.Verb.Mark(), string(a.Verb), a.Component.Type, a.Component.FullName, planWhat(a))
		}
	}
	if t.Len() == 0 {
		return nil
	}
	s.line("  orgkeep will")
	err := t.Write()
	s.line("")
	return err
}

// planWhat says in short what an action changes.
func planWhat(a deployplan.Action) string {
	if len(a.Elements) == 1 {
		if text := inline(a.Elements[0]); text != "" {
			return text
		}
	}
	return planExtent(a)
}

// remarks are sentences about some of the actions, below a title.
func (s planPrinter) remarks(title string, of func(deployplan.Action) string) {
	first := true
	for _, a := range s.plan.Actions {
		text := of(a)
		if text == "" {
			continue
		}
		if first {
			s.line("  %s", title)
			first = false
		}
		s.line("  %s %s  %s", s.style.Changed("!"), a.Component.Type, s.style.Bold(iostreams.Clean(a.Component.FullName)))
		s.wrapped(text)
	}
	if !first {
		s.line("")
	}
}

// cannot names what stays, why, and what a person can do.
func (s planPrinter) cannot() {
	first := true
	for _, a := range s.plan.Actions {
		if a.Verb != deployplan.Leave {
			continue
		}
		if first {
			s.line("  It cannot")
			first = false
		}
		s.line("  %s %s  %s", s.style.Changed("?"), a.Component.Type, s.style.Bold(iostreams.Clean(a.Component.FullName)))
		s.wrapped(a.Reason)
		if a.ByHand != "" {
			s.wrapped("By hand: " + a.ByHand)
		}
	}
	if !first {
		s.line("")
	}
}

// mayStay names what the deploy may not clear; the check afterwards decides.
func (s planPrinter) mayStay() {
	first := true
	for _, a := range s.plan.Actions {
		for _, rest := range a.MayStay {
			if first {
				s.line("  It may leave behind")
				first = false
			}
			s.line("  %s %s  %s", s.style.Changed("?"), a.Component.Type, s.style.Bold(iostreams.Clean(a.Component.FullName)))
			s.wrapped(rest.String())
		}
	}
	if !first {
		s.line("")
	}
}

// wrapped breaks a sentence at words, below a name.
func (s planPrinter) wrapped(text string) {
	const indent = "      "
	line := ""
	for word := range strings.FieldsSeq(iostreams.Clean(text)) {
		if line != "" && iostreams.Columns(line)+1+iostreams.Columns(word) > s.width-len(indent) {
			s.line("%s%s", indent, line)
			line = ""
		}
		line = strings.TrimSpace(line + " " + word)
	}
	if line != "" {
		s.line("%s%s", indent, line)
	}
}

func (s planPrinter) foot() {
	if len(s.plan.Actions) == 0 {
		s.line("  Nothing differs: there is nothing to do.")
		return
	}
	n := planCountsOf(s.plan)
	files, size := s.plan.Size()
	s.line("  %s", n)
	if !s.plan.Empty() {
		s.line("  A package of %s, %s", plural(files, "file"), byteSize(size))
	}
	if len(s.plan.Tests) > 0 {
		s.line("  Tests that name what changes")
		s.wrapped(strings.Join(s.plan.Tests, ", ") + " (--test-level " + string(mdapi.RunSpecifiedTests) + ")")
	}
	if len(s.plan.Stages) > 1 {
		s.line("  In %d deploys, one after the other: not all or nothing.", len(s.plan.Stages))
		for _, text := range lateStages(s.plan) {
			s.wrapped(text)
		}
	}
}

// lateStages says which deploys the org can check only when their turn comes, and
// why, a sentence each.
func lateStages(p *deployplan.Plan) []string {
	var out []string
	for _, stage := range p.Stages {
		if stage.Needs != "" {
			out = append(out, stage.Name+" can be checked only when its turn comes: "+stage.Needs)
		}
	}
	return out
}

// String says the counts in words: "1 to create, 2 to change, 1 by hand".
func (n planCounts) String() string {
	var parts []string
	for _, c := range []struct {
		n    int
		what string
	}{{n.Create, "to create"}, {n.Change, "to change"}, {n.Delete, "to delete"}, {n.Leave, "left as it is"}} {
		if c.n > 0 {
			parts = append(parts, thousands(c.n)+" "+c.what)
		}
	}
	return strings.Join(parts, ", ")
}

// byteSize gives a size as people read it.
func byteSize(n int) string {
	const unit = 1024
	switch {
	case n < unit:
		return fmt.Sprintf("%d bytes", n)
	case n < unit*unit:
		return fmt.Sprintf("%d KB", n/unit)
	}
	return fmt.Sprintf("%.1f MB", float64(n)/(unit*unit))
}
