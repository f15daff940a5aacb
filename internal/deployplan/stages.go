package deployplan

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/orgkeep/orgkeep/internal/impact"
	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// phase is a place in the order of deploys. A plan makes a stage only of those
// that hold something.
type phase int

const (
	settingsPhase   phase = iota // what others need to be switched on
	offPhase                     // what has to be inactive before it changes or goes
	mainPhase                    // everything else, and deletions
	onPhase                      // matching rules become active
	duplicatesPhase              // duplicate rules, which need those
	accessPhase                  // access that needs what the main deploy makes
	clearPhase                   // deletions of what was in use when the main deploy began
	phaseCount
)

func (p phase) String() string {
	return [...]string{"settings", "switch off", "main", "switch on", "duplicate rules", "access", "clear"}[p]
}

// pieces are what one phase sends and deletes.
type pieces struct {
	files         []File
	named         []metadata.Component
	before, after []metadata.Component
}

func (p *pieces) send(files []File, named ...metadata.Component) {
	p.files = append(p.files, files...)
	p.named = append(p.named, named...)
}

func (p *pieces) empty() bool { return len(p.files)+len(p.before)+len(p.after) == 0 }

func (p *pieces) take(o pieces) {
	p.send(o.files, o.named...)
	p.before = append(p.before, o.before...)
	p.after = append(p.after, o.after...)
}

// stages makes stages of the phases. Settings are a deploy of their own only when
// they switch something on and something is created that may need it.
func (b *builder) stages(ctx context.Context) error {
	if !b.enables || b.plan.Count(Create) == 0 {
		b.phases[mainPhase].take(b.phases[settingsPhase])
		b.phases[settingsPhase] = pieces{}
	}
	for at := range b.phases {
		p := &b.phases[at]
		if p.empty() {
			continue
		}
		after, err := impact.Deletions(ctx, p.after, b.liveText)
		if err != nil {
			return err
		}
		before, err := impact.Deletions(ctx, p.before, b.liveText)
		if err != nil {
			return err
		}
		slices.SortFunc(p.files, func(x, y File) int { return strings.Compare(x.Path, y.Path) })
		stage := Stage{Name: phase(at).String(), Version: b.in.Version, Named: sortedUnique(p.named), Before: slices.Concat(before...), Files: p.files}
		if len(after) > 0 {
			stage.After = after[0]
		}
		parts, err := b.split(ctx, stage)
		if err != nil {
			return err
		}
		for i := 1; i < len(after); i++ {
			parts = append(parts, Stage{
				Name: fmt.Sprintf("%s, deletions %d", stage.Name, i+1), Version: b.in.Version, Named: []metadata.Component{}, Files: []File{}, After: after[i],
				Needs: "what it deletes is in use until then",
			})
		}
		b.plan.Stages = append(b.plan.Stages, b.afterOthers(parts)...)
	}
	return nil
}

// afterOthers says of the stages of a phase that they need those of the phases before
// it: a phase is a deploy of its own only where the platform forces it.
func (b *builder) afterOthers(parts []Stage) []Stage {
	if len(b.plan.Stages) == 0 {
		return parts
	}
	before := b.plan.Stages[len(b.plan.Stages)-1].Name
	for i := range parts {
		parts[i].Needs = cmp.Or(parts[i].Needs, "it needs what the deploy before it ("+before+") does")
		before = parts[i].Name
	}
	return parts
}

func sortedUnique(components []metadata.Component) []metadata.Component {
	out := slices.Clone(components)
	slices.SortFunc(out, metadata.Component.Compare)
	out = slices.Compact(out)
	if out == nil {
		out = []metadata.Component{}
	}
	return out
}
