package cli

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/orgkeep/orgkeep/internal/cli/iostreams"
	"github.com/orgkeep/orgkeep/internal/config"
	"github.com/orgkeep/orgkeep/internal/deployplan"
	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// guard refuses a plan that the user has not allowed in so many words. Every
// reason is given at once. A validation changes nothing and needs no leave.
func (d deployFlags) guard(plan *deployplan.Plan, org config.Org) error {
	if d.CheckOnly || plan.Empty() {
		return nil
	}
	var refused []error
	if plan.Production && !d.Production && !org.AllowProduction {
		refused = append(refused, &Error{
			Code: "production", Exit: ExitRefused,
			Message: fmt.Sprintf("%s is a production org, and nothing allows deploys to it", plan.Alias),
			Hint:    Hint{Say: "Add --production, or set allow-production for it in " + config.FileName + "."},
		})
	}
	if n := plan.Count(deployplan.Delete); org.MaxDeletes != nil && n > *org.MaxDeletes {
		refused = append(refused, &Error{
			Code: "max-deletes", Exit: ExitRefused,
			Message: fmt.Sprintf("%s: the plan deletes %s, and max-deletes is %d", plan.Alias, plural(n, "component"), *org.MaxDeletes),
			Hint:    Hint{Say: "Narrow it with --only or --except, or raise max-deletes in " + config.FileName + "."},
		})
	}
	if err := d.guardData(plan); err != nil {
		refused = append(refused, err)
	}
	return errors.Join(refused...)
}

// guardData asks for leave to destroy data, component by component. In a sandbox
// --yes is leave enough where the org tells of no records. That it tells of none is
// no proof in production: the user may not see them.
func (d deployFlags) guardData(plan *deployplan.Plan) error {
	if slices.Contains(d.AllowDataLoss, "all") {
		return nil
	}
	var names, detail []string
	for _, a := range plan.DataLoss() {
		if d.allows(a.Component) || d.Yes && !plan.Production && (a.Records == nil || *a.Records == 0) {
			continue
		}
		names = append(names, a.Component.FullName)
		detail = append(detail, fmt.Sprintf("- %s %s: %s", a.Component.Type, a.Component.FullName, a.Loss()))
	}
	if len(names) == 0 {
		return nil
	}
	return &Error{
		Code: "data-loss", Exit: ExitRefused, Detail: detail,
		Message: fmt.Sprintf("%s: %s would take data along", plan.Alias, plural(len(names), "deletion")),
		Hint:    Hint{"To allow it, add", "--allow-data-loss " + shellWord(strings.Join(names, ","))},
	}
}

func (d deployFlags) allows(c metadata.Component) bool {
	return slices.ContainsFunc(d.AllowDataLoss, func(name string) bool {
		return strings.EqualFold(name, c.FullName) || strings.EqualFold(name, c.String())
	})
}

// question is what people answer with yes. It names what is at stake.
func question(plan *deployplan.Plan) string {
	kind := "the sandbox"
	if plan.Production {
		kind = "PRODUCTION"
	}
	return iostreams.Clean(fmt.Sprintf("Type yes to deploy to %s %s (%s):", kind, plan.OrgName, plan.Alias))
}
