// Command orgkeep keeps the metadata of Salesforce orgs in Git.
//
// All it does is in internal/cli; here the process is handed over: arguments,
// streams, environment, signals and the exit code.
package main

import (
	"context"
	"fmt"
	"io"
	"log"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"

	"github.com/orgkeep/orgkeep/internal/cli"
)

// Set by the linker in releases.
var (
	version string
	commit  string
	date    string
)

// garbage is how much may lie about, in percent of what is in use, before it is
// collected: a run over a large org holds a hundred megabytes, and it shares the
// machine with others.
const garbage = 50

func main() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(garbage)
	}
	// The HTTP library logs here what a server sent unasked. Nothing takes secrets out
	// of that, nor what would move the cursor.
	log.SetOutput(io.Discard)
	os.Exit(int(run()))
}

func run() cli.ExitCode {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	// The first signal ends what is under way in good order; a second one finds
	// the default handling again and ends the process.
	context.AfterFunc(ctx, stop)
	dir, err := os.Getwd()
	if err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		return cli.ExitFailure
	}
	return cli.Main(ctx, cli.System{
		Args: os.Args[1:], Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr,
		Environ: os.Environ(), Dir: dir,
		Build:      cli.BuildInfo{Version: version, Commit: commit, Date: date},
		Interrupts: interrupts,
	})
}

// interrupts gives the signals themselves, to a command that does not end with the
// first one.
func interrupts() (signals <-chan os.Signal, stop func()) {
	all := make(chan os.Signal, 1)
	signal.Notify(all, os.Interrupt, syscall.SIGTERM)
	return all, func() { signal.Stop(all) }
}
