// Package report writes what a comparison found in the forms that other programs
// and people far from a terminal read: SARIF for code scanning, JUnit for the test
// pages of build servers, Markdown for pull requests, and one self-contained HTML
// file.
//
// [Drift] is what all of them are made of, [Write] the entry point. The package
// knows result types only: it asks no org and no repository, and prints nothing to
// a terminal.
//
// It guards one rule: nothing of an org is ever taken for markup. Names and values
// come from outside; they are escaped for each form, and the HTML file forbids
// everything but its own script and style.
package report
