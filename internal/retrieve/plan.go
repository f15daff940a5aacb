package retrieve

import (
	"slices"

	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// Limits bound one retrieve.
type Limits struct {
	Files int
	Bytes int64
}

// DefaultLimits are for sizes that nobody has measured. They stay at 85 % of the
// 10,000 files that the service takes, as the type tells the number of files but
// for bundles, and at 72 % of its 39 MB of zip, as bytes are guessed.
func DefaultLimits() Limits { return Limits{Files: 8_500, Bytes: 28 << 20} }

// MeasuredLimits stay at 90 % of what the service takes, for sizes that are known.
func MeasuredLimits() Limits { return Limits{Files: 9_000, Bytes: 35 << 20} }

// Request is one retrieve: what is asked for by name.
type Request struct {
	Members []metadata.Component
	// Companions are those of which each request brings a part, as what comes of
	// them depends on what else is asked for; the parts are united afterwards.
	Companions []metadata.Component
	// Estimate is what the request is taken to bring; [Plan] alone fills it.
	Estimate Size
}

// All gives members and companions.
func (r Request) All() []metadata.Component { return slices.Concat(r.Members, r.Companions) }

// PlanOptions say how requests are cut.
type PlanOptions struct {
	Version metadata.Version
	Limits  Limits
	// Size gives what a component took the last time, where that is known; nil
	// means that nothing is.
	Size func(metadata.Component) (Size, bool)
	// ChildrenCount counts children as files. One report says that the service
	// does; its own words speak of files, so that only an org that was seen to
	// refuse less is asked in smaller pieces.
	ChildrenCount bool
}

// Plan cuts what is wanted into requests within the limits, in a fixed order.
// Components that belong together (an object with its children, layouts and
// translations) are never parted. Every companion is asked for together with
// every member.
func Plan(l *Listing, wanted []metadata.Component, opts PlanOptions) []Request {
	companions, members := split(wanted, opts.Version)
	p := planner{listing: l, opts: opts}
	var requests []Request
	for _, group := range p.groups(companions) {
		requests = append(requests, p.cut(members, group)...)
	}
	return requests
}

type planner struct {
	listing *Listing
	opts    PlanOptions
}

// groups parts companions that alone would fill more than half a request: the
// members are then asked for once with each group.
func (p planner) groups(companions []metadata.Component) [][]metadata.Component {
	half := Limits{Files: max(1, p.opts.Limits.Files/2), Bytes: p.opts.Limits.Bytes / 2}
	groups := [][]metadata.Component{nil}
	var used Size
	for _, c := range companions {
		last := &groups[len(groups)-1]
		if len(*last) > 0 && !used.plus(emptyCompanion()).within(half) {
			groups = append(groups, nil)
			last, used = &groups[len(groups)-1], Size{}
		}
		*last = append(*last, c)
		used = used.plus(emptyCompanion())
	}
	return groups
}

func (p planner) cut(members, companions []metadata.Component) []Request {
	var base Size
	for range companions {
		base = base.plus(emptyCompanion())
	}
	rate := p.rate(companions)
	var requests []Request
	current, used := Request{Companions: companions}, base
	for _, family := range families(members) {
		var size Size
		for _, c := range family {
			size = size.plus(p.size(c)).plus(p.mention(c, rate))
		}
		if len(current.Members) > 0 && !used.plus(size).within(p.opts.Limits) {
			current.Estimate = used
			requests = append(requests, current)
			current, used = Request{Companions: companions}, base
		}
		current.Members = append(current.Members, family...)
		used = used.plus(size)
	}
	if len(current.Members) > 0 || len(companions) > 0 {
		current.Estimate = used
		requests = append(requests, current)
	}
	return requests
}

// split takes out the types whose files hold only what concerns the rest of the
// request.
func split(wanted []metadata.Component, version metadata.Version) (companions, members []metadata.Component) {
	for _, c := range wanted {
		if Partial(c.Type, version) {
			companions = append(companions, c)
		} else {
			members = append(members, c)
		}
	}
	return companions, members
}

// wholePermissionSets is the first version in which permission sets come whole.
// Source: Metadata API Developer Guide, PermissionSet.
const wholePermissionSets metadata.Version = 40

// Partial tells whether a file of the type holds only what concerns the other
// components of the same retrieve. Source: Metadata API Developer Guide, Profile
// and Translations.
func Partial(typeName string, version metadata.Version) bool {
	switch typeName {
	case "Profile", "Translations":
		return true
	case "PermissionSet", "MutingPermissionSet":
		return version < wholePermissionSets
	}
	return false
}
