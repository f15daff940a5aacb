// Package statetest makes disks fail: a [Disk] is a state.FS that counts what is
// done to it and, at a chosen operation, returns an error, stops as if the process
// had been killed, or loses what was not synced as if the power had gone.
//
// A test runs its subject once to learn how many operations there are, and then
// once for each of them:
//
//	for n := 1; n <= total; n++ {
//		disk := statetest.New(state.OS(), statetest.Kill(n))
//		...
//	}
//
// Exhaustive is the point: the window in which a file is empty is one operation
// wide, and a sample would miss it.
//
// The package knows nothing of what is written, and reading is not disturbed.
package statetest
