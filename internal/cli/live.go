package cli

import (
	"context"
	"errors"
	"time"

	"github.com/orgkeep/orgkeep/internal/capture"
	"github.com/orgkeep/orgkeep/internal/config"
	"github.com/orgkeep/orgkeep/internal/drift"
	"github.com/orgkeep/orgkeep/internal/snapshot"
	"github.com/orgkeep/orgkeep/internal/tree"
	"github.com/orgkeep/orgkeep/pkg/mdapi"
)

// live is an org as it is now, read and recorded nowhere.
type live struct {
	*drift.Live
	Info   OrgInfo
	Client *mdapi.Client
	Deps   drift.Deps
}

// readLive reads an org. What cannot be read is carried over from its newest
// snapshot, where there is one, and named in the state's coverage. The caller
// closes what comes.
func (f *Factory) readLive(ctx context.Context, store *snapshot.Store, settings *config.Config, alias string, sel selection) (*live, error) {
	client, info, err := f.OpenOrg(ctx, alias)
	if err != nil {
		return nil, err
	}
	f.headline(info)
	board := f.IO.NewBoard(alias, f.Now)
	defer board.Close()
	opts, err := f.readOptions(store, client.Version(), sel, board)
	if err == nil {
		err = narrow(&opts, info.Settings)
	}
	if err != nil {
		return nil, err
	}
	if opts.Seal, _, err = f.sealer(ctx, store, settings); err != nil {
		return nil, err
	}
	norm, err := normalizer(settings)
	if err != nil {
		return nil, err
	}
	base, _, err := newestState(ctx, store, info.Settings)
	if err != nil {
		return nil, ForOrg(alias, err)
	}
	deps := drift.Deps{Org: client, Normalizer: norm}
	read, err := drift.Read(ctx, deps, base, opts)
	if err != nil {
		return nil, ForOrg(alias, err)
	}
	read.Coverage.OrgID = info.OrgID
	return &live{Live: read, Info: info, Client: client, Deps: deps}, nil
}

// newestState is an org's newest snapshot; empty, with a zero id, where there is
// none.
func newestState(ctx context.Context, store *snapshot.Store, org config.Org) (capture.Base, snapshot.ID, error) {
	base := capture.Base{Blobs: store}
	head, err := store.Head(ctx, org.Branch)
	if errors.Is(err, snapshot.ErrNoSnapshot) {
		return base, head, nil
	}
	if err != nil {
		return base, head, err
	}
	base.Tree, err = treeOf(ctx, store, head, org.Root)
	return base, head, err
}

// manifestPath is the manifest of a stored state. It is made from what else is
// there, and is no part of what is compared.
const manifestPath = "package.xml"

// treeOf gives the org that a commit holds.
func treeOf(ctx context.Context, store *snapshot.Store, id snapshot.ID, root string) (tree.Tree, error) {
	t, err := store.Tree(ctx, id, root)
	if err != nil {
		return tree.Tree{}, err
	}
	e := t.Edit()
	e.Delete(manifestPath)
	return e.Tree(), nil
}

// listedAt is the org's clock when a snapshot began to list it: what is dated
// before has not changed since.
func listedAt(c snapshot.Commit) time.Time {
	if text, ok := c.Trailer(capture.TrailerListed); ok {
		if t, err := time.Parse(time.RFC3339, text); err == nil {
			return t
		}
	}
	return c.Committer.When
}
