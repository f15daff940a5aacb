package cli

import (
	"context"
	"slices"

	"github.com/orgkeep/orgkeep/internal/config"
	"github.com/orgkeep/orgkeep/internal/report"
	"github.com/orgkeep/orgkeep/internal/snapshot"
	"github.com/spf13/cobra"
)

type driftOptions struct {
	Factory   *Factory
	Open      func(context.Context) (*snapshot.Store, *config.Config, error)
	Aliases   []string
	Against   string
	Format    string
	Output    string
	Selection selection
}

// The formats of drift that are not report's.
const (
	formatText = "text"
	formatJSON = "json"
)

func driftFormats() []string {
	return []string{formatText, formatJSON, string(report.SARIF), string(report.JUnit), string(report.Markdown), string(report.HTML)}
}

func newDriftCommand(f *Factory, runF func(context.Context, driftOptions) error) *cobra.Command {
	opts := driftOptions{Factory: f, Open: f.OpenStore}
	c := &cobra.Command{
		Use:   "drift ALIAS...",
		Short: "Compare a live org with what it is expected to be",
		Long: `Compares an org as it is now with its newest snapshot, or with what --against
names: a revision, org:OTHER or dir:PATH. Made for pipelines: nothing is
recorded, and the exit code tells the outcome. What could not be read is neither
the same nor different: it is named, and the exit code is 3.` +
			exitStatus("the same", ExitDifferences, ExitIncomplete, ExitSignIn, ExitIntegrity, ExitNotSetUp),
		Example: `  orgkeep drift prod
  orgkeep drift prod --against v2026.11
  orgkeep drift uat --against org:prod --type Flow,ApexClass
  orgkeep drift prod --format junit --output drift.xml`,
		Args:              cobra.MinimumNArgs(1),
		ValidArgsFunction: f.completeAlias(-1),
		RunE: func(c *cobra.Command, args []string) error {
			opts.Aliases = args
			if runF != nil {
				return runF(c.Context(), opts)
			}
			return runDrift(c.Context(), opts)
		},
	}
	flags := c.Flags()
	flags.StringVar(&opts.Against, "against", "", "compare with `STATE` (default: the newest snapshot)")
	flags.StringVar(&opts.Format, "format", formatText, "print as `FORMAT`: text, json, sarif, junit, markdown, html")
	flags.StringVarP(&opts.Output, "output", "o", "", "write the report to `FILE`, and a line of text to stdout")
	opts.Selection.addFlags(flags)
	return c
}

// check settles the format, which --json names as well.
func (o *driftOptions) check() error {
	if o.Factory.JSON() && o.Format == formatText {
		o.Format = formatJSON
	}
	if !slices.Contains(driftFormats(), o.Format) {
		return usagef("--format: there is no format %q; there are %v", o.Format, driftFormats())
	}
	if len(o.Aliases) > 1 && o.Format != formatText && o.Format != formatJSON {
		return usagef("--format %s is of one org, and %d were asked for", o.Format, len(o.Aliases))
	}
	for _, alias := range o.Aliases {
		if err := config.CheckAlias(alias); err != nil {
			return err
		}
	}
	return nil
}
