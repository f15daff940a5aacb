package snapshot

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
)

// resolveAlias resolves what begins with the alias of an org; ok is false for
// anything else.
func (s *Store) resolveAlias(ctx context.Context, name string, steps []step, opts ResolveOptions) (id ID, ok bool, err error) {
	if opts.BranchOf == nil {
		return ID{}, false, nil
	}
	alias, at, dated := strings.Cut(name, "@")
	branch, ok := opts.BranchOf(alias)
	if !ok || alias == "" {
		return ID{}, false, nil
	}
	find := snapshotQuery{}
	if dated {
		if find.until, ok = parseMoment(at, s.opts.Now().Location()); !ok {
			return ID{}, false, nil
		}
	}
	for _, st := range steps {
		switch {
		case st.peel || st.parent == 0:
		case st.parent == 1:
			find.skip += st.times
		default:
			return ID{}, true, fmt.Errorf("a snapshot has one before it: %w", ErrNotFound)
		}
	}
	id, err = s.findSnapshot(ctx, branch, find)
	return id, true, err
}

// snapshotQuery says which snapshot of a branch is meant: of those not after until
// the newest, and so many before it.
type snapshotQuery struct {
	until time.Time // zero is any time
	skip  int
}

var errFound = errors.New("found")

// findSnapshot returns ErrNotFound when the branch has snapshots, but none like
// that.
func (s *Store) findSnapshot(ctx context.Context, branch string, find snapshotQuery) (ID, error) {
	var id ID
	some := false
	err := s.Snapshots(ctx, branch, func(c Commit) error {
		some = true
		switch {
		case !find.until.IsZero() && c.When.After(find.until):
			return nil
		case find.skip > 0:
			find.skip--
			return nil
		}
		id = c.ID
		return errFound
	})
	switch {
	case errors.Is(err, errFound):
		return id, nil
	case err != nil:
		return ID{}, err
	case !some:
		return ID{}, fmt.Errorf("branch %s: %w", branch, ErrNoSnapshot)
	}
	return ID{}, fmt.Errorf("a snapshot like that on %s: %w", branch, ErrNotFound)
}

// parseMoment reads a day, which means its end, or a time; without a zone it is
// the local one. A time holds to its end too: 14:00 has the whole minute, as the
// clock shows it.
func parseMoment(text string, local *time.Location) (time.Time, bool) {
	for _, form := range []struct {
		layout string
		holds  time.Duration
	}{
		{"2006-01-02T15:04:05Z07:00", time.Second},
		{"2006-01-02T15:04Z07:00", time.Minute},
		{"2006-01-02T15:04:05", time.Second},
		{"2006-01-02T15:04", time.Minute},
	} {
		if t, err := time.ParseInLocation(form.layout, text, local); err == nil {
			return t.Add(form.holds - time.Nanosecond), true
		}
	}
	if t, err := time.ParseInLocation(time.DateOnly, text, local); err == nil {
		return t.AddDate(0, 0, 1).Add(-time.Nanosecond), true
	}
	return time.Time{}, false
}
