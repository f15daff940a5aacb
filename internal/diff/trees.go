package diff

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/orgkeep/orgkeep/internal/tree"
	"github.com/orgkeep/orgkeep/pkg/metadata"
	"github.com/orgkeep/orgkeep/pkg/normalize"
)

// Input is what [Trees] compares.
type Input struct {
	Old, New           tree.Tree
	OldBlobs, NewBlobs tree.Blobs
	Registry           *metadata.Registry // nil means the built-in one
	// Normalizer knows sets and their keys; nil means the built-in rules.
	Normalizer *normalize.Normalizer
	// Comments takes comments of metadata files for content. The platform writes
	// some on its own, so they are left out by default.
	Comments bool
}

// Trees compares two trees. The result is sorted by component and empty where
// they mean the same. Contents are read only of files that differ, one pair at a
// time. Errors are those of reading blobs, and of the context.
func Trees(ctx context.Context, in Input) (Result, error) {
	if in.Registry == nil {
		in.Registry = metadata.Default()
	}
	c, err := newComparer(in)
	if err != nil {
		return Result{}, err
	}
	for _, f := range c.changedFiles() {
		if err := ctx.Err(); err != nil {
			return Result{}, err
		}
		if err := c.component(ctx, f); err != nil {
			return Result{}, fmt.Errorf("compare %s: %w", f.component, err)
		}
	}
	return Result{Changes: c.finish()}, nil
}

// files are the changed files of one component.
type files struct {
	component metadata.Component
	changes   []tree.Change
	// rest counts the component's files that stayed as they are.
	rest int
}

// kind: a component came or went only if none of its files was there before, or
// is there now.
func (f files) kind() Kind {
	came, went := true, true
	for _, c := range f.changes {
		came = came && c.From.IsZero()
		went = went && c.To.IsZero()
	}
	switch {
	case f.rest > 0:
		return Changed
	case came:
		return Added
	case went:
		return Deleted
	}
	return Changed
}

func (f files) paths() []string {
	paths := make([]string, len(f.changes))
	for i, c := range f.changes {
		paths[i] = c.Path
	}
	return paths
}

// changedFiles groups what differs by component, sorted.
func (c *comparer) changedFiles() []files {
	groups := map[metadata.Component]*files{}
	changed := map[string]bool{}
	lone := map[string]bool{}
	for change := range tree.Changed(c.in.Old, c.in.New) {
		at := c.componentAt(change.Path)
		if groups[at] == nil {
			groups[at] = &files{component: at}
		}
		groups[at].changes = append(groups[at].changes, change)
		changed[change.Path] = true
		if change.From.IsZero() || change.To.IsZero() {
			lone[folderOf(change.Path)] = true
		}
	}
	c.countRest(groups, changed, lone)
	out := make([]files, 0, len(groups))
	for _, at := range slices.SortedFunc(maps.Keys(groups), metadata.Component.Compare) {
		out = append(out, *groups[at])
	}
	return out
}

func folderOf(path string) string {
	dir, _, _ := strings.Cut(path, "/")
	return dir
}

// countRest looks at unchanged files only in folders where a file came or went:
// elsewhere nothing depends on them.
func (c *comparer) countRest(groups map[metadata.Component]*files, changed, folders map[string]bool) {
	if len(folders) == 0 {
		return
	}
	for e := range c.in.New.All() {
		if !folders[folderOf(e.Path)] || changed[e.Path] {
			continue
		}
		if f := groups[c.componentAt(e.Path)]; f != nil {
			f.rest++
		}
	}
}

func (c *comparer) componentAt(path string) metadata.Component {
	if at, ok := c.in.Registry.ComponentAt(path); ok {
		return at
	}
	return metadata.Component{FullName: path}
}
