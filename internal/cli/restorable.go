package cli

import (
	"context"
	"fmt"

	"github.com/orgkeep/orgkeep/internal/capture"
	"github.com/orgkeep/orgkeep/internal/cli/iostreams"
	"github.com/orgkeep/orgkeep/internal/config"
	"github.com/orgkeep/orgkeep/internal/deployplan"
	"github.com/orgkeep/orgkeep/internal/snapshot"
	"github.com/orgkeep/orgkeep/pkg/metadata"
	"github.com/spf13/cobra"
)

type restorableOptions struct {
	Factory  *Factory
	Open     func(context.Context) (*snapshot.Store, *config.Config, error)
	Revision string
	All      bool
}

func newRestorableCommand(f *Factory, runF func(context.Context, restorableOptions) error) *cobra.Command {
	opts := restorableOptions{Factory: f, Open: f.OpenStore}
	c := &cobra.Command{
		Use:   "restorable [REV]",
		Short: "Show what of a snapshot can be restored, and what not",
		Long: `Shows of every component of a snapshot how it would come back to an org that has
lost it:

  restorable      by a deploy, as the snapshot holds it
  with-transform  by a deploy that changes it, or leaves a part behind
  by-hand         not by a deploy; the way by hand is named
  impossible      not at all

What comes back is metadata: a field or an object that is made anew has no data.
Without REV: the newest snapshot of the one org that the settings list.` +
			exitStatus("shown", ExitIntegrity, ExitNotSetUp),
		Example:           "  orgkeep restorable prod\n  orgkeep restorable v2026.11 --all",
		Args:              cobra.MaximumNArgs(1),
		ValidArgsFunction: f.completeAlias(1),
		RunE: func(c *cobra.Command, args []string) error {
			if len(args) == 1 {
				opts.Revision = args[0]
			}
			if runF != nil {
				return runF(c.Context(), opts)
			}
			return runRestorable(c.Context(), opts)
		},
	}
	c.Flags().BoolVar(&opts.All, "all", false, "list every component, also those that are restorable as they are")
	return c
}

// restorableResult is what --json prints.
type restorableResult struct {
	Revision   string                `json:"revision"`
	Org        string                `json:"org"`
	Total      int                   `json:"total"`
	Counts     restorableCounts      `json:"counts"`
	Percent    float64               `json:"percent"` // of what comes back by a deploy alone
	Components []restorableComponent `json:"components"`
}

type restorableCounts struct {
	Restorable    int `json:"restorable"`
	WithTransform int `json:"with_transform"`
	ByHand        int `json:"by_hand"`
	Impossible    int `json:"impossible"`
}

type restorableComponent struct {
	Type     string `json:"type"`
	FullName string `json:"full_name"`
	Class    string `json:"class"`
	Reason   string `json:"reason,omitempty"`
	ByHand   string `json:"by_hand,omitempty"`
}

func runRestorable(ctx context.Context, opts restorableOptions) error {
	f := opts.Factory
	store, settings, err := opts.Open(ctx)
	if err != nil {
		return err
	}
	revision := opts.Revision
	if revision == "" {
		orgs, err := f.orgs(settings, nil, false)
		if err != nil {
			return err
		}
		revision = orgs[0]
	}
	at, err := sides{f: f, store: store, settings: settings}.revision(ctx, revision)
	if err != nil {
		return ForOrg(aliasIn(revision), err)
	}
	version, err := versionOf(ctx, store, at.Revision)
	if err != nil {
		return err
	}
	found, _, err := deployplan.Restorable(ctx, deployplan.State{Tree: at.Tree, Blobs: store}, at.Registry, version)
	if err != nil {
		return fmt.Errorf("work out what of %s can be restored: %w", at.Name, err)
	}
	result := restorableResultOf(at, found)
	if f.JSON() {
		return f.WriteJSON("restorable", result)
	}
	return f.showRestorable(result, opts.All)
}

// fallbackVersion is for commits that no snapshot made.
const fallbackVersion = metadata.Version(66)

// versionOf is the API version of which a snapshot's files are; for other commits
// fallbackVersion.
func versionOf(ctx context.Context, store *snapshot.Store, id snapshot.ID) (metadata.Version, error) {
	commit, err := store.Load(ctx, id)
	if err != nil {
		return 0, err
	}
	text, ok := commit.Trailer(capture.TrailerVersion)
	if !ok {
		return fallbackVersion, nil
	}
	v, err := metadata.ParseVersion(text)
	if err != nil {
		return 0, fmt.Errorf("read %s: %w", id.Short(), err)
	}
	return v, nil
}

func restorableResultOf(at side, found []deployplan.Restorability) restorableResult {
	r := restorableResult{Revision: at.Revision.String(), Org: at.Alias, Total: len(found), Components: []restorableComponent{}}
	for _, c := range found {
		switch c.Class {
		case deployplan.AsStored:
			r.Counts.Restorable++
		case deployplan.WithTransform:
			r.Counts.WithTransform++
		case deployplan.ByHand:
			r.Counts.ByHand++
		case deployplan.Impossible:
			r.Counts.Impossible++
		}
		r.Components = append(r.Components, restorableComponent{c.Component.Type, c.Component.FullName, string(c.Class), c.Reason, c.ByHand})
	}
	r.Percent = 100
	if r.Total > 0 {
		const tenths = 1000
		r.Percent = float64((r.Counts.Restorable+r.Counts.WithTransform)*tenths/r.Total) / 10
	}
	return r
}

// showRestorable prints the share, and what does not come back as it is. Programs
// get every component.
func (f *Factory) showRestorable(r restorableResult, all bool) error {
	people := f.IO.OutIsTerminal()
	if people {
		fmt.Fprintf(f.IO.Out, "%s  %s\n", f.IO.OutStyle().Bold(iostreams.Clean(f.revision(r.Revision))), iostreams.Clean(r.Org))
		fmt.Fprintf(f.IO.Out, "%s of %s components come back by a deploy, %.1f %%\n", thousands(r.Counts.Restorable+r.Counts.WithTransform), thousands(r.Total), r.Percent)
		fmt.Fprintf(f.IO.Out, "%s as stored, %s with a transform, %s by hand, %s not at all\n",
			thousands(r.Counts.Restorable), thousands(r.Counts.WithTransform), thousands(r.Counts.ByHand), thousands(r.Counts.Impossible))
	}
	t := f.IO.NewTable("class", "type", "name", "reason", "by hand")
	t.Shrink = []int{3, 4, 2}
	for _, c := range r.Components {
		if all || !people || c.Class != string(deployplan.AsStored) {
			t.Row(c.Class, c.Type, c.FullName, c.Reason, c.ByHand)
		}
	}
	if people && t.Len() > 0 {
		fmt.Fprintln(f.IO.Out)
	}
	return t.Write()
}
