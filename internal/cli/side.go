package cli

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/orgkeep/orgkeep/internal/capture"
	"github.com/orgkeep/orgkeep/internal/config"
	"github.com/orgkeep/orgkeep/internal/snapshot"
	"github.com/orgkeep/orgkeep/internal/tree"
	"github.com/orgkeep/orgkeep/pkg/metadata"
)

// side is one of two states that are compared.
type side struct {
	// Name is how people know it: "prod at 4f1c2ab", "org prod", "folder src".
	Name string
	// Alias is the org that it is of; empty for a folder.
	Alias    string
	Revision snapshot.ID // zero for what is no commit
	Root     string      // the folder of the repository that holds the org
	Tree     tree.Tree
	Blobs    tree.Blobs
	Registry *metadata.Registry
	// Live tells that it is an org as it is now; Coverage says what of it could
	// be read.
	Live     bool
	Coverage capture.Coverage
	// Opened is the live org behind the state; nil for what is none.
	Opened *live
}

// close frees what a live org is kept in.
func (s side) close() {
	if s.Opened != nil {
		s.Opened.Close()
	}
}

// The words before what is no revision.
const (
	orgPrefix = "org:"
	dirPrefix = "dir:"
)

// sides opens states by what the user calls them.
type sides struct {
	f        *Factory
	store    *snapshot.Store
	settings *config.Config
	sel      selection
}

// open gives the state that a text names: a revision, org:ALIAS or dir:PATH.
func (s sides) open(ctx context.Context, text string) (side, error) {
	if alias, ok := strings.CutPrefix(text, orgPrefix); ok {
		if err := config.CheckAlias(alias); err != nil {
			return side{}, err
		}
		return s.org(ctx, alias)
	}
	if dir, ok := strings.CutPrefix(text, dirPrefix); ok {
		return s.folder(ctx, dir)
	}
	return s.revision(ctx, text)
}

func (s sides) org(ctx context.Context, alias string) (side, error) {
	l, err := s.f.readLive(ctx, s.store, s.settings, alias, s.sel)
	if err != nil {
		return side{}, err
	}
	return side{
		Name: "org " + alias, Alias: alias, Root: l.Info.Settings.Root, Tree: l.Tree, Blobs: l.Blobs,
		Registry: l.Registry, Live: true, Coverage: l.Coverage, Opened: l,
	}, nil
}

func (s sides) revision(ctx context.Context, text string) (side, error) {
	id, err := s.f.resolve(ctx, s.store, s.settings, text)
	if err != nil {
		return side{}, err
	}
	alias, err := s.f.orgOf(ctx, s.store, s.settings, text, id)
	if err != nil {
		return side{}, err
	}
	root := s.settings.Org(cmp.Or(alias, "x")).Root
	t, err := treeOf(ctx, s.store, id, root)
	if err != nil {
		return side{}, fmt.Errorf("read %s: %w", text, err)
	}
	name := id.Short()
	if text != name && !strings.HasPrefix(id.String(), text) {
		name = text + " (" + name + ")"
	}
	return side{Name: name, Alias: alias, Revision: id, Root: root, Tree: t, Blobs: s.store, Registry: metadata.Default()}, nil
}

// resolve gives the commit that a revision names.
func (f *Factory) resolve(ctx context.Context, store *snapshot.Store, settings *config.Config, revision string) (snapshot.ID, error) {
	known := f.aliases(settings)
	return store.Resolve(ctx, revision, snapshot.ResolveOptions{BranchOf: func(alias string) (string, bool) {
		if config.CheckAlias(alias) != nil {
			return "", false
		}
		org := settings.Org(alias)
		if slices.Contains(known, alias) {
			return org.Branch, true
		}
		// Nobody is signed in and nothing is set, as in a clone: a branch of that
		// name is enough.
		_, err := store.Head(ctx, org.Branch)
		return org.Branch, err == nil
	}})
}

// aliases gives the orgs that the settings list or that are signed in, sorted.
func (f *Factory) aliases(settings *config.Config) []string {
	all := append(settings.Aliases(), f.signedIn()...)
	slices.Sort(all)
	return slices.Compact(all)
}

// orgOf tells which org a revision is of, "" where nothing tells.
func (f *Factory) orgOf(ctx context.Context, store *snapshot.Store, settings *config.Config, revision string, id snapshot.ID) (string, error) {
	c, err := store.Load(ctx, id)
	if err != nil {
		return "", err
	}
	if alias, ok := c.Trailer(capture.TrailerSnapshot); ok && config.CheckAlias(alias) == nil {
		return alias, nil
	}
	// A commit in the middle of a run has no trailer: the name it was called by.
	name := revision
	if i := strings.IndexAny(name, "~^@"); i > 0 {
		name = name[:i]
	}
	for _, alias := range f.aliases(settings) {
		if name == alias || name == settings.Org(alias).Branch {
			return alias, nil
		}
	}
	if alias, ok := strings.CutPrefix(name, "org/"); ok && config.CheckAlias(alias) == nil {
		return alias, nil
	}
	return "", nil
}
