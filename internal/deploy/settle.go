package deploy

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/orgkeep/orgkeep/pkg/mdapi"
)

const (
	// looks are how often the org's list is asked, because a deploy may show up in
	// it late, and between is the time from one look to the next.
	looks   = 3
	between = 2 * time.Second
	// longAgo is when a deploy that the list does not show is taken for one that
	// never arrived: a request does not travel that long.
	longAgo = 2 * time.Minute
	// idDigits are those of an id that tell it; three more may follow.
	idDigits = 15
)

// find looks for a deploy in the org's own list. Cause is why no reply told.
func find(ctx context.Context, org Org, o Operation, opts Options, cause error) (mdapi.AsyncID, error) {
	ours, err := opts.Journal.Operations()
	if err != nil {
		return "", errors.Join(&UnknownError{Since: o.Since, Cause: cause}, err)
	}
	var candidates []mdapi.AsyncID
	for look := 1; ; look++ {
		if candidates, err = list(ctx, org, o, ours); err != nil {
			return "", errors.Join(&UnknownError{Since: o.Since, Cause: cause}, fmt.Errorf("ask the org's list of deploys: %w", err))
		}
		if len(candidates) > 0 || look == looks {
			break
		}
		if err := Pause(ctx, opts.Wait, between); err != nil {
			return "", errors.Join(&UnknownError{Since: o.Since, Cause: cause}, err)
		}
	}
	if len(candidates) != 1 {
		return "", &UnknownError{Since: o.Since, Candidates: candidates, Listed: true, Cause: cause}
	}
	return candidates[0], nil
}

// list gives the deploys of this user since the operation began that no other
// note knows.
func list(ctx context.Context, org Org, o Operation, ours []Operation) ([]mdapi.AsyncID, error) {
	known := map[string]bool{}
	for _, other := range ours {
		if other.AsyncID != "" {
			known[shortID(string(other.AsyncID))] = true
		}
	}
	rows, err := org.ToolingQuery(ctx, "SELECT Id, Status, CheckOnly, CreatedDate, CreatedById FROM DeployRequest WHERE CreatedDate >= "+
		o.Since.UTC().Format("2006-01-02T15:04:05Z")+" ORDER BY CreatedDate")
	if err != nil {
		return nil, err
	}
	var out []mdapi.AsyncID
	for _, row := range rows {
		id := row.Text("Id")
		if id == "" || known[shortID(id)] || row.Bool("CheckOnly") != o.CheckOnly || shortID(row.Text("CreatedById")) != shortID(o.UserID) {
			continue
		}
		out = append(out, mdapi.AsyncID(id))
	}
	return out, nil
}

func shortID(id string) string { return id[:min(len(id), idDigits)] }

// Pause waits by wait, or by the clock where that is nil.
func Pause(ctx context.Context, wait func(ctx context.Context, d time.Duration) error, d time.Duration) error {
	if wait != nil {
		return wait(ctx, d)
	}
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}

// Settle finds out what became of the deploys that earlier runs left open in this
// org, waits for those that still run, and closes their notes. It returns the
// notes as they are then. An *UnknownError means that one of them stays open, and
// that nothing new may be sent.
func Settle(ctx context.Context, org Org, opts Options) ([]Operation, error) {
	pending, err := opts.Journal.Pending(opts.OrgID)
	if err != nil {
		return nil, err
	}
	for i := range pending {
		if err := settle(ctx, org, &pending[i], opts); err != nil {
			return pending, fmt.Errorf("settle the deploy of %s (%s): %w", pending[i].Begun.UTC().Format(time.RFC3339), strings.TrimSuffix(pending[i].name, ".json"), err)
		}
	}
	return pending, nil
}

func settle(ctx context.Context, org Org, o *Operation, opts Options) error {
	if o.AsyncID == "" {
		id, err := find(ctx, org, *o, opts, nil)
		var unknown *UnknownError
		if errors.As(err, &unknown) && unknown.Listed && len(unknown.Candidates) == 0 && serverTime(org, opts).Sub(o.Since) > longAgo {
			return opts.Journal.close(o, NeverArrived, opts.Now())
		}
		if err != nil {
			return err
		}
		o.AsyncID, o.Phase = id, Accepted
		if err := opts.Journal.save(o); err != nil {
			return err
		}
	}
	_, err := wait(ctx, org, o, opts)
	if errors.Is(err, ErrRejected) {
		return nil // it is settled: the org kept nothing of it
	}
	return err
}
