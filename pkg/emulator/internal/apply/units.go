package apply

import (
	"bytes"
	"errors"
	"fmt"
	"slices"

	"github.com/orgkeep/orgkeep/pkg/emulator/internal/behaviour"
	"github.com/orgkeep/orgkeep/pkg/emulator/internal/orgstate"
	"github.com/orgkeep/orgkeep/pkg/emulator/internal/refs"
	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// runUnits applies the units to a copy of the org, holds what came of it against
// the rules, and begins again without those that failed: what refers to a
// component that failed fails too. It ends, as every round has fewer units.
func (r *runner) runUnits(units []*unit) {
	before := r.s
	for {
		r.s = before.Clone()
		r.out.Activating, r.out.Recalculates = nil, false
		failed := r.applyAll(units)
		failed = r.checkAll(units) || failed
		if !failed {
			break
		}
	}
	for _, u := range units {
		if u.bad != nil {
			r.report(*u.bad)
			continue
		}
		r.report(r.success(before, u))
	}
}

// applyAll applies all good units; composite files are merged once for all
// their children.
func (r *runner) applyAll(units []*unit) (failed bool) {
	files := map[metadata.Component][]*unit{}
	var order []metadata.Component
	for _, u := range units {
		key := u.c
		if u.of != nil {
			key = *u.of
		}
		if u.bad != nil {
			continue
		}
		if files[key] == nil {
			order = append(order, key)
		}
		files[key] = append(files[key], u)
	}
	for _, key := range order {
		failed = r.applyOne(key, files[key]) || failed
	}
	return failed
}

// problem is a refusal of one component.
type problem struct{ text string }

func (p *problem) Error() string { return p.text }

func refused(format string, args ...any) error { return &problem{fmt.Sprintf(format, args...)} }

// applyOne applies a component's units; a failure of one of several children
// leaves the others for the next round.
func (r *runner) applyOne(c metadata.Component, units []*unit) (failed bool) {
	if units[0].of != nil {
		return r.applyComposite(c, units)
	}
	u := units[0]
	err := r.applyLeaf(u)
	if err != nil {
		u.bad = r.failureOf(u, err)
	}
	return err != nil
}

func (r *runner) failureOf(u *unit, err error) *Message {
	var p *problem
	if errors.As(err, &p) {
		return r.failure(u.c, u.file(), p.text)
	}
	return r.failure(u.c, u.file(), "UNKNOWN_EXCEPTION: "+err.Error())
}

// checkAll holds the units against what the org would be with all of them.
func (r *runner) checkAll(units []*unit) (failed bool) {
	for _, u := range units {
		if u.bad != nil {
			continue
		}
		if err := r.check(u); err != nil {
			u.bad = r.failureOf(u, err)
			failed = true
		}
	}
	return failed
}

// check: references, users, and rules about the org as a whole.
func (r *runner) check(u *unit) error {
	for _, p := range r.s.FilesOf(r.owner(u)) {
		f, _ := r.s.File(p)
		if err := r.checkReferences(u, f); err != nil {
			return err
		}
		if err := r.checkUsers(u, f); err != nil {
			return err
		}
	}
	if u.c.Type == "DuplicateRule" {
		return r.checkDuplicateRule(u)
	}
	return nil
}

func (r *runner) owner(u *unit) metadata.Component {
	if u.of != nil {
		return *u.of
	}
	return u.c
}

func (r *runner) checkReferences(u *unit, f *orgstate.File) error {
	if !r.Set.Refuses(behaviour.RefuseMissing) {
		return nil
	}
	for _, m := range refs.Missing(r.s, f, r.Assumed) {
		if m.From == u.c {
			return refused("In field: %s - no %s named %s found", m.Field, m.To.Type, m.To.FullName)
		}
	}
	return nil
}

func (r *runner) checkUsers(u *unit, f *orgstate.File) error {
	if !r.Set.Refuses(behaviour.RefuseUnknownUser) || u.of != nil && u.e != nil && !bytes.Contains([]byte(u.e.Canonical()), []byte("@")) {
		return nil
	}
	for _, name := range refs.Users(f) {
		if !name.Silent && !r.Users.Known(name.Username) {
			return refused("In field: %s - no User named %s found", name.Field, name.Username)
		}
	}
	return nil
}

// success makes the message of a unit that went in, and dates it.
func (r *runner) success(before *orgstate.State, u *unit) Message {
	created := !before.Has(u.c)
	changed := created || r.differs(before, u)
	if changed || r.Set.Is(behaviour.DeployTouches, "all") {
		r.touch(u)
	}
	row, _ := r.s.Row(u.c)
	m := Message{
		ComponentType: messageType(u.c), FullName: u.c.FullName, FileName: r.p.root + u.file(), ID: row.ID,
		Changed: changed, Created: created, Success: true,
	}
	if u.c.Type == "Settings" {
		m.ID = ""
	}
	return m
}

func (r *runner) touch(u *unit) {
	if r.s.Has(u.c) {
		r.s.Touch(u.c, r.By)
	}
}

// differs tells whether the component changed; of a composite file the part that
// is its own.
func (r *runner) differs(before *orgstate.State, u *unit) bool {
	if u.of != nil {
		return before.Digest(u.c) != r.s.Digest(u.c)
	}
	if was, is := len(before.Versions(u.c)), len(r.s.Versions(u.c)); was != is {
		return true
	}
	was, is := before.FilesOf(u.c), r.s.FilesOf(u.c)
	if !slices.Equal(was, is) {
		return true
	}
	for _, p := range is {
		old, _ := before.File(p)
		now, _ := r.s.File(p)
		if !bytes.Equal(old.Content, now.Content) {
			return true
		}
	}
	return false
}
