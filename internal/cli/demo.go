package cli

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"
)

type demoOptions struct {
	Factory *Factory
	Keep    string
	Step    bool
}

func newDemoCommand(f *Factory, runF func(context.Context, demoOptions) error) *cobra.Command {
	opts := demoOptions{Factory: f}
	c := &cobra.Command{
		Use:   "demo",
		Short: "See the whole story, with no account and no network",
		Long: `Tells the whole story on an org that lives in this program: a snapshot, a night
in which two other people change things, who changed what, drift, and a
rollback that is verified. The org is served over HTTP on a loopback port, and
the commands are the real ones: each is printed before it runs, so that it can
be repeated against an orgkeep emulator, or your own org.

The story's clock begins yesterday. Nothing of it stays, unless --keep says
where.` + exitStatus("every act held"),
		Example: "  orgkeep demo\n  orgkeep demo --step --keep ./acme",
		Args:    cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if runF != nil {
				return runF(c.Context(), opts)
			}
			return runDemo(c.Context(), opts)
		},
	}
	flags := c.Flags()
	flags.StringVar(&opts.Keep, "keep", "", "leave the repository in `DIR`")
	flags.BoolVar(&opts.Step, "step", false, "wait for Enter between the acts")
	return c
}

// errDemo: an act of the demo did not hold. The command that failed has said
// why.
var errDemo = errors.New("the demo did not hold")

// demoResult is what --json prints: the acts with the commands that they ran.
type demoResult struct {
	Acts      []actResult `json:"acts"`
	Directory string      `json:"directory,omitempty"`
	TookMS    int64       `json:"took_ms"`
}

type actResult struct {
	Title    string          `json:"title"`
	Commands []commandResult `json:"commands"`
}

type commandResult struct {
	Line     string   `json:"line"`
	ExitCode ExitCode `json:"exit_code"`
}

func runDemo(ctx context.Context, opts demoOptions) error {
	f := opts.Factory
	begun := f.Now()
	s, err := newStory(ctx, opts)
	if err != nil {
		return err
	}
	defer s.close()
	s.opening()
	for i, act := range demoActs() {
		if err := s.play(ctx, i+1, act); err != nil {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			return fmt.Errorf("%w: act %d, %s: %w", errDemo, i+1, act.title, err)
		}
	}
	s.result.TookMS = f.Now().Sub(begun).Milliseconds()
	if f.JSON() {
		return f.WriteJSON("demo", s.result)
	}
	s.ending()
	return nil
}

// checkKeep refuses a folder with something in it: the story makes a repository
// of its own.
func checkKeep(dir string) error {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, os.ErrNotExist) || err == nil && len(entries) == 0 {
		return nil
	}
	if err != nil {
		return fmt.Errorf("--keep: %w", err)
	}
	return usagef("--keep: there is something in %s already", dir)
}
