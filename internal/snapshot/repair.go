package snapshot

import (
	"context"
	"errors"
	"fmt"
	"strings"
)

// Repair sets a damaged branch to the newest of its anchors that can be read, and
// gives what it stands at then. One that is well is left alone, and none is set back
// while the index of a pack is that may hold what is newer: that is ErrCorrupt, with
// what to do. The work tree is not touched. The caller holds the lock.
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
		if i > 0 {
			if err := s.packsFirst(ctx); err != nil {
				return ID{}, fmt.Errorf("repair %s: %w", branch, err)
			}
		}
		return id, s.restore(ctx, branch, anchors[i:])
	}
	return ID{}, fmt.Errorf("repair %s: none of its anchors can be read: %w", branch, damaged)
}

// packsFirst is an error as long as the index of a pack cannot be used: what cannot
// be read may well be in the pack, and a snapshot that can be had must not be given
// up. A pack that is itself gone or damaged does not come back by waiting.
func (s *Store) packsFirst(ctx context.Context) error {
	s = s.afresh()
	c := &checker{store: s, found: map[string]Finding{}, seen: map[ID]bool{}}
	if err := c.packs(ctx); err != nil {
		return err
	}
	for _, f := range c.report().Findings {
		if !strings.Contains(f.Repair, "git index-pack") {
			continue
		}
		return fmt.Errorf("%w: newer snapshots may be in %s, of which %s; first: %s", ErrCorrupt, f.File, f.Problem, f.Repair)
	}
	return nil
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
