package report

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/owenrumney/go-sarif/v3/pkg/report/v210/sarif"

	"github.com/orgkeep/orgkeep/internal/diff"
	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// hostile is what somebody may call a thing in an org.
const hostile = "</script><script>alert(1)</script>`|@all <img src=x onerror=alert(2)>\x1b[31m"

func sample() Drift {
	when := time.Date(2026, 11, 2, 14, 2, 0, 0, time.UTC)
	return Drift{
		Tool: "orgkeep", Version: "1.2.3", Expected: "prod at 4f1c2ab", Actual: "org prod", Made: when, Root: "metadata", Asked: 12, Returned: 11,
		Changes: []Change{
			{
				Change: diff.Change{
					Kind: diff.Changed, Component: metadata.Component{Type: "ApexClass", FullName: "Router"}, Path: "classes/Router.cls", Paths: []string{"classes/Router.cls"},
					Elements: []diff.Element{{Name: "Router.cls", Steps: []diff.Step{{Name: "Router.cls"}}, Kind: diff.Changed, Line: 41, Hunks: []diff.Hunk{{OldLine: 41, NewLine: 41, Lines: []diff.Line{
						{Op: " ", Text: "void route() {"}, {Op: "-", Text: "  old();"}, {Op: "+", Text: "  ```fence " + hostile},
					}}}}},
				},
				Author: "dana@acme.example", When: when,
			},
			{Change: diff.Change{Kind: diff.Added, Component: metadata.Component{Type: "CustomField", FullName: "Account.Region__c"}, Path: "objects/Account.object", Summary: "Text(80)"}},
			{Change: diff.Change{
				Kind: diff.Changed, Component: metadata.Component{Type: "Layout", FullName: "Account-" + hostile}, Path: "layouts/Account-x y.layout",
				Elements: []diff.Element{{Name: "label", Steps: []diff.Step{{Name: "label"}}, Kind: diff.Changed, Old: "a", New: hostile}},
			}, Author: hostile},
			{Change: diff.Change{Kind: diff.Deleted, Component: metadata.Component{Type: "Layout", FullName: "Account-Old"}, Path: "layouts/Account-Old.layout"}},
		},
		Missing: []Missing{{Component: metadata.Component{Type: "Report", FullName: "private/R1"}, Reason: "INSUFFICIENT_ACCESS " + hostile}},
		Hidden: []Hidden{
			{Rule: "Profile:*", Reason: "moves with each release " + hostile, Owner: "platform team", Until: "2027-03-31", Count: 6},
			{Rule: "Layout:Old", Reason: "on its way out", Owner: "sales", Until: "2026-10-01", Expired: true},
		},
		Masked: 3, Masks: []string{"sandbox", "canvas"},
	}
}

// several are three orgs: one that differs, one that does not, one that failed.
func several() []Drift {
	same := Drift{Tool: "orgkeep", Version: "1.2.3", Expected: "uat at 9d0e771", Actual: "uat", Made: sample().Made, Asked: 12, Returned: 12}
	failed := Drift{Tool: "orgkeep", Actual: "dev", Failed: "dev: the session was refused " + hostile}
	prod := sample()
	prod.Actual = "prod"
	return []Drift{prod, same, failed}
}

func written(t *testing.T, format Format, d Drift, maxBytes int) string {
	t.Helper()
	return allWritten(t, format, []Drift{d}, maxBytes)
}

func allWritten(t *testing.T, format Format, all []Drift, maxBytes int) string {
	t.Helper()
	var out bytes.Buffer
	if err := Write(&out, format, all, maxBytes); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestVerdictSaysWhatWasFound(t *testing.T) {
	t.Parallel()
	d := sample()
	if got, want := d.Verdict(), "org prod differs from prod at 4f1c2ab in 4 components, as far as it could be read: 1 component could not be compared"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	d.Changes, d.Missing = nil, nil
	if got, want := d.Verdict(), "org prod is as expected"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestAnUnknownFormatIsRefused(t *testing.T) {
	t.Parallel()
	if err := Write(&bytes.Buffer{}, "pdf", []Drift{sample()}, 0); !errors.Is(err, ErrFormat) {
		t.Errorf("got %v, want ErrFormat", err)
	}
}

func TestSARIFIsValidAndCarriesFileAndLine(t *testing.T) {
	t.Parallel()
	for name, d := range map[string]Drift{"with drift": sample(), "without": {Tool: "orgkeep", Expected: "a", Actual: "b"}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			log, err := sarif.FromString(written(t, SARIF, d, 0))
			if err != nil {
				t.Fatal(err)
			}
			if err := log.Validate(); err != nil {
				t.Error(err)
			}
			if got := len(log.Runs[0].Results); got != len(d.Changes) {
				t.Errorf("%d results for %d changes", got, len(d.Changes))
			}
			if got := *log.Runs[0].Invocations[0].ExecutionSuccessful; got != d.Complete() {
				t.Errorf("successful is %v, complete is %v", got, d.Complete())
			}
		})
	}
	log, err := sarif.FromString(written(t, SARIF, sample(), 0))
	if err != nil {
		t.Fatal(err)
	}
	type place struct {
		URI  string
		Line int
	}
	var got []place
	for _, r := range log.Runs[0].Results {
		at := r.Locations[0].PhysicalLocation
		got = append(got, place{*at.ArtifactLocation.URI, *at.Region.StartLine})
	}
	want := []place{{"metadata/classes/Router.cls", 41}, {"metadata/objects/Account.object", 1}, {"metadata/layouts/Account-x%20y.layout", 1}, {"metadata/layouts/Account-Old.layout", 1}}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func TestJUnitFailsForWhatDiffersAndErrsForWhatIsUnknown(t *testing.T) {
	t.Parallel()
	var got junitSuites
	if err := xml.Unmarshal([]byte(written(t, JUnit, sample(), 0)), &got); err != nil {
		t.Fatal(err)
	}
	if got.Tests != 8 || got.Failures != 4 || got.Errors != 1 || got.Skipped != 3 {
		t.Errorf("%d tests, %d failures, %d errors, %d skipped", got.Tests, got.Failures, got.Errors, got.Skipped)
	}
	if got := got.Suites[0].Cases[0]; got.ClassName != "orgkeep.ApexClass" || got.Name != "Router" || !strings.Contains(got.Failure.Text, "-  old();") {
		t.Errorf("%+v", got)
	}
}

// GitLab wants a class name and a name for each test and reads one outcome;
// Jenkins counts, and refuses a suite without a name.
func TestJUnitIsWhatBuildServersRead(t *testing.T) {
	t.Parallel()
	var got junitSuites
	if err := xml.Unmarshal([]byte(allWritten(t, JUnit, append(several(), sample()), 0)), &got); err != nil {
		t.Fatal(err)
	}
	all := junitSuite{}
	for _, s := range got.Suites {
		counted := junitSuite{}
		seen := map[string]bool{}
		for _, c := range s.Cases {
			if c.Name == "" || c.ClassName == "" || seen[c.Name] {
				t.Errorf("%s: a test without a name of its own: %+v", s.Name, c)
			}
			seen[c.Name] = true
			outcomes := 0
			for _, o := range []struct {
				result *junitResult
				count  *int
			}{{c.Failure, &counted.Failures}, {c.Error, &counted.Errors}, {c.Skipped, &counted.Skipped}} {
				if o.result != nil {
					*o.count++
					outcomes++
				}
			}
			if outcomes > 1 {
				t.Errorf("%s: %d outcomes", c.Name, outcomes)
			}
			counted.Tests++
		}
		if s.Name == "" || s.Timestamp == "" || counted.Tests != s.Tests || counted.Failures != s.Failures || counted.Errors != s.Errors || counted.Skipped != s.Skipped {
			t.Errorf("%s: says %+v, has %+v", s.Name, s, counted)
		}
		all.Tests, all.Failures, all.Errors, all.Skipped = all.Tests+s.Tests, all.Failures+s.Failures, all.Errors+s.Errors, all.Skipped+s.Skipped
	}
	if all.Tests != got.Tests || all.Failures != got.Failures || all.Errors != got.Errors || all.Skipped != got.Skipped {
		t.Errorf("in all %+v, said %+v", all, got)
	}
}

func TestJUnitHasAPassedTestWhenNothingDiffers(t *testing.T) {
	t.Parallel()
	var got junitSuites
	if err := xml.Unmarshal([]byte(written(t, JUnit, Drift{Actual: "org prod"}, 0)), &got); err != nil {
		t.Fatal(err)
	}
	if got.Tests != 1 || got.Failures+got.Errors != 0 || got.Suites[0].Cases[0].Name != "org prod is as expected" {
		t.Errorf("%+v", got)
	}
}

func TestMarkdownIsCutWithAStatedRemainder(t *testing.T) {
	t.Parallel()
	whole := written(t, Markdown, sample(), 0)
	if strings.Contains(whole, "more.") || strings.Contains(whole, "left out") {
		t.Errorf("the whole report leaves something out:\n%s", whole)
	}
	head := len(markdownHead(sample())) + remainderRoom
	for name, tc := range map[string]struct {
		changes, room int
		says          string
	}{
		"room for some titles":       {4, 150, "… and 2 components more."},
		"room for titles, not texts": {2, 200, "… the details of 1 component are left out."},
	} {
		d := sample()
		d.Changes = d.Changes[:tc.changes]
		cut := written(t, Markdown, d, head+tc.room)
		if len(cut) > head+tc.room || !strings.Contains(cut, tc.says) || !strings.Contains(cut, "differs from") {
			t.Errorf("%s: %d bytes of at most %d:\n%s", name, len(cut), head+tc.room, cut)
		}
	}
}

func TestMarkdownOfSeveralOrgsIsCutToo(t *testing.T) {
	t.Parallel()
	d := sample()
	for i := range 3000 {
		d.Changes = append(d.Changes, Change{Change: diff.Change{Kind: diff.Changed, Component: metadata.Component{Type: "ApexClass", FullName: fmt.Sprintf("Class%04d", i)}}})
	}
	other := d
	other.Actual = "org uat"
	const room = 65_000
	got := allWritten(t, Markdown, []Drift{d, other}, room)
	if len(got) > room || strings.Count(got, "… and ") != 3 || !strings.Contains(got, "2 of 2 orgs differ") {
		t.Errorf("%d bytes, remainders: %d", len(got), strings.Count(got, "… and "))
	}
}

func TestMarkdownTakesNothingForMarkup(t *testing.T) {
	t.Parallel()
	for i, line := range strings.Split(written(t, Markdown, sample(), 0), "\n") {
		if strings.HasPrefix(line, "    ") {
			continue // in a fence
		}
		text := withoutCode(line)
		for _, bad := range []string{"<script", "<img", "@all"} {
			if strings.Contains(text, bad) {
				t.Errorf("line %d: %s", i+1, line)
			}
		}
	}
}

// withoutCode takes out code spans: what stands between two runs of equally many
// backquotes.
func withoutCode(line string) string {
	out := ""
	for {
		start := strings.IndexByte(line, '`')
		if start < 0 || start > 0 && line[start-1] == '\\' {
			return out + line
		}
		run := len(line[start:]) - len(strings.TrimLeft(line[start:], "`"))
		out += line[:start]
		line = line[start+run:]
		end := strings.Index(line, strings.Repeat("`", run))
		if end < 0 {
			return out + line
		}
		line = line[end+run:]
	}
}

func TestAFenceCannotBeClosedByItsText(t *testing.T) {
	t.Parallel()
	if got := written(t, Markdown, sample(), 0); !strings.Contains(got, "    ````diff\n") {
		t.Errorf("the fence is not longer than what it holds:\n%s", got)
	}
}

func TestHTMLTakesNothingForMarkup(t *testing.T) {
	t.Parallel()
	got := written(t, HTML, sample(), 0)
	for _, bad := range []string{"<script>alert", "<img", "\x1b"} {
		if strings.Contains(got, bad) {
			t.Errorf("the page has %q", bad)
		}
	}
	if n := strings.Count(got, "<script>"); n != 1 {
		t.Errorf("%d scripts, want its own one", n)
	}
}

func TestHTMLNeedsNoNetwork(t *testing.T) {
	t.Parallel()
	got := written(t, HTML, sample(), 0)
	for _, bad := range []string{"src=", "http://", "https://", "url(", "@import", "<link"} {
		if at := strings.Index(strings.ReplaceAll(got, "img src", ""), bad); at >= 0 {
			t.Errorf("the page has %q: %.80s", bad, got[at:])
		}
	}
	if !strings.Contains(got, "default-src &#39;none&#39;") {
		t.Error("the page does not forbid what it does not need")
	}
}

func TestSeveralOrgsAreAMatrix(t *testing.T) {
	t.Parallel()
	m := MatrixOf(several())
	got := map[string]string{}
	for _, r := range m.Rows {
		got[r.Component.String()] = strings.Join(r.Cells, " ")
	}
	want := map[string]string{
		"ApexClass:Router": "~ · ?", "CustomField:Account.Region__c": "+ · ?", "Layout:Account-" + hostile: "~ · ?",
		"Layout:Account-Old": "- · ?", "Report:private/R1": "? · ?",
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	if d := cmp.Diff([]string{"prod", "uat", "dev"}, m.Orgs); d != "" {
		t.Error(d)
	}
}

func TestEveryFormatHasAllOrgs(t *testing.T) {
	t.Parallel()
	log, err := sarif.FromString(allWritten(t, SARIF, several(), 0))
	if err != nil {
		t.Fatal(err)
	}
	if err := log.Validate(); err != nil {
		t.Error(err)
	}
	ids := map[string]bool{}
	for _, r := range log.Runs {
		ids[*r.AutomationDetails.ID] = true
	}
	if d := cmp.Diff(map[string]bool{"drift/prod/": true, "drift/uat/": true, "drift/dev/": true}, ids); d != "" {
		t.Error(d)
	}
	var suites junitSuites
	if err := xml.Unmarshal([]byte(allWritten(t, JUnit, several(), 0)), &suites); err != nil {
		t.Fatal(err)
	}
	if suites.Errors != 2 || suites.Suites[0].Name != "prod.ApexClass" || suites.Suites[0].Cases[0].ClassName != "orgkeep.prod.ApexClass" {
		t.Errorf("%d errors, %+v", suites.Errors, suites.Suites[0])
	}
	markdown := allWritten(t, Markdown, several(), 0)
	for _, want := range []string{"### 1 of 3 orgs differ", "| component | prod | uat | dev |", "| `ApexClass Router` | `~` | `·` | `?` |", "### dev could not be compared", "### uat is as expected"} {
		if !strings.Contains(markdown, want) {
			t.Errorf("no %q in\n%s", want, markdown)
		}
	}
	page := allWritten(t, HTML, several(), 0)
	for _, want := range []string{"1 of 3 orgs differ", `data-org="o0"`, `<th scope="col">uat</th>`, "dev could not be compared"} {
		if !strings.Contains(page, want) {
			t.Errorf("no %q in the page", want)
		}
	}
}

func TestEveryFormatSaysWhatIsHidden(t *testing.T) {
	t.Parallel()
	for _, format := range []Format{SARIF, JUnit, Markdown, HTML} {
		got := strings.ReplaceAll(strings.ReplaceAll(written(t, format, sample(), 0), `\`, ""), "&#43;", "+")
		for _, want := range []string{"6 differences hidden", "platform team", "2027-03-31", "has expired on 2026-10-01", "3 differences masked (sandbox, canvas)"} {
			if format == HTML && want == "6 differences hidden" {
				want = "6 differences hidden by rules"
			}
			if !strings.Contains(got, want) {
				t.Errorf("%s has no %q", format, want)
			}
		}
	}
}

func TestHTMLSetsOffChangedWords(t *testing.T) {
	t.Parallel()
	d := sample()
	d.Changes[0].Elements[0].Hunks[0].Lines[1].Spans = []diff.Span{{From: 2, To: 5}}
	if got := written(t, HTML, d, 0); !strings.Contains(got, `<span class="del">-  <mark>old</mark>();`) {
		t.Error("the word is not marked")
	}
}
