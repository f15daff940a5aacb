// Package examples holds what a user can copy and run: pipelines, timers and
// settings. There is no code in it but the tests that hold the examples to the
// commands and flags there are, to what their services want of a file, and run
// their scripts against an emulated org.
//
// The rule it guards: nothing stands here that was not tried, as far as that
// can be without the service it is for.
package examples
