package cli

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/orgkeep/orgkeep/internal/config"
	"github.com/orgkeep/orgkeep/internal/snapshot"
	"github.com/spf13/cobra"
)

type logOptions struct {
	Factory *Factory
	Open    func(context.Context) (*snapshot.Store, *config.Config, error)
	Alias   string
	Limit   int
}

func newLogCommand(f *Factory, runF func(context.Context, logOptions) error) *cobra.Command {
	opts := logOptions{Factory: f, Open: f.OpenStore}
	c := &cobra.Command{
		Use:   "log [ALIAS]",
		Short: "Show the snapshots of an org",
		Long: `Shows the snapshots of an org, newest first: how many components were added,
changed and deleted, by whom, and what is noted. Without ALIAS: of all orgs
that have snapshots.` +
			exitStatus("shown", ExitIntegrity, ExitNotSetUp),
		Example:           "  orgkeep log prod\n  orgkeep log -n 5\n  orgkeep log prod --jq '.result[0].revision'",
		Args:              cobra.MaximumNArgs(1),
		ValidArgsFunction: f.completeAlias(1),
		RunE: func(c *cobra.Command, args []string) error {
			if len(args) == 1 {
				opts.Alias = args[0]
			}
			if runF != nil {
				return runF(c.Context(), opts)
			}
			return runLog(c.Context(), opts)
		},
	}
	c.Flags().IntVarP(&opts.Limit, "limit", "n", 0, "show the newest `N` of an org (default: all)")
	return c
}

// logEntry is a snapshot as log shows it.
type logEntry struct {
	Revision string    `json:"revision"`
	Org      string    `json:"org"`
	When     time.Time `json:"when"`
	// Authors are the usernames of those who changed something; "unknown" may be
	// among them.
	Authors []string `json:"authors"`
	Added   int      `json:"added"`
	Changed int      `json:"changed"`
	Deleted int      `json:"deleted"`
	First   bool     `json:"first"`
	// Commits is how many the run made.
	Commits int      `json:"commits"`
	Subject string   `json:"subject"`
	Tags    []string `json:"tags"`
}

func runLog(ctx context.Context, opts logOptions) error {
	f := opts.Factory
	store, settings, err := opts.Open(ctx)
	if err != nil {
		return err
	}
	aliases := []string{opts.Alias}
	if opts.Alias == "" {
		if aliases, err = snapshotOrgs(ctx, store, settings, f.signedIn()); err != nil {
			return err
		}
	} else if err := config.CheckAlias(opts.Alias); err != nil {
		return err
	}
	norm, err := normalizer(settings)
	if err != nil {
		return err
	}
	entries := []logEntry{}
	for _, alias := range aliases {
		of, err := readLog(ctx, store, settings.Org(alias), norm, opts.Limit)
		if err != nil {
			return ForOrg(alias, err)
		}
		entries = append(entries, of...)
	}
	if f.JSON() {
		return f.WriteJSON("log", entries)
	}
	return f.page(ctx, func() error { return f.showLog(entries, len(aliases) > 1) })
}

// errEnough ends a walk over snapshots.
var errEnough = errors.New("enough")

func (f *Factory) showLog(entries []logEntry, several bool) error {
	if len(entries) == 0 {
		f.IO.Note("There is no snapshot yet.\n  Take the first one:  orgkeep snapshot ALIAS")
		return nil
	}
	columns := []string{"revision", "when", "changes", "by", "note"}
	// The same columns for programs, however many orgs there are.
	withOrg := several || !f.IO.OutIsTerminal()
	if withOrg {
		columns = append([]string{"org"}, columns...)
	}
	t := f.IO.NewTable(columns...)
	t.Shrink = []int{len(columns) - 1, len(columns) - 2}
	for _, e := range entries {
		cells := []string{f.revision(e.Revision), f.IO.Time(f.Now(), e.When), e.changes(), f.authors(e.Authors), e.note()}
		if withOrg {
			cells = append([]string{e.Org}, cells...)
		}
		t.Row(cells...)
	}
	return t.Write()
}

// shortRevision is as long as git's own in small repositories.
const shortRevision = 7

// revision is short for people and whole for programs.
func (f *Factory) revision(id string) string {
	if f.IO.OutIsTerminal() && len(id) > shortRevision {
		return id[:shortRevision]
	}
	return id
}

func (f *Factory) authors(names []string) string {
	switch {
	case len(names) == 0:
		return ""
	case !f.IO.OutIsTerminal():
		return strings.Join(names, ",")
	case len(names) == 1:
		return f.user(names[0])
	}
	return fmt.Sprintf("%s, +%d", f.user(names[0]), len(names)-1)
}

func (e logEntry) changes() string {
	if e.First {
		return "first"
	}
	var parts []string
	for _, c := range []struct {
		mark  string
		count int
	}{{"+", e.Added}, {"~", e.Changed}, {"-", e.Deleted}} {
		if c.count > 0 {
			parts = append(parts, fmt.Sprintf("%s%d", c.mark, c.count))
		}
	}
	return strings.Join(parts, " ")
}

func (e logEntry) note() string {
	var parts []string
	if len(e.Tags) > 0 {
		parts = append(parts, "tag "+strings.Join(e.Tags, ", "))
	}
	// What was made of the changes says no more than their column, where there is
	// something better.
	text := subjectOf(e.Org, e.Subject, e.Commits)
	if text != "" && (len(parts) == 0 || !counted.MatchString(text) && !e.First) {
		parts = append(parts, text)
	}
	return strings.Join(parts, ": ")
}
