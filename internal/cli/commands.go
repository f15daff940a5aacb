package cli

import "github.com/spf13/cobra"

// addCommands lists the commands, in the groups of the help.
func addCommands(root *cobra.Command, f *Factory) {
	add := func(group string, commands ...*cobra.Command) {
		for _, c := range commands {
			c.GroupID = group
			root.AddCommand(c)
		}
	}
	add(groupSetup, newInitCommand(f, nil), newAuthCommand(f), newSealCommand(f))
	add(groupDaily, newSnapshotCommand(f, nil), newLogCommand(f, nil), newShowCommand(f, nil), newDiffCommand(f, nil), newDriftCommand(f, nil), newTagCommand(f, nil),
		newRestorableCommand(f, nil), newPlanCommand(f, nil), newApplyCommand(f, nil), newRollbackCommand(f, nil), newResumeCommand(f, nil))
	add(groupHealth, newCoverageCommand(f, nil), newFsckCommand(f, nil), newDoctorCommand(f, nil))
	add(groupTools, newDemoCommand(f, nil), newEmulatorCommand(f, nil), newNormalizeCommand(f, nil), newMergeDriverCommand(f, nil), newVersionCommand(f, nil), newManCommand(f, nil))
}
