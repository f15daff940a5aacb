package cli

import (
	"context"

	"github.com/orgkeep/orgkeep/internal/config"
	"github.com/orgkeep/orgkeep/internal/snapshot"
	"github.com/spf13/cobra"
)

type fsckOptions struct {
	Factory   *Factory
	Open      func(context.Context) (*snapshot.Store, *config.Config, error)
	Revision  string
	ReadData  bool
	Repair    bool
	BreakLock bool
}

func newFsckCommand(f *Factory, runF func(context.Context, fsckOptions) error) *cobra.Command {
	opts := fsckOptions{Factory: f, Open: f.OpenStore}
	c := &cobra.Command{
		Use:   "fsck [REV]",
		Short: "Check the health of the repository",
		Long: `Checks the repository itself: that objects can be read, that refs name
commits, that the history of each org goes on from where it was. Nothing is
changed without --repair.` +
			exitStatus("healthy", ExitIntegrity, ExitNotSetUp, ExitLocked),
		Example: "  orgkeep fsck\n  orgkeep fsck --read-data prod\n  orgkeep fsck --repair",
		Args:    cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if len(args) == 1 {
				opts.Revision = args[0]
			}
			if runF != nil {
				return runF(c.Context(), opts)
			}
			return runFsck(c.Context(), opts)
		},
	}
	flags := c.Flags()
	flags.BoolVar(&opts.ReadData, "read-data", false, "read every object, not only commits and trees")
	flags.BoolVar(&opts.Repair, "repair", false, "restore broken branches from their anchors")
	flags.BoolVar(&opts.BreakLock, "break-lock", false, "take away the lock of a process that is gone")
	return c
}
