package deployplan

import (
	"context"
	"strings"

	"github.com/beevik/etree"

	"github.com/orgkeep/orgkeep/internal/diff"
	"github.com/orgkeep/orgkeep/pkg/metadata"
)

const (
	ruleActive   = "Active"
	ruleInactive = "Inactive"
)

// matchingRule: a status that is on its way cannot be sent.
func matchingRule(e *edit) {
	switch status := text(e.target, "ruleStatus"); status {
	case ruleActive, ruleInactive, "":
	default:
		setText(e.target, "ruleStatus", ruleInactive)
		e.may("ruleStatus", "", status+" cannot be set; it is sent as "+ruleInactive)
	}
}

// sameButStatus tells whether two matching rules differ in more than their
// status.
func sameButStatus(a, b *etree.Element) bool {
	return sameEntries(without(a, []string{"ruleStatus"}), without(b, []string{"ruleStatus"}))
}

// matchingSteps says in which phases a changed matching rule is sent: status and
// the rest never change in one deploy, and an active rule does not change at all.
func (k *container) matchingSteps(c metadata.Component, target *etree.Element) {
	live := findChild(k.typ, k.live, c)
	if live == nil {
		k.parts[mainPhase] = append(k.parts[mainPhase], part{c, target})
		return
	}
	was, is := text(live, "ruleStatus"), text(target, "ruleStatus")
	if sameButStatus(live, target) {
		k.parts[mainPhase] = append(k.parts[mainPhase], part{c, target})
		return
	}
	if was == ruleActive {
		k.parts[offPhase] = append(k.parts[offPhase], part{c, withStatus(live, ruleInactive)})
	}
	k.parts[mainPhase] = append(k.parts[mainPhase], part{c, withStatus(target, ruleInactive)})
	if is == ruleActive {
		k.parts[onPhase] = append(k.parts[onPhase], part{c, target})
	}
}

func withStatus(e *etree.Element, status string) *etree.Element {
	out := e.Copy()
	setText(out, "ruleStatus", status)
	return out
}

// duplicateRule waits for matching rules that this plan makes or switches on: it
// needs them active.
func (b *builder) duplicateRule(ctx context.Context, c diff.Change) error {
	object, _, _ := strings.Cut(c.Component.FullName, ".")
	for _, other := range b.changes {
		if other.Component.Type == "MatchingRule" && other.Kind != diff.Deleted && strings.HasPrefix(other.Component.FullName, object+".") {
			return b.leaf(ctx, c, duplicatesPhase)
		}
	}
	return b.leaf(ctx, c, mainPhase)
}
