package cli

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/orgkeep/orgkeep/internal/config"
	"github.com/orgkeep/orgkeep/internal/rollback"
	"github.com/orgkeep/orgkeep/internal/snapshot"
	"github.com/orgkeep/orgkeep/pkg/mdapi"
	"github.com/spf13/cobra"
)

type resumeOptions struct {
	Factory *Factory
	Open    func(context.Context) (*snapshot.Store, *config.Config, error)
	Org     func(context.Context, string) (*mdapi.Client, OrgInfo, error)
	Alias   string // empty for all
	List    bool

	collect func([]snapshotResult) // of what is recorded, for --json
}

func newResumeCommand(f *Factory, runF func(context.Context, resumeOptions) error) *cobra.Command {
	opts := resumeOptions{Factory: f, Open: f.OpenStore, Org: f.OpenOrg}
	c := &cobra.Command{
		Use:   "resume [ALIAS]",
		Short: "Finish what was interrupted",
		Long: `Goes on with what was interrupted: asks the org what became of a deploy whose
reply was lost, waits for one that is under way, deploys what is left of a plan,
reads back and compares, and records the result. No package is deployed twice.
A snapshot that did not end is taken once more, with the retrieves that it has
started and the zips that it has.
With --list it only says what is pending.` +
			exitStatus("finished, or nothing was pending",
				ExitIncomplete, ExitSignIn, ExitStale, ExitRejected, ExitIntegrity, ExitNotSetUp, ExitLocked, ExitInterrupted),
		Example:           "  orgkeep resume --list\n  orgkeep resume",
		Args:              cobra.MaximumNArgs(1),
		ValidArgsFunction: f.completeAlias(1),
		RunE: func(c *cobra.Command, args []string) error {
			if len(args) == 1 {
				opts.Alias = args[0]
			}
			if runF != nil {
				return runF(c.Context(), opts)
			}
			return runResume(c.Context(), opts)
		},
	}
	c.Flags().BoolVar(&opts.List, "list", false, "say what is pending, and do nothing")
	return c
}

// resumeResult is what --json prints.
type resumeResult struct {
	Pending []pendingResult `json:"pending"`
	// Finished are those that were gone on with, in the same order.
	Finished []wayResult `json:"finished"`
	// Snapshots are those that were taken once more.
	Snapshots []snapshotResult `json:"snapshots"`
}

type pendingResult struct {
	Org     string    `json:"org"`
	Command string    `json:"command"`
	Plan    string    `json:"plan"`
	Undo    string    `json:"undo,omitempty"`
	Began   time.Time `json:"began"`
}

func runResume(ctx context.Context, opts resumeOptions) error {
	f := opts.Factory
	pending, err := pendingRuns(ctx, opts)
	if err != nil {
		return err
	}
	result := resumeResult{Pending: []pendingResult{}, Finished: []wayResult{}, Snapshots: []snapshotResult{}}
	for _, n := range pending {
		result.Pending = append(result.Pending, pendingResult{n.Alias, n.Command, n.Plan, n.Undo, n.Began.UTC()})
	}
	store, _, err := opts.Open(ctx)
	if err != nil {
		return err
	}
	snapshots, err := f.pendingSnapshots(store, opts.Alias)
	if err != nil {
		return err
	}
	for _, n := range snapshots {
		result.Pending = append(result.Pending, pendingResult{Org: n.Alias, Command: "snapshot", Began: n.Began})
	}
	if opts.List && !f.JSON() {
		return f.listPending(result.Pending)
	}
	var failed []error
	unclean := false
	for _, n := range pending {
		if opts.List {
			break
		}
		done, err := f.resumeRun(ctx, opts, n)
		if err != nil {
			failed = append(failed, ForOrg(n.Alias, err))
			continue
		}
		result.Finished = append(result.Finished, done)
		unclean = unclean || done.Outcome == wayRest
	}
	opts.collect = func(r []snapshotResult) { result.Snapshots = append(result.Snapshots, r...) }
	for _, n := range snapshots {
		if opts.List {
			break
		}
		err := f.resumeSnapshot(ctx, opts, n)
		if status := Status(ExitIncomplete); err != nil && errors.Is(err, status) {
			unclean = true
		} else if err != nil {
			failed = append(failed, err)
		}
	}
	if err := errors.Join(failed...); err != nil {
		return err
	}
	switch {
	case f.JSON():
		if err := f.WriteJSON("resume", result); err != nil {
			return err
		}
	case len(pending)+len(snapshots) == 0:
		f.IO.Note("Nothing is pending.")
	}
	if unclean {
		return Status(ExitIncomplete)
	}
	return nil
}

func pendingRuns(ctx context.Context, opts resumeOptions) ([]rollback.Note, error) {
	store, _, err := opts.Open(ctx)
	if err != nil {
		return nil, err
	}
	plans, err := rollback.OpenPlans(store, opts.Factory.Sys.FS)
	if err != nil {
		return nil, err
	}
	all, err := plans.Pending()
	if err != nil {
		return nil, err
	}
	var out []rollback.Note
	for _, n := range all {
		if opts.Alias == "" || n.Alias == opts.Alias {
			out = append(out, n)
		}
	}
	return out, nil
}

// listPending prints a row for each run that has not ended.
func (f *Factory) listPending(pending []pendingResult) error {
	t := f.IO.NewTable("org", "command", "began", "plan", "undo")
	for _, p := range pending {
		t.Row(p.Org, p.Command, p.Began.Format(time.RFC3339), p.Plan, p.Undo)
	}
	if t.Len() == 0 {
		f.IO.Note("Nothing is pending.")
		return nil
	}
	return t.Write()
}

// resumeRun goes on with one run.
func (f *Factory) resumeRun(ctx context.Context, opts resumeOptions, n rollback.Note) (wayResult, error) {
	w, unlock, err := f.beginWay(ctx, wayRequest{Alias: n.Alias, What: "resume", Open: opts.Open, Org: opts.Org})
	if err != nil {
		return wayResult{}, err
	}
	defer unlock()
	f.IO.Note("%s: going on with the %s of %s", n.Alias, n.Command, n.Began.UTC().Format(time.RFC3339))
	done, err := w.watched(ctx, func(ctx context.Context) (*rollback.Result, error) { return rollback.Resume(ctx, w.deps, n, w.opts) })
	if err != nil {
		return wayResult{}, err
	}
	result := wayResultOf(done, false)
	if f.JSON() {
		return result, nil
	}
	if err := f.printWay(done, result); err != nil {
		return result, fmt.Errorf("show the result: %w", err)
	}
	return result, nil
}
