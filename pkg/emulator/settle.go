package emulator

import (
	"time"

	"github.com/orgkeep/orgkeep/pkg/emulator/internal/apply"
	"github.com/orgkeep/orgkeep/pkg/emulator/internal/orgstate"
	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// settling is what the platform goes on working in after a deploy, where the
// script says that this takes time: matching rules that become active, and sharing
// that is recalculated.
type settling struct {
	takes  time.Duration
	rules  []activation
	shares time.Time // until when sharing is recalculated
}

type activation struct {
	rule metadata.Component
	due  time.Time
	by   orgstate.User
}

// begin notes what a deploy that was kept has begun.
func (t *settling) begin(o apply.Outcome, by orgstate.Stamp) {
	due := by.Time.Add(t.takes)
	for _, rule := range o.Activating {
		t.rules = append(t.rules, activation{rule, due, by.User})
	}
	if o.Recalculates && t.takes > 0 {
		t.shares = due
	}
}

// settle ends what is due.
func (s *Server) settle(now time.Time) {
	var left []activation
	for _, a := range s.settling.rules {
		if now.Before(a.due) {
			left = append(left, a)
			continue
		}
		by := orgstate.Stamp{User: a.by, Time: a.due}
		// A file that the org holds can be stored again.
		_ = apply.Activate(s.state, a.rule, by)
	}
	s.settling.rules = left
}
