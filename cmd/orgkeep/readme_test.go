package main

import (
	"fmt"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestReadme runs what README.md tells people to run, each of its ways as a
// script, with these substitutions: orgs are emulators on loopback, the browser
// signs in by itself, and nobody is there to say yes.
func TestReadme(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(filepath.Join("..", "..", "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	commands := map[string]func(*testscript.TestScript, bool, []string){"readme": readmeCommand(string(text))}
	maps.Copy(commands, scriptCommands())
	testscript.Run(t, testscript.Params{
		Dir:                 filepath.Join("testdata", "readme"),
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup:               setup,
		Cmds:                commands,
	})
}

// readmeCommand writes the shell commands below a heading into a file: those of
// the block with this number, or of all:
//
//	readme FILE HEADING [NUMBER]
func readmeCommand(text string) func(*testscript.TestScript, bool, []string) {
	return func(ts *testscript.TestScript, neg bool, args []string) {
		if neg || len(args) < 2 || len(args) > 3 {
			ts.Fatalf("usage: readme FILE HEADING [NUMBER]")
		}
		blocks := shellBelow(text, args[1])
		if len(args) == 3 {
			n, err := strconv.Atoi(args[2])
			ts.Check(err)
			if n < 1 || n > len(blocks) {
				ts.Fatalf("README.md has %d blocks of shell commands below %q", len(blocks), args[1])
			}
			blocks = blocks[n-1 : n]
		}
		if len(blocks) == 0 {
			ts.Fatalf("README.md has no shell commands below %q", args[1])
		}
		code := strings.NewReplacer(
			"https://acme.my.salesforce.com", ts.Getenv("PROD_URL"),
			"rollback prod", "rollback prod --yes",
		).Replace(strings.Join(blocks, ""))
		ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(code), 0o600))
	}
}

// shellBelow gives the sh blocks between a heading and the next of its level or
// above.
func shellBelow(text, heading string) []string {
	var blocks []string
	level, inside := 0, false
	for line := range strings.SplitSeq(text, "\n") {
		switch marks := len(line) - len(strings.TrimLeft(line, "#")); {
		case inside && line == "```":
			inside = false
		case inside:
			blocks[len(blocks)-1] += line + "\n"
		case level > 0 && line == "```sh":
			inside = true
			blocks = append(blocks, "")
		case marks > 0 && strings.HasSuffix(line, "# "+heading):
			level = marks
		case level > 0 && marks > 0 && marks <= level:
			return blocks
		}
	}
	return blocks
}

// browse stands in for the program that opens the browser: it goes where it is
// sent, as the emulator signs in whoever comes.
func browse() {
	request, err := http.NewRequest(http.MethodGet, os.Args[1], nil) //nolint:noctx // a process of its own
	if err == nil {
		var reply *http.Response
		if reply, err = http.DefaultClient.Do(request); err == nil {
			err = reply.Body.Close()
		}
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
