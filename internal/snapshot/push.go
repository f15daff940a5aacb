package snapshot

import (
	"context"
	"errors"
	"fmt"

	gogit "github.com/go-git/go-git/v5"
	"github.com/go-git/go-git/v5/config"
)

// RemoteAheadError says that a remote has commits that are not here. Nothing was
// pushed.
type RemoteAheadError struct {
	Remote, Branch string
	Here, There    ID
}

// Error says which command brings them.
func (e *RemoteAheadError) Error() string {
	return fmt.Sprintf("%s of %s has commits that are not here (%s)", e.Branch, e.Remote, e.There.Short())
}

// Pushed says what a push did to a remote's branch.
type Pushed struct {
	Branch   string
	Old, New ID // of the remote; equal when there was nothing to push
}

// MayPush looks at a remote, and returns the error that [Store.Push] would return
// for the branches as they are: better before a snapshot is put on them than after.
// A branch that is nowhere yet is none. The caller holds the lock.
func (s *Store) MayPush(ctx context.Context, r Remote, branches ...string) error {
	if err := s.mustHold(); err != nil {
		return err
	}
	l, err := s.link(r)
	if err != nil {
		return err
	}
	if err := s.fetch(ctx, l, branches); err != nil {
		return err
	}
	for _, branch := range branches {
		if _, err := s.pushable(ctx, l.name, branch); err != nil && !errors.Is(err, ErrNoSnapshot) {
			return err
		}
	}
	return nil
}

// Push brings branches, what is kept of them under refs/orgkeep/, and tags to a
// remote. It looks at the remote first and never forces a branch or a tag: a
// *RemoteAheadError says that it has to be fetched, a *DivergedError that both have
// commits of their own, a *RewrittenError that commits vanished there, ErrExists
// that the remote has another tag of a name. The caller holds the lock.
func (s *Store) Push(ctx context.Context, r Remote, branches, tags []string) ([]Pushed, error) {
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
	specs, err := s.pushedTags(ctx, l, tags)
	if err != nil {
		return nil, err
	}
	var done []Pushed
	for _, branch := range branches {
		p, err := s.pushable(ctx, l.name, branch)
		if err != nil {
			return nil, err
		}
		done = append(done, p)
		if p.Old != p.New {
			specs = append(specs, config.RefSpec(branchPrefix+branch+":"+branchPrefix+branch))
		}
		specs = append(specs, s.ownSpecs(l.name, branch)...)
	}
	if len(specs) == 0 {
		return done, nil
	}
	err = l.remote.PushContext(ctx, &gogit.PushOptions{RemoteName: l.name, RefSpecs: specs, Auth: l.auth, CABundle: l.roots})
	if err != nil && !errors.Is(err, gogit.NoErrAlreadyUpToDate) {
		return nil, fmt.Errorf("push to %s: %w", l.name, refusal(err))
	}
	return done, s.noteRemote(ctx, l.name, done)
}

// pushedTags gives the tags that the remote does not have.
func (s *Store) pushedTags(ctx context.Context, l *link, tags []string) ([]config.RefSpec, error) {
	if len(tags) == 0 {
		return nil, nil
	}
	there, err := l.list(ctx)
	if err != nil {
		return nil, err
	}
	var specs []config.RefSpec
	for _, tag := range tags {
		name := tagPrefix + tag
		here, err := s.resolveRef(name)
		if err != nil {
			return nil, fmt.Errorf("push the tag %s: %w", tag, err)
		}
		has, ok := there[name]
		if ok && has != here {
			return nil, fmt.Errorf("push to %s: %w: %s", l.name, ErrExists, tag)
		}
		if !ok {
			specs = append(specs, config.RefSpec(name+":"+name))
		}
	}
	return specs, nil
}

// ownSpecs are for what is kept of a branch and is another at the remote. These
// refs have no history, and the newest counts.
func (s *Store) ownSpecs(remote, branch string) []config.RefSpec {
	names := []string{stateRef(branch)}
	for n := 1; n <= keptAnchors; n++ {
		names = append(names, anchorRef(branch, n))
	}
	var specs []config.RefSpec
	for _, name := range names {
		here, err := s.resolveRef(name)
		if err != nil {
			continue // it is made anew, and pushed next time
		}
		if there, err := s.resolveRef(mirrorOf(remote, name)); err != nil || there != here {
			specs = append(specs, mirror(name, name))
		}
	}
	return specs
}

func (s *Store) there(ref string) bool {
	_, err := s.resolveRef(ref)
	return err == nil
}

// pushable says from where to where a remote's branch would move.
func (s *Store) pushable(ctx context.Context, remote, branch string) (Pushed, error) {
	here, err := s.Head(ctx, branch)
	if err != nil {
		return Pushed{}, err
	}
	there, err := s.resolveRef(remotePrefix + remote + "/" + branch)
	if errors.Is(err, ErrNotFound) {
		return Pushed{Branch: branch, New: here}, nil
	}
	if err != nil {
		return Pushed{}, err
	}
	if here == there {
		return Pushed{branch, here, here}, nil
	}
	newer, _, err := s.descends(ctx, here, there)
	if err != nil || newer {
		return Pushed{branch, there, here}, err
	}
	ahead, _, err := s.descends(ctx, there, here)
	switch {
	case err != nil:
		return Pushed{}, err
	case ahead:
		return Pushed{}, &RemoteAheadError{remote, branch, here, there}
	}
	return Pushed{}, &DivergedError{remote, branch, here, there}
}

// noteRemote moves what follows the remote to where it is now.
func (s *Store) noteRemote(ctx context.Context, remote string, done []Pushed) error {
	for _, p := range done {
		if p.Old == p.New {
			continue
		}
		m := move{Ref: remotePrefix + remote + "/" + p.Branch, Old: p.Old, New: p.New, Log: "update by push"}
		if err := s.noteMove(ctx, m); err != nil {
			return err
		}
		if _, _, err := s.do(ctx, m); err != nil && !errors.Is(err, ErrMoved) {
			return err
		}
	}
	return nil
}
