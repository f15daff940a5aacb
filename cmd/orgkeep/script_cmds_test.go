package main

import (
	"errors"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/santhosh-tekuri/jsonschema/v6"
)

// cmdExits runs a program and checks its exit code, which exec cannot:
//
//	exits CODE PROGRAM [ARGS...]
//
// What it prints is there for stdout and stderr as after exec.
func cmdExits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE PROGRAM [ARGS...]")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		var exit *exec.ExitError
		if !errors.As(err, &exit) {
			ts.Fatalf("%s: %v", args[1], err)
		}
		got = exit.ExitCode()
	}
	if got != want {
		ts.Fatalf("%s exited %d, want %d", strings.Join(args[1:], " "), got, want)
	}
}

// cmdGitLog prints the history of a revision for stdout: author and subject, oldest
// first, after git has checked the repository:
//
//	gitlog DIR REVISION
func cmdGitLog(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: gitlog DIR REVISION")
	}
	ts.Check(ts.Exec("git", "-C", args[0], "fsck", "--full", "--strict", "--no-dangling"))
	ts.Check(ts.Exec("git", "-C", args[0], "log", "--reverse", "--format=%an <%ae> %s", args[1]))
}

// cmdSchema checks the last output against testdata/schema/NAME.json, which is
// what that command's --json promises. The schemas are closed where they can be:
// a field that is not in them fails as one that is missing does.
//
//	schema NAME
func cmdSchema(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: schema NAME")
	}
	compiler, err := schemas()
	ts.Check(err)
	schema, err := compiler.Compile(schemaAddress + args[0] + ".json")
	ts.Check(err)
	document, err := jsonschema.UnmarshalJSON(strings.NewReader(ts.ReadFile("stdout")))
	ts.Check(err)
	ts.Check(schema.Validate(document))
}

// waitLimit is how long a program in the background has to print its first line.
const waitLimit = 20 * time.Second

// cmdWaitLine waits until a file holds a whole line, as a program in the
// background writes one when it is ready:
//
//	waitline FILE
func cmdWaitLine(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: waitline FILE")
	}
	name := ts.MkAbs(args[0])
	for end := time.Now().Add(waitLimit); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		if data, err := os.ReadFile(name); err == nil && strings.Contains(string(data), "\n") {
			return
		}
	}
	ts.Fatalf("%s has no line after %s", args[0], waitLimit)
}
