package snapshot

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
)

// keptAnchors is how many good heads of a branch are kept.
const keptAnchors = 3

// anchorRef names the n-th newest good head of a branch, from 1.
func anchorRef(branch string, n int) string {
	return orgkeepPrefix + "anchors/" + branch + "/" + strconv.Itoa(n)
}

// anchors gives the last good heads of a branch, newest first. One that is broken
// itself is left out: Fsck names it.
func (s *Store) anchors(branch string) ([]ID, error) {
	var ids []ID
	for n := 1; n <= keptAnchors; n++ {
		id, err := s.resolveRef(anchorRef(branch, n))
		switch {
		case err == nil:
			ids = append(ids, id)
		case !errors.Is(err, ErrNotFound) && !errors.Is(err, ErrCorrupt):
			return nil, err
		}
	}
	return ids, nil
}

// nextAnchors gives the good heads that a branch has once it moves on.
func (s *Store) nextAnchors(branch string, old, id ID) ([]ID, error) {
	before, err := s.anchors(branch)
	if err != nil {
		return nil, err
	}
	next := []ID{id}
	for _, id := range append([]ID{old}, before...) {
		if !id.IsZero() && !slices.Contains(next, id) && len(next) < keptAnchors {
			next = append(next, id)
		}
	}
	return next, nil
}

// moveAnchors notes the good heads of a move. The oldest is written first, so that
// each is an ancestor of the branch at any time.
func (s *Store) moveAnchors(ctx context.Context, m move) error {
	for n := len(m.Anchors); n > 0; n-- {
		if err := s.setOwn(ctx, anchorRef(m.Branch, n), m.Anchors[n-1]); err != nil {
			return fmt.Errorf("note the last good heads: %w", err)
		}
	}
	return nil
}

// branch reads a branch and holds it against its anchors. It returns ErrNotFound
// when neither is there, and a *DamagedError when the branch is not what it was.
func (s *Store) branch(ctx context.Context, branch string) (ID, error) {
	name := branchPrefix + branch
	if err := checkRefName(name); err != nil {
		return ID{}, err
	}
	anchors, err := s.anchors(branch)
	if err != nil {
		return ID{}, err
	}
	damaged := &DamagedError{Branch: branch}
	if len(anchors) > 0 {
		damaged.Anchor = anchors[0]
	}
	id, err := s.resolveRef(name)
	var broken *brokenRefError
	switch {
	case errors.As(err, &broken):
		damaged.Reason = broken.reason
		return ID{}, damaged
	case errors.Is(err, ErrNotFound) && len(anchors) > 0:
		damaged.Reason = "the branch is gone"
		return ID{}, damaged
	case err != nil:
		return ID{}, err
	}
	damaged.Reason, err = s.brokenHistory(ctx, id, damaged.Anchor)
	if err != nil {
		return ID{}, err
	}
	if damaged.Reason != "" {
		return ID{}, damaged
	}
	return id, nil
}

// brokenHistory says what is wrong with a head, given the newest anchor; nothing
// is empty. In a history that was cut off an anchor that is not found proves
// nothing.
func (s *Store) brokenHistory(ctx context.Context, head, anchor ID) (reason string, err error) {
	if _, err := loadCommit(s.objects, head); errors.Is(err, ErrNotFound) || errors.Is(err, ErrCorrupt) {
		return "its newest commit " + head.Short() + " cannot be read", nil
	} else if err != nil {
		return "", err
	}
	if anchor.IsZero() || anchor == head {
		return "", nil
	}
	yes, cut, err := s.descends(ctx, head, anchor)
	switch {
	case errors.Is(err, ErrNotFound) || errors.Is(err, ErrCorrupt):
		return "a commit before " + head.Short() + " cannot be read", nil
	case err != nil:
		return "", err
	case !yes && !cut:
		return head.Short() + " does not descend from the last good head", nil
	}
	return "", nil
}
