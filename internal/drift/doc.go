// Package drift compares an org as it is now with what it is expected to be: a
// snapshot, another org or a folder.
//
// [Run] is the entry point. [Read] is its first half, for callers that need the
// live state itself; nothing of it is recorded. Who changed something is told
// where the org tells it; see internal/capture.
//
// The package does not know where the expected state comes from, lets nothing pass
// that its caller did not name, and renders nothing.
//
// It guards one rule: what could not be read is neither the same nor different.
// It is carried over, named in the coverage, and makes the result incomplete.
package drift
