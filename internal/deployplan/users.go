package deployplan

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/beevik/etree"

	"github.com/orgkeep/orgkeep/internal/tree"
)

// mentionsUser tells whether a file names a user who goes by another name in the
// org, or whom it has not.
func (b *builder) mentionsUser(content []byte) bool {
	lower := bytes.ToLower(content)
	for from := range b.in.Users {
		if bytes.Contains(lower, []byte(strings.ToLower(from))) {
			return true
		}
	}
	return slices.ContainsFunc(b.in.NoUsers, func(name string) bool { return bytes.Contains(lower, []byte(strings.ToLower(name))) })
}

// users gives users the names that they have in the org, and deals with those whom
// it has not.
func (e *edit) users() {
	e.mapUsers(e.target, "")
	if len(e.b.in.NoUsers) > 0 {
		e.missingUsers(e.target, e.live, "")
	}
}

// mapUsers gives users the names that they have in the org. Only a whole value is
// one: names in code and texts stay.
func (e *edit) mapUsers(at *etree.Element, path string) {
	for _, child := range at.ChildElements() {
		name := strings.TrimPrefix(path+"."+child.Tag, ".")
		if len(child.ChildElements()) > 0 {
			e.mapUsers(child, name)
			continue
		}
		if to, ok := userOf(e.b.in.Users, child.Text()); ok {
			e.may(name, "", strings.TrimSpace(child.Text())+" is "+to+" in this org")
			child.SetText(to)
		}
	}
}

// userOf gives the name that a user has in the org; case does not count.
func userOf(users map[string]string, name string) (string, bool) {
	name = strings.TrimSpace(name)
	for from, to := range users {
		if strings.EqualFold(name, from) {
			return to, true
		}
	}
	return "", false
}

// missingUsers: a user whom the org has not would fail the whole deploy. The one
// whom the org's component names in the same place stays; where it names none, the
// component is left.
func (e *edit) missingUsers(at, live *etree.Element, path string) {
	for _, child := range at.ChildElements() {
		name := strings.TrimPrefix(path+"."+child.Tag, ".")
		was := onlyChild(live, at, child.Tag)
		if len(child.ChildElements()) > 0 {
			e.missingUsers(child, was, name)
			continue
		}
		if !namesUser(at, child) || !e.b.lacksUser(child.Text()) {
			continue
		}
		user := strings.TrimSpace(child.Text())
		switch {
		case was != nil && namesUser(was.Parent(), was) && !e.b.lacksUser(was.Text()):
			child.SetText(was.Text())
			e.may(name, "", "the org has no user "+user+"; it keeps "+strings.TrimSpace(was.Text()))
		case child.Tag == "runningUser":
			e.may(name, "", "the org has no user "+user+", and takes the one who deploys")
		default:
			e.refuse("it names the user "+user+", whom the org has not", "say who that is in this org: --map "+user+"=USER, or users: of the org in orgkeep.yaml")
			return
		}
	}
}

func (b *builder) lacksUser(name string) bool {
	name = strings.TrimSpace(name)
	return slices.ContainsFunc(b.in.NoUsers, func(no string) bool { return strings.EqualFold(no, name) })
}

// onlyChild gives the org's element in the place of the target's, where both have
// one of the name: of several nobody knows which is which.
func onlyChild(live, target *etree.Element, tag string) *etree.Element {
	if live == nil || len(live.SelectElements(tag)) != 1 || len(target.SelectElements(tag)) != 1 {
		return nil
	}
	return live.SelectElement(tag)
}

// namesUser tells elements that hold the name of a user whom a deploy looks up.
// Source: Metadata API Developer Guide, references to users.
func namesUser(parent, e *etree.Element) bool {
	if !strings.Contains(e.Text(), "@") || len(e.ChildElements()) > 0 {
		return false
	}
	isUser := func(name string) bool { return strings.EqualFold(text(parent, name), "user") }
	switch e.Tag {
	case "runningUser", "siteAdmin", "siteGuestRecordDefaultOwner", "integrationUser", "defaultCaseUser", "runAsUser":
		return true
	case "user":
		return parent.Tag == "users"
	case "assignedTo", "defaultCaseOwner":
		return isUser(e.Tag + "Type")
	case "recipient", "name":
		return isUser("type")
	case "sharedTo":
		return isUser("sharedToType")
	}
	return false
}

// UserNames gives the users whom the target names where it differs from the org,
// by the names that they have there, sorted. Those whom the org names itself need
// no asking.
func UserNames(ctx context.Context, in Input) ([]string, error) {
	wanted, known := map[string]string{}, map[string]bool{}
	for c := range tree.Changed(in.Live.Tree, in.Target.Tree) {
		for _, side := range []struct {
			of   State
			hash tree.Hash
			note func(name string)
		}{
			{in.Live, c.From, func(name string) { known[strings.ToLower(name)] = true }},
			{in.Target, c.To, func(name string) {
				if to, ok := userOf(in.Users, name); ok {
					name = to
				}
				wanted[strings.ToLower(name)] = name
			}},
		} {
			if side.hash == (tree.Hash{}) {
				continue
			}
			content, err := side.of.Blobs.Blob(ctx, side.hash)
			if err != nil {
				return nil, fmt.Errorf("read %s: %w", c.Path, err)
			}
			eachUser(content, side.note)
		}
	}
	maps.DeleteFunc(wanted, func(name, _ string) bool { return known[name] })
	return slices.Sorted(maps.Values(wanted)), nil
}

// eachUser calls note with the users whom a file names.
func eachUser(content []byte, note func(name string)) {
	if !bytes.Contains(content, []byte("@")) || !bytes.HasPrefix(bytes.TrimSpace(content), []byte("<?xml")) {
		return
	}
	doc, err := parse(content)
	if err != nil {
		return // what is no XML names nobody
	}
	for _, e := range doc.Root().FindElements(".//*") {
		if parent := e.Parent(); parent != nil && namesUser(parent, e) {
			note(strings.TrimSpace(e.Text()))
		}
	}
}
