package cli

import (
	"context"
	"fmt"
	"strconv"

	"github.com/orgkeep/orgkeep/internal/capture"
	"github.com/orgkeep/orgkeep/internal/cli/iostreams"
	"github.com/orgkeep/orgkeep/internal/config"
	"github.com/orgkeep/orgkeep/internal/snapshot"
)

// retrievePlan is the retrieve plan of a dry run.
type retrievePlan struct {
	Retrieves []retrieveResult `json:"retrieves"`
	// Unchanged counts components that are left alone, as their rows did not move.
	Unchanged int `json:"unchanged"`
	// Managed and Unretrievable are left out on purpose.
	Managed       int `json:"managed_left_out"`
	Unretrievable int `json:"not_retrievable"`
	// Unlisted names the lists that failed.
	Unlisted []string `json:"unlisted"`
}

// retrieveResult is one retrieve of the plan; what it brings is estimated.
type retrieveResult struct {
	Components int   `json:"components"`
	Companions int   `json:"companions"`
	Files      int   `json:"files"`
	Bytes      int64 `json:"bytes"`
}

// rehearse lists an org, tells what a snapshot would retrieve, and stops.
func (o snapshotOptions) rehearse(ctx context.Context, store *snapshot.Store, settings *config.Config, alias string, board *iostreams.Board) (snapshotResult, error) {
	f := o.Factory
	begun := f.Now()
	client, info, err := o.Org(ctx, alias)
	if err != nil {
		return snapshotResult{}, err
	}
	if board.Alone() {
		f.headline(info)
	}
	defer board.Close()
	read, err := f.readOptions(store, client.Version(), o.Selection, board)
	if err == nil {
		err = narrow(&read, info.Settings)
	}
	if err != nil {
		return snapshotResult{}, err
	}
	norm, err := normalizer(settings)
	if err != nil {
		return snapshotResult{}, err
	}
	found, err := capture.Rehearse(ctx, client, norm, store, o.captureOptions(info, settings, read))
	if err != nil {
		return snapshotResult{}, err
	}
	out := snapshotResult{
		Org: info.Alias, OrgID: info.OrgID, Branch: info.Settings.Branch, Outcome: outcomeDryRun, Full: found.Full,
		Complete: len(found.Failed) == 0, Authors: []string{}, Commits: []string{}, Changes: []changeResult{}, Missed: []string{},
		Missing: []missing{}, Warnings: []fileWarning{}, Notes: []string{}, Plan: retrievePlanOf(found),
	}
	if !found.First {
		out.Since = found.Old.String()
	}
	for _, r := range out.Plan.Retrieves {
		out.Asked += r.Components + r.Companions
	}
	out.Components = out.Asked + out.Plan.Unchanged
	out.took = f.Now().Sub(begun)
	out.TookMS = out.took.Milliseconds()
	return out, nil
}

func retrievePlanOf(found *capture.Rehearsal) *retrievePlan {
	out := &retrievePlan{
		Retrieves: []retrieveResult{}, Unlisted: []string{}, Unchanged: len(found.Unchanged) + len(found.Unsure),
		Managed: len(found.Selection.Managed), Unretrievable: len(found.Selection.Unretrievable),
	}
	for _, r := range found.Requests {
		out.Retrieves = append(out.Retrieves, retrieveResult{
			Components: len(r.Members), Companions: len(r.Companions), Files: r.Estimate.Files, Bytes: r.Estimate.Bytes,
		})
	}
	for _, c := range found.Failed {
		out.Unlisted = append(out.Unlisted, c.String())
	}
	return out
}

// showRetrievePlan prints the retrieve plan: a row for each retrieve.
func (f *Factory) showRetrievePlan(r snapshotResult) error {
	what := "what moved, and what listings do not tell of"
	if r.Full {
		what = "everything"
	}
	f.IO.Note("%s  would retrieve %s: %s components in %s; %s left alone", f.IO.ErrStyle().Bold(r.Org), what,
		thousands(r.Asked), plural(len(r.Plan.Retrieves), "retrieve"), thousands(r.Plan.Unchanged))
	if r.Plan.Managed+r.Plan.Unretrievable > 0 {
		f.IO.Note("  left out: %s managed, %s that cannot be retrieved", thousands(r.Plan.Managed), thousands(r.Plan.Unretrievable))
	}
	for _, name := range r.Plan.Unlisted {
		f.IO.Note("  ? %s  could not be listed", iostreams.Clean(name))
	}
	t := f.IO.NewTable("org", "retrieve", "components", "companions", "files", "bytes")
	for i, p := range r.Plan.Retrieves {
		t.Row(r.Org, fmt.Sprintf("%d of %d", i+1, len(r.Plan.Retrieves)), strconv.Itoa(p.Components), strconv.Itoa(p.Companions),
			strconv.Itoa(p.Files), strconv.FormatInt(p.Bytes, 10))
	}
	return t.Write()
}
