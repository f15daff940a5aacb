package snapshot

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	gogit "github.com/go-git/go-git/v5"
	"github.com/go-git/go-git/v5/config"
)

// RewrittenError says that a remote's branch lacks commits that it had: somebody
// has rewritten it. Nothing here was changed.
type RewrittenError struct {
	Remote, Branch string
	Had, Has       ID // zero when the branch is gone
}

// Error says what the remote had and has.
func (e *RewrittenError) Error() string {
	if e.Has.IsZero() {
		return fmt.Sprintf("%s of %s is gone: it had %s", e.Branch, e.Remote, e.Had.Short())
	}
	return fmt.Sprintf("%s of %s was rewritten: it had %s and is at %s, which does not descend from it", e.Branch, e.Remote, e.Had.Short(), e.Has.Short())
}

// DivergedError says that a branch and that of a remote both have commits that the
// other has not. Nothing was changed.
type DivergedError struct {
	Remote, Branch string
	Here, There    ID
}

// Error says where both are.
func (e *DivergedError) Error() string {
	return fmt.Sprintf("%s went apart from that of %s: %s here, %s there", e.Branch, e.Remote, e.Here.Short(), e.There.Short())
}

// Fetched says what a fetch did to a branch.
type Fetched struct {
	Branch   string
	Old, New ID // zero when there is none; equal when nothing changed
	Notes    []string
}

// Fetch brings the branches of a remote and what it keeps under refs/orgkeep/, and
// moves a branch that has nothing of its own on to the remote's. One that exists
// only there stays there: Head finds it. It returns a *RewrittenError or a
// *DivergedError when it must not move on. The caller holds the lock.
func (s *Store) Fetch(ctx context.Context, r Remote, branches ...string) ([]Fetched, error) {
	if err := s.mustHold(); err != nil {
		return nil, err
	}
	l, err := s.link(r)
	if err != nil {
		return nil, err
	}
	if err := s.fetch(ctx, l, branches); err != nil {
		return nil, err
	}
	var done []Fetched
	for _, branch := range branches {
		f, err := s.advance(ctx, l.name, branch)
		if err != nil {
			return done, err
		}
		done = append(done, f)
	}
	return done, nil
}

// fetch brings objects and moves the refs that follow the remote.
func (s *Store) fetch(ctx context.Context, l *link, branches []string) error {
	refs, err := l.list(ctx)
	if err != nil {
		return err
	}
	specs, err := s.specs(l, refs, branches)
	if err != nil {
		return err
	}
	if err := s.download(ctx, l, specs); err != nil {
		return err
	}
	// Tags come second: only those of commits that are here are wanted.
	if specs, err = s.tagSpecs(refs); err != nil {
		return err
	}
	if err := s.download(ctx, l, specs); err != nil {
		return err
	}
	if err := s.applyRefs(ctx, l); err != nil {
		return err
	}
	for _, branch := range branches {
		if err := s.compareAnchor(ctx, l.name, branch); err != nil {
			return err
		}
	}
	return nil
}

// download brings objects and makes them durable.
func (s *Store) download(ctx context.Context, l *link, specs []config.RefSpec) error {
	if len(specs) == 0 {
		return nil
	}
	before, err := packNames(s.objects.packDir())
	if err != nil {
		return err
	}
	err = l.remote.FetchContext(ctx, &gogit.FetchOptions{RefSpecs: specs, Auth: l.auth, CABundle: l.roots, Tags: gogit.NoTags})
	if errors.Is(err, gogit.NoErrAlreadyUpToDate) {
		err = nil
	}
	if err == nil {
		err = s.syncNewPacks(before)
	}
	if err != nil {
		return fmt.Errorf("fetch from %s: %w", l.name, refusal(err))
	}
	s.objects.forget()
	return nil
}

// compareAnchor holds a remote's branch against the last good head that the remote
// itself keeps: a fresh clone has nothing else to tell that it was rewritten.
func (s *Store) compareAnchor(ctx context.Context, remote, branch string) error {
	had, err := s.resolveRef(mirrorOf(remote, anchorRef(branch, 1)))
	if errors.Is(err, ErrNotFound) || errors.Is(err, ErrCorrupt) {
		return nil
	}
	if err != nil {
		return err
	}
	return s.mustDescend(ctx, remote, branch, had)
}

// mustDescend returns a *RewrittenError when a remote's branch does not have a
// commit that it had.
func (s *Store) mustDescend(ctx context.Context, remote, branch string, had ID) error {
	has, err := s.resolveRef(remotePrefix + remote + "/" + branch)
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	yes, cut, err := s.descends(ctx, has, had)
	if err == nil && !yes && !cut {
		err = &RewrittenError{remote, branch, had, has}
	}
	return err
}

// syncNewPacks makes durable what go-git has written.
func (s *Store) syncNewPacks(before []string) error {
	known := map[string]bool{}
	for _, name := range before {
		known[name] = true
	}
	after, err := packNames(s.objects.packDir())
	if err != nil {
		return err
	}
	for _, name := range after {
		if known[name] {
			continue
		}
		for _, ext := range []string{".pack", ".idx"} {
			f, err := s.fsys.OpenFile(name+ext, os.O_RDONLY, 0)
			if err != nil {
				return err
			}
			if err := errors.Join(f.Sync(), f.Close()); err != nil {
				return err
			}
		}
	}
	return s.fsys.SyncDir(s.objects.packDir())
}

// applyRefs moves the refs that go-git would have written. Tags that are there
// stay.
func (s *Store) applyRefs(ctx context.Context, l *link) error {
	refs := l.refs.recorded()
	for _, name := range sortedNames(refs) {
		old, err := s.resolveRef(name)
		if err != nil && !errors.Is(err, ErrNotFound) {
			return err
		}
		if old == refs[name] || strings.HasPrefix(name, tagPrefix) && !old.IsZero() {
			continue
		}
		if branch, ok := strings.CutPrefix(name, remotePrefix+l.name+"/"); ok && !old.IsZero() {
			yes, cut, err := s.descends(ctx, refs[name], old)
			if err != nil {
				return err
			}
			if !yes && !cut {
				return &RewrittenError{l.name, branch, old, refs[name]}
			}
		}
		m := move{Ref: name, Old: old, New: refs[name], Log: "fetch " + l.name}
		if err := s.noteMove(ctx, m); err != nil {
			return err
		}
		if _, _, err := s.do(ctx, m); err != nil {
			return err
		}
	}
	return nil
}

// advance moves a branch on to the remote's, when that has all of it.
func (s *Store) advance(ctx context.Context, remote, branch string) (Fetched, error) {
	there, err := s.resolveRef(remotePrefix + remote + "/" + branch)
	if errors.Is(err, ErrNotFound) {
		there, err = ID{}, nil
	}
	if err != nil {
		return Fetched{}, err
	}
	here, err := s.branch(ctx, branch)
	if errors.Is(err, ErrNotFound) {
		return Fetched{Branch: branch, New: there}, nil
	}
	if err != nil {
		return Fetched{}, err
	}
	f := Fetched{Branch: branch, Old: here, New: here}
	if there.IsZero() || there == here {
		return f, nil
	}
	if behind, _, err := s.descends(ctx, there, here); err != nil || !behind {
		if ahead, cut, err := s.descends(ctx, here, there); err != nil || ahead || cut {
			return f, err
		}
		return f, errors.Join(err, &DivergedError{remote, branch, here, there})
	}
	f.New = there
	f.Notes, err = s.advanceTo(ctx, remote, f)
	return f, err
}

// advanceTo moves a branch on, and takes over what the remote keeps for it.
func (s *Store) advanceTo(ctx context.Context, remote string, f Fetched) (notes []string, err error) {
	out, err := s.checkedOut(f.Branch)
	if err != nil {
		return nil, err
	}
	m := move{
		Ref: branchPrefix + f.Branch, Old: f.Old, New: f.New, Log: "fetch " + remote + ": fast-forward",
		Branch: f.Branch, Checkout: out,
	}
	if m.Anchors, err = s.nextAnchors(f.Branch, f.Old, f.New); err != nil {
		return nil, err
	}
	if state, err := s.resolveRef(mirrorOf(remote, stateRef(f.Branch))); err == nil {
		m.State = state
	}
	if m.Checkout {
		if err := s.awaitLock(ctx, s.indexFile()); err != nil {
			return nil, err
		}
	}
	if err := s.noteMove(ctx, m); err != nil {
		return nil, err
	}
	notes, _, err = s.do(ctx, m)
	return notes, err
}
