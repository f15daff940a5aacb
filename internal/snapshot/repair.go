package snapshot

import (
	"context"
	"errors"
	"fmt"
)

// Repair sets a damaged branch to the newest of its anchors that can be read, and
// gives what it stands at then. One that is well is left alone. The work tree is
// not touched. The caller holds the lock.
func (s *Store) Repair(ctx context.Context, branch string) (ID, error) {
	if err := s.mustHold(); err != nil {
		return ID{}, err
	}
	id, err := s.branch(ctx, branch)
	var damaged *DamagedError
	if !errors.As(err, &damaged) {
		return id, err
	}
	anchors, err := s.anchors(branch)
	if err != nil {
		return ID{}, err
	}
	for i, id := range anchors {
		if s.readable(ctx, id) != nil {
			continue
		}
		return id, s.restore(ctx, branch, anchors[i:])
	}
	return ID{}, fmt.Errorf("repair %s: none of its anchors can be read: %w", branch, damaged)
}

// readable tells whether a commit and its folders are there.
func (s *Store) readable(ctx context.Context, id ID) error {
	_, err := s.Tree(ctx, id, "")
	return err
}

func (s *Store) restore(ctx context.Context, branch string, anchors []ID) error {
	m := move{Ref: branchPrefix + branch, New: anchors[0], Force: true, Log: "fsck: repair", Branch: branch, Anchors: anchors}
	// What it was is kept in git's log of the branch, if it is anything.
	if v, err := s.readRef(m.Ref); err == nil {
		m.Old = v.id
	}
	err := s.noteMove(ctx, m)
	if err == nil {
		_, _, err = s.do(ctx, m)
	}
	if err != nil {
		return fmt.Errorf("repair %s: %w", branch, err)
	}
	return nil
}
