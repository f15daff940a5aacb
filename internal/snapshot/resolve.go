package snapshot

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// ResolveOptions say what a revision may name beside what git knows.
type ResolveOptions struct {
	// BranchOf gives the branch that an org's snapshots are on, and whether alias
	// is one. Nil knows none.
	BranchOf func(alias string) (branch string, ok bool)
}

// Resolve gives the commit that a revision names. It takes what git takes (ids and
// their beginnings, refs, short names of refs, tags, and after any of them ~n and
// ^n), and of the snapshots of an org
//
//	ALIAS                     the newest
//	ALIAS~3                   the third before it, and ALIAS^ the one before it
//	ALIAS@2026-11-02          the newest of that day or before, by the local clock
//	ALIAS@2026-11-02T14:00Z   the newest at that time
//
// An alias wins over a ref of the same short name. It returns a *RevisionError
// when nothing has that name, ErrNoSnapshot for an org without snapshots, and a
// *DamagedError for one whose branch is damaged.
func (s *Store) Resolve(ctx context.Context, rev string, opts ResolveOptions) (ID, error) {
	name, steps, ok := cutSteps(rev)
	if !ok {
		return ID{}, &RevisionError{Revision: rev}
	}
	id, ok, err := s.resolveAlias(ctx, name, steps, opts)
	if err == nil && !ok {
		id, err = s.resolveGit(ctx, name, steps)
	}
	var missing *RevisionError
	if errors.As(err, &missing) || errors.Is(err, ErrNotFound) {
		near := s.near(name, opts)
		if missing != nil && len(missing.Near) > 0 {
			near = missing.Near
		}
		return ID{}, &RevisionError{Revision: rev, Near: near}
	}
	if err != nil {
		return ID{}, fmt.Errorf("revision %s: %w", rev, err)
	}
	return id, nil
}

// step is one ~n or ^n.
type step struct {
	parent int  // which parent; 0 stays
	times  int  // how often
	peel   bool // ^{}, ^{commit}
}

// cutSteps splits what follows a name off.
func cutSteps(rev string) (name string, steps []step, ok bool) {
	end := strings.IndexAny(rev, "~^")
	if end < 0 {
		end = len(rev)
	}
	name, rest := rev[:end], rev[end:]
	for rest != "" {
		mark := rest[0]
		rest = rest[1:]
		if inside, found := strings.CutPrefix(rest, "{"); mark == '^' && found {
			what, after, closed := strings.Cut(inside, "}")
			if !closed || what != "" && what != "commit" && what != "0" {
				return "", nil, false
			}
			steps, rest = append(steps, step{peel: true}), after
			continue
		}
		digits := rest[:len(rest)-len(strings.TrimLeft(rest, "0123456789"))]
		rest = rest[len(digits):]
		n := 1
		if digits != "" {
			var err error
			if n, err = strconv.Atoi(digits); err != nil {
				return "", nil, false
			}
		}
		switch mark {
		case '~':
			steps = append(steps, step{parent: 1, times: n})
		case '^':
			steps = append(steps, step{parent: n, times: 1})
		default:
			return "", nil, false
		}
	}
	return name, steps, name != ""
}

// resolveGit resolves as git does.
func (s *Store) resolveGit(ctx context.Context, name string, steps []step) (ID, error) {
	id, err := s.named(name)
	if err != nil {
		return ID{}, err
	}
	c, err := s.peel(id)
	for i := 0; i < len(steps) && err == nil; i++ {
		c, err = s.take(ctx, c, steps[i])
	}
	if err != nil {
		return ID{}, err
	}
	return c.ID, nil
}

// named finds the object that a name stands for: an id, a ref, the beginning of
// an id, in git's order.
func (s *Store) named(name string) (ID, error) {
	if id, err := ParseID(name); err == nil {
		return id, nil
	}
	if name == "@" {
		name = headRef
	}
	for _, full := range []string{name, "refs/" + name, tagPrefix + name, branchPrefix + name, remotePrefix + name, remotePrefix + name + "/HEAD"} {
		if full != headRef && checkRefName(full) != nil {
			continue
		}
		id, err := s.resolveRef(full)
		if branch, ok := strings.CutPrefix(full, branchPrefix); ok && errors.Is(err, ErrCorrupt) {
			_, err = s.branch(context.Background(), branch) // which names the repair
		}
		if !errors.Is(err, ErrNotFound) {
			return id, err
		}
	}
	return s.abbreviated(name)
}

// maxPeel is how many tags may name each other in a row.
const maxPeel = 16

// peel goes from a tag to the commit that it names.
func (s *Store) peel(id ID) (Commit, error) {
	for range maxPeel {
		k, content, err := s.objects.read(id)
		if err != nil {
			return Commit{}, err
		}
		switch k {
		case kindCommit:
			return parseCommit(id, content)
		case kindTag:
			if id, err = taggedBy(id, content); err != nil {
				return Commit{}, err
			}
		default:
			return Commit{}, fmt.Errorf("%s is a %s, not a commit: %w", id.Short(), k, ErrNotFound)
		}
	}
	return Commit{}, fmt.Errorf("%w: tags that name each other never end at %s", ErrCorrupt, id)
}

func taggedBy(tag ID, content []byte) (ID, error) {
	line, _, _ := strings.Cut(string(content), "\n")
	hex, ok := strings.CutPrefix(line, "object ")
	id, err := ParseID(hex)
	if !ok || err != nil {
		return ID{}, fmt.Errorf("%w: tag %s names nothing", ErrCorrupt, tag)
	}
	return id, nil
}

// take goes one step. A parent that is not there is ErrNotFound.
func (s *Store) take(ctx context.Context, c Commit, st step) (Commit, error) {
	if st.peel || st.parent == 0 {
		return c, nil
	}
	for range st.times {
		if err := ctx.Err(); err != nil {
			return Commit{}, err
		}
		if st.parent > len(c.Parents) {
			return Commit{}, fmt.Errorf("parent %d of %s: %w", st.parent, c.ID.Short(), ErrNotFound)
		}
		var err error
		if c, err = loadCommit(s.objects, c.Parents[st.parent-1]); err != nil {
			return Commit{}, err
		}
	}
	return c, nil
}
