package cli

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/orgkeep/orgkeep/internal/config"
	"github.com/orgkeep/orgkeep/internal/deployplan"
)

func TestGuardsRefuseWhatIsNotAllowedInSoManyWords(t *testing.T) {
	t.Parallel()
	plan := func(production bool) *deployplan.Plan {
		return &deployplan.Plan{
			Alias: "prod", Production: production, Stages: []deployplan.Stage{{}},
			Actions: []deployplan.Action{
				{Verb: deployplan.Delete, Component: comp("CustomField", "A.B__c"), DataLoss: "its values"},
				{Verb: deployplan.Delete, Component: comp("ApexClass", "Old")},
			},
		}
	}
	counted := func(n int, production bool) *deployplan.Plan {
		p := plan(production)
		p.Actions[0].Records = &n
		return p
	}
	limit := func(n int) config.Org { return config.Org{AllowProduction: true, MaxDeletes: &n} }
	everything := deployFlags{Yes: true, Production: true, AllowDataLoss: []string{"all"}}
	for name, tc := range map[string]struct {
		flags deployFlags
		plan  *deployplan.Plan
		org   config.Org
		want  []string // codes
	}{
		"everything is allowed":                      {everything, plan(true), config.Org{}, nil},
		"production needs its flag":                  {deployFlags{Yes: true, AllowDataLoss: []string{"all"}}, plan(true), config.Org{}, []string{"production"}},
		"or the setting":                             {deployFlags{Yes: true, AllowDataLoss: []string{"all"}}, plan(true), config.Org{AllowProduction: true}, nil},
		"data needs its own, whatever else":          {deployFlags{Yes: true, Production: true}, plan(true), config.Org{}, []string{"data-loss"}},
		"by name":                                    {deployFlags{Production: true, AllowDataLoss: []string{"a.b__C"}}, plan(true), config.Org{}, nil},
		"by type and name":                           {deployFlags{Production: true, AllowDataLoss: []string{"CustomField:A.B__c"}}, plan(true), config.Org{}, nil},
		"not by another name":                        {deployFlags{Production: true, AllowDataLoss: []string{"A.C__c"}}, plan(true), config.Org{}, []string{"data-loss"}},
		"in a sandbox --yes is enough":               {deployFlags{Yes: true}, plan(false), config.Org{}, nil},
		"nor where it has no records":                {deployFlags{Yes: true}, counted(0, false), config.Org{}, nil},
		"but where it has some, they are named":      {deployFlags{Yes: true}, counted(3, false), config.Org{}, []string{"data-loss"}},
		"in production none seen is no leave":        {deployFlags{Yes: true, Production: true}, counted(0, true), config.Org{}, []string{"data-loss"}},
		"in a sandbox nothing is not":                {deployFlags{}, plan(false), config.Org{}, []string{"data-loss"}},
		"all reasons are given at once":              {deployFlags{Yes: true}, plan(true), config.Org{}, []string{"production", "data-loss"}},
		"no more deletes than the settings allow":    {everything, plan(true), limit(1), []string{"max-deletes"}},
		"as many as they allow":                      {everything, plan(true), limit(2), nil},
		"a validation needs no leave":                {deployFlags{CheckOnly: true}, plan(true), limit(0), nil},
		"a plan that deploys nothing needs no leave": {deployFlags{}, &deployplan.Plan{Production: true}, limit(0), nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var codes []string
			if err := tc.flags.guard(tc.plan, tc.org); err != nil {
				f := &Factory{}
				for _, e := range f.explainAll(err) {
					codes = append(codes, e.Code)
					if e.Exit != ExitRefused || e.Hint.String() == "" {
						t.Errorf("%s: exit %d, hint %q", e.Code, e.Exit, e.Hint)
					}
				}
			}
			if diff := cmp.Diff(tc.want, codes); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestTestLevelsAreThoseOfTheService(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		flags deployFlags
		want  string
		wrong bool
	}{
		"none is left to the org":        {deployFlags{}, "", false},
		"one of the service's":           {deployFlags{TestLevel: "RunLocalTests"}, "RunLocalTests", false},
		"in another case it is no level": {deployFlags{TestLevel: "runlocaltests"}, "", true},
		"classes ask for their level":    {deployFlags{Tests: []string{"ATest"}}, "RunSpecifiedTests", false},
		"classes with another level":     {deployFlags{Tests: []string{"ATest"}, TestLevel: "NoTestRun"}, "", true},
		"their level without classes":    {deployFlags{TestLevel: "RunSpecifiedTests"}, "RunSpecifiedTests", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := tc.flags.level()
			var usage *usageError
			if string(got) != tc.want || (err != nil) != tc.wrong || err != nil && !errors.As(err, &usage) {
				t.Errorf("got %q, %v", got, err)
			}
		})
	}
}
