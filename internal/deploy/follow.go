package deploy

import (
	"context"
	"errors"
	"fmt"

	"github.com/orgkeep/orgkeep/pkg/mdapi"
)

// follow waits for a deploy. Where it can be given up, an end of the context does
// not end the waiting.
func follow(ctx context.Context, org Org, id mdapi.AsyncID, opts Options) (mdapi.DeployResult, error) {
	if opts.Progress != nil {
		opts.Progress(mdapi.DeployResult{ID: id, Status: "Pending", CheckOnly: opts.CheckOnly})
	}
	if opts.Cancel == nil {
		return org.WaitDeploy(ctx, id, opts.Progress)
	}
	waiting, done := context.WithCancel(context.WithoutCancel(ctx))
	asked := make(chan error, 1)
	go func() {
		select {
		case <-waiting.Done():
			asked <- nil
		case <-opts.Cancel:
			_, err := org.CancelDeploy(waiting, id)
			asked <- err
		}
	}()
	result, err := org.WaitDeploy(waiting, id, opts.Progress)
	done()
	refused := <-asked
	if err != nil && refused != nil && !errors.Is(refused, context.Canceled) {
		err = errors.Join(err, fmt.Errorf("cancel deploy %s: %w", id, refused))
	}
	return result, err
}
