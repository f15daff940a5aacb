package metadata_test

import (
	"testing"

	"pgregory.net/rapid"

	"github.com/orgkeep/orgkeep/pkg/metadata"
)

func TestParseVersion(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		in   string
		want metadata.Version
	}{
		"as the API writes it":         {"66.0", 66},
		"the major number alone":       {"66", 66},
		"as it stands in a URL":        {"v66.0", 66},
		"with blanks around it":        {" 66.0\n", 66},
		"the first that is understood": {"31.0", 31},
		"the last that is understood":  {"68.0", 68},
		"one that is retired":          {"20.0", 20},
		"one that is still to come":    {"120.0", 120},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got, err := metadata.ParseVersion(tc.in); err != nil || got != tc.want {
				t.Errorf("%q: got %d, %v; want %d", tc.in, got, err, tc.want)
			}
		})
	}
}

func TestParseVersionRefuses(t *testing.T) {
	t.Parallel()
	for name, in := range map[string]string{
		"nothing":                     "",
		"a v alone":                   "v",
		"a fraction alone":            ".0",
		"zero":                        "0.0",
		"a negative number":           "-66.0",
		"a sign":                      "+66.0",
		"a sign behind the v":         "v+66.0",
		"a minor number but zero":     "66.5",
		"two zeros behind the point":  "66.00",
		"a zero in front":             "066.0",
		"three parts":                 "66.0.0",
		"a point with nothing behind": "66.",
		"two vs":                      "vv66.0",
		"a blank inside":              "6 6.0",
		"words":                       "latest",
		"digits that are not ASCII":   "６６.0",
		"a number past all sense":     "1000.0",
		"a number past an int":        "99999999999999999999.0",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got, err := metadata.ParseVersion(in); err == nil || got != 0 {
				t.Errorf("%q gave %d, %v; want 0 and an error", in, got, err)
			}
		})
	}
}

func TestVersionsFrom31To68AreSupported(t *testing.T) {
	t.Parallel()
	for v := metadata.Version(-1); v < 120; v++ {
		if want := v >= 31 && v <= 68; v.Supported() != want {
			t.Errorf("%s: supported is %v, want %v", v, v.Supported(), want)
		}
	}
}

func TestAVersionIsReadBackFromItsText(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		want := metadata.Version(rapid.IntRange(1, 999).Draw(t, "version"))
		if got, err := metadata.ParseVersion(want.String()); err != nil || got != want {
			t.Fatalf("%s: got %d, %v", want, got, err)
		}
	})
}
