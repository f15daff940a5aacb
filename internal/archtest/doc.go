// Package archtest holds the shape of the project as tests: which package may
// import which, who owns what lies outside (Git, terminal, keyring, exit codes,
// environment), and that every package says what it is for.
//
// There is nothing to call: run its tests. The table of layers stands in
// layers_test.go; a new package gets its row there, or the test names it.
// depguard repeats the most important rules for editors (.golangci.yaml).
//
// Test files are exempt from the import rules: a script may hold the client
// against the emulator, which the code of neither may do.
//
// It looks at the imports of all systems that are shipped, as files with build
// constraints are easily forgotten. It does not judge what a package does with
// what it may import.
package archtest
