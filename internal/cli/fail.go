package cli

import (
	"errors"
	"fmt"
	"strings"

	"github.com/orgkeep/orgkeep/internal/cli/iostreams"
)

// Error is an error as the user sees it. errors.go makes it of what the other
// packages return.
type Error struct {
	// Code is stable, in kebab-case: what programs look at.
	Code    string
	Exit    ExitCode
	Message string
	// Component is set when the error is about one: "ApexClass:Foo".
	Component string
	// Detail lines say more: where, why, in the server's words.
	Detail []string
	// Hint is what to do now.
	Hint Hint
	err  error
}

// Hint is a command to run or a fact to check.
type Hint struct {
	Say     string // "Sign in again"
	Command string // "orgkeep auth login prod"
}

// String gives the hint as a line.
func (h Hint) String() string {
	switch {
	case h.Command == "":
		return h.Say
	case h.Say == "":
		return h.Command
	}
	return h.Say + ":  " + h.Command
}

// Error gives the message.
func (e *Error) Error() string { return e.Message }

// Unwrap gives what it was made of.
func (e *Error) Unwrap() error { return e.err }

// usageError is about how the command was written. It carries the usage line.
type usageError struct {
	err  error
	line string
}

func (e *usageError) Error() string { return e.err.Error() }
func (e *usageError) Unwrap() error { return e.err }

// usagef makes a usage error.
func usagef(format string, args ...any) error { return &usageError{err: fmt.Errorf(format, args...)} }

// report shows an error and gives the code to exit with.
func (f *Factory) report(err error) ExitCode {
	if err == nil {
		return ExitOK
	}
	var status statusError
	if errors.As(err, &status) {
		return status.code
	}
	all := f.explainAll(err)
	if f.JSON() || f.askedForJSON() {
		f.showJSON(all)
	} else {
		for _, e := range all {
			f.show(e)
		}
	}
	return commonExit(all)
}

// askedForJSON looks for --json itself, as flags that cannot be parsed are not
// set.
func (f *Factory) askedForJSON() bool {
	for _, arg := range f.Sys.Args {
		if arg == "--" {
			return false
		}
		if arg == "--json" || arg == "--json=true" || arg == "--jq" || strings.HasPrefix(arg, "--jq=") {
			return true
		}
	}
	return false
}

// explainAll takes apart errors that were joined.
func (f *Factory) explainAll(err error) []*Error {
	if joined, ok := err.(interface{ Unwrap() []error }); ok && isJoin(err) {
		var all []*Error
		for _, each := range joined.Unwrap() {
			all = append(all, f.explainAll(each)...)
		}
		return all
	}
	return []*Error{f.explain(err)}
}

// isJoin tells errors.Join from fmt.Errorf with several %w, whose text is one
// sentence and not the lines of its parts.
func isJoin(err error) bool { return fmt.Sprintf("%T", err) == "*errors.joinError" }

// commonExit is the code that all share, else 1.
func commonExit(all []*Error) ExitCode {
	for _, e := range all {
		if e.Exit != all[0].Exit {
			return ExitFailure
		}
	}
	return all[0].Exit
}

// show prints what, where, why, what now.
func (f *Factory) show(e *Error) {
	style := f.IO.ErrStyle()
	lines := strings.Split(iostreams.CleanLines(e.Message), "\n")
	fmt.Fprintf(f.IO.Err, "%s %s\n", style.Error("error:"), lines[0])
	for _, line := range append(lines[1:], e.Detail...) {
		fmt.Fprintf(f.IO.Err, "  %s\n", iostreams.Clean(line))
	}
	if hint := e.Hint.String(); hint != "" {
		fmt.Fprintf(f.IO.Err, "  %s\n", iostreams.Clean(hint))
	}
}

// jsonError is an error with --json: one object on one line.
type jsonError struct {
	Code      string      `json:"code"`
	ExitCode  ExitCode    `json:"exit_code"`
	Message   string      `json:"message"`
	Component string      `json:"component,omitempty"`
	Detail    []string    `json:"detail,omitempty"`
	Hint      string      `json:"hint,omitempty"`
	Errors    []jsonError `json:"errors,omitempty"`
}

func (f *Factory) showJSON(all []*Error) {
	object := func(e *Error) jsonError {
		return jsonError{e.Code, e.Exit, e.Message, e.Component, e.Detail, e.Hint.String(), nil}
	}
	first := object(all[0])
	if len(all) > 1 {
		for _, e := range all {
			first.Errors = append(first.Errors, object(e))
		}
		first.ExitCode = commonExit(all)
	}
	// Nobody is left to tell when stderr cannot be written.
	_ = encode(f.IO.Err, first)
}
