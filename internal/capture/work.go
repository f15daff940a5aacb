package capture

import (
	"slices"

	"github.com/orgkeep/orgkeep/internal/retrieve"
	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// work is what a run retrieves. In a full run that is everything.
type work struct {
	retrieve []metadata.Component // sorted
	// unchanged are as the base has them, by the evidence of their rows; unsure are
	// so because nobody could be asked.
	unchanged, unsure []metadata.Component
}

// workSince selects what has to be retrieved of what a full run would ask for:
// what has moved since the ledger was written, and what gives no evidence.
func workSince(r *reading, l *ledger, flows map[string]string, hints []hint) work {
	s := selector{
		reading: r, ledger: l, flows: flows, moved: map[metadata.Component]bool{}, chosen: map[metadata.Component]bool{},
		hinted: map[metadata.Component]bool{}, beside: map[metadata.Component]bool{},
	}
	s.moveParents()
	s.heed(hints)
	s.count()
	var out work
	unsure := map[metadata.Component]bool{}
	for _, c := range r.selection.Wanted {
		if retrieve.Partial(c.Type, r.opts.Version) {
			continue
		}
		switch s.judge(c) {
		case mustCome:
			s.chosen[retrieve.Canonical(c)] = true
		case cannotTell:
			unsure[c] = true
		case notThere, asItWas:
		}
	}
	s.sets()
	s.companions()
	for _, c := range r.selection.Wanted {
		switch key := retrieve.Canonical(c); {
		case s.chosen[key]:
			out.retrieve = append(out.retrieve, c)
		case unsure[c]:
			out.unsure = append(out.unsure, c)
		case r.has(key):
			out.unchanged = append(out.unchanged, c)
		}
	}
	return out
}

type selector struct {
	*reading
	ledger *ledger
	flows  map[string]string
	counts map[string]int // rows by type

	moved  map[metadata.Component]bool // parents of children whose rows have moved
	chosen map[metadata.Component]bool
	// appeared: something that profiles and permission sets speak of came or went.
	// silent: so did something of which they did not speak the last time.
	appeared, silent bool
	widened          map[string]bool // objects whose layouts may be assigned otherwise

	// hinted are those that somebody may have changed, beside the profiles of which
	// only what else is retrieved is needed.
	hinted, beside map[metadata.Component]bool
	askable        map[metadata.Component]bool
}

// has tells whether the base has a component.
func (r *reading) has(key metadata.Component) bool {
	_, ok := r.before[key]
	return ok
}

// count counts rows by type, for those types that are retrieved each time while
// they are few.
func (s *selector) count() {
	s.counts = map[string]int{}
	for _, c := range s.listing.Rows() {
		s.counts[c.Type]++
	}
}

type verdict int

const (
	asItWas verdict = iota
	mustCome
	notThere   // a name that the org did not have in the last full run
	cannotTell // its list failed
)

func (s *selector) judge(c metadata.Component) verdict {
	key := retrieve.Canonical(c)
	row, listed := s.listing.Row(c)
	before, remembered := s.ledger.row(c)
	switch {
	case listed && !s.has(key):
		if !remembered || before.Silent {
			s.appears(c)
		}
		return mustCome
	case !s.has(key) && (before.Open || s.hinted[key]):
		return mustCome
	case !s.has(key) && s.heardOf(c):
		s.appears(c)
		return mustCome
	case !s.has(key):
		return notThere
	case before.Silent:
		s.silent = true
		s.appears(c)
		return mustCome
	case s.moved[key]:
		return mustCome
	case !listed && retrieve.TrustOf(c) != retrieve.Nothing && s.listing.Outcome(c.Type).Kind != retrieve.Listed:
		return cannotTell
	case !listed:
		if remembered {
			s.appears(c) // or rather went
		}
		return mustCome
	case !remembered:
		return mustCome
	case before.Open || before.Row != digestOf(row) || s.flowMoved(c) || s.hinted[key]:
		return mustCome
	}
	trust := retrieve.TrustIn(c, row, s.listing.Folder(c))
	if s.ledger.Missed[c.Type] > 0 {
		trust = retrieve.Nothing // it was seen to lie
	}
	if trust != retrieve.Unmoved && s.counts[c.Type] <= trust.Cost() {
		return mustCome
	}
	return asItWas
}

// heardOf tells that something else than a list says that a component may be there,
// and did not say so the last time, or always does.
func (s *selector) heardOf(c metadata.Component) bool {
	return retrieve.Supposed(c) || c.Type == "CustomObject" && s.listing.Objects.Has(c.FullName) && !s.ledger.Objects.Has(c.FullName)
}

// flowMoved: to activate another version may move no row.
func (s *selector) flowMoved(c metadata.Component) bool {
	return c.Type == "Flow" && s.flows != nil && s.flows[c.FullName] != s.ledger.Flows[c.FullName]
}

// moveParents: a row of a child that is new, differs, is open or is gone moves its
// parent.
func (s *selector) moveParents() {
	s.widened = map[string]bool{}
	for _, c := range s.listing.Rows() {
		parent, ok := retrieve.ParentOf(s.listing.Registry, c)
		if !ok {
			continue
		}
		row, _ := s.listing.Row(c)
		before, remembered := s.ledger.row(c)
		if !remembered {
			s.childAppears(c, parent)
		}
		if !remembered || before.Open || before.Row != digestOf(row) {
			s.moved[retrieve.Canonical(parent)] = true
		}
	}
	for c := range s.ledger.rows {
		if parent, ok := retrieve.ParentOf(s.listing.Registry, c); ok && s.listing.Lacks(c) {
			s.childAppears(c, parent)
			s.moved[retrieve.Canonical(parent)] = true
		}
	}
}

// childAppears notes that a field or a record type came or went.
func (s *selector) childAppears(c, parent metadata.Component) {
	switch c.Type {
	case "CustomField":
		s.appeared = true
	case "RecordType":
		s.appeared = true
		s.widened[parent.FullName] = true
	}
}

// appears notes that a component came or went of which profiles speak.
func (s *selector) appears(c metadata.Component) {
	if !slices.Contains(retrieve.Subjects("Profile"), c.Type) {
		return
	}
	s.appeared = true
	switch c.Type {
	case "CustomObject":
		s.widened[c.FullName] = true
	case "Layout":
		s.widened[retrieve.ObjectOf(c).FullName] = true
	}
}

// sets: when something came or went of which permission sets speak, all of them
// are retrieved; their own rows do not move then.
func (s *selector) sets() {
	if !s.appeared {
		return
	}
	for _, c := range s.selection.Wanted {
		if c.Type == "PermissionSet" || c.Type == "MutingPermissionSet" {
			s.chosen[retrieve.Canonical(c)] = true
		}
	}
}

// companions chooses those that are retrieved, and what has to be retrieved
// beside them. One that was changed itself comes with everything that it speaks
// of; when something of that came or went, all come with it.
func (s *selector) companions() {
	whole := map[string]bool{} // types of which one has to come whole
	for _, c := range s.selection.Wanted {
		if !retrieve.Partial(c.Type, s.opts.Version) {
			continue
		}
		switch s.judge(c) {
		case mustCome:
			whole[c.Type] = true
			s.chosen[retrieve.Canonical(c)] = true
		case cannotTell, notThere, asItWas:
			if s.concerned(c.Type) || s.beside[retrieve.Canonical(c)] {
				s.chosen[retrieve.Canonical(c)] = true
			}
		}
	}
	s.widen()
	for typ := range whole {
		for _, c := range s.selection.Wanted {
			if slices.Contains(retrieve.Subjects(typ), c.Type) && (s.listed(c) || s.has(retrieve.Canonical(c))) {
				s.chosen[retrieve.Canonical(c)] = true
			}
		}
	}
}

// concerned: translations of what is retrieved anyway ride along; profiles only
// when something that they speak of came or went.
func (s *selector) concerned(typeName string) bool {
	if typeName != "Translations" || s.silent {
		return s.appeared || s.silent
	}
	for c := range s.chosen {
		if c.Type != "GlobalValueSet" && slices.Contains(retrieve.Subjects(typeName), c.Type) {
			return true
		}
	}
	return false
}

// widen: a profile assigns layouts per object, so that an object with all of its
// layouts is retrieved when any of them came or went, or one of its record types.
func (s *selector) widen() {
	for _, c := range s.selection.Wanted {
		if c.Type == "CustomObject" && s.widened[c.FullName] || c.Type == "Layout" && s.widened[retrieve.ObjectOf(c).FullName] {
			s.chosen[retrieve.Canonical(c)] = true
		}
	}
}
