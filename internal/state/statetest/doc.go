// Package statetest makes disks fail: a [Disk] is a state.FS that counts what is
// done to it and, at a chosen operation, returns an error or stops as if the process
// had been killed; a [Power] loses what was not synced.
//
// A test runs its subject once to learn how many operations there are, and then
// once for each of them:
//
//	for n := 1; n <= total; n++ {
//		disk := statetest.New(statetest.Unsynced(), statetest.Kill(n))
//		...
//	}
//
// [Power] stands below a Disk where a cut of the power is meant.
//
// Exhaustive is the point: the window in which a file is empty is one operation
// wide, and a sample would miss it.
//
// The package knows nothing of what is written, and reading is not disturbed.
package statetest
