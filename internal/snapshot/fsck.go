package snapshot

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
)

// FsckOptions say how much is looked at.
type FsckOptions struct {
	// ReadData reads every file and pack and compares them with their names and
	// checksums; otherwise commits and folders are read, and files only looked for.
	ReadData bool
}

// FsckReport is what a check found.
type FsckReport struct {
	Findings []Finding // sorted by file, each file once
}

// Finding is one thing that is wrong.
type Finding struct {
	File    string // in the git folder: "refs/heads/org/prod", "objects/pack/pack-….pack"
	Problem string // "the ref is empty"
	Repair  string // the command to run, or what to do
}

// Fsck checks the repository and changes nothing: that refs name commits, that
// branches go on from their anchors, that packs are whole, and that all that refs
// lead to is there. What is wrong is in the report; an error says that the check
// could not be made.
func (s *Store) Fsck(ctx context.Context, opts FsckOptions) (FsckReport, error) {
	s = s.afresh()
	r := s.objects.reader()
	defer r.close()
	shallow, err := s.shallow()
	if err != nil && !errors.Is(err, ErrCorrupt) {
		return FsckReport{}, err
	}
	c := &checker{store: s, reader: r, opts: opts, shallow: shallow, found: map[string]Finding{}, seen: map[ID]bool{}}
	if err != nil {
		c.find("shallow", err.Error(), "git fetch --unshallow")
	}
	for _, check := range []func(context.Context) error{c.notes, c.packs, c.branches, c.refs} {
		if err := check(ctx); err != nil {
			return FsckReport{}, err
		}
	}
	return c.report(), nil
}

// afresh is the store without what it remembers of the disk.
func (s *Store) afresh() *Store {
	return &Store{layout: s.layout, opts: s.opts, fsys: s.fsys, config: s.config, objects: newObjects(s.gitDir)}
}

type checker struct {
	store   *Store
	reader  *reader
	opts    FsckOptions
	shallow map[ID]bool
	found   map[string]Finding
	seen    map[ID]bool // objects that were looked at
}

// find notes a problem; the first of a file is the one that counts.
func (c *checker) find(file, problem, repair string) {
	if rel, err := filepath.Rel(c.store.gitDir, file); err == nil && filepath.IsAbs(file) {
		file = filepath.ToSlash(rel)
	}
	if _, ok := c.found[file]; !ok {
		c.found[file] = Finding{file, problem, repair}
	}
}

func (c *checker) report() FsckReport {
	var r FsckReport
	for _, f := range c.found {
		r.Findings = append(r.Findings, f)
	}
	slices.SortFunc(r.Findings, func(a, b Finding) int { return strings.Compare(a.File, b.File) })
	return r
}

// notes checks what an interrupted run has left for the next one.
func (c *checker) notes(context.Context) error {
	for name, note := range map[string]any{moveName: &move{}, mergedName: &merged{}} {
		err := c.store.readNote(name, note)
		switch {
		case errors.Is(err, ErrCorrupt):
			c.find(c.store.private(name), "the note of an interrupted run is damaged", "remove the file; what the run left half done stays unused")
		case err != nil && !errors.Is(err, fs.ErrNotExist):
			return fmt.Errorf("read what an earlier run left: %w", err)
		}
	}
	return nil
}

// branches holds those with anchors against them.
func (c *checker) branches(ctx context.Context) error {
	branches, err := c.store.Branches(ctx)
	if errors.Is(err, ErrCorrupt) {
		return nil // the list of packed refs; refs names it
	}
	if err != nil {
		return err
	}
	for _, branch := range branches {
		_, err := c.store.branch(ctx, branch)
		var damaged *DamagedError
		switch {
		case errors.As(err, &damaged):
			c.find(branchPrefix+branch, damaged.Reason, c.branchRepair(ctx, branch))
		case err != nil && !errors.Is(err, ErrCorrupt) && !errors.Is(err, ErrNotFound):
			return err
		}
	}
	return nil
}

// branchRepair sets a branch to an anchor, but for one whose commit may only be out
// of reach because its pack is: that would give up a snapshot that can be had.
func (c *checker) branchRepair(ctx context.Context, branch string) string {
	id, err := c.store.resolveRef(branchPrefix + branch)
	if err != nil || c.store.readable(ctx, id) == nil {
		return "orgkeep fsck --repair"
	}
	for file, f := range c.found {
		if strings.HasPrefix(file, "objects/pack/") {
			return "first: " + f.Repair
		}
	}
	return "orgkeep fsck --repair"
}

// Branches gives the branches that snapshots were recorded on, as their anchors
// tell, sorted. One whose ref is broken or gone is among them.
func (s *Store) Branches(ctx context.Context) ([]string, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	const prefix = orgkeepPrefix + "anchors/"
	found, broken, err := s.refs(prefix)
	if err != nil {
		return nil, err
	}
	set := map[string]bool{}
	add := func(name string) {
		name = strings.TrimPrefix(name, prefix)
		if i := strings.LastIndexByte(name, '/'); i > 0 {
			set[name[:i]] = true
		}
	}
	for name := range found {
		add(name)
	}
	for name := range broken {
		add(name)
	}
	branches := make([]string, 0, len(set))
	for branch := range set {
		branches = append(branches, branch)
	}
	slices.Sort(branches)
	return branches, nil
}

// refs checks every ref and what it leads to.
func (c *checker) refs(ctx context.Context) error {
	found, broken, err := c.store.refs("refs/")
	var list *brokenRefError
	if errors.As(err, &list) {
		c.find(list.name, list.reason, "git fetch, or take the line out")
		return nil
	}
	if err != nil {
		return err
	}
	for name, err := range broken {
		var b *brokenRefError
		if errors.As(err, &b) {
			c.find(name, b.reason, brokenRefRepair(name))
		}
	}
	switch v, err := c.store.readRef(headRef); {
	case err != nil:
		c.find(headRef, "it names no branch", "git symbolic-ref HEAD refs/heads/main")
	case v.target == "": // detached: else its branch is checked
		found[headRef] = v.id
	}
	for _, name := range sortedNames(found) {
		if err := c.walk(ctx, name, found[name]); err != nil {
			return err
		}
	}
	return nil
}

func brokenRefRepair(name string) string {
	switch {
	case strings.HasPrefix(name, orgkeepPrefix):
		return "remove the file; the next snapshot makes it anew"
	case strings.HasPrefix(name, remotePrefix):
		return "remove the file and run: git fetch"
	}
	return "git reflog show " + name + " knows its last values; or remove the file"
}

func sortedNames(refs map[string]ID) []string {
	names := make([]string, 0, len(refs))
	for name := range refs {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}
