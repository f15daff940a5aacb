package deployplan

import (
	"context"
	"fmt"
	"slices"

	"github.com/beevik/etree"

	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// Parts of settings that a deploy takes only in some way. Source: Metadata API
// Developer Guide, the field texts of each, and refusals that public deploy tools know.

// keepFixed leaves members that a deploy cannot change as the org has them, wherever
// they are. Some are required, so they are sent all the same.
func (e *edit) keepFixed(target, live *etree.Element, members []string) {
	for _, name := range members {
		if live == nil || sameAll(target.SelectElements(name), live.SelectElements(name)) {
			continue
		}
		e.may(e.pathTo(target, name), "", "it is read-only")
		for _, now := range target.SelectElements(name) {
			target.RemoveChild(now)
		}
		for _, was := range live.SelectElements(name) {
			insertBesideSiblings(target, was.Copy())
		}
	}
	for _, child := range target.ChildElements() {
		if len(child.ChildElements()) > 0 {
			e.keepFixed(child, counterpart(live, child), members)
		}
	}
}

// pathTo names a child of the target, or of what lies below it.
func (e *edit) pathTo(at *etree.Element, child string) string {
	if at == e.target {
		return child
	}
	return pathOf(at, e.target) + "." + child
}

func sameAll(a, b []*etree.Element) bool {
	return slices.EqualFunc(a, b, func(x, y *etree.Element) bool { return canonical(x) == canonical(y) })
}

// counterpart gives the org's entry of the same name, or key where there are several.
func counterpart(live, target *etree.Element) *etree.Element {
	if live == nil {
		return nil
	}
	key := entryKey(target)
	for _, was := range live.SelectElements(target.Tag) {
		if entryKey(was) == key {
			return was
		}
	}
	return nil
}

// entryKey is what tells entries of lists in settings apart.
func entryKey(e *etree.Element) string {
	switch e.Tag {
	case "countries", "states":
		return text(e, "isoCode")
	case "forecastingTypeSettings":
		return text(e, "name")
	case "routingAddresses":
		return text(e, "emailAddress")
	}
	return ""
}

// places: countries and states are neither made nor removed, and do not become
// inactive again.
func (e *edit) places(target, live *etree.Element) {
	if target == nil || live == nil {
		return
	}
	for _, place := range slices.Concat(target.SelectElements("countries"), target.SelectElements("states")) {
		path, was := e.pathTo(target, place.Tag), counterpart(live, place)
		if was == nil {
			target.RemoveChild(place)
			e.may(path, "", "a deploy does not make a place: "+entryKey(place))
			continue
		}
		if is(was, "active") && !is(place, "active") {
			setText(place, "active", "true")
			e.may(path+".active", "", "it cannot be switched off once it is on: "+entryKey(place))
		}
		e.places(place, was)
	}
	for _, was := range slices.Concat(live.SelectElements("countries"), live.SelectElements("states")) {
		if counterpart(target, was) == nil {
			insertBesideSiblings(target, was.Copy())
			e.may(e.pathTo(target, was.Tag), "", "a deploy does not remove a place: "+entryKey(was))
		}
	}
}

// chatterMobile: what switches it off takes nothing else of it along.
func (e *edit) chatterMobile() {
	const part, enabled = "chatterMobile", "enableChatterMobile"
	if !is(e.live, part, enabled) || text(e.target, part, enabled) != "false" {
		return
	}
	at := e.target.SelectElement(part)
	for _, member := range at.ChildElements() {
		if member.Tag == enabled {
			continue
		}
		at.RemoveChild(member)
		if text(e.live, part, member.Tag) != text(member) {
			e.may(part+"."+member.Tag, "", "it cannot be set while Chatter Mobile is switched off")
		}
	}
}

// ownerReport: it can be set only where accounts are private.
func (e *edit) ownerReport() {
	const name = "enableAccountOwnerReport"
	report := e.target.SelectElement(name)
	if report == nil || text(e.live, name) == text(e.target, name) || e.b.accounts == "" || e.b.accounts == "Private" {
		return
	}
	e.target.RemoveChild(report)
	e.may(name, "", "it can be set only where accounts are private, and they are "+e.b.accounts)
}

// losesForecasts notes what goes with forecast types, and adjustments, that are
// switched off or left out.
func (e *edit) losesForecasts() {
	for _, was := range e.live.SelectElements("forecastingTypeSettings") {
		if now := counterpart(e.target, was); is(was, "active") && (now == nil || !is(now, "active")) {
			e.action.DataLoss = "the forecasts, adjustments and quotas of " + entryKey(was)
			return
		}
	}
	for _, name := range []string{"enableAdjustments", "enableOwnerAdjustments"} {
		if is(e.live, "globalAdjustmentsSettings", name) && text(e.target, "globalAdjustmentsSettings", name) == "false" {
			e.action.DataLoss = "the adjustments of forecasts"
		}
	}
}

// learnAccounts reads who can see accounts in the target, of which settings of accounts
// depend.
func (b *builder) learnAccounts(ctx context.Context, e *edit) error {
	if e.action.Component != (metadata.Component{Type: "Settings", FullName: "Account"}) {
		return nil
	}
	for _, entry := range b.target[metadata.Component{Type: "CustomObject", FullName: "Account"}] {
		root, err := rootOf(ctx, b.in.Target, entry.Path)
		if err != nil {
			return fmt.Errorf("read who can see accounts: %w", err)
		}
		b.accounts = text(root, "sharingModel")
	}
	return nil
}
