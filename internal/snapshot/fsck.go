package snapshot

import (
	"context"
	"errors"
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
