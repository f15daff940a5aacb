package emulator

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/orgkeep/orgkeep/pkg/emulator/internal/orgstate"
	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// testRun is the outcome of the Apex tests of a deploy. Nothing runs: the org's
// folder says what each test comes to (see [ScriptFile]); a test class that it
// does not mention has one method that passes.
type testRun struct {
	enabled  bool
	run      int
	passes   []testResult
	failures []testResult
	coverage []coverage
	warnings []string
}

type testResult struct{ id, class, method, message string }

type coverage struct {
	id, name, typ string
	lines         int
	uncovered     []int
}

func (t testRun) failed() bool { return len(t.failures) > 0 || len(t.warnings) > 0 }

// runTests decides by the level which tests run. Source: Metadata API Developer
// Guide, running tests in a deployment.
func (s *Server) runTests(job *deployJob) testRun {
	classes := s.testClasses(job)
	t := testRun{enabled: job.options.RunAllTests || job.options.TestLevel != "" && job.options.TestLevel != "NoTestRun"}
	if len(classes) == 0 {
		return t
	}
	t.enabled = true
	state := job.outcome.State
	for _, class := range classes {
		s.runClass(&t, state, class)
	}
	if len(t.failures) == 0 {
		s.measure(&t, state, job)
	}
	return t
}

func (s *Server) testClasses(job *deployJob) []string {
	level := job.options.TestLevel
	if job.options.RunAllTests {
		level = "RunAllTestsInOrg"
	}
	if level == "" && !s.set.sandbox && len(job.outcome.Apex) > 0 && job.quickOf == "" {
		level = "RunLocalTests"
	}
	switch level {
	case "RunSpecifiedTests":
		return job.options.RunTests
	case "RunLocalTests", "RunAllTestsInOrg", "RunRelevantTests":
		return allTests(job.outcome.State, level)
	}
	return nil
}

func allTests(state *orgstate.State, level string) []string {
	var tests []string
	for _, c := range state.Components("ApexClass") {
		if level != "RunAllTestsInOrg" && orgstate.Namespace(c) != "" {
			continue
		}
		if f, ok := state.File("classes/" + c.FullName + ".cls"); ok && strings.Contains(strings.ToLower(string(f.Content)), "@istest") {
			tests = append(tests, c.FullName)
		}
	}
	return tests
}

func (s *Server) runClass(t *testRun, state *orgstate.State, class string) {
	row, ok := state.Row(metadata.Component{Type: "ApexClass", FullName: class})
	if !ok {
		t.run++
		t.failures = append(t.failures, testResult{"", class, "", fmt.Sprintf("Invalid test class: %s", class)})
		return
	}
	methods := s.script.Tests[class]
	if len(methods) == 0 {
		methods = scriptTest{"passes": ""}
	}
	for _, name := range slices.Sorted(maps.Keys(methods)) {
		t.run++
		result := testResult{row.ID, class, name, methods[name]}
		if result.message == "" {
			t.passes = append(t.passes, result)
		} else {
			t.failures = append(t.failures, result)
		}
	}
}

// enough is the coverage that a deploy to production needs.
const enough = 75

// measure adds coverage: per class of the package for specified tests, overall
// otherwise.
func (s *Server) measure(t *testRun, state *orgstate.State, job *deployJob) {
	lines, covered := 0, 0
	for _, name := range slices.Sorted(maps.Keys(s.script.Coverage)) {
		code := s.script.Coverage[name]
		c := metadata.Component{Type: "ApexClass", FullName: name}
		if !state.Has(c) {
			c.Type = "ApexTrigger"
		}
		row, ok := state.Row(c)
		if !ok {
			continue
		}
		t.coverage = append(t.coverage, coverage{row.ID, name, strings.TrimPrefix(c.Type, "Apex"), code.Lines, code.Uncovered})
		lines, covered = lines+code.Lines, covered+code.Lines-len(code.Uncovered)
		deployed := slices.Contains(job.outcome.Apex, c)
		if job.options.TestLevel == "RunSpecifiedTests" && deployed && percent(code.Lines-len(code.Uncovered), code.Lines) < enough {
			t.warnings = append(t.warnings, fmt.Sprintf("Test coverage of selected Apex %s is %d%%, at least 75%% test coverage is required",
				strings.TrimPrefix(c.Type, "Apex"), percent(code.Lines-len(code.Uncovered), code.Lines)))
		}
	}
	if job.options.TestLevel != "RunSpecifiedTests" && lines > 0 && percent(covered, lines) < enough {
		t.warnings = append(t.warnings, fmt.Sprintf(
			"Average test coverage across all Apex Classes and Triggers is %d%%, at least 75%% test coverage is required.", percent(covered, lines)))
	}
}

func percent(part, whole int) int {
	if whole == 0 {
		return 100
	}
	return part * 100 / whole
}

// write writes a RunTestsResult in the WSDL's order.
func (t testRun) write(r *reply) {
	r.open("runTestResult")
	for _, c := range t.coverage {
		r.open("codeCoverage")
		r.text("id", c.id)
		for _, line := range c.uncovered {
			r.open("locationsNotCovered")
			r.int("column", 0)
			r.int("line", line)
			r.int("numExecutions", 0)
			r.text("time", "-1.0")
			r.close("locationsNotCovered")
		}
		r.text("name", c.name)
		r.nil("namespace")
		r.int("numLocations", c.lines)
		r.int("numLocationsNotCovered", len(c.uncovered))
		r.text("type", c.typ)
		r.close("codeCoverage")
	}
	for _, w := range t.warnings {
		r.open("codeCoverageWarnings")
		r.text("id", "")
		r.text("message", w)
		r.nil("name")
		r.nil("namespace")
		r.close("codeCoverageWarnings")
	}
	for _, f := range t.failures {
		f.write(r, "failures")
	}
	r.int("numFailures", len(t.failures))
	r.int("numTestsRun", t.run)
	for _, p := range t.passes {
		p.write(r, "successes")
	}
	r.text("totalTime", seconds(float64(t.run)))
	r.close("runTestResult")
}

func (t testResult) write(r *reply, element string) {
	r.open(element)
	r.text("id", t.id)
	r.some("message", t.message)
	r.textOrNil("methodName", t.method)
	r.text("name", t.class)
	r.nil("namespace")
	if t.message != "" {
		r.text("packageName", t.class)
		r.textOrNil("stackTrace", t.stackTrace())
	}
	r.text("time", "1.0")
	if t.message != "" {
		r.text("type", "Class")
	}
	r.close(element)
}

// stackTrace is where a method failed; a class that is no test has no place.
func (t testResult) stackTrace() string {
	if t.method == "" {
		return ""
	}
	return "Class." + t.class + "." + t.method + ": line 1, column 1"
}

func orNil(text string) any {
	if text == "" {
		return nil
	}
	return text
}

func (t testRun) json() map[string]any {
	rows := func(results []testResult) []any {
		out := []any{}
		for _, r := range results {
			row := map[string]any{"id": r.id, "methodName": orNil(r.method), "name": r.class, "namespace": nil, "time": 1.0}
			if r.message != "" {
				row["message"], row["packageName"], row["type"], row["stackTrace"] = r.message, r.class, "Class", orNil(r.stackTrace())
			}
			out = append(out, row)
		}
		return out
	}
	covered, warnings := []any{}, []any{}
	for _, c := range t.coverage {
		covered = append(covered, map[string]any{
			"id": c.id, "name": c.name, "namespace": nil, "numLocations": c.lines, "numLocationsNotCovered": len(c.uncovered), "type": c.typ,
		})
	}
	for _, w := range t.warnings {
		warnings = append(warnings, map[string]any{"id": "", "message": w, "name": nil, "namespace": nil})
	}
	return map[string]any{
		"codeCoverage": covered, "codeCoverageWarnings": warnings, "failures": rows(t.failures), "numFailures": len(t.failures),
		"numTestsRun": t.run, "successes": rows(t.passes), "totalTime": float64(t.run),
	}
}
