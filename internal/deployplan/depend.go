package deployplan

import (
	"context"
	"fmt"
	"slices"

	"github.com/orgkeep/orgkeep/internal/diff"
	"github.com/orgkeep/orgkeep/internal/impact"
	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// depend finds, for a plan that is narrowed, what it refers to that the org has
// not: it becomes part of the plan, or is named in it.
func (b *builder) depend(ctx context.Context, all []diff.Change) error {
	var from, candidates []metadata.Component
	missing := map[metadata.Component]diff.Change{}
	for _, c := range b.changes {
		if c.Kind != diff.Deleted {
			from = append(from, c.Component)
		}
	}
	for _, c := range all {
		if c.Kind == diff.Added && c.Path != manifestName && !b.in.Keep(c.Component) {
			missing[c.Component] = c
			candidates = append(candidates, c.Component)
		}
	}
	if len(candidates) == 0 {
		return nil
	}
	needs, err := impact.Needs(ctx, from, candidates, b.targetText)
	if err != nil {
		return fmt.Errorf("look for what is needed: %w", err)
	}
	for _, n := range needs {
		if !b.in.WithDependencies {
			b.plan.Missing = append(b.plan.Missing, n)
			continue
		}
		b.changes = append(b.changes, missing[n.Component])
		b.neededBy[n.Component] = n.By
	}
	slices.SortFunc(b.changes, func(x, y diff.Change) int { return x.Component.Compare(y.Component) })
	return nil
}

// suggestTests finds the tests of the Apex that the plan changes, among the
// classes that the org has afterwards.
func (b *builder) suggestTests(ctx context.Context) error {
	var changed, classes []metadata.Component
	for _, a := range b.plan.Actions {
		switch a.Component.Type {
		case "ApexClass", "ApexTrigger", "Flow", "CustomField", "ValidationRule":
			if a.Verb != Leave {
				changed = append(changed, a.Component)
			}
		}
	}
	if !slices.ContainsFunc(changed, func(c metadata.Component) bool { return c.Type == "ApexClass" || c.Type == "ApexTrigger" }) {
		return nil
	}
	for c := range b.target {
		if c.Type == "ApexClass" && namespace(c) == "" {
			classes = append(classes, c)
		}
	}
	var err error
	b.plan.Tests, err = impact.Tests(ctx, changed, classes, b.targetText)
	if err != nil {
		return fmt.Errorf("look for tests: %w", err)
	}
	return nil
}
