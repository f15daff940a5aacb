package cli

import (
	"fmt"
	"strings"

	"github.com/orgkeep/orgkeep/internal/cli/iostreams"
)

// showDoctor prints what was found, and settles how the command ends: by the
// code that all problems share, else 1.
func (f *Factory) showDoctor(checks []checkup) error {
	code := ExitOK
	for _, c := range checks {
		switch {
		case c.State != checkProblem:
		case code == ExitOK || code == c.exit:
			code = c.exit
		default:
			code = ExitFailure
		}
	}
	if f.JSON() {
		if err := f.WriteJSON("doctor", doctorResult{Healthy: code == ExitOK, Checks: append([]checkup{}, checks...)}); err != nil {
			return err
		}
		return Status(code)
	}
	if f.IO.OutIsTerminal() {
		f.printDoctor(checks)
		return Status(code)
	}
	t := f.IO.NewTable("org", "check", "state", "found", "fix")
	for _, c := range checks {
		t.Row(c.Org, c.Check, c.State, c.Found, c.Fix)
	}
	if err := t.Write(); err != nil {
		return err
	}
	return Status(code)
}

// printDoctor is for people: by org, each fix on a line of its own.
func (f *Factory) printDoctor(checks []checkup) {
	style := f.IO.OutStyle()
	paint := map[string]func(string) string{
		checkOK: style.Added, checkWarning: style.Changed, checkProblem: style.Error, checkUnknown: style.Dim,
	}
	width := 0
	for _, c := range checks {
		width = max(width, len(c.Check))
	}
	org := ""
	for _, c := range checks {
		if c.Org != org {
			org = c.Org
			fmt.Fprintf(f.IO.Out, "%s\n", style.Bold(org))
		}
		state := paint[c.State](iostreams.Pad(c.State, len(checkProblem)))
		fmt.Fprintf(f.IO.Out, "  %s  %s  %s\n", state, iostreams.Pad(c.Check, width), iostreams.Clean(c.Found))
		if c.Fix != "" {
			fmt.Fprintf(f.IO.Out, "  %s  %s\n", strings.Repeat(" ", len(checkProblem)+2+width), iostreams.Clean(c.Fix))
		}
	}
}
