package iostreams_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/orgkeep/orgkeep/internal/cli/iostreams"
	"pgregory.net/rapid"
)

func streams(out *bytes.Buffer, terminal bool) *iostreams.Streams {
	return iostreams.New(iostreams.Options{
		Out: out, Err: &bytes.Buffer{}, Terminal: &iostreams.Terminal{Out: terminal, Err: terminal},
		Getenv: func(string) string { return "" },
	})
}

func TestASecretIsTakenOutHoweverItIsCutIntoWrites(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		const secret = "00Dxx!AQAAQAAB"
		var out bytes.Buffer
		r := &iostreams.Redactor{}
		r.Add(secret, "AQAAQAABCD")
		text := strings.Join(rapid.SliceOf(rapid.SampledFrom([]string{secret, "0", "00D", "AQAA", "x", "\n"})).Draw(t, "text"), "")
		w := r.Writer(&out)
		for rest := text; rest != ""; {
			n := rapid.IntRange(1, len(rest)).Draw(t, "cut")
			if _, err := w.Write([]byte(rest[:n])); err != nil {
				t.Fatal(err)
			}
			rest = rest[n:]
		}
		if err := w.Flush(); err != nil {
			t.Fatal(err)
		}
		if strings.Contains(out.String(), secret) {
			t.Fatalf("%q holds the secret", out.String())
		}
		if want := strings.Count(text, secret); strings.Count(out.String(), "[redacted]") < want {
			t.Fatalf("%q of %q: want %d redacted", out.String(), text, want)
		}
	})
}

func TestTextWithoutSecretsPassesUnchanged(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var out bytes.Buffer
		r := &iostreams.Redactor{}
		r.Add("secret-1", "short")
		text := rapid.StringMatching(`[a-f ]{0,40}`).Draw(t, "text")
		w := r.Writer(&out)
		for _, b := range []byte(text) {
			if _, err := w.Write([]byte{b}); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Flush(); err != nil || out.String() != text {
			t.Fatalf("got %q, %v, want %q", out.String(), err, text)
		}
	})
}

func TestASecretIsTakenOutInOtherFormsToo(t *testing.T) {
	t.Parallel()
	r := &iostreams.Redactor{}
	r.Add("00D!to/ken=")
	for _, text := range []string{"00D!to/ken=", "a=00D%21to%2Fken%3D&b", "MDBEIXRvL2tlbj0="} {
		if got := r.String(text); got == text {
			t.Errorf("%q is still there", text)
		}
	}
}

func TestForeignTextCannotSteerTheTerminal(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"plain Ünïcode 名前":     "plain Ünïcode 名前",
		"\x1b[2Jgone":          "?[2Jgone",
		"a\r\nb\tc":            "a  b c",
		"\u202egpj.exe":        "?gpj.exe",
		"\u009b31m":            "?31m",
		"zero\x00bell\x07":     "zero?bell?",
		"\u2066x\u2069\u2028y": "?x??y",
	} {
		if got := iostreams.Clean(text); got != want {
			t.Errorf("Clean(%q) = %q, want %q", text, got, want)
		}
	}
	if got := iostreams.CleanLines("a\n\tb\x1b"); got != "a\n\tb?" {
		t.Errorf("CleanLines: %q", got)
	}
}

func TestTablesAreAlignedForPeopleAndTabsForPrograms(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		terminal bool
		want     string
	}{
		"a terminal": {true, "REVISION  BY     NOTE\n4f1c2ab   admin  x\n1         a      two words\n"},
		"a pipe":     {false, "4f1c2ab\tadmin\tx\n1\ta\ttwo words\n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var out bytes.Buffer
			s := streams(&out, tc.terminal)
			s.NoColor()
			table := s.NewTable("revision", "by", "note")
			table.Row("4f1c2ab", "admin", "x")
			table.Row("1", "a", "two\twords")
			if err := table.Write(); err != nil {
				t.Fatal(err)
			}
			if err := s.Flush(); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tc.want, out.String()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestATableFitsTheTerminal(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		width int
		want  string
	}{
		"wide enough":        {80, "    +  CustomField  Account.A_Long_Name__c    ada\n    ~  Flow         Route_Case_To_Somebody_2  tom\n"},
		"a narrow one":       {40, "    +  CustomField  Account.A_Long…  ada\n    ~  Flow         Route_Case_To_…  tom\n"},
		"one too narrow":     {10, "    +  CustomField  Account.A…  ada\n    ~  Flow         Route_Cas…  tom\n"},
		"not a terminal (0)": {0, "+\tCustomField\tAccount.A_Long_Name__c\tada\n~\tFlow\tRoute_Case_To_Somebody_2\ttom\n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var out bytes.Buffer
			s := iostreams.New(iostreams.Options{Out: &out, Err: &bytes.Buffer{}, Terminal: &iostreams.Terminal{Out: tc.width > 0, Width: tc.width}})
			s.NoColor()
			table := s.NewTable("mark", "type", "name", "by")
			table.Bare, table.Indent, table.Shrink = true, "    ", []int{2}
			table.Row("+", "CustomField", "Account.A_Long_Name__c", "ada")
			table.Row("~", "Flow", "Route_Case_To_Somebody_2", "tom")
			if err := table.Write(); err != nil {
				t.Fatal(err)
			}
			if err := s.Flush(); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tc.want, out.String()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestFitCountsColumnsNotBytes(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		text    string
		columns int
		want    string
	}{
		{"Müller", 6, "Müller"}, {"Müller", 4, "Mül…"}, {"名前名前", 8, "名前名前"}, {"名前名前", 5, "名前…"}, {"abc", 0, "…"},
	} {
		got := iostreams.Fit(tc.text, tc.columns)
		if got != tc.want || iostreams.Columns(got) > max(1, tc.columns) {
			t.Errorf("Fit(%q, %d) = %q, want %q", tc.text, tc.columns, got, tc.want)
		}
	}
}

func TestTimesAreRelativeForPeople(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 24, 15, 0, 0, 0, time.UTC)
	for ago, want := range map[time.Duration]string{
		0:                "just now",
		5 * time.Minute:  "5 min ago",
		2 * time.Hour:    "2 h ago",
		14 * time.Hour:   "14 h ago",
		20 * time.Hour:   "yesterday 19:00",
		50 * time.Hour:   "2 days ago",
		2000 * time.Hour: "2026-09-02",
		-3 * time.Hour:   "in 3 h",
		-220 * time.Hour: "in 9 days",
		-5 * time.Minute: "in 5 min",
		-5 * time.Second: "now",
	} {
		if got := iostreams.Relative(now, now.Add(-ago)); got != want {
			t.Errorf("%s ago: %q, want %q", ago, got, want)
		}
	}
	if got := streams(&bytes.Buffer{}, false).Time(now, now.In(time.FixedZone("", 3600))); got != "2026-11-24T15:00:00Z" {
		t.Errorf("in a pipe: %q", got)
	}
	if got := streams(&bytes.Buffer{}, true).Time(now, time.Time{}); got != "" {
		t.Errorf("no time: %q", got)
	}
}

func TestDurations(t *testing.T) {
	t.Parallel()
	for d, want := range map[time.Duration]string{
		350 * time.Millisecond: "350 ms", 4200 * time.Millisecond: "4.2 s", 42 * time.Second: "42 s",
		112 * time.Second: "1 min 52 s", 62 * time.Minute: "1 h 2 min",
	} {
		if got := iostreams.Took(d); got != want {
			t.Errorf("%s: %q, want %q", d, got, want)
		}
	}
}

func TestColourIsForTerminalsThatWantIt(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		terminal bool
		env      map[string]string
		want     string
	}{
		"a terminal":            {true, nil, "\x1b[32m+\x1b[0m"},
		"a pipe":                {false, nil, "+"},
		"NO_COLOR":              {true, map[string]string{"NO_COLOR": "1"}, "+"},
		"a terminal that can't": {true, map[string]string{"TERM": "dumb"}, "+"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := iostreams.New(iostreams.Options{
				Out: &bytes.Buffer{}, Err: &bytes.Buffer{}, Terminal: &iostreams.Terminal{Out: tc.terminal},
				Getenv: func(name string) string { return tc.env[name] },
			})
			if got := s.OutStyle().Added("+"); got != tc.want {
				t.Errorf("got %q, want %q", got, tc.want)
			}
		})
	}
}

func TestAQuietRunHasNoNotes(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	s := iostreams.New(iostreams.Options{Out: &bytes.Buffer{}, Err: &out})
	s.BeQuiet()
	s.Note("hello")
	if _, err := s.Progress().Write([]byte("x")); err != nil {
		t.Fatal(err)
	}
	if err := s.Flush(); err != nil || out.Len() > 0 {
		t.Errorf("%q, %v", out.String(), err)
	}
}
