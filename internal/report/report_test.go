package report

import (
	"bytes"
	"encoding/xml"
	"errors"
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
					Elements: []diff.Element{{Name: "Router.cls", Kind: diff.Changed, Line: 41, Hunks: []diff.Hunk{{OldLine: 41, NewLine: 41, Lines: []diff.Line{
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
		Hidden:  []Hidden{{Rule: "Profile *", Reason: "moves with each release", Count: 6}},
	}
}

func written(t *testing.T, format Format, d Drift, maxBytes int) string {
	t.Helper()
	var out bytes.Buffer
	if err := Write(&out, format, d, maxBytes); err != nil {
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
	if err := Write(&bytes.Buffer{}, "pdf", sample(), 0); !errors.Is(err, ErrFormat) {
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
	if got.Tests != 5 || got.Failures != 4 || got.Errors != 1 {
		t.Errorf("%d tests, %d failures, %d errors", got.Tests, got.Failures, got.Errors)
	}
	if got := got.Suites[0].Cases[0]; got.ClassName != "orgkeep.ApexClass" || got.Name != "Router" || !strings.Contains(got.Failure.Text, "-  old();") {
		t.Errorf("%+v", got)
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
	if strings.Contains(whole, "more.") {
		t.Errorf("the whole report leaves something out:\n%s", whole)
	}
	head := len(markdownHead(sample()))
	cut := written(t, Markdown, sample(), head+200)
	if len(cut) > head+200 || !strings.Contains(cut, "… and ") || !strings.Contains(cut, "differs from") {
		t.Errorf("%d bytes of at most %d:\n%s", len(cut), head+200, cut)
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
