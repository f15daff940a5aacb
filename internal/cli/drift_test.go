package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/orgkeep/orgkeep/internal/cli/iostreams"
	"github.com/orgkeep/orgkeep/internal/diff"
)

// threeOrgs are one that differs, one that does not and has rules, and one that
// failed.
func threeOrgs() []driftFound {
	prod := someDrift()
	prod.alias = "prod"
	uat := driftFound{alias: "uat", expected: side{Name: "its newest snapshot (9d0e771)"}, asked: 10, returned: 10, masked: 2, masks: diff.CertainMasks()}
	uat.hidden = []diff.Excepted{
		{Exception: diff.Exception{Type: "Profile", Reason: "ours", Owner: "platform"}, Count: 6},
		{Exception: diff.Exception{Type: "Layout", Reason: "old", Owner: "sales", Until: time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC)}, Expired: true},
	}
	return []driftFound{prod, uat, {alias: "dev", failed: ForOrg("dev", errors.New("the line is down"))}}
}

func TestSeveralOrgsOnAScreen(t *testing.T) {
	t.Parallel()
	for _, width := range []int{120, 60, 0} {
		t.Run(fmt.Sprint(width), func(t *testing.T) {
			t.Parallel()
			got := screen(t, width, func(f *Factory) error { return f.showDrift(threeOrgs()) })
			for line := range strings.SplitSeq(got, "\n") {
				if width > 0 && iostreams.Columns(line) > width && !strings.HasPrefix(line, "warning: ") {
					t.Errorf("%d columns: %s", iostreams.Columns(line), line)
				}
			}
			golden(t, fmt.Sprintf("drift-matrix-%d.txt", width), got)
		})
	}
}

func TestOutputsHaveAFormatAndAPlace(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		format  string
		outputs []string
		want    string
	}{
		"nothing said":           {"", nil, "[{text }]"},
		"a format":               {"json", nil, "[{json }]"},
		"a file goes by its end": {"", []string{"a.sarif"}, "[{sarif a.sarif}]"},
		"but by the flag first":  {"html", []string{"a.sarif"}, "[{html a.sarif}]"},
		"more beside":            {"", []string{"html=a.html", "junit=b"}, "[{html a.html} {junit b} {text }]"},
		"more beside, and one":   {"", []string{"html=a.html", "b.md"}, "[{html a.html} {markdown b.md}]"},
		"what is no format":      {"", []string{"x=y.md"}, "[{markdown x=y.md}]"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := driftOptions{Format: tc.format, Outputs: tc.outputs}.outputs()
			if err != nil || fmt.Sprint(got) != tc.want {
				t.Errorf("got %v, %v, want %s", got, err, tc.want)
			}
		})
	}
}

func TestASandboxIsNamedByItsHost(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"https://acme--uat.sandbox.my.salesforce.com": "uat",
		"https://acme--full.my.salesforce.com":        "full",
		"https://acme.my.salesforce.com":              "",
		"http://127.0.0.1:8080":                       "",
		"::":                                          "",
	} {
		if got := sandboxOf(address); got != want {
			t.Errorf("%s: %q, want %q", address, got, want)
		}
	}
}

func TestMasksThatAreNamedAddToTheUsualOnes(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		said []string
		want []diff.Mask
	}{
		"none said":        {nil, []diff.Mask{diff.MaskCanvas}},
		"one more":         {[]string{"users"}, []diff.Mask{diff.MaskCanvas, diff.MaskUsers}},
		"none":             {[]string{"none"}, nil},
		"none but one":     {[]string{"ids", "none"}, []diff.Mask{diff.MaskIDs}},
		"the certain ones": {[]string{"certain"}, []diff.Mask{diff.MaskCanvas, diff.MaskHidden, diff.MaskSandbox}},
	} {
		got, err := lens{Masks: tc.said}.masks([]diff.Mask{diff.MaskCanvas})
		if err != nil || !cmp.Equal(tc.want, got) {
			t.Errorf("%s: %v, %v", name, got, err)
		}
	}
}

func TestThePagerGetsWhatIsShown(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		environ []string
		pipe    bool
		want    string
	}{
		"a pager":                 {[]string{"PAGER=tr a-z A-Z"}, false, "SHOWN\n"},
		"ours before another":     {[]string{"PAGER=false", "ORGKEEP_PAGER=tr a-z A-Z"}, false, "SHOWN\n"},
		"none":                    {[]string{"PAGER=cat"}, false, "shown\n"},
		"none, said with nothing": {[]string{"ORGKEEP_PAGER=", "PAGER=tr a-z A-Z"}, false, "shown\n"},
		"one that is not there":   {[]string{"PAGER=no-such-pager"}, false, "shown\n"},
		"in a pipe":               {[]string{"PAGER=tr a-z A-Z"}, true, "shown\n"},
		"where nobody can scroll": {nil, false, "shown\n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var out bytes.Buffer
			io := iostreams.New(iostreams.Options{Out: &out, Err: &bytes.Buffer{}, Terminal: &iostreams.Terminal{Out: !tc.pipe}})
			f := newFactory(io, System{Stdout: &out, Environ: tc.environ}.withDefaults())
			f.Env = f.Sys.env()
			err := f.page(t.Context(), func() error {
				_, err := fmt.Fprintln(f.IO.Out, "shown")
				return err
			})
			_ = io.Flush()
			if err != nil || out.String() != tc.want {
				t.Errorf("%q, %v", out.String(), err)
			}
		})
	}
}

func TestThePagerIsNotAskedAfterAnError(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	io := iostreams.New(iostreams.Options{Out: &out, Err: &bytes.Buffer{}, Terminal: &iostreams.Terminal{Out: true}})
	f := newFactory(io, System{Stdout: &out, Environ: []string{"PAGER=tr a-z A-Z"}}.withDefaults())
	if err := f.page(t.Context(), func() error { return context.Canceled }); !errors.Is(err, context.Canceled) || out.Len() > 0 {
		t.Errorf("%v, %q", err, out.String())
	}
}
