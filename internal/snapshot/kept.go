package snapshot

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// stateRef names what a branch's machine state is kept under: a tree with a file
// for each name. It has no history.
func stateRef(branch string) string { return orgkeepPrefix + "state/" + branch }

// Keep notes machine state of a branch, to be published with the batch, or alone
// when there is no commit: what can be made anew, but at a price, like the listing
// that a later run compares with. It goes along when the branch is pushed. nil
// takes it away.
func (b *Batch) Keep(name string, content []byte) error {
	if checkPath(name) != nil || strings.Contains(name, "/") {
		return fmt.Errorf("%q cannot be the name of machine state", name)
	}
	e := edit{path: name}
	if content != nil {
		var err error
		if e.id, err = b.add(kindBlob, content, nil); err != nil {
			return err
		}
	}
	b.kept = append(b.kept, e)
	return nil
}

// Kept reads machine state of a branch: this clone's, or else that of a remote as
// it was fetched last. It returns ErrNotFound when there is none, and ErrCorrupt
// when it cannot be read; either way it can be made anew.
func (s *Store) Kept(ctx context.Context, branch, name string) ([]byte, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	refs := []string{stateRef(branch)}
	for _, remote := range s.remotes() {
		refs = append(refs, mirrorOf(remote, stateRef(branch)))
	}
	for _, ref := range refs {
		id, err := s.resolveRef(ref)
		if errors.Is(err, ErrNotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		e, ok, err := entryAt(s.objects, id, name)
		if err != nil {
			return nil, err
		}
		if ok && e.isFile() {
			return readAs(s.objects, e.id, kindBlob)
		}
	}
	return nil, fmt.Errorf("%s of %s: %w", name, branch, ErrNotFound)
}

// buildState gives the tree of what is kept for a branch, and what it was; both
// are the same when nothing changed.
func (b *Batch) buildState(branch string) (old, id ID, err error) {
	old, err = b.store.resolveRef(stateRef(branch))
	if errors.Is(err, ErrNotFound) || errors.Is(err, ErrCorrupt) {
		old, err = ID{}, nil
	}
	if err != nil || len(b.kept) == 0 {
		return old, old, err
	}
	edits := sortEdits(slices.Clone(b.kept))
	if id, err = editTree(b, old, edits); errors.Is(err, ErrNotFound) || errors.Is(err, ErrCorrupt) {
		id, err = editTree(b, ID{}, edits) // it is made anew
	}
	if err == nil && id.IsZero() {
		id, err = b.writeTree(nil)
	}
	return old, id, err
}

// moveState sets what is kept for a branch.
func (s *Store) moveState(ctx context.Context, m move) error {
	if m.State.IsZero() {
		return nil
	}
	name := stateRef(m.Branch)
	old, err := s.resolveRef(name)
	if err == nil && old == m.State {
		return nil
	}
	// The log goes first: what the ref named before is named by nothing else.
	if err := s.logTo([]string{name}, move{Old: old, New: m.State, Log: m.Log}); err != nil {
		return err
	}
	return s.setOwn(ctx, name, m.State)
}

// setOwn sets a ref that only we write.
func (s *Store) setOwn(ctx context.Context, name string, id ID) error {
	if now, err := s.resolveRef(name); err == nil && now == id {
		return nil
	}
	l, err := s.lockFile(ctx, s.refFile(name), patientTries)
	if err != nil {
		return err
	}
	return s.commitRef(l, name, id)
}
