package cli

import (
	"context"
	"fmt"
	"strings"

	"github.com/orgkeep/orgkeep/internal/capture"
	"github.com/orgkeep/orgkeep/internal/config"
	"github.com/orgkeep/orgkeep/internal/diff"
	"github.com/orgkeep/orgkeep/internal/snapshot"
	"github.com/orgkeep/orgkeep/pkg/metadata"
	"github.com/spf13/cobra"
)

type diffOptions struct {
	Factory   *Factory
	Open      func(context.Context) (*snapshot.Store, *config.Config, error)
	A, B      string
	View      changeView
	ExitCode  bool
	Selection selection
	Filter    changeFilter
	Lens      lens
}

func newDiffCommand(f *Factory, runF func(context.Context, diffOptions) error) *cobra.Command {
	opts := diffOptions{Factory: f, Open: f.OpenStore}
	c := &cobra.Command{
		Use:   "diff A [B]",
		Short: "Show what differs between two states",
		Long: `Shows what differs between two states, component by component and element by
element: what it takes to go from A to B. Form and order that the platform gives
no meaning are no difference.

A state is a revision (prod, prod~3, prod@2026-11-02, a tag, an id), org:ALIAS
for the live org, or dir:PATH for a folder in metadata format. Without B, A is
compared with the newest snapshot of its org.

Between two orgs, values that belong to one of them are taken for equal, as
drift does; how many is told, and --mask none shows them.

--author needs to know who made a change: it works from one snapshot of an org
to a later one, and to the live org. Names and paths do not depend on case.

On a terminal the pager of $ORGKEEP_PAGER or $PAGER shows it (default: less).` +
			exitStatus("shown (with --exit-code: no differences)", ExitDifferences, ExitIncomplete, ExitSignIn, ExitIntegrity, ExitNotSetUp),
		Example: `  orgkeep diff prod~1 prod
  orgkeep diff v2026.11 --type Flow
  orgkeep diff prod org:prod --exit-code
  orgkeep diff org:prod org:uat --stat
  orgkeep diff prod@2026-11-02T14:00Z prod --author 'dana@*'
  orgkeep diff dir:src prod --name-only --path 'flows/*'`,
		Args:              cobra.RangeArgs(1, 2),
		ValidArgsFunction: f.completeAlias(2),
		RunE: func(c *cobra.Command, args []string) error {
			opts.A = args[0]
			if len(args) == 2 {
				opts.B = args[1]
			}
			if runF != nil {
				return runF(c.Context(), opts)
			}
			return runDiff(c.Context(), opts)
		},
	}
	flags := c.Flags()
	flags.BoolVar(&opts.View.Stat, "stat", false, "one line for each component")
	flags.BoolVar(&opts.View.NameOnly, "name-only", false, "only the names: TYPE:NAME")
	flags.BoolVar(&opts.ExitCode, "exit-code", false, "exit with 2 when there are differences")
	opts.Selection.addFlags(flags)
	opts.Filter.addFlags(flags)
	opts.Lens.addFlags(flags, "default between two orgs: certain, and what orgkeep.yaml adds; else none")
	c.MarkFlagsMutuallyExclusive("stat", "name-only")
	return c
}

// diffResult is what --json prints.
type diffResult struct {
	From     stateResult    `json:"from"`
	To       stateResult    `json:"to"`
	Counts   counts         `json:"counts"`
	Complete bool           `json:"complete"`
	Missing  []missing      `json:"missing"`
	Changes  []changeResult `json:"changes"`
	Masked   maskedResult   `json:"masked"`
}

// stateResult names a state in JSON.
type stateResult struct {
	Name     string `json:"name"`
	Org      string `json:"org,omitempty"`
	Revision string `json:"revision,omitempty"`
	Live     bool   `json:"live"`
}

func (s side) result() stateResult {
	r := stateResult{Name: s.Name, Org: s.Alias, Live: s.Live}
	if !s.Revision.IsZero() {
		r.Revision = s.Revision.String()
	}
	return r
}

// missing is a component whose present state could not be read.
type missing struct {
	Org      string `json:"org,omitempty"`
	Type     string `json:"type"`
	FullName string `json:"full_name"`
	Reason   string `json:"reason"`
	Carried  bool   `json:"carried_over"`
}

func missingOf(alias string, c capture.Coverage) []missing {
	out := make([]missing, 0, len(c.Missing))
	for _, m := range c.Missing {
		out = append(out, missing{alias, m.Type, m.FullName, m.Reason, m.Carried})
	}
	return out
}

// diffFound is what differs between two states.
type diffFound struct {
	from, to side
	changes  []change
	gaps     []missing
	masks    []diff.Mask
	masked   int
}

func runDiff(ctx context.Context, opts diffOptions) error {
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
	open := sides{f: opts.Factory, store: store, settings: settings, sel: opts.Selection.forReading(metadata.Default())}
	var d diffFound
	// What is wrong with the flags must not cost a retrieve.
	if _, err := opts.Lens.masks(nil); err != nil {
		return err
	}
	d.from, d.to, err = open.pair(ctx, opts.A, opts.B)
	defer func() { d.from.close(); d.to.close() }()
	if err != nil {
		return err
	}
	if d.masks, err = opts.Lens.masks(masksBetween(d.from, d.to, settings)); err != nil {
		return err
	}
	result, err := open.compare(ctx, d.from, d.to, opts.Lens.Comments, d.masks)
	if err != nil {
		return err
	}
	d.masked = result.Masked
	if len(opts.Filter.Authors) > 0 {
		opts.View.Authors = true
		if d.changes, err = open.authored(ctx, d.from, d.to, result); err != nil {
			return err
		}
	} else {
		d.changes = changesOf(result)
	}
	d.changes = sieve.sift(selected(m, d.changes), d.to.Root)
	d.gaps = append(missingOf(d.from.Alias, d.from.Coverage), missingOf(d.to.Alias, d.to.Coverage)...)
	if err := opts.Factory.page(ctx, func() error { return opts.Factory.showDiff(d, opts.View) }); err != nil {
		return err
	}
	switch {
	case len(d.gaps) > 0:
		return Status(ExitIncomplete)
	case len(d.changes) > 0 && opts.ExitCode:
		return Status(ExitDifferences)
	}
	return nil
}

// pair opens both states. Without B the newest snapshot of A's org stands for it;
// a live org is then what came of that snapshot.
func (s sides) pair(ctx context.Context, a, b string) (from, to side, err error) {
	if from, err = s.open(ctx, a); err != nil {
		return from, to, err
	}
	if b != "" {
		to, err = s.open(ctx, b)
		return from, to, err
	}
	if from.Alias == "" {
		return from, to, usagef("%s is of no org that is known: name the state to compare it with", a)
	}
	if to, err = s.open(ctx, from.Alias); err != nil {
		return from, to, ForOrg(from.Alias, err)
	}
	to.Name = "newest snapshot of " + from.Alias + " (" + to.Revision.Short() + ")"
	if strings.HasPrefix(a, orgPrefix) {
		from, to = to, from
	}
	return from, to, nil
}

// compare gives what it takes to go from one state to the other.
func (s sides) compare(ctx context.Context, from, to side, comments bool, masks []diff.Mask) (diff.Result, error) {
	norm, err := normalizer(s.settings)
	if err != nil {
		return diff.Result{}, err
	}
	registry := to.Registry
	if from.Live {
		registry = from.Registry
	}
	result, err := diff.Trees(ctx, diff.Input{
		Old: from.Tree, New: to.Tree, OldBlobs: from.Blobs, NewBlobs: to.Blobs, Registry: registry, Normalizer: norm,
		Comments: comments, Masking: s.masking(masks, from, to),
	})
	if err != nil {
		return diff.Result{}, fmt.Errorf("compare %s with %s: %w", from.Name, to.Name, err)
	}
	return result, nil
}

func (f *Factory) showDiff(d diffFound, v changeView) error {
	if f.JSON() {
		return f.WriteJSON("diff", diffResult{
			From: d.from.result(), To: d.to.result(), Counts: countsOf(d.changes), Complete: len(d.gaps) == 0, Missing: d.gaps,
			Changes: changeResults(d.changes), Masked: maskedResult{Masks: maskNames(d.masks), Count: d.masked},
		})
	}
	if err := f.showChanges(d.changes, v); err != nil {
		return err
	}
	f.showMissing(d.gaps)
	switch {
	case len(d.changes) == 0:
		f.IO.Note("No differences between %s and %s.", d.from.Name, d.to.Name)
	case !v.NameOnly && f.IO.OutIsTerminal():
		fmt.Fprintf(f.IO.Out, "\n%s\n", countsOf(d.changes))
	}
	if left := leftOut(nil, d.masked); left != "" {
		f.IO.Note("%s", left)
	}
	return nil
}

// String says the counts in words: "4 components: 1 added, 3 changed".
func (n counts) String() string {
	var parts []string
	for _, c := range []struct {
		n    int
		verb string
	}{{n.Added, "added"}, {n.Changed, "changed"}, {n.Deleted, "deleted"}} {
		if c.n > 0 {
			parts = append(parts, thousands(c.n)+" "+c.verb)
		}
	}
	return plural(n.total(), "component") + ": " + strings.Join(parts, ", ")
}
