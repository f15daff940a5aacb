package deployplan_test

import (
	"bytes"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/orgkeep/orgkeep/internal/demo"
	"github.com/orgkeep/orgkeep/internal/deployplan"
	"github.com/orgkeep/orgkeep/pkg/emulator"
	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// ruleCase is one row of the rules: what the target is, what became of it in the
// org, and what the plan is.
type ruleCase struct {
	name   string
	target []change // made to the sample org before the target is taken
	live   []change
	// actions are all of the plan, as mark, component and, after " !", a word of
	// the data that goes.
	actions []string
	stages  []string // their names; nil means main alone
	// sends are the members of all package.xml, where it matters which they are.
	sends []string
	// without are user permissions that the org has lost.
	without []string
	// under are behaviours, name=value, that the org has.
	under []string
	// left are the components that still differ afterwards.
	left []string
	// readings are behaviours, name=value, under which the plan must hold as well.
	readings   []string
	production bool
	noFlows    bool // the org does not tell its flows' versions
}

// change changes the org as people do in Setup.
type change func(e *emulator.Editor) error

// swap puts one text in the place of another, which is there once.
func swap(path, was, is string) change {
	return func(e *emulator.Editor) error {
		content, err := e.Get(path)
		if err != nil {
			return err
		}
		if n := bytes.Count(content, []byte(was)); n != 1 {
			return &wrong{path, was, n}
		}
		return e.Put(path, bytes.Replace(content, []byte(was), []byte(is), 1))
	}
}

type wrong struct {
	path, text string
	times      int
}

func (w *wrong) Error() string {
	return w.path + " has this " + strings.Repeat("I", w.times) + " times: " + w.text
}

// extra adds elements to a file.
func extra(path, elements string) change {
	return func(e *emulator.Editor) error {
		content, err := e.Get(path)
		if err != nil {
			return err
		}
		at := bytes.LastIndex(content, []byte("</"))
		return e.Put(path, slices.Concat(content[:at], []byte(elements), content[at:]))
	}
}

func put(path, content string) change {
	return func(e *emulator.Editor) error { return e.Put(path, []byte(content)) }
}

// doc puts a file of metadata with this root element.
func doc(path, root, inner string) change {
	return put(path, `<?xml version="1.0" encoding="UTF-8"?>`+"\n<"+root+` xmlns="http://soap.sforce.com/2006/04/metadata">`+inner+"</"+root+">\n")
}

func remove(typ, name string) change {
	return func(e *emulator.Editor) error { return e.Delete(metadata.Component{Type: typ, FullName: name}) }
}

// twin copies a file.
func twin(from, to string) change {
	return func(e *emulator.Editor) error {
		content, err := e.Get(from)
		if err != nil {
			return err
		}
		return e.Put(to, content)
	}
}

func (c ruleCase) org(t *testing.T, options ...emulator.Option) *org {
	t.Helper()
	for _, reading := range c.under {
		name, value, _ := strings.Cut(reading, "=")
		options = append(options, emulator.WithBehaviour(name, value))
	}
	o := newOrg(t, demo.Org(), append(options, emulator.WithSandbox(!c.production))...)
	o.production, o.noFlows = c.production, c.noFlows
	for _, step := range c.target {
		o.edit(step)
	}
	o.target = o.state()
	for _, step := range c.live {
		o.edit(step)
	}
	o.server.Withdraw(c.without...)
	o.without = c.without
	return o
}

func (c ruleCase) run(t *testing.T) {
	t.Helper()
	o := c.org(t)
	plan := o.back()
	if diff := cmp.Diff(c.actions, actionsOf(plan)); diff != "" {
		t.Errorf("actions (-want +got):\n%s", diff)
	}
	want := c.stages
	if want == nil {
		want = []string{"main"}
	}
	var stages, sends []string
	for _, s := range plan.Stages {
		stages = append(stages, s.Name)
		for _, n := range s.Named {
			sends = append(sends, n.String())
		}
	}
	if diff := cmp.Diff(c.sends, sends); diff != "" && c.sends != nil {
		t.Errorf("sends (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(want, stages); diff != "" && len(want)+len(stages) > 0 {
		t.Errorf("stages (-want +got):\n%s", diff)
	}
	var left []string
	all, _ := o.left(plan)
	for _, change := range all {
		left = append(left, change.Component.String())
	}
	if diff := cmp.Diff(c.left, left); diff != "" {
		t.Errorf("left (-want +got):\n%s\n%s", diff, changesText(all))
	}
}

func actionsOf(p *deployplan.Plan) []string {
	var out []string
	for _, a := range p.Actions {
		line := a.Verb.Mark() + " " + a.Component.String()
		if a.DataLoss != "" {
			line += " !"
		}
		out = append(out, line)
	}
	return out
}

func ruleGroups() map[string]func() []ruleCase {
	return map[string]func() []ruleCase{
		"access": accessRules, "objects and fields": schemaRules, "flows": flowRules, "processes": processRules, "settings": settingsRules,
		"content": contentRules, "what a file leaves out": absenceRules, "what stays": stayRules, "users": userRules, "sites": siteRules, "what no file brings": refusedRules,
	}
}

// Each reading of what a deploy does has a rule that is held to it.
func TestEachReadingHasARule(t *testing.T) {
	t.Parallel()
	held := map[string]bool{}
	for _, cases := range ruleGroups() {
		for _, c := range cases() {
			for _, reading := range c.readings {
				held[reading] = true
			}
		}
	}
	reads := regexp.MustCompile(`^(refuse|list|zip)-|^(dates|deploy-touches|set-order|file-limit-counts|flow-definitions|managed-by-star|versions-without-session|profile-content)$`)
	for _, b := range emulator.Behaviours() {
		for _, value := range b.Alternatives {
			if !reads.MatchString(b.Name) && !held[b.Name+"="+value] {
				t.Errorf("no rule is held to %s=%s: %s", b.Name, value, b.Meaning)
			}
		}
	}
}

// TestRules is the table of what the planner knows of the platform: each row is a
// change that somebody made, and the plan that takes it back. Its names are the
// rules; -v lists them.
func TestRules(t *testing.T) {
	t.Parallel()
	for group, cases := range ruleGroups() {
		t.Run(group, func(t *testing.T) {
			t.Parallel()
			for _, c := range cases() {
				t.Run(c.name, func(t *testing.T) {
					t.Parallel()
					c.run(t)
					c.runReadings(t)
				})
			}
		})
	}
}

// runReadings runs a case under its other readings too: the target is reached, or
// the plan said that it may not be.
func (c ruleCase) runReadings(t *testing.T) {
	t.Helper()
	for _, reading := range c.readings {
		name, value, _ := strings.Cut(reading, "=")
		o := c.org(t, emulator.WithBehaviour(name, value))
		o.back()
		if t.Failed() {
			t.Fatalf("when %s is %s", name, value)
		}
	}
}
