package cli

import (
	"context"
	"errors"

	"github.com/orgkeep/orgkeep/internal/deploy"
)

// canceledByUser tells whether the org gave a deploy up because the user asked for
// that.
func canceledByUser(ctx context.Context, err error) bool {
	var rejected *deploy.RejectedError
	return ctx.Err() != nil && errors.As(err, &rejected) && rejected.Result.Status == "Canceled"
}

// interrupted gives the exit code of an interruption to the error of a deploy that
// the user has canceled.
func interrupted(alias string, err error) error {
	e := explainDeploy(ForOrg(alias, err))
	e.Code, e.Exit = "interrupted", ExitInterrupted
	return e
}

// cancelOnSecond gives a channel that is closed by the second signal that asks the
// process to end. The first one ends everything but a deploy that the org has:
// that goes on by itself, so it is waited for.
func (f *Factory) cancelOnSecond(watch *wayWatch) (cancel <-chan struct{}, stop func()) {
	if f.Sys.Interrupts == nil {
		return nil, func() {}
	}
	signals, end := f.Sys.Interrupts()
	asked, done := make(chan struct{}), make(chan struct{})
	go func() {
		for n := 1; ; n++ {
			select {
			case <-done:
				return
			case <-signals:
			}
			switch {
			case n == 1 && watch.deploying():
				f.IO.Note("\nThe org is deploying: waiting for it. Interrupt again to cancel the deploy.")
			case n == 2:
				f.IO.Note("\nAsking the org to cancel the deploy.")
				close(asked)
			}
		}
	}()
	return asked, func() {
		end()
		close(done)
	}
}
