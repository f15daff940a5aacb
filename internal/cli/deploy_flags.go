package cli

import (
	"slices"
	"strings"

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
}

func (d *deployFlags) addFlags(flags *pflag.FlagSet) {
	flags.BoolVarP(&d.Yes, "yes", "y", false, "deploy without asking")
	flags.BoolVar(&d.CheckOnly, "check-only", false, "let the org validate the deploy, and change nothing")
	flags.BoolVar(&d.Production, "production", false, "the org may be a production org")
	flags.StringSliceVar(&d.AllowDataLoss, "allow-data-loss", nil, "the data of `COMPONENT` (or all) may go; may be repeated")
	flags.StringVar(&d.TestLevel, "test-level", "", "run Apex tests of `LEVEL` (default: what the org asks for)")
	flags.StringSliceVar(&d.Tests, "tests", nil, "run these test `CLASSES`")
	flags.BoolVar(&d.ValidateInverse, "validate-inverse", false, "let the org check the way back before anything is deployed")
}

// testLevels are those that the service knows.
func testLevels() []string {
	return []string{
		string(mdapi.NoTestRun), string(mdapi.RunSpecifiedTests), string(mdapi.RunLocalTests), string(mdapi.RunAllTestsInOrg), string(mdapi.RunRelevantTests),
	}
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
	if level == string(mdapi.RunSpecifiedTests) && len(d.Tests) == 0 {
		return "", usagef("--test-level %s needs --tests", level)
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
type scope struct{ Only, Except []string }

func (s *scope) addFlags(flags *pflag.FlagSet) {
	flags.StringArrayVar(&s.Only, "only", nil, "only `TYPE` or TYPE:GLOB; may be repeated")
	flags.StringArrayVar(&s.Except, "except", nil, "without `TYPE` or TYPE:GLOB; may be repeated")
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
