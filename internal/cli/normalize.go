package cli

import (
	"context"
	"fmt"

	"github.com/orgkeep/orgkeep/internal/cli/iostreams"
	"github.com/orgkeep/orgkeep/pkg/normalize"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

type normalizeOptions struct {
	Factory *Factory
	Paths   []string // files and folders as they were given

	Write   bool
	Check   bool
	Explain bool
	Rules   bool
	Strict  bool
	// Filter is the path under which Git knows what comes on stdin.
	Filter string
	// FilterProcess speaks Git's protocol for filters that stay.
	FilterProcess bool
}

func newNormalizeCommand(f *Factory, runF func(context.Context, normalizeOptions) error) *cobra.Command {
	opts := normalizeOptions{Factory: f}
	c := &cobra.Command{
		Use:   "normalize [FILE...]",
		Short: "Bring metadata XML into the form in which it is stored",
		Long: `Brings metadata XML into the form in which snapshots hold it: indented and
escaped as sf writes it, elements of one name together, and sorted where order
means nothing to the platform. Nothing else is changed, and nothing is lost.

Without FILE it reads stdin and writes stdout; with one FILE it writes stdout.
With --write, --check or --explain, FILE may be several files, and folders in
metadata or in source format. Files that are no metadata XML (code, Lightning
bundles, static resources) are left alone. A file that cannot be read as XML is
kept as it is, with a warning.

What is sorted beyond the built-in rules, or kept: the section normalize of
orgkeep.yaml. orgkeep init --git-filter makes Git do this on git add.` +
			exitStatus("done", ExitDifferences, ExitIncomplete),
		Example: `  orgkeep normalize --check force-app
  orgkeep normalize -w metadata
  orgkeep normalize --explain profiles/Admin.profile
  orgkeep normalize <Admin.profile`,
		RunE: func(c *cobra.Command, args []string) error {
			opts.Paths = args
			if runF != nil {
				return runF(c.Context(), opts)
			}
			return runNormalize(c.Context(), opts)
		},
	}
	opts.addFlags(c.Flags())
	return c
}

func (o *normalizeOptions) addFlags(flags *pflag.FlagSet) {
	flags.BoolVarP(&o.Write, "write", "w", false, "write the files, and list those that changed")
	flags.BoolVar(&o.Check, "check", false, "write nothing, and list the files that would change (exit 2)")
	flags.BoolVar(&o.Explain, "explain", false, "write nothing, and say what would be moved and by which rule")
	flags.BoolVar(&o.Rules, "rules", false, "list the rules in force")
	flags.BoolVar(&o.Strict, "strict", false, "exit 3 when a file cannot be normalized")
	flags.StringVar(&o.Filter, "filter", "", "take stdin for the file at `PATH`, as a Git filter does")
	flags.BoolVar(&o.FilterProcess, "filter-process", false, "speak Git's protocol for filters that stay")
}

// normalizeMode is what the flags ask for, one thing at a time.
type normalizeMode int

const (
	modeStream normalizeMode = iota
	modeWrite
	modeCheck
	modeExplain
	modeRules
	modeFilter
	modeProcess
)

func (o normalizeOptions) mode() (normalizeMode, error) {
	asked := []string{}
	mode := modeStream
	for _, m := range []struct {
		flag string
		set  bool
		mode normalizeMode
	}{
		{"--write", o.Write, modeWrite},
		{"--check", o.Check, modeCheck},
		{"--explain", o.Explain, modeExplain},
		{"--rules", o.Rules, modeRules},
		{"--filter", o.Filter != "", modeFilter},
		{"--filter-process", o.FilterProcess, modeProcess},
	} {
		if m.set {
			asked = append(asked, m.flag)
			mode = m.mode
		}
	}
	switch {
	case len(asked) > 1:
		return 0, usagef("%s and %s exclude each other", asked[0], asked[1])
	case mode >= modeRules && len(o.Paths) > 0:
		return 0, usagef("%s takes no FILE", asked[0])
	case mode == modeWrite && len(o.Paths) == 0:
		return 0, usagef("--write needs a FILE: stdin cannot be written back")
	case mode == modeStream && len(o.Paths) > 1:
		return 0, usagef("several files need --write, --check or --explain")
	case o.Factory.JSON() && (mode == modeStream || mode >= modeFilter):
		return 0, usagef("--json goes with --write, --check, --explain or --rules")
	}
	return mode, nil
}

func runNormalize(ctx context.Context, opts normalizeOptions) error {
	mode, err := opts.mode()
	if err != nil {
		return err
	}
	work, err := opts.Factory.newFileNormalizer()
	if err != nil {
		return err
	}
	work.write = mode == modeWrite
	switch mode {
	case modeRules:
		return opts.Factory.showRules(work.norm.Rules())
	case modeProcess:
		return work.serveGit(ctx, opts.Factory.IO.In, opts.Factory.IO.Out)
	case modeStream, modeFilter:
		return opts.stream(ctx, work)
	}
	files, err := work.find(opts.Paths)
	if err != nil {
		return err
	}
	report, err := work.all(ctx, files)
	if shown := opts.Factory.showNormalized(mode, report); shown != nil {
		return shown
	}
	if err != nil {
		return err
	}
	return Status(opts.status(mode, report))
}

// status is the code to end with: 3 over 2 over 0.
func (o normalizeOptions) status(mode normalizeMode, r normalizeReport) ExitCode {
	switch {
	case o.Strict && r.Refused > 0:
		return ExitIncomplete
	case mode == modeCheck && r.Changed > 0:
		return ExitDifferences
	}
	return ExitOK
}

// stream normalizes one file, or stdin, to stdout.
func (o normalizeOptions) stream(ctx context.Context, work *fileNormalizer) error {
	f := o.Factory
	input, name, shown := f.IO.In, o.Filter, o.Filter
	switch {
	case len(o.Paths) == 1:
		file, err := work.open(o.Paths[0])
		if err != nil {
			return err
		}
		defer file.Close() //nolint:errcheck // it is only read
		input, name, shown = file, work.known(f.Path(o.Paths[0])), o.Paths[0]
		if !work.norm.Handles(name) {
			f.IO.Note("%s is passed through: by its name and folder it is no metadata XML.", shown)
		}
	case o.Filter == "":
		shown = "stdin"
	}
	res, err := work.norm.Stream(ctx, name, input, f.IO.Out)
	if err != nil {
		return err
	}
	if res.Refused == nil {
		return nil
	}
	f.IO.Note("%s", refusedWarning(shown, res.Refused))
	return Status(o.status(modeStream, normalizeReport{Refused: 1}))
}

// refusedWarning names file, line and reason.
func refusedWarning(name string, why *normalize.Refusal) string {
	return iostreams.Clean(fmt.Sprintf("warning: %s:%d:%d: kept as it is: %s", name, why.Line, why.Column, why.Reason))
}
