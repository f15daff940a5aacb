package emulator_test

import (
	"encoding/base64"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/orgkeep/orgkeep/pkg/emulator"
)

func classZip(tb testing.TB, name string) []byte {
	tb.Helper()
	return zipOf(tb, map[string]string{
		"package.xml": manifest(66, "ApexClass:"+name), "classes/" + name + ".cls": "@IsTest class " + name + " {}",
		"classes/" + name + ".cls-meta.xml": xmlFile("ApexClass", ""),
	})
}

func (o *org) submit(zip []byte, options string) string {
	o.t.Helper()
	return text(o.result("<deploy><ZipFile>"+base64.StdEncoding.EncodeToString(zip)+"</ZipFile><DeployOptions>"+options+"</DeployOptions></deploy>"), "result/id")
}

func TestDeploysRunOneAfterTheOther(t *testing.T) {
	t.Parallel()
	o := serve(t, nil, emulator.WithLatency(8*time.Second))
	first, second := o.submit(classZip(t, "A"), careful), o.submit(classZip(t, "B"), careful)
	var states []string
	for range 5 {
		states = append(states, o.deployStatus(first).status+" "+o.deployStatus(second).status)
		o.clock.advance(4 * time.Second)
	}
	want := []string{"Pending Pending", "InProgress Pending", "Succeeded Pending", "Succeeded InProgress", "Succeeded Succeeded"}
	if diff := cmp.Diff(want, states); diff != "" {
		t.Error(diff)
	}
}

func TestCancelling(t *testing.T) {
	t.Parallel()
	o := serve(t, nil, emulator.WithLatency(8*time.Second))
	id := o.submit(classZip(t, "A"), careful)
	if done := text(o.result("<cancelDeploy><id>"+id+"</id></cancelDeploy>"), "result/done"); done != "true" {
		t.Errorf("done %s", done)
	}
	o.clock.advance(time.Minute)
	if got := o.deployStatus(id); got.status != "Canceled" || text(got.result, "canceledByName") != "Ada Admin" || o.file("classes/A.cls") != "" {
		t.Errorf("status %s", got.status)
	}
	w := o.soap("<cancelDeploy><String>" + id + "</String></cancelDeploy>")
	if !strings.Contains(w.Body.String(), "<faultstring>INVALID_ID_FIELD: Deployment already completed</faultstring>") {
		t.Error(w.Body)
	}
}

func TestCancellingWhatRunsTakesAWhile(t *testing.T) {
	t.Parallel()
	o := serve(t, nil, emulator.WithLatency(8*time.Second))
	id := o.submit(classZip(t, "A"), careful)
	o.clock.advance(3 * time.Second)
	for range 2 { // asking again changes nothing
		if done := text(o.result("<cancelDeploy><id>"+id+"</id></cancelDeploy>"), "result/done"); done != "false" {
			t.Errorf("done %s", done)
		}
	}
	var states []string
	for range 2 {
		got := o.deployStatus(id)
		states = append(states, got.status+" "+text(got.result, "done")+" "+text(got.result, "completedDate"))
		o.clock.advance(3 * time.Second)
	}
	if diff := cmp.Diff([]string{"Canceling false ", "Canceled true 2026-05-04T12:00:05.000Z"}, states); diff != "" {
		t.Error(diff)
	}
	o.clock.advance(time.Minute)
	if o.file("classes/A.cls") != "" {
		t.Error("it was deployed all the same")
	}
}

func TestComponentsCountUp(t *testing.T) {
	t.Parallel()
	o := serve(t, nil, emulator.WithLatency(8*time.Second))
	files := map[string]string{"package.xml": manifest(66, "ApexClass:A", "ApexClass:B", "ApexClass:C")}
	for _, name := range []string{"A", "B", "C"} {
		files["classes/"+name+".cls"], files["classes/"+name+".cls-meta.xml"] = "class "+name+" {}", xmlFile("ApexClass", "")
	}
	id := o.submit(zipOf(t, files), careful)
	var counts []string
	for range 5 {
		got := o.deployStatus(id)
		counts = append(counts, text(got.result, "numberComponentsDeployed")+" of "+text(got.result, "numberComponentsTotal"))
		o.clock.advance(2 * time.Second)
	}
	if diff := cmp.Diff([]string{"0 of 0", "0 of 3", "1 of 3", "2 of 3", "3 of 3"}, counts); diff != "" {
		t.Error(diff)
	}
}

func TestQuickDeploys(t *testing.T) {
	t.Parallel()
	check := careful + "<checkOnly>true</checkOnly>"
	for name, tc := range map[string]struct {
		options string
		between func(*org)
		refused string
	}{
		"a validation with tests":           {options: check + "<testLevel>RunLocalTests</testLevel>"},
		"a validation without tests":        {options: check, refused: "the validation did not run any Apex tests"},
		"what is no validation":             {options: careful + "<testLevel>RunLocalTests</testLevel>", refused: "the deployment is not a successful validation"},
		"a validation of eleven days ago":   {options: check + "<testLevel>RunLocalTests</testLevel>", between: func(o *org) { o.clock.advance(11 * 24 * time.Hour) }, refused: "the validation is older than 10 days"},
		"a validation before other deploys": {options: check + "<testLevel>RunLocalTests</testLevel>", between: func(o *org) { o.clock.advance(time.Minute); o.deployZip(classZip(o.t, "B"), careful) }, refused: "another deployment has completed since the validation"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := serve(t, nil)
			got := o.deployZip(classZip(t, "A"), tc.options)
			if tc.between != nil {
				tc.between(o)
			}
			w := o.soap("<deployRecentValidation><validationId>" + text(got.result, "id") + "</validationId></deployRecentValidation>")
			body := w.Body.String()
			if tc.refused != "" {
				if !strings.Contains(body, tc.refused) {
					t.Error(body)
				}
				return
			}
			_, id, _ := strings.Cut(body, "<result>")
			id, _, _ = strings.Cut(id, "</result>")
			if done := o.deployStatus(id); done.status != "Succeeded" || o.file("classes/A.cls") == "" {
				t.Errorf("%s %v %s", done.status, done.failures, body)
			}
		})
	}
}

func TestApexTestsAreScripted(t *testing.T) {
	t.Parallel()
	script := `
tests:
  A:
    adds: ""
    divides: "System.MathException: Divide by 0"
coverage:
  A: {lines: 10, uncovered: [1, 2, 3, 4]}
`
	passing := strings.Replace(script, "System.MathException: Divide by 0", "", 1)
	for name, tc := range map[string]struct {
		script, level, status string
		run, errors           string
	}{
		"no level runs nothing in a sandbox": {script, "", "Succeeded", "0", "0"},
		"a failing test":                     {script, "RunLocalTests", "Failed", "2", "1"},
		"too little coverage":                {passing, "RunLocalTests", "Failed", "2", "0"},
		"without a script tests pass":        {"", "RunLocalTests", "Succeeded", "1", "0"},
		"a test that is not there":           {"", "RunSpecifiedTests</testLevel><runTests>Nope</runTests><testLevel>RunSpecifiedTests", "Failed", "1", "1"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := serve(t, map[string]string{emulator.ScriptFile: tc.script})
			options := careful
			if tc.level != "" {
				options += "<testLevel>" + tc.level + "</testLevel>"
			}
			got := o.deployZip(classZip(t, "A"), options)
			if got.status != tc.status || text(got.result, "numberTestsTotal") != tc.run || text(got.result, "numberTestErrors") != tc.errors {
				t.Errorf("%s, %s tests, %s errors", got.status, text(got.result, "numberTestsTotal"), text(got.result, "numberTestErrors"))
			}
			if there := o.file("classes/A.cls") != ""; there != (tc.status == "Succeeded") {
				t.Errorf("the class is there: %v", there)
			}
		})
	}
}

func TestInterviewsKeepAFlowVersion(t *testing.T) {
	t.Parallel()
	files := with(map[string]string{emulator.ScriptFile: "interviews: {Sail-1: 2}\n"})
	o := serve(t, files)
	got := o.deploy(map[string]string{
		"package.xml":                         manifest(66, "FlowDefinition:Sail"),
		"flowDefinitions/Sail.flowDefinition": xmlFile("FlowDefinition", "    <activeVersionNumber>0</activeVersionNumber>\n"),
		"destructiveChangesPost.xml":          manifest(66, "Flow:Sail-1"),
	}, careful)
	if got.status != "Failed" || len(got.failures) != 1 || !strings.Contains(got.failures[0], "Flow Interview - ") {
		t.Errorf("%s %v", got.status, got.failures)
	}
}

func TestAScriptThatCannotBeReadIsAnError(t *testing.T) {
	t.Parallel()
	if _, err := emulator.New(emulator.WithOrg(mapFS(map[string]string{emulator.ScriptFile: "nonsense: 1\n"}))); err == nil {
		t.Error("no error")
	}
}
