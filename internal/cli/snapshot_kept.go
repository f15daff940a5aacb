package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"github.com/orgkeep/orgkeep/internal/capture"
	"github.com/orgkeep/orgkeep/internal/retrieve"
	"github.com/orgkeep/orgkeep/pkg/mdapi"
)

// keptOrg is an org whose zips outlive a run that dies.
type keptOrg struct {
	*mdapi.Client
	kept *retrieve.Kept
}

// ListMetadata lists, and lets the rows be noted.
func (o keptOrg) ListMetadata(ctx context.Context, queries ...mdapi.ListQuery) ([]mdapi.FileProperties, error) {
	return o.kept.ListMetadata(ctx, queries...)
}

// Retrieve starts a retrieve, or takes what is kept.
func (o keptOrg) Retrieve(ctx context.Context, req mdapi.RetrieveRequest) (mdapi.AsyncID, error) {
	return o.kept.Retrieve(ctx, req)
}

// WaitRetrieve waits for what Retrieve gave.
func (o keptOrg) WaitRetrieve(ctx context.Context, id mdapi.AsyncID, zip string, progress func(mdapi.RetrieveStatus)) (mdapi.RetrieveResult, error) {
	return o.kept.WaitRetrieve(ctx, id, zip, progress)
}

// keep puts an org behind what an earlier run of the alias may have left.
func (f *Factory) keep(client *mdapi.Client, info OrgInfo, dir string) (keptOrg, error) {
	kept, err := retrieve.NewKept(client, client, retrieve.KeepOptions{
		Dir: dir, FS: f.Sys.FS, Now: f.Now,
		Whose: fmt.Sprintf("%s %s %s", info.OrgID, info.Username, client.Version()),
	})
	return keptOrg{client, kept}, err
}

// settle lets go of what was kept: when the run is recorded, and when a guard
// stopped it, after which the org should be asked anew. What was cut short is
// taken up again.
func (o keptOrg) settle(err error, forget func() error) error {
	var mass *capture.MassDeletionError
	if err != nil && !errors.As(err, &mass) {
		return nil
	}
	return cmp.Or(o.kept.Forget(), forget())
}
