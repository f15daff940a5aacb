package snapshot

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
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
	// Force moves a ref that is broken: its value is not compared.
	Force bool   `json:"force,omitempty"`
	Log   string `json:"log"` // for git reflog
	// Pack is the new pack, a path in the git folder without extension.
	Pack string `json:"pack,omitempty"`
	// Branch and its good heads, newest first, when there are any to note.
	Branch  string `json:"branch,omitempty"`
	Anchors []ID   `json:"anchors,omitempty"`
	// State is what is kept for the branch from now on; zero leaves it.
	State ID `json:"state,omitzero"`
	// Checkout tells that the work tree follows: its index is locked too.
	Checkout bool `json:"checkout,omitempty"`
}

const moveName = "move.json"

// noteMove notes what is about to be done. What an earlier move of this run has
// left is cleared first.
func (s *Store) noteMove(ctx context.Context, m move) error {
	if _, there, err := s.notedMove(); err != nil {
		return err
	} else if there {
		if err := s.clear(ctx); err != nil {
			return err
		}
	}
	dir, err := s.PrivateDir()
	if err != nil {
		return err
	}
	text, err := json.Marshal(m)
	if err != nil {
		return fmt.Errorf("note what is about to be done: %w", err)
	}
	if err := s.writeNote(dir, moveName, text); err != nil {
		return fmt.Errorf("note what is about to be done: %w", err)
	}
	return nil
}

// writeNote replaces a file of the private folder, durably. Unlike those of others
// there, a temporary file that it leaves is known to be nobody's under the lock.
func (s *Store) writeNote(dir, name string, text []byte) error {
	f, err := state.CreateTemp(s.fsys, dir, tempPrefix, 0o600)
	if err != nil {
		return err
	}
	if _, err := f.Write(state.WithSum(text)); err != nil {
		return errors.Join(err, f.Close(), s.fsys.Remove(f.Name()))
	}
	if err := state.Finish(s.fsys, f, filepath.Join(dir, name)); err != nil {
		return err
	}
	return s.fsys.SyncDir(dir)
}

// readNote reads a file of the private folder into v. One that is not as it was
// written is ErrCorrupt.
func (s *Store) readNote(name string, v any) error {
	text, err := state.ReadSummed(s.private(name))
	if errors.Is(err, state.ErrDamaged) {
		return fmt.Errorf("%w: %s in the private folder", ErrCorrupt, name)
	}
	if err != nil {
		return err
	}
	if err := json.Unmarshal(text, v); err != nil {
		return fmt.Errorf("%w: %s in the private folder: %w", ErrCorrupt, name, err)
	}
	return nil
}

// notedMove gives what a run has left undone. A note that cannot be read is none:
// it is written whole or not at all, so that somebody else has broken it. Fsck names
// it.
func (s *Store) notedMove() (move, bool, error) {
	var m move
	err := s.readNote(moveName, &m)
	switch {
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, ErrCorrupt):
		return move{}, false, nil
	case err != nil:
		return move{}, false, fmt.Errorf("read what an earlier run left: %w", err)
	}
	return m, checkRefName(m.Ref) == nil, nil
}

func (s *Store) dropMove() error { return s.dropNote(moveName) }

func (s *Store) dropNote(name string) error {
	err := s.fsys.Remove(s.private(name))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err == nil {
		// A note that comes back after a power cut would be acted on.
		err = s.fsys.SyncDir(s.private())
	}
	if err != nil {
		return fmt.Errorf("remove the note of what was done: %w", err)
	}
	return nil
}

// do carries out a move that was noted, and what follows it. The move has happened
// when moved is true, whatever the error says.
func (s *Store) do(ctx context.Context, m move) (notes []string, moved bool, err error) {
	index, err := s.lockIndex(ctx, m)
	if err == nil {
		if err = s.writeRef(ctx, m); err != nil {
			index.abandon()
		}
	}
	if err != nil && !s.hasMoved(m) {
		return nil, false, s.settle(m, err)
	}
	if err != nil {
		return nil, true, err // only its durability is in doubt: the next run goes on
	}
	// From here on a cancelled context stops nothing: what follows is short, and
	// would only be left to the next run.
	notes, err = s.follow(context.WithoutCancel(ctx), m, index)
	for _, dir := range s.elsewhere(m.Branch) {
		notes = append(notes, fmt.Sprintf("The work tree %s has %s checked out and was not brought up to date; run there: git reset --hard, unless you have changes.", dir, m.Branch))
	}
	return notes, true, err
}

// hasMoved tells whether the ref is where the move was to bring it: a failed sync
// of the folder comes after the rename.
func (s *Store) hasMoved(m move) bool {
	id, err := s.resolveRef(m.Ref)
	return err == nil && id == m.New
}

// settle ends a move that did not happen. While a lock of ours is there the note
// of it stays for the next run; without one a lock of git's must not be blamed on
// us.
func (s *Store) settle(m move, cause error) error {
	if s.holdsGitLocks() {
		return cause
	}
	if m.Pack != "" {
		if err := s.unkeep(m.Pack); err != nil {
			return errors.Join(cause, err)
		}
	}
	return errors.Join(cause, s.dropMove())
}

// follow does what comes after a ref was moved. It can be done again: what is
// already there is not done twice.
func (s *Store) follow(ctx context.Context, m move, index *indexLock) (notes []string, err error) {
	if err := s.logMove(m); err != nil {
		index.abandon()
		return nil, err
	}
	err = s.moveAnchors(ctx, m)
	if err == nil {
		err = s.moveState(ctx, m)
	}
	if err != nil {
		index.abandon()
		return nil, err
	}
	if index != nil {
		if notes, err = s.checkout(ctx, m, index); err != nil {
			return nil, fmt.Errorf("bring the work tree up to date: %w", err)
		}
	}
	if m.Pack != "" {
		if err := s.unkeep(m.Pack); err != nil {
			return notes, err
		}
	}
	return notes, s.dropMove()
}
