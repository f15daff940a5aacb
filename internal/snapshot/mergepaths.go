package snapshot

import (
	"cmp"
	"context"
	"slices"
	"time"
)

// findPaths tells the versions of a file from those of others: each object gets
// the path that a commit has it at, newest commit first. Folders that no commit
// has, as those of machine state, are looked at for themselves.
func (m *merger) findPaths(ctx context.Context) error {
	type dated struct {
		tree ID
		when time.Time
	}
	var commits []dated
	for _, e := range m.entries {
		if e.header.kind != kindCommit {
			continue
		}
		_, content, err := m.reader.in(e.pack, e.id)
		if err != nil {
			return err
		}
		c, err := parseCommit(e.id, content)
		if err != nil {
			return err
		}
		commits = append(commits, dated{c.TreeID, c.Committer.When})
	}
	slices.SortStableFunc(commits, func(a, b dated) int { return b.when.Compare(a.when) })
	w := pathWalk{merger: m, seen: map[ID]bool{}}
	for _, c := range commits {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := w.walk(c.tree, "/", 0); err != nil {
			return err
		}
	}
	rest := slices.Clone(m.entries) // roots come last in our packs
	slices.SortStableFunc(rest, func(a, b *mergeEntry) int { return cmp.Compare(b.offset, a.offset) })
	for _, e := range rest {
		if e.header.kind == kindTree && !w.seen[e.id] {
			if err := w.walk(e.id, "?", 0); err != nil {
				return err
			}
		}
	}
	return nil
}

type pathWalk struct {
	merger *merger
	seen   map[ID]bool // folders
	count  int
}

func (w *pathWalk) name(id ID, path string) *mergeEntry {
	e := w.merger.byID[id]
	if e != nil && e.path == "" {
		w.count++
		e.path, e.seen = path, w.count
	}
	return e
}

func (w *pathWalk) walk(id ID, path string, depth int) error {
	e := w.name(id, path)
	if e == nil || w.seen[id] || depth > maxFolders {
		return nil // it is elsewhere, or was there before
	}
	w.seen[id] = true
	k, content, err := w.merger.reader.in(e.pack, id)
	if err != nil {
		return err
	}
	if k != kindTree {
		return nil
	}
	entries, err := parseTree(content)
	if err != nil {
		return err
	}
	for _, child := range entries {
		switch {
		case child.isDir():
			err = w.walk(child.id, path+child.name+"/", depth+1)
		case child.isFile():
			w.name(child.id, path+child.name)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
