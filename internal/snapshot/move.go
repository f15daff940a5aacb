package snapshot

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/orgkeep/orgkeep/internal/state"
)

// move is one ref's way from one value to another, with what belongs to it. It is
// noted in the private folder before anything of git's is touched, so that the
// next run can finish or clear what this one leaves, and can tell our locks from
// git's.
type move struct {
	Ref string `json:"ref"`
	Old ID     `json:"old"` // zero when the ref is new
	New ID     `json:"new"`
	Log string `json:"log"` // for git reflog
	// Pack is the new pack, a path in the git folder without extension.
	Pack string `json:"pack,omitempty"`
	// Branch is set for a snapshot: the branch's anchors follow.
	Branch string `json:"branch,omitempty"`
	// Checkout tells that the work tree follows: its index is locked too.
	Checkout bool `json:"checkout,omitempty"`
}

const moveName = "move.json"

func (s *Store) noteMove(m move) error {
	dir, err := s.PrivateDir()
	if err != nil {
		return err
	}
	text, err := json.Marshal(m)
	if err != nil {
		return fmt.Errorf("note what is about to be done: %w", err)
	}
	if err := state.WriteFile(s.fsys, filepath.Join(dir, moveName), text, 0o600); err != nil {
		return fmt.Errorf("note what is about to be done: %w", err)
	}
	return nil
}

// notedMove gives what a run has left undone. A note that cannot be read is none:
// it is written whole or not at all, so that somebody else has broken it.
func (s *Store) notedMove() (move, bool, error) {
	text, err := os.ReadFile(s.private(moveName))
	if errors.Is(err, fs.ErrNotExist) {
		return move{}, false, nil
	}
	if err != nil {
		return move{}, false, fmt.Errorf("read what an earlier run left: %w", err)
	}
	var m move
	if err := json.Unmarshal(text, &m); err != nil || checkRefName(m.Ref) != nil {
		return move{}, false, nil
	}
	return m, true, nil
}

func (s *Store) dropMove() error {
	if err := s.fsys.Remove(s.private(moveName)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("remove the note of what was done: %w", err)
	}
	return nil
}

// do carries out a move whose pack, if any, is in place, and then what follows it.
// The move has happened when moved is true, whatever the error says.
func (s *Store) do(ctx context.Context, m move) (notes []string, moved bool, err error) {
	if err := s.writeRef(ctx, m.Ref, m.Old, m.New); err != nil {
		return nil, s.hasMoved(m), err
	}
	// From here on a cancelled context stops nothing: what follows is short, and
	// would only be left to the next run.
	notes, err = s.follow(context.WithoutCancel(ctx), m)
	return notes, true, err
}

// hasMoved: a failed sync of the folder comes after the rename.
func (s *Store) hasMoved(m move) bool {
	id, err := s.resolveRef(m.Ref)
	return err == nil && id == m.New
}

// follow does what comes after a ref was moved. It can be done again: what is
// already there is not done twice.
func (s *Store) follow(ctx context.Context, m move) (notes []string, err error) {
	if err := s.logMove(m); err != nil {
		return nil, err
	}
	if m.Branch != "" {
		if err := s.moveAnchors(ctx, m); err != nil {
			return nil, err
		}
	}
	if m.Pack != "" {
		if err := s.unkeep(m.Pack); err != nil {
			return notes, err
		}
	}
	return notes, s.dropMove()
}

// moveAnchors makes the new head the first anchor. The oldest is written first, so
// that each is an ancestor of the branch at any time.
func (s *Store) moveAnchors(ctx context.Context, m move) error {
	var now [keptAnchors]ID
	for n := range now {
		id, err := s.resolveRef(anchorRef(m.Branch, n+1))
		if err != nil && !errors.Is(err, ErrNotFound) && !errors.Is(err, ErrCorrupt) {
			return err
		}
		now[n] = id
	}
	if now[0] == m.New {
		return nil
	}
	want := []ID{m.New}
	for _, id := range append([]ID{m.Old}, now[:]...) {
		if !id.IsZero() && id != want[len(want)-1] && len(want) < keptAnchors {
			want = append(want, id)
		}
	}
	for n := len(want) - 1; n >= 0; n-- {
		if err := s.forceRef(ctx, anchorRef(m.Branch, n+1), want[n]); err != nil {
			return fmt.Errorf("note the last good heads: %w", err)
		}
	}
	return nil
}

// forceRef sets a ref of our own whatever it says now.
func (s *Store) forceRef(ctx context.Context, name string, id ID) error {
	l, err := s.lockFile(ctx, s.refFile(name))
	if err != nil {
		return err
	}
	return l.commit([]byte(id.String() + "\n"))
}
