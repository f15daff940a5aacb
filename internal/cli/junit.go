package cli

import (
	"encoding/xml"
	"errors"
	"fmt"
	"strings"

	"github.com/orgkeep/orgkeep/internal/deploy"
	"github.com/orgkeep/orgkeep/internal/rollback"
	"github.com/orgkeep/orgkeep/internal/state"
	"github.com/orgkeep/orgkeep/pkg/mdapi"
)

// The form of JUnit's reports that GitLab and Jenkins read.
type junitSuites struct {
	XMLName xml.Name     `xml:"testsuites"`
	Suites  []junitSuite `xml:"testsuite"`
}

type junitSuite struct {
	Name     string      `xml:"name,attr"`
	Tests    int         `xml:"tests,attr"`
	Failures int         `xml:"failures,attr"`
	Time     string      `xml:"time,attr"`
	Cases    []junitCase `xml:"testcase"`
}

type junitCase struct {
	Class   string        `xml:"classname,attr"`
	Name    string        `xml:"name,attr"`
	Time    string        `xml:"time,attr,omitempty"`
	Failure *junitFailure `xml:"failure,omitempty"`
}

type junitFailure struct {
	Message string `xml:"message,attr"`
	Text    string `xml:",chardata"`
}

// writeJUnit writes what the org said of components and tests in each deploy. The
// service names only tests that fail; those that passed are one case with their
// number.
func (f *Factory) writeJUnit(name string, r *rollback.Result, failed error) error {
	var all junitSuites
	if r != nil {
		for _, d := range r.Deploys {
			all.Suites = append(all.Suites, junitSuiteOf(r.Plan.Alias+" "+d.Stage, d.Result))
		}
	}
	var rejected *deploy.RejectedError
	if errors.As(failed, &rejected) {
		all.Suites = append(all.Suites, junitSuiteOf(rejected.Stage, rejected.Result))
	}
	data, err := xml.MarshalIndent(all, "", "  ")
	if err != nil {
		return fmt.Errorf("write the report of tests: %w", err)
	}
	if err := state.WriteFile(f.Sys.FS, f.Path(name), append([]byte(xml.Header), append(data, '\n')...), 0o600); err != nil {
		return fmt.Errorf("write the report of tests: %w", err)
	}
	return nil
}

func junitSuiteOf(name string, r mdapi.DeployResult) junitSuite {
	s := junitSuite{Name: name, Time: "0"}
	if !r.CompletedDate.IsZero() {
		s.Time = fmt.Sprintf("%.3f", r.CompletedDate.Sub(r.StartDate).Seconds())
	}
	fail := func(class, name, message, detail string) {
		s.Cases = append(s.Cases, junitCase{Class: class, Name: name, Failure: &junitFailure{message, detail}})
		s.Failures++
	}
	for _, m := range r.Failures {
		where := m.FileName
		if m.Line > 0 {
			where += fmt.Sprintf(" line %d column %d", m.Line, m.Column)
		}
		fail(m.ComponentType, m.FullName, m.Problem, where)
	}
	for _, t := range r.TestFailures {
		fail(strings.TrimPrefix(t.Namespace+"."+t.Name, "."), t.MethodName, t.Message, t.StackTrace)
	}
	for _, w := range r.CoverageWarnings {
		fail("Code coverage", w.Name, w.Message, "")
	}
	if n := r.TestsRun - len(r.TestFailures); n > 0 {
		s.Cases = append(s.Cases, junitCase{Class: "Apex", Name: plural(n, "test") + " passed"})
	}
	if len(s.Cases) == 0 {
		s.Cases = append(s.Cases, junitCase{Class: "Deploy", Name: r.Status})
	}
	s.Tests = len(s.Cases)
	return s
}

// coverageOf is the share of Apex lines that the tests ran, in per cent; false
// where none were counted.
func coverageOf(r mdapi.DeployResult) (float64, bool) {
	lines, missed := 0, 0
	for _, c := range r.Coverage {
		lines, missed = lines+c.Locations, missed+c.NotCovered
	}
	if lines == 0 {
		return 0, false
	}
	return float64((lines-missed)*100) / float64(lines), true
}
