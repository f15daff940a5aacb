package cli

import (
	"cmp"
	"context"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/orgkeep/orgkeep/internal/capture"
	"github.com/orgkeep/orgkeep/internal/cli/iostreams"
	"github.com/orgkeep/orgkeep/internal/config"
	"github.com/orgkeep/orgkeep/internal/snapshot"
	"github.com/orgkeep/orgkeep/pkg/metadata"
	"github.com/spf13/cobra"
)

type showOptions struct {
	Factory   *Factory
	Open      func(context.Context) (*snapshot.Store, *config.Config, error)
	Revision  string
	View      changeView
	Selection selection
	Filter    changeFilter
}

func newShowCommand(f *Factory, runF func(context.Context, showOptions) error) *cobra.Command {
	opts := showOptions{Factory: f, Open: f.OpenStore}
	c := &cobra.Command{
		Use:   "show REV",
		Short: "Show a snapshot: what changed in it, and who changed it",
		Long: `Shows a snapshot: when it was taken, of what, and what changed since the one
before, with who changed it as far as the org tells. A first snapshot is shown
by its counts.` + exitStatus("shown", ExitIntegrity, ExitNotSetUp),
		Example:           "  orgkeep show prod\n  orgkeep show prod~3 --stat\n  orgkeep show v2026.11 --type Profile\n  orgkeep show prod --author 'dana@*'",
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: f.completeAlias(1),
		RunE: func(c *cobra.Command, args []string) error {
			opts.Revision = args[0]
			if runF != nil {
				return runF(c.Context(), opts)
			}
			return runShow(c.Context(), opts)
		},
	}
	flags := c.Flags()
	flags.BoolVar(&opts.View.Stat, "stat", false, "one line for each component")
	flags.BoolVar(&opts.View.NameOnly, "name-only", false, "only the names: TYPE:NAME")
	opts.Selection.addFlags(flags)
	opts.Filter.addFlags(flags)
	c.MarkFlagsMutuallyExclusive("stat", "name-only")
	return c
}

// showResult is what --json prints.
type showResult struct {
	Revision   string         `json:"revision"`
	Org        string         `json:"org"`
	OrgID      string         `json:"org_id,omitempty"`
	When       time.Time      `json:"when"`
	Subject    string         `json:"subject"`
	Since      string         `json:"since,omitempty"`
	First      bool           `json:"first"`
	Components int            `json:"components"`
	Coverage   string         `json:"coverage,omitempty"`
	Counts     counts         `json:"counts"`
	Commits    []string       `json:"commits"`
	Changes    []changeResult `json:"changes"`
}

func runShow(ctx context.Context, opts showOptions) error {
	f := opts.Factory
	m, err := opts.Selection.compile(metadata.Default())
	if err != nil {
		return err
	}
	sieve, err := opts.Filter.compile()
	if err != nil {
		return err
	}
	store, settings, err := opts.Open(ctx)
	if err != nil {
		return err
	}
	open := sides{f: f, store: store, settings: settings}
	now, err := open.revision(ctx, opts.Revision)
	if err != nil {
		return ForOrg(aliasIn(opts.Revision), err)
	}
	history := authorship{store: store, settings: settings, now: now}
	run, err := history.read(ctx)
	if err != nil {
		return err
	}
	run.changes = sieve.sift(selected(m, run.changes), now.Root)
	result := run.result(now)
	if f.JSON() {
		return f.WriteJSON("show", result)
	}
	opts.View.Named = opts.Revision
	return f.page(ctx, func() error { return f.showRun(result, run.changes, opts.View) })
}

// counted is a subject that was made of a commit's changes.
var counted = regexp.MustCompile(`^(\d+ added, |added |changed |deleted |renamed |coverage changed)`)

// subjectOf is what a snapshot's subject says of the whole run. One made of the
// changes of a run with several authors speaks of the last of them alone, and is
// left out.
func subjectOf(alias, subject string, commits int) string {
	text := strings.TrimPrefix(subject, alias+": ")
	if commits > 1 && text != subject && counted.MatchString(text) {
		return ""
	}
	return text
}

// aliasIn is the org that a revision names at its beginning, for hints.
func aliasIn(revision string) string {
	name, _, _ := strings.Cut(strings.NewReplacer("^", "~", "@", "~").Replace(revision), "~")
	if config.CheckAlias(name) != nil {
		return ""
	}
	return name
}

func (r snapshotRun) result(now side) showResult {
	c := r.commits[0]
	out := showResult{
		Revision: c.ID.String(), Org: now.Alias, When: c.When.UTC(), Subject: c.Subject, First: r.since.IsZero(),
		Components: len(now.Tree.Components(now.Registry)), Counts: countsOf(r.changes), Commits: []string{}, Changes: changeResults(r.changes),
	}
	out.OrgID, _ = c.Trailer(capture.TrailerOrg)
	out.Coverage, _ = c.Trailer(capture.TrailerCoverage)
	if !r.since.IsZero() {
		out.Since = r.since.String()
	}
	for _, c := range r.commits {
		out.Commits = append(out.Commits, c.ID.String())
	}
	return out
}

// showRun prints a snapshot; programs get its changes alone.
func (f *Factory) showRun(r showResult, changes []change, v changeView) error {
	v.Authors = true
	if !f.IO.OutIsTerminal() || v.NameOnly {
		return f.showChanges(changes, v)
	}
	style := f.IO.OutStyle()
	fmt.Fprintf(f.IO.Out, "%s  %s  %s\n", style.Bold(f.revision(r.Revision)), cmp.Or(r.Org, "(no org)"), iostreams.Relative(f.Now(), r.When))
	if text := subjectOf(r.Org, r.Subject, len(r.Commits)); text != "" {
		fmt.Fprintf(f.IO.Out, "%s\n", iostreams.Fit(iostreams.Clean(text), f.IO.Width()))
	}
	if r.First {
		fmt.Fprintf(f.IO.Out, "The first snapshot: %s\n", plural(r.Components, "component"))
		return nil
	}
	if len(changes) == 0 {
		fmt.Fprintf(f.IO.Out, "No component changed since %s.\n", f.revision(r.Since))
		return nil
	}
	fmt.Fprintf(f.IO.Out, "%s, since %s\n\n", r.Counts, f.revision(r.Since))
	if err := f.showChanges(changes, v); err != nil {
		return err
	}
	if v.Stat {
		f.IO.Note("\nDetails:  orgkeep show %s", shellWord(v.Named))
	}
	return nil
}
