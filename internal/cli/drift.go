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
	Format    string // empty where no flag says it
	Outputs   []string
	Selection selection
	Filter    changeFilter
	Lens      lens
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
the same nor different: it is named, and the exit code is 3. Several orgs are
read one after the other and shown as a matrix.

Rules in orgkeep.yaml let differences pass, each for a reason and up to a day;
masks take values for equal that belong to one org, such as the sandbox's name
behind a user name. How many either hid stands in every report; see orgkeep help
configuration.

A report goes to stdout, or to the file of --output. --output FORMAT=FILE writes
one more there, and may be repeated; without a format, the file's ending tells.` +
			exitStatus("the same", ExitDifferences, ExitIncomplete, ExitSignIn, ExitIntegrity, ExitNotSetUp),
		Example: `  orgkeep drift prod
  orgkeep drift prod --against v2026.11
  orgkeep drift uat --against org:prod --type Flow,ApexClass
  orgkeep drift dev uat prod
  orgkeep drift prod --format junit --output drift.xml
  orgkeep drift prod --output sarif=drift.sarif --output html=drift.html
  orgkeep drift uat --against org:prod --mask users,endpoints --author 'dana@*'`,
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
	flags.StringVar(&opts.Format, "format", "", "print as `FORMAT`: text, json, sarif, junit, markdown, html (default: text)")
	flags.StringArrayVarP(&opts.Outputs, "output", "o", nil, "write the report to `FILE`, or FORMAT=FILE beside; may be repeated")
	opts.Selection.addFlags(flags)
	opts.Filter.addFlags(flags)
	opts.Lens.addFlags(flags, "default: certain, and what orgkeep.yaml adds")
	return c
}

// check settles the format, which --json names as well.
func (o *driftOptions) check() error {
	if o.Factory.JSON() && o.Format == "" {
		o.Format = formatJSON
	}
	if o.Format != "" && !slices.Contains(driftFormats(), o.Format) {
		return usagef("--format: there is no format %q; there are %v", o.Format, driftFormats())
	}
	for i, alias := range o.Aliases {
		if err := config.CheckAlias(alias); err != nil {
			return err
		}
		if slices.Contains(o.Aliases[:i], alias) {
			return usagef("%s is asked for twice", alias)
		}
	}
	return nil
}
