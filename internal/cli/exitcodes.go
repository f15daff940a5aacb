package cli

import (
	"fmt"
	"slices"
	"strings"
)

// ExitCode is what the process tells its caller. One table for all commands.
type ExitCode int

// The exit codes. They are part of what scripts rely on.
const (
	ExitOK          ExitCode = 0
	ExitFailure     ExitCode = 1
	ExitDifferences ExitCode = 2
	ExitIncomplete  ExitCode = 3
	ExitSignIn      ExitCode = 4
	ExitStale       ExitCode = 5
	ExitRefused     ExitCode = 6
	ExitRejected    ExitCode = 7
	ExitIntegrity   ExitCode = 8
	ExitObjective   ExitCode = 9
	ExitNotSetUp    ExitCode = 10
	ExitLocked      ExitCode = 11
	ExitInterrupted ExitCode = 130
)

type exitMeaning struct {
	code    ExitCode
	meaning string
}

func exitTable() []exitMeaning {
	return []exitMeaning{
		{ExitOK, "done; no differences"},
		{ExitFailure, "error, including usage errors"},
		{ExitDifferences, "done; differences were found"},
		{ExitIncomplete, "incomplete: some components could not be read or written"},
		{ExitSignIn, "not signed in, or the session was refused"},
		{ExitStale, "the plan is stale: the org moved since it was made"},
		{ExitRefused, "refused by a guard, policy or missing approval; nothing was changed"},
		{ExitRejected, "the org rejected the deploy"},
		{ExitIntegrity, "integrity failure in the repository, its remote or a file"},
		{ExitObjective, "an objective was missed"},
		{ExitNotSetUp, "not an orgkeep repository, or the org is not set up"},
		{ExitLocked, "locked by another process"},
		{ExitInterrupted, "interrupted; the state is consistent"},
	}
}

// exitStatus is the end of a command's long help: the codes that it can end with,
// with what 0 means for it.
func exitStatus(done string, codes ...ExitCode) string {
	var b strings.Builder
	b.WriteString("\n\nEXIT STATUS\n")
	fmt.Fprintf(&b, "  %-4d %s\n", ExitOK, done)
	fmt.Fprintf(&b, "  %-4d %s", ExitFailure, "error")
	for _, row := range exitTable() {
		if slices.Contains(codes, row.code) {
			fmt.Fprintf(&b, "\n  %-4d %s", row.code, row.meaning)
		}
	}
	return b.String()
}

// statusError ends a command with a code other than 0 without being an error:
// differences were found, or the result is incomplete. The command has said so.
type statusError struct{ code ExitCode }

func (e statusError) Error() string { return fmt.Sprintf("exit status %d", int(e.code)) }

// Status ends a command with a code after it has shown everything itself. Zero
// is nil.
func Status(code ExitCode) error {
	if code == ExitOK {
		return nil
	}
	return statusError{code}
}
