package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/orgkeep/orgkeep/internal/config"
	"github.com/orgkeep/orgkeep/internal/snapshot"
	"github.com/orgkeep/orgkeep/internal/state"
	"github.com/spf13/cobra"
)

type initOptions struct {
	Factory *Factory
	Dir     string
	Git     gitSetup
}

func newInitCommand(f *Factory, runF func(context.Context, initOptions) error) *cobra.Command {
	opts := initOptions{Factory: f}
	c := &cobra.Command{
		Use:   "init [DIR]",
		Short: "Make a repository for your orgs",
		Long: `Makes a Git repository in DIR, or where you stand, with a commented
orgkeep.yaml and a .gitattributes. What is already there stays as it is, so
that it can be run again and in a repository that you have.

--git-filter makes Git bring metadata into the stored form when it is added, and
--pre-commit makes it refuse commits of what is not; both in this clone.` + exitStatus("made, or already there", ExitNotSetUp),
		Example: "  orgkeep init acme\n  orgkeep -C acme init --git-filter",
		Args:    cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			opts.Dir = f.Dir()
			if len(args) == 1 {
				opts.Dir = f.Path(args[0])
			}
			if runF != nil {
				return runF(c.Context(), opts)
			}
			return runInit(c.Context(), opts)
		},
	}
	opts.Git.addFlags(c.Flags())
	return c
}

// initResult names what was made; paths are absolute.
type initResult struct {
	Dir     string   `json:"dir"`
	Created []string `json:"created"`
	Kept    []string `json:"kept"`
}

func runInit(ctx context.Context, opts initOptions) error {
	f := opts.Factory
	if err := f.Sys.FS.MkdirAll(opts.Dir, 0o777); err != nil {
		return fmt.Errorf("make the folder: %w", err)
	}
	result := initResult{Dir: opts.Dir, Created: []string{}, Kept: []string{}}
	note := func(name string, made bool) {
		if made {
			result.Created = append(result.Created, name)
		} else {
			result.Kept = append(result.Kept, name)
		}
	}
	made, err := f.initRepository(ctx, opts.Dir)
	if err != nil {
		return err
	}
	note(".git", made)
	files := []struct {
		name    string
		content []byte
	}{{config.FileName, config.Template()}, {".gitattributes", []byte(snapshot.GitAttributes)}}
	for _, file := range files {
		made, err := f.writeOnce(filepath.Join(opts.Dir, file.name), file.content)
		if err != nil {
			return err
		}
		note(file.name, made)
	}
	installed, err := f.setUpGit(opts.Dir, opts.Git)
	if err != nil {
		return err
	}
	for _, file := range installed {
		if !slices.Contains(result.Created, file.name) {
			result.Kept = slices.DeleteFunc(result.Kept, func(name string) bool { return name == file.name })
			note(file.name, file.made)
		}
	}
	return f.showInit(result)
}

// initRepository makes the repository unless DIR is one already.
func (f *Factory) initRepository(ctx context.Context, dir string) (made bool, err error) {
	if _, err := os.Lstat(filepath.Join(dir, ".git")); err == nil {
		_, err := snapshot.Open(dir, f.snapshotOptions())
		if err != nil {
			return false, fmt.Errorf("open the repository that is there: %w", err)
		}
		return false, nil
	}
	if _, err := snapshot.Init(ctx, dir, f.snapshotOptions()); err != nil {
		return false, fmt.Errorf("make the repository: %w", err)
	}
	return true, nil
}

// writeOnce writes a file that is not there.
func (f *Factory) writeOnce(name string, content []byte) (made bool, err error) {
	if _, err := os.Lstat(name); err == nil {
		return false, nil
	} else if !errors.Is(err, fs.ErrNotExist) {
		return false, fmt.Errorf("look for %s: %w", filepath.Base(name), err)
	}
	if err := state.WriteFile(f.Sys.FS, name, content, 0o644); err != nil {
		return false, fmt.Errorf("write %s: %w", filepath.Base(name), err)
	}
	return true, nil
}

func (f *Factory) showInit(r initResult) error {
	if f.JSON() {
		return f.WriteJSON("init", r)
	}
	for _, name := range r.Created {
		fmt.Fprintf(f.IO.Out, "made  %s\n", filepath.Join(r.Dir, name))
	}
	for _, name := range r.Kept {
		fmt.Fprintf(f.IO.Out, "kept  %s\n", filepath.Join(r.Dir, name))
	}
	cd := ""
	if r.Dir != f.Dir() {
		cd = "-C " + shellWord(r.Dir) + " "
	}
	f.IO.Note("Next:\n  orgkeep %[1]sauth login prod\n  orgkeep %[1]ssnapshot prod", cd)
	return nil
}
