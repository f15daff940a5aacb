package cli

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"

	"github.com/orgkeep/orgkeep/internal/capture"
	"github.com/orgkeep/orgkeep/internal/cli/iostreams"
	"github.com/orgkeep/orgkeep/internal/config"
	"github.com/orgkeep/orgkeep/internal/snapshot"
	"github.com/spf13/cobra"
)

type coverageOptions struct {
	Factory  *Factory
	Open     func(context.Context) (*snapshot.Store, *config.Config, error)
	Revision string
	All      bool
}

func newCoverageCommand(f *Factory, runF func(context.Context, coverageOptions) error) *cobra.Command {
	opts := coverageOptions{Factory: f, Open: f.OpenStore}
	c := &cobra.Command{
		Use:   "coverage [REV]",
		Short: "Show what of an org is in a snapshot, and what is not and why",
		Long: `Shows what a snapshot was asked to hold, what came, and what did not and why.
What did not come is in the snapshot as an earlier one had it, where there is
one. Without REV: the newest snapshot of the one org that the settings list.` +
			exitStatus("everything is in it", ExitIncomplete, ExitIntegrity, ExitNotSetUp),
		Example:           "  orgkeep coverage prod\n  orgkeep coverage prod@2026-11-02 --all",
		Args:              cobra.MaximumNArgs(1),
		ValidArgsFunction: f.completeAlias(1),
		RunE: func(c *cobra.Command, args []string) error {
			if len(args) == 1 {
				opts.Revision = args[0]
			}
			if runF != nil {
				return runF(c.Context(), opts)
			}
			return runCoverage(c.Context(), opts)
		},
	}
	c.Flags().BoolVar(&opts.All, "all", false, "list every type, and every component that is missing")
	return c
}

// coverageResult is what --json prints.
type coverageResult struct {
	Revision   string               `json:"revision"`
	Org        string               `json:"org"`
	OrgID      string               `json:"org_id"`
	APIVersion string               `json:"api_version"`
	Complete   bool                 `json:"complete"`
	Asked      int                  `json:"asked"`
	Returned   int                  `json:"returned"`
	Managed    int                  `json:"managed_left_out"`
	Types      []typeCoverageResult `json:"types"`
	Missing    []missing            `json:"missing"`
	// Sealed are secrets of which the snapshot has a digest alone.
	Sealed []capture.SealedValue `json:"sealed"`
}

type typeCoverageResult struct {
	Type string `json:"type"`
	capture.TypeCoverage
}

func runCoverage(ctx context.Context, opts coverageOptions) error {
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
	data, err := store.File(ctx, at.Revision, capture.CoveragePath)
	if errors.Is(err, snapshot.ErrNotFound) {
		return fmt.Errorf("%s is no snapshot: it has no %s", at.Name, capture.CoveragePath)
	}
	if err != nil {
		return fmt.Errorf("read the coverage of %s: %w", at.Name, err)
	}
	coverage, err := capture.ParseCoverage(data)
	if err != nil {
		return err
	}
	result := coverageResultOf(at, coverage)
	if f.JSON() {
		err = f.WriteJSON("coverage", result)
	} else {
		err = f.showCoverage(result, opts.All)
	}
	if err == nil && !result.Complete {
		return Status(ExitIncomplete)
	}
	return err
}

func coverageResultOf(at side, c capture.Coverage) coverageResult {
	r := coverageResult{
		Revision: at.Revision.String(), Org: at.Alias, OrgID: c.OrgID, APIVersion: c.APIVersion, Complete: c.Complete(),
		Types: []typeCoverageResult{}, Missing: missingOf("", c),
		Sealed: append([]capture.SealedValue{}, c.Sealed...),
	}
	r.Asked, r.Returned = c.Counts()
	for _, name := range slices.Sorted(maps.Keys(c.Types)) {
		t := c.Types[name]
		r.Managed += t.Managed
		r.Types = append(r.Types, typeCoverageResult{name, t})
	}
	return r
}

// showCoverage prints the types: those with gaps, or all of them. Programs get
// all.
func (f *Factory) showCoverage(r coverageResult, all bool) error {
	people := f.IO.OutIsTerminal()
	if people {
		fmt.Fprintf(f.IO.Out, "%s  %s  API %s\n", f.IO.OutStyle().Bold(f.revision(r.Revision)), r.Org, r.APIVersion)
		fmt.Fprintf(f.IO.Out, "%s of %s components came, %s\n", thousands(r.Returned), thousands(r.Asked), percent(r.Returned, r.Asked))
		if r.Managed > 0 {
			fmt.Fprintf(f.IO.Out, "%s of packages left out, which nobody can change\n", thousands(r.Managed))
		}
	}
	t := f.IO.NewTable("type", "asked", "returned", "carried over", "left out", "listing")
	for _, c := range r.Types {
		gap := c.Returned < c.Asked || c.Listing != ""
		if all || gap || !people {
			t.Row(c.Type, strconv.Itoa(c.Asked), strconv.Itoa(c.Returned), strconv.Itoa(c.Carried), strconv.Itoa(c.Managed), c.Listing)
		}
	}
	if people && t.Len() > 0 {
		fmt.Fprintln(f.IO.Out)
	}
	if err := t.Write(); err != nil {
		return err
	}
	if !people {
		return nil
	}
	if err := f.showCoverageGaps(r, all); err != nil {
		return err
	}
	return f.showSealed(r.Sealed, all)
}

// showSealed names the secrets that are sealed: how many, or each.
func (f *Factory) showSealed(sealed []capture.SealedValue, all bool) error {
	if len(sealed) == 0 {
		return nil
	}
	fmt.Fprintf(f.IO.Out, "\n%s sealed, which are not in the repository and are never deployed\n", plural(len(sealed), "secret"))
	t := f.IO.NewTable("type", "name", "element", "key")
	t.Indent = "  "
	for i, v := range sealed {
		if i == shownMissing && !all {
			break
		}
		t.Row(v.Type, v.FullName, v.Element, v.Key)
	}
	return t.Write()
}

func (f *Factory) showCoverageGaps(r coverageResult, all bool) error {
	if len(r.Missing) == 0 {
		return nil
	}
	fmt.Fprintln(f.IO.Out)
	t := f.IO.NewTable("type", "name", "kept", "reason")
	t.Indent, t.Shrink = "  ", []int{3, 1}
	for i, m := range r.Missing {
		if i == shownMissing && !all {
			break
		}
		kept := "no"
		if m.Carried {
			kept = "as before"
		}
		t.Row(m.Type, m.FullName, kept, m.Reason)
	}
	if err := t.Write(); err != nil {
		return err
	}
	if n := len(r.Missing) - shownMissing; n > 0 && !all {
		fmt.Fprintf(f.IO.Out, "  … %s more:  orgkeep coverage %s --all\n", thousands(n), iostreams.Clean(f.revision(r.Revision)))
	}
	return nil
}
