package cli

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"

	"github.com/orgkeep/orgkeep/internal/cli/iostreams"
)

// Main runs one command and gives the code to exit with. It returns soon after
// ctx is cancelled, with ExitInterrupted. It may run several times in a process,
// also at once.
func Main(ctx context.Context, sys System) (code ExitCode) {
	sys = sys.withDefaults()
	io := iostreams.New(iostreams.Options{
		In: sys.Stdin, Out: sys.Stdout, Err: sys.Stderr, Getenv: sys.env().Get, Terminal: sys.Terminal,
	})
	f := newFactory(io, sys)
	defer func() {
		if err := io.Flush(); err != nil && code == ExitOK {
			code = ExitFailure
		}
	}()
	defer func() {
		if what := recover(); what != nil {
			code = f.panicked(what)
		}
	}()
	root := newRootCommand(f)
	root.SetArgs(sys.Args)
	err := root.ExecuteContext(ctx)
	if err != nil && ctx.Err() != nil && errors.Is(err, context.Canceled) {
		err = errInterrupted
	}
	return f.report(err)
}

// panicked reports a bug. What it says goes through the redactor like everything
// else.
func (f *Factory) panicked(what any) ExitCode {
	code := f.report(fmt.Errorf("%w: %v", errBug, what))
	if f.Global.Verbose {
		fmt.Fprintf(f.IO.Err, "%s\n", debug.Stack())
	}
	return code
}
