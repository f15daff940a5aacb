package report

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/url"
	"time"

	"github.com/owenrumney/go-sarif/v3/pkg/report/v210/sarif"

	"github.com/orgkeep/orgkeep/internal/diff"
)

const (
	informationURI = "https://github.com/orgkeep/orgkeep"
	// fingerprintKey names how a result is recognized from run to run.
	fingerprintKey = "orgkeepComponent/v1"
	// sourceRoot is what code scanning takes for the root of the checkout.
	sourceRoot = "%SRCROOT%"
)

// ruleOf gives the rule that a change breaks, and says what it means.
func ruleOf(k diff.Kind) (id, description string) {
	switch k {
	case diff.Added:
		return "drift/added", "A component is there that is not expected."
	case diff.Deleted:
		return "drift/deleted", "An expected component is missing."
	}
	return "drift/changed", "A component is not as expected."
}

// writeSARIF gives a run an org, and in it one result a component, at its file and
// the line of its first difference. What could not be compared is told as a
// notification, and the run as not successful then; so is what rules hide.
func writeSARIF(w io.Writer, all []Drift) error {
	log := sarif.NewReport()
	for _, d := range all {
		log.AddRun(sarifRun(d))
	}
	if err := log.PrettyWrite(w); err != nil {
		return fmt.Errorf("write the SARIF report: %w", err)
	}
	if _, err := io.WriteString(w, "\n"); err != nil {
		return fmt.Errorf("write the SARIF report: %w", err)
	}
	return nil
}

func sarifRun(d Drift) *sarif.Run {
	run := sarif.NewRunWithInformationURI(d.Tool, informationURI)
	// Code scanning keeps the results of different orgs apart by this.
	run.WithAutomationDetails(sarif.NewRunAutomationDetails().WithID("drift/" + clean(d.Actual) + "/"))
	if d.Version != "" {
		run.Tool.Driver.WithVersion(d.Version)
	}
	for _, k := range []diff.Kind{diff.Added, diff.Changed, diff.Deleted} {
		id, description := ruleOf(k)
		run.AddRule(id).WithDescription(description)
	}
	for _, c := range d.Changes {
		addResult(run, d, c)
	}
	run.AddInvocation(invocation(d))
	return run
}

func addResult(run *sarif.Run, d Drift, c Change) {
	id, _ := ruleOf(c.Kind)
	text := c.title() + " was " + c.Kind.String() + summary(c)
	if more := details(c); more != "" {
		text += "\n" + more
	}
	location := sarif.NewLocation().WithPhysicalLocation(sarif.NewPhysicalLocation().
		WithArtifactLocation(sarif.NewArtifactLocation().WithURI(uri(d.file(c.Path))).WithURIBaseID(sourceRoot)).
		WithRegion(sarif.NewRegion().WithStartLine(firstLine(c))))
	location.AddLogicalLocation(sarif.NewLogicalLocation().WithFullyQualifiedName(clean(c.title())).WithKind("resource"))
	run.AddResult(sarif.NewRuleResult(id).
		WithLevel(sarif.LevelWarning).
		WithMessage(sarif.NewTextMessage(clean(text))).
		WithLocations([]*sarif.Location{location}).
		WithPartialFingerprints(map[string]string{fingerprintKey: fingerprint(c)}))
}

// uri writes a path as a relative reference.
func uri(path string) string { return (&url.URL{Path: path}).String() }

// firstLine is where the first difference is. What is no longer there, and what
// has no line, is shown at the file's first.
func firstLine(c Change) int {
	for _, e := range c.Elements {
		if e.File == "" && e.Kind != diff.Deleted && e.Line > 0 {
			return e.Line
		}
	}
	return 1
}

// fingerprint stays the same while a component differs in the same way.
func fingerprint(c Change) string {
	h := sha256.New()
	fmt.Fprintf(h, "%s\x00%s\x00%s", c.Kind, c.Component.Type, c.Component.FullName)
	for _, e := range c.Elements {
		fmt.Fprintf(h, "\x00%s\x00%s", e.Name, e.Key)
	}
	return hex.EncodeToString(h.Sum(nil))
}

func invocation(d Drift) *sarif.Invocation {
	i := sarif.NewInvocation().WithExecutionSuccessful(d.Complete()).WithEndTimeUtc(d.Made.UTC().Format(time.RFC3339))
	note := func(level, text string) {
		i.AddToolExecutionNotification(sarif.NewNotification().WithLevel(level).WithMessage(sarif.NewTextMessage(clean(text))))
	}
	if d.Failed != "" {
		note("error", d.Verdict()+": "+d.Failed)
	}
	for _, m := range d.Missing {
		note(sarif.LevelWarning, m.name()+" could not be compared: "+m.Reason)
	}
	for _, h := range d.Hidden {
		level := sarif.LevelNote
		if h.Expired {
			level = sarif.LevelWarning
		}
		note(level, h.String())
	}
	if text := d.MaskedText(); text != "" {
		note(sarif.LevelNote, text)
	}
	return i
}
