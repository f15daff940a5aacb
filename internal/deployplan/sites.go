package deployplan

import (
	"context"
	"path"
	"regexp"
	"slices"

	"github.com/orgkeep/orgkeep/internal/diff"
	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// A site of Experience Cloud is several components: the network, the site, and its
// bundle. Half of it restored is another site, so they are one unit: what differs of
// it goes together, or stays together.

// sites gives the units, each by its network.
func (b *builder) sites(ctx context.Context) (map[metadata.Component][]metadata.Component, error) {
	out := map[metadata.Component][]metadata.Component{}
	for _, side := range []struct {
		of    State
		files map[metadata.Component]bool
	}{{b.in.Live, networks(b.live)}, {b.in.Target, networks(b.target)}} {
		for network := range side.files {
			p, _ := b.in.Registry.Path(network)
			root, err := rootOf(ctx, side.of, p)
			if err != nil {
				continue // it is told of where the network itself is planned
			}
			unit := append(out[network], network)
			if site := text(root, "site"); site != "" {
				unit = append(unit, metadata.Component{Type: "CustomSite", FullName: site})
			}
			if name := text(root, "picassoSite"); name != "" {
				unit = append(unit,
					metadata.Component{Type: "ExperienceBundle", FullName: name}, metadata.Component{Type: "DigitalExperienceBundle", FullName: "site/" + name},
					metadata.Component{Type: "DigitalExperienceConfig", FullName: name})
			}
			out[network] = sortedUnique(unit)
		}
	}
	return out, ctx.Err()
}

func networks[V any](files map[metadata.Component]V) map[metadata.Component]bool {
	out := map[metadata.Component]bool{}
	for c := range files {
		if c.Type == "Network" {
			out[c] = true
		}
	}
	return out
}

// uniteSites completes the sites of which the plan has a part, and finds those that
// cannot be restored.
func (b *builder) uniteSites(ctx context.Context, all []diff.Change) error {
	units, err := b.sites(ctx)
	if err != nil {
		return err
	}
	for network, unit := range units {
		i := slices.IndexFunc(b.changes, func(c diff.Change) bool { return slices.Contains(unit, c.Component) })
		if i < 0 {
			continue
		}
		first := b.changes[i].Component
		for _, c := range all {
			if slices.Contains(unit, c.Component) && !slices.ContainsFunc(b.changes, func(o diff.Change) bool { return o.Component == c.Component }) {
				b.changes = append(b.changes, c)
				b.neededBy[c.Component] = first
			}
		}
		b.holdSite(network, unit)
	}
	for _, c := range b.changes {
		if _, known := b.held[c.Component]; !known && b.variantLost(c.Component) != "" {
			b.holdSite(c.Component, []metadata.Component{c.Component})
		}
	}
	slices.SortStableFunc(b.changes, func(x, y diff.Change) int { return x.Component.Compare(y.Component) })
	return nil
}

// holdSite leaves all of a site when a part of it cannot be restored.
func (b *builder) holdSite(network metadata.Component, unit []metadata.Component) {
	for _, c := range unit {
		reason, byHand := b.untouchable(c)
		if name := b.variantLost(c); name != "" {
			reason = "the org has it in another language (" + name + "), which a deploy cannot leave out"
			byHand = "remove the language in Experience Builder › Settings › Languages, then roll back again"
		}
		if reason == "" {
			continue
		}
		for _, other := range unit {
			if other == c {
				b.held[c] = stay{reason, byHand}
			} else if _, ok := b.held[other]; !ok {
				b.held[other] = stay{"it is a part of the site " + network.FullName + ", of which " + c.String() + " cannot be restored", byHand}
			}
		}
	}
}

// stay is why a component is left, and what a person can do.
type stay struct{ reason, byHand string }

// variant is the file of a site's content in one language. Source: Metadata API
// Developer Guide, DigitalExperienceBundle.
var variant = regexp.MustCompile(`^[a-z]{2,3}(_[A-Z]{2})?\.json$`)

// variantLost gives a translated file of a bundle that only the org has.
func (b *builder) variantLost(c metadata.Component) string {
	if len(b.target[c]) == 0 {
		return "" // the whole bundle goes
	}
	for _, e := range b.live[c] {
		if _, ok := b.in.Target.Tree.Get(e.Path); !ok && variant.MatchString(path.Base(e.Path)) {
			return path.Base(e.Path)
		}
	}
	return ""
}

// network keeps what a deploy does not change of a site. One that was published is
// never again under construction.
func network(e *edit) {
	const unpublished = "UnderConstruction"
	fixed := []string{"emailSenderAddress", "chgEmailVerNewTemplate", "chgEmailVerOldTemplate"}
	if e.live == nil {
		for _, name := range fixed {
			if e.target.SelectElement(name) != nil {
				e.may(name, "", "it is not known whether a deploy sets it for a new site")
			}
		}
		return
	}
	if text(e.target, "status") == unpublished && text(e.live, "status") != unpublished {
		setText(e.target, "status", text(e.live, "status"))
		e.may("status", "", "a site that was published is never again under construction")
	}
	fixedMembers(fixed...)(e)
}

// fixedMembers keeps elements as the org has them that a deploy cannot change.
// Source: Metadata API Developer Guide, Network and CustomSite.
func fixedMembers(names ...string) func(*edit) {
	return func(e *edit) {
		if e.live == nil {
			return
		}
		for _, name := range names {
			was, is := e.live.SelectElement(name), e.target.SelectElement(name)
			if text(e.live, name) == text(e.target, name) {
				continue
			}
			switch {
			case is != nil && was != nil:
				is.SetText(was.Text())
			case is != nil:
				e.target.RemoveChild(is)
			default:
				insertBesideSiblings(e.target, was.Copy())
			}
			e.may(name, "", "it is read-only")
		}
	}
}
