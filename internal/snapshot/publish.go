package snapshot

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
)

// Commit adds a commit to the batch. With a Parent, or after a commit that had
// one, it is made at once and its id returned, or ErrUnchanged when it would have
// the tree of its parent. Otherwise it waits for Publish to say what it goes onto.
func (b *Batch) Commit(ctx context.Context, spec CommitSpec) (ID, error) {
	if err := ctx.Err(); err != nil {
		return ID{}, err
	}
	if len(b.specs) > 0 || (spec.Parent.IsZero() && b.parent.IsZero()) {
		b.specs = append(b.specs, spec)
		return ID{}, nil
	}
	onto := b.parent
	if onto.IsZero() {
		onto = spec.Parent
	}
	if n := len(b.built); n > 0 {
		onto = b.built[n-1]
	}
	id, err := b.build(ctx, onto, spec, false)
	if err == nil && b.parent.IsZero() {
		b.parent = spec.Parent
	}
	return id, err
}

// Publish makes the commits that wait for their parent, puts the pack in its place
// and moves the branch from old, which is zero for a branch that does not exist,
// to the last commit. Commits that would change nothing are left out, but for the
// last when there are others: it is the snapshot. It returns ErrMoved when the
// branch is not at old any more, and a *GitLockError when git is at work on the
// branch or the index. When an error comes with commits, the branch has moved, and
// the next run does what is left to do.
func (b *Batch) Publish(ctx context.Context, branch string, old ID) (Published, error) {
	defer b.Discard()
	if err := b.store.mustHold(); err != nil {
		return Published{}, err
	}
	done, err := b.publishAll(ctx, branch, old)
	if err == nil {
		b.forms.save(b.store.fsys, b.newest)
	}
	return done, err
}

func (b *Batch) publishAll(ctx context.Context, branch string, old ID) (Published, error) {
	s := b.store
	s.publishing.Lock()
	defer s.publishing.Unlock()
	if !b.parent.IsZero() && b.parent != old {
		return Published{}, fmt.Errorf("branch %s: %w", branch, ErrMoved)
	}
	at, err := s.tip(ctx, branch, old)
	if err != nil {
		return Published{}, err
	}
	if err := b.buildAll(ctx, old); err != nil {
		return Published{}, err
	}
	was, state, err := b.buildState(branch)
	if err != nil {
		return Published{}, err
	}
	if len(b.built) == 0 {
		if state != was {
			_, _, err = b.publish(ctx, move{Ref: stateRef(branch), Old: was, New: state, Force: true, Log: "state"})
		}
		return Published{}, err
	}
	newest, err := loadCommit(b, b.built[len(b.built)-1])
	if err != nil {
		return Published{}, err
	}
	anchors, err := s.nextAnchors(branch, old, newest.ID)
	if err != nil {
		return Published{}, err
	}
	out, err := s.checkedOut(branch)
	if err != nil {
		return Published{}, err
	}
	notes, moved, err := b.publish(ctx, move{
		Ref: branchPrefix + branch, Old: at, New: newest.ID, Log: "snapshot: " + newest.Subject,
		Branch: branch, Anchors: anchors, State: state, Checkout: out,
	})
	if !moved {
		return Published{}, err
	}
	if err == nil {
		notes = append(notes, s.tidy(ctx, b.Merging)...)
	}
	return Published{Commits: b.built, Notes: notes, Stored: b.pack.size()}, err
}

// tidy merges packs when there are many. The snapshot is there whatever comes of
// it, and a later one tries again.
func (s *Store) tidy(ctx context.Context, progress func(done, of int)) (notes []string) {
	err := s.mergePacks(ctx, progress)
	if err == nil || ctx.Err() != nil || errors.Is(err, fs.ErrNotExist) { // git gc was faster
		return nil
	}
	return []string{fmt.Sprintf("The packs of the repository were not merged, which the next snapshot tries again: %v", err)}
}

// tip holds a branch against old and gives its own value, which is zero when only
// a remote has it.
func (s *Store) tip(ctx context.Context, branch string, old ID) (at ID, err error) {
	head, err := s.Head(ctx, branch)
	if err != nil && !errors.Is(err, ErrNoSnapshot) {
		return ID{}, err
	}
	if head != old {
		return ID{}, fmt.Errorf("branch %s: %w", branch, ErrMoved)
	}
	v, err := s.readRef(branchPrefix + branch)
	if err != nil && !errors.Is(err, ErrNotFound) {
		return ID{}, err
	}
	return v.id, nil
}

func (b *Batch) buildAll(ctx context.Context, old ID) error {
	onto := old
	if n := len(b.built); n > 0 {
		onto = b.built[n-1]
	}
	for i, spec := range b.specs {
		if err := ctx.Err(); err != nil {
			return err
		}
		always := i == len(b.specs)-1 && len(b.built) > 0
		id, err := b.build(ctx, onto, spec, always)
		if errors.Is(err, ErrUnchanged) {
			continue
		}
		if err != nil {
			return fmt.Errorf("make a commit: %w", err)
		}
		onto = id
	}
	b.specs = nil
	return nil
}

// publish places the pack and carries out the move. The pack is kept from git gc
// until the branch names what is in it.
func (b *Batch) publish(ctx context.Context, m move) (notes []string, moved bool, err error) {
	s := b.store
	if m.Checkout {
		if err := s.awaitLock(ctx, s.indexFile()); err != nil {
			return nil, false, err
		}
	}
	// An empty one has nothing that a run that ended early has not left already.
	if len(b.pack.records) > 0 {
		if m.Pack, err = b.pack.seal(); err != nil {
			return nil, false, err
		}
	}
	if err := s.noteMove(ctx, m); err != nil {
		return nil, false, err
	}
	if m.Pack != "" {
		if err := b.place(m.Pack); err != nil {
			return nil, false, s.settle(m, err)
		}
	}
	return s.do(ctx, m)
}

func (b *Batch) place(pack string) error {
	if err := b.store.keep(pack); err != nil {
		return err
	}
	if err := b.pack.place(b.store.refFile(pack)); err != nil {
		return err
	}
	b.store.objects.forget()
	return nil
}

// keepSuffix marks a pack that git gc leaves alone.
const keepSuffix = ".keep"

func (s *Store) keep(pack string) error {
	f, err := s.fsys.OpenFile(s.refFile(pack)+keepSuffix, os.O_WRONLY|os.O_CREATE, 0o600)
	if err != nil {
		return fmt.Errorf("keep the new pack: %w", err)
	}
	return f.Close()
}

// unkeep gives a pack back to git gc; one that never got its index goes. It is made
// durable before the note of the pack goes: nobody else would know that it was kept
// by us.
func (s *Store) unkeep(pack string) error {
	name := s.refFile(pack)
	files := []string{name + keepSuffix}
	if missing(name + ".idx") {
		files = append(files, name+".pack")
	}
	removed := false
	for _, file := range files {
		if missing(file) {
			continue
		}
		if err := s.fsys.Remove(file); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("let go of the new pack: %w", err)
		}
		removed = true
	}
	if !removed {
		return nil
	}
	if err := s.fsys.SyncDir(s.objects.packDir()); err != nil {
		return fmt.Errorf("let go of the new pack: %w", err)
	}
	return nil
}
