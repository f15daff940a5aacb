// Package cli is orgkeep's command line: one command a file, each made of flags,
// a run function in plain Go, and rendering. [Main] runs it; nothing of the
// process is used that was not handed in with [System], so that tests and the
// demo run commands in this process with another environment and home.
//
// stdout is data, stderr is everything else. Errors of all packages become what
// the user sees in one place (errors.go), and exit codes mean the same in every
// command (exitcodes.go).
//
// It decides nothing about orgs or snapshots: a command opens what a use case
// needs, runs it, and shows the result.
package cli
