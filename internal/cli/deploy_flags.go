package cli

import (
	"maps"
	"slices"
	"strings"

	"github.com/orgkeep/orgkeep/internal/config"
	"github.com/orgkeep/orgkeep/internal/deployplan"
	"github.com/orgkeep/orgkeep/pkg/mdapi"
	"github.com/orgkeep/orgkeep/pkg/metadata"
	"github.com/spf13/pflag"
)

// deployFlags are those of commands that change an org.
type deployFlags struct {
	Yes           bool
	CheckOnly     bool
	Production    bool
	AllowDataLoss []string
	TestLevel     string
	Tests         []string
	// ValidateInverse lets the org check the way back first.
	ValidateInverse bool
	JUnit           string // file for the outcome of tests
}

func (d *deployFlags) addFlags(flags *pflag.FlagSet) {
	flags.BoolVarP(&d.Yes, "yes", "y", false, "deploy without asking")
	flags.BoolVar(&d.CheckOnly, "check-only", false, "let the org validate the deploy, and change nothing")
	flags.BoolVar(&d.Production, "production", false, "the org may be a production org")
	flags.StringSliceVar(&d.AllowDataLoss, "allow-data-loss", nil, "the data of `COMPONENT` (or all) may go; may be repeated")
	flags.BoolVar(&d.ValidateInverse, "validate-inverse", false, "let the org check the way back before anything is deployed")
	d.addTestFlags(flags)
}

// addTestFlags adds those about Apex tests.
func (d *deployFlags) addTestFlags(flags *pflag.FlagSet) {
	flags.StringVar(&d.TestLevel, "test-level", "", "run Apex tests of `LEVEL` (default: what the org asks for);\nRunSpecifiedTests alone runs those that name what changes")
	flags.StringSliceVar(&d.Tests, "tests", nil, "run these test `CLASSES`")
	flags.StringVar(&d.JUnit, "junit", "", "write what components and tests came to, in JUnit's form, to `FILE`")
}

// testLevels are those that the service knows.
func testLevels() []string {
	return []string{
		string(mdapi.NoTestRun), string(mdapi.RunSpecifiedTests), string(mdapi.RunLocalTests), string(mdapi.RunAllTestsInOrg), string(mdapi.RunRelevantTests),
	}
}

// relevantFrom is the API version from which the service takes RunRelevantTests.
// Source: the sf CLI, which refuses it below.
const relevantFrom metadata.Version = 66

// checkLevel refuses a test level that the API version of the calls does not know.
func checkLevel(level mdapi.TestLevel, v metadata.Version) error {
	if level == mdapi.RunRelevantTests && v < relevantFrom {
		return usagef("--test-level %s needs API version %s, and the calls are made with %s; sign in again with a newer one, or use %s", level, relevantFrom, v, mdapi.RunLocalTests)
	}
	return nil
}

// level gives the test level; tests that are named ask for one.
func (d deployFlags) level() (mdapi.TestLevel, error) {
	level := d.TestLevel
	if len(d.Tests) > 0 {
		if level != "" && level != string(mdapi.RunSpecifiedTests) {
			return "", usagef("--tests goes with --test-level %s, not %s", mdapi.RunSpecifiedTests, level)
		}
		level = string(mdapi.RunSpecifiedTests)
	}
	if level == "" {
		return "", nil
	}
	if !slices.Contains(testLevels(), level) {
		return "", usagef("--test-level: there is no level %q; there are %s", level, strings.Join(testLevels(), ", "))
	}
	return mdapi.TestLevel(level), nil
}

// check refuses what cannot be asked for together. JSON is printed once, at the
// end, so that nobody could see what he says yes to.
func (d deployFlags) check(f *Factory) error {
	if f.JSON() && !d.Yes && !d.CheckOnly {
		return usagef("--json shows no plan to say yes to: add --yes or --check-only")
	}
	_, err := d.level()
	return err
}

// scope narrows a plan to some components.
type scope struct {
	Only, Except []string
	Elements     []string
	// WithDependencies adds what the rest refers to and the org has not.
	WithDependencies bool
	Users            map[string]string // of the org, by those of the target
}

// users gives who a user of the target is in the org: what was asked for goes
// before the settings.
func (s scope) users(org config.Org) map[string]string {
	out := map[string]string{}
	for from, to := range org.Users {
		out[strings.ToLower(from)] = to
	}
	for from, to := range s.Users {
		out[strings.ToLower(from)] = to
	}
	return out
}

func (s *scope) addFlags(flags *pflag.FlagSet) {
	flags.StringArrayVar(&s.Only, "only", nil, "only `TYPE` or TYPE:GLOB; may be repeated")
	flags.StringArrayVar(&s.Except, "except", nil, "without `TYPE` or TYPE:GLOB; may be repeated")
	flags.StringArrayVar(&s.Elements, "only-element", nil, "only `'TYPE:NAME ELEMENT [KEY]'`; may be repeated")
	flags.BoolVar(&s.WithDependencies, "with-dependencies", false, "add what the selection needs and the org has not")
	flags.StringToStringVar(&s.Users, "map", nil, "a user of the target is another in this org: `FROM=TO`")
}

// asFlags writes the selection as it has to be given again.
func (s scope) asFlags() string {
	var b strings.Builder
	for _, each := range []struct {
		flag string
		of   []string
	}{{"--only", s.Only}, {"--except", s.Except}, {"--only-element", s.Elements}} {
		for _, value := range each.of {
			b.WriteString(" " + each.flag + " " + shellWord(value))
		}
	}
	if s.WithDependencies {
		b.WriteString(" --with-dependencies")
	}
	for _, from := range slices.Sorted(maps.Keys(s.Users)) {
		b.WriteString(" --map " + shellWord(from+"="+s.Users[from]))
	}
	return b.String()
}

// keep gives the function that tells what is meant, nil for all.
func (s scope) keep(r *metadata.Registry) (func(metadata.Component) bool, error) {
	if len(s.Only)+len(s.Except) == 0 {
		return nil, nil
	}
	only, err := parsePatterns(r, "--only", s.Only)
	if err != nil {
		return nil, err
	}
	except, err := parsePatterns(r, "--except", s.Except)
	if err != nil {
		return nil, err
	}
	return func(c metadata.Component) bool {
		return (len(only) == 0 || matchesAny(r, only, c)) && !matchesAny(r, except, c)
	}, nil
}

// picks gives the elements that are meant.
func (s scope) picks() ([]deployplan.Pick, error) {
	var out []deployplan.Pick
	for _, text := range s.Elements {
		p, err := parsePick(text)
		if err != nil {
			return nil, err
		}
		out = append(out, p)
	}
	return out, nil
}

// parsePick reads "Profile:Acme Sales User fieldPermissions Account.Phone". Names may
// hold blanks; the element is the last word but one that is spelt like one.
func parsePick(text string) (deployplan.Pick, error) {
	words := strings.Fields(text)
	for i := len(words) - 1; i > 0; i-- {
		last := i == len(words)-1
		if !isElementName(words[i]) || last && len(words) > 2 && isElementName(words[i-1]) && i > 1 {
			continue
		}
		c, err := metadata.ParseComponent(strings.Join(words[:i], " "))
		if err != nil {
			return deployplan.Pick{}, usagef("--only-element: %v", err)
		}
		return deployplan.Pick{Component: c, Element: words[i], Key: strings.Join(words[i+1:], " ")}, nil
	}
	return deployplan.Pick{}, usagef("--only-element: %q is not of the form 'TYPE:NAME ELEMENT [KEY]'", text)
}

func isElementName(word string) bool {
	return word != "" && word[0] >= 'a' && word[0] <= 'z' && !strings.ContainsFunc(word, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9')
	})
}
