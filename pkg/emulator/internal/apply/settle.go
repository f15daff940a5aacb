package apply

import (
	"strings"

	"github.com/orgkeep/orgkeep/pkg/emulator/internal/behaviour"
	"github.com/orgkeep/orgkeep/pkg/emulator/internal/orgstate"
	"github.com/orgkeep/orgkeep/pkg/emulator/internal/xmltext"
	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// activating is a matching rule's status while the platform makes it active.
const activating = "Activating"

// activation: where activation takes time, a rule that is made active is not so at
// once.
func (r *runner) activation(u *unit, old *xmltext.Element) *xmltext.Element {
	status := u.e.Child("ruleStatus")
	if u.c.Type != "MatchingRule" || !r.Settles || status == nil || status.Text() != "Active" || old.Get("ruleStatus") == "Active" {
		return u.e
	}
	r.out.Activating = append(r.out.Activating, u.c)
	return replaceChild(u.e, status, status.WithText(activating))
}

// Activate ends the activation of a matching rule; one that was changed or is gone
// meanwhile is left as it is.
func Activate(s *orgstate.State, c metadata.Component, by orgstate.Stamp) error {
	parent, _ := s.Parent(c)
	for _, p := range s.FilesOf(parent) {
		f, _ := s.File(p)
		root, err := f.Root()
		if err != nil {
			continue
		}
		for _, e := range root.Children {
			kid, ok := s.ChildOf(parent, e)
			if !ok || kid != c || e.Get("ruleStatus") != activating {
				continue
			}
			status := e.Child("ruleStatus")
			active := replaceChild(e, status, status.WithText("Active"))
			return s.Put(p, replaceChild(root, e, active).Document(), by)
		}
	}
	return nil
}

// recalculation: a change of an object's sharing model is refused while another is
// being worked in, and begins one.
func (r *runner) recalculation(c metadata.Component, before, after []*xmltext.Element) error {
	if c.Type != "CustomObject" || sharing(before) == sharing(after) {
		return nil
	}
	if r.Recalculating && r.Set.Refuses(behaviour.RefuseSharing) {
		return refused("sharing operation already in progress")
	}
	r.out.Recalculates = r.out.Recalculates || r.State.Has(c)
	return nil
}

func sharing(elements []*xmltext.Element) string {
	var b strings.Builder
	for _, e := range elements {
		if e.Name == "sharingModel" || e.Name == "externalSharingModel" {
			b.WriteString(e.Canonical())
		}
	}
	return b.String()
}

// checkSharing: sharing rules wait for a recalculation.
func (r *runner) checkSharing(u *unit) error {
	if r.Recalculating && u.of.Type == "SharingRules" && r.Set.Refuses(behaviour.RefuseSharing) {
		return refused("sharing operation already in progress")
	}
	return nil
}
