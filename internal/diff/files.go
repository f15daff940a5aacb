package diff

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/orgkeep/orgkeep/internal/tree"
	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// file is one file that differs.
type file struct {
	path     string
	oldPath  string // where the component's name changed in case; else path
	from, to tree.Hash
}

// group holds the files of one component that differ.
type group struct {
	component metadata.Component
	was       metadata.Component // its former name, where it has another one
	kind      Kind
	files     []file
	same      bool // other files of the component stayed as they are
}

func (g *group) paths() []string {
	var paths []string
	for _, f := range g.files {
		paths = append(paths, f.path)
		if f.oldPath != f.path {
			paths = append(paths, f.oldPath)
		}
	}
	slices.Sort(paths)
	return slices.Compact(paths)
}

// groups gives what differs by component.
func (c *comparer) groups() []*group {
	byName := map[metadata.Component]*group{}
	changed := map[string]bool{}
	folders := map[string]bool{}
	for f := range tree.Changed(c.in.Old, c.in.New) {
		at := c.componentAt(f.Path)
		g := byName[at]
		if g == nil {
			g = &group{component: at}
			byName[at] = g
		}
		g.files = append(g.files, file{path: f.Path, oldPath: f.Path, from: f.From, to: f.To})
		changed[f.Path] = true
		if f.From.IsZero() || f.To.IsZero() {
			folders[folderOf(f.Path)] = true
		}
	}
	c.findSame(byName, changed, folders)
	for _, g := range byName {
		g.settle()
	}
	all := slices.SortedFunc(maps.Values(byName), func(a, b *group) int { return a.component.Compare(b.component) })
	return c.joinNames(all)
}

// findSame looks for files that stayed, and only in folders where one came or
// went: elsewhere nothing depends on it.
func (c *comparer) findSame(groups map[metadata.Component]*group, changed, folders map[string]bool) {
	if len(folders) == 0 {
		return
	}
	for e := range c.in.New.All() {
		if folders[folderOf(e.Path)] && !changed[e.Path] {
			if g := groups[c.componentAt(e.Path)]; g != nil {
				g.same = true
			}
		}
	}
}

// settle tells what became of the component: it came or went only if none of its
// files was there before, or is there now.
func (g *group) settle() {
	came := !slices.ContainsFunc(g.files, func(f file) bool { return !f.from.IsZero() })
	went := !slices.ContainsFunc(g.files, func(f file) bool { return !f.to.IsZero() })
	switch {
	case came && !g.same:
		g.kind = Added
	case went && !g.same:
		g.kind = Deleted
	default:
		g.kind = Changed
	}
}

func folderOf(path string) string {
	dir, _, _ := strings.Cut(path, "/")
	return dir
}

func (c *comparer) componentAt(path string) metadata.Component {
	if at, ok := c.in.Registry.ComponentAt(path); ok {
		return at
	}
	return metadata.Component{FullName: path}
}

// joinNames makes one change of a component that went and one that came under
// another name: where the names differ in case alone, or all content is the same
// and no other component has it. Containers of components that are deployed by
// name are left as they are, with a mark on the new one.
func (c *comparer) joinNames(all []*group) []*group {
	came, went := map[string][]*group{}, map[string][]*group{}
	for _, key := range [2]func(*group) string{foldedName, sameContent} {
		clear(came)
		clear(went)
		for _, g := range all {
			switch g.kind {
			case Added:
				came[key(g)] = append(came[key(g)], g)
			case Deleted:
				went[key(g)] = append(went[key(g)], g)
			}
		}
		for k, news := range came {
			if olds := went[k]; k != "" && len(news) == 1 && len(olds) == 1 {
				c.join(olds[0], news[0])
			}
		}
	}
	return slices.DeleteFunc(all, func(g *group) bool { return g.kind == "" })
}

// join puts the old component's files to the new one's. The old group has no kind
// then.
func (c *comparer) join(old, now *group) {
	now.was = old.component
	inCase := old.component.Type != "" && foldedName(old) == foldedName(now)
	t, _ := c.in.Registry.Type(now.component.Type)
	if !inCase && slices.ContainsFunc(t.Children, func(d metadata.Child) bool { return !d.Unaddressable }) {
		return
	}
	byName := map[string]file{}
	for _, f := range old.files {
		byName[relative(f.path, old.component)] = f
	}
	for i, f := range now.files {
		if was, ok := byName[relative(f.path, now.component)]; ok {
			now.files[i].oldPath, now.files[i].from = was.path, was.from
			delete(byName, relative(f.path, now.component))
		}
	}
	for _, f := range byName {
		now.files = append(now.files, f)
	}
	slices.SortFunc(now.files, func(a, b file) int { return cmp.Compare(a.path, b.path) })
	now.kind, old.kind = Renamed, ""
	if inCase {
		now.kind = Changed
	}
}

// relative names a file by what is not the component's name.
func relative(path string, at metadata.Component) string {
	return strings.ReplaceAll(path, at.FullName, "\x00")
}

// foldedName is empty for a file that the registry does not know: its path means
// what it says.
func foldedName(g *group) string {
	if g.component.Type == "" {
		return ""
	}
	return g.component.Type + ":" + strings.ToLower(g.component.FullName)
}

func sameContent(g *group) string {
	var parts []string
	for _, f := range g.files {
		h := f.to
		if g.kind == Deleted {
			h = f.from
		}
		parts = append(parts, relative(f.path, g.component)+"\x01"+h.String())
	}
	slices.Sort(parts)
	return g.component.Type + "\x02" + strings.Join(parts, "\x02")
}
