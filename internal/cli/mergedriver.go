package cli

import (
	"context"
	"fmt"
	"os"

	"github.com/orgkeep/orgkeep/internal/cli/iostreams"
	"github.com/spf13/cobra"
)

type mergeDriverOptions struct {
	Factory *Factory
	Install bool
	// Base, Ours and Theirs are files with the three versions; the result goes to
	// Ours. Path is the merged file's place in the repository.
	Base, Ours, Theirs, Path string
}

// mergeArgs is how many files a merge takes, at least; the path may follow.
const mergeArgs = 3

func newMergeDriverCommand(f *Factory, runF func(context.Context, mergeDriverOptions) error) *cobra.Command {
	opts := mergeDriverOptions{Factory: f}
	c := &cobra.Command{
		Use:   "merge-driver BASE OURS THEIRS [PATH]",
		Short: "Merge metadata XML by key, for Git",
		Long: `Merges three versions of a file, and writes the result to OURS. Entries of
metadata XML are matched by their key, whatever their order and form; elements
whose order has a meaning are merged like lines of text. A conflict is marked
at the element that both sides changed, and only there. Other files are merged
by their lines.

Git calls it as merge-driver %O %A %B %P. To make it do so in the repository
that you stand in, once in each clone:

  orgkeep merge-driver --install` + mergeExitStatus,
		Example: "  orgkeep merge-driver --install\n  orgkeep merge-driver base.profile ours.profile theirs.profile",
		Args: func(c *cobra.Command, args []string) error {
			if opts.Install {
				return cobra.NoArgs(c, args)
			}
			return cobra.RangeArgs(mergeArgs, mergeArgs+1)(c, args)
		},
		RunE: func(c *cobra.Command, args []string) error {
			if len(args) >= mergeArgs {
				opts.Base, opts.Ours, opts.Theirs = args[0], args[1], args[2]
			}
			if len(args) > mergeArgs {
				opts.Path = args[mergeArgs]
			}
			if runF != nil {
				return runF(c.Context(), opts)
			}
			return runMergeDriver(c.Context(), opts)
		},
	}
	c.Flags().BoolVar(&opts.Install, "install", false, "make Git use it in this repository")
	return c
}

// mergeExitStatus: Git takes any code from 1 to 128 for a conflict, so that there
// is one code alone.
const mergeExitStatus = `

EXIT STATUS
  0    merged
  1    conflicts, marked in OURS; or an error, and OURS is as it was`

func runMergeDriver(ctx context.Context, opts mergeDriverOptions) error {
	f := opts.Factory
	if opts.Install {
		files, err := f.setUpGit(f.Dir(), gitSetup{MergeDriver: true})
		if err != nil {
			return err
		}
		return f.showSetup("merge-driver", files)
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	work, err := f.newFileNormalizer()
	if err != nil {
		return err
	}
	var sides [mergeArgs][]byte
	for i, name := range [mergeArgs]string{opts.Base, opts.Ours, opts.Theirs} {
		if sides[i], err = os.ReadFile(f.Path(name)); err != nil {
			return err
		}
	}
	merged, conflicts, err := work.norm.Merge(opts.Path, sides[0], sides[1], sides[2])
	if err != nil {
		return err
	}
	if err := work.replace(f.Path(opts.Ours), merged); err != nil {
		return fmt.Errorf("write the merged file: %w", err)
	}
	if conflicts > 0 {
		f.IO.Note("%s: conflicts: %d", iostreams.Clean(shownPath(opts)), conflicts)
		return Status(ExitFailure)
	}
	return nil
}

func shownPath(o mergeDriverOptions) string {
	if o.Path != "" {
		return o.Path
	}
	return o.Ours
}
